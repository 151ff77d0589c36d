"""A single-valued complex attribute compared with what is its ``value``.

``filter=id eq "2819" and manager eq "5414"``: how Entra asks whether a manager is already set (idp-behaviour case 7).
RFC 7644 section 3.4.2.2 reads ``emails co "x"`` as ``emails.value co "x"``; this does the same for one value.
"""

from dataclasses import replace

from lambdas.scim.dialects.terms import Scope, Term


def compared_reference(term: Term, scope: Scope) -> Term:
    """Return the term on the ``value`` of a single-valued complex attribute that is compared as a whole."""
    if not term.operand or term.operand.lower() == "null":
        return term
    place = scope.place(term.attribute)
    target = place.target if place else None
    if target is None or target.multi_valued or target.value is None:
        return term
    return replace(term, attribute=f"{term.attribute}.value")
