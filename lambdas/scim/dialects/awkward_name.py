"""A custom attribute whose name no RFC 7644 path can hold.

``{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User:cost.centre", ...}``:
administrators type such names, with dots, colons and spaces, into Entra's attribute list (idp-behaviour case 74,
section 6). The schema's URN is split off first, so that what follows is one name.
"""

from dataclasses import replace

from lambdas.scim.dialects.schema import NAME, attribute_of, split_urn
from lambdas.scim.dialects.terms import Scope, Term


def awkward_name(term: Term, scope: Scope) -> Term:
    """Return the term with the declared attribute under its Python name, which the core's grammar can read."""
    if scope.within is not None:
        return term
    for model in scope.models:
        found = split_urn(model, term.attribute)
        if found is None or NAME.fullmatch(found[2]):
            continue
        attribute = attribute_of(found[1], found[2])
        if attribute is not None and NAME.fullmatch(attribute.field):
            return replace(term, attribute=f"{found[0]}:{attribute.field}")
    return term
