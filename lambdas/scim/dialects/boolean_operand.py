"""A boolean compared with a string.

``{"op": "Replace", "path": "roles[primary eq \\"True\\"].value", "value": "admin"}``: Entra and its validator, for the
mapping ``SingleAppRoleAssignment`` (idp-behaviour case 29; pingidentity/scim2#239).
"""

from dataclasses import replace

from lambdas.scim.dialects.string_boolean import SPELLINGS
from lambdas.scim.dialects.terms import Scope, Term


def boolean_operand(term: Term, scope: Scope) -> Term:
    """Return the term with the boolean that its operand spells, where the attribute is boolean."""
    spelled = term.operand[1:-1].lower() if term.operand.startswith('"') else ""
    if spelled not in SPELLINGS:
        return term
    compared = scope.compared(term.attribute)
    return replace(term, operand=spelled) if compared and compared.is_boolean else term
