"""A dot between a schema's URN and its attribute.

``{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department", "value": "D"}``: the
``customappsso`` jobs from before December 2018, which still run (idp-behaviour case 37).
"""

from dataclasses import replace

from lambdas.scim.dialects.schema import split_urn
from lambdas.scim.dialects.terms import Scope, Term


def dotted_urn(term: Term, scope: Scope) -> Term:
    """Return the term with a colon behind a URN that we know."""
    if scope.within is None:
        for model in scope.models:
            found = split_urn(model, term.attribute, separator=".")
            if found and found[2]:
                return replace(term, attribute=f"{found[0]}:{found[2]}")
    return term
