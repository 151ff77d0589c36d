"""An attribute of an extension named without the extension's URN.

``{"op": "Add", "path": "manager", "value": [...]}`` and ``filter=id eq "2819" and manager eq "5414"``: examples 4 and
5 of Microsoft's SCIM page (idp-behaviour cases 7, 39, 41).
"""

from dataclasses import replace

from scim2_models import BaseModel

from lambdas.scim.dialects.schema import locate, urns_of
from lambdas.scim.dialects.terms import Scope, Term


def unqualified_attribute(term: Term, scope: Scope) -> Term:
    """Return the term with the URN of the one extension that declares its attribute, when the resource does not."""
    if scope.within is not None or ":" in term.attribute or scope.place(term.attribute) is not None:
        return term
    for model in scope.models:
        urns = _declaring(model, term.attribute)
        if len(urns) == 1:
            return replace(term, attribute=f"{urns[0]}:{term.attribute}")
    return term


def _declaring(model: type[BaseModel], path: str) -> list[str]:
    """Return the URNs of the extensions that declare an attribute."""
    return [urn for urn, owner in urns_of(model) if owner is not model and locate(owner, path) is not None]
