"""A filter's operand without its quotes.

``filter=externalId eq jyoung``, ``filter=id eq 5414 and manager eq 2819``: Microsoft's SCIM page (idp-behaviour cases
4, 7); Authentik (authentik#16677). Numbers and booleans are quoted only where the attribute's type is text.
"""

import json
import re
from dataclasses import replace

from lambdas.scim.dialects.terms import Scope, Term

_LITERAL = re.compile(r"true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.IGNORECASE)


def unquoted_operand(term: Term, scope: Scope) -> Term:
    """Return the term with its operand as a JSON string, unless it is one, or null, or a literal of the right type."""
    operand = term.operand
    if not operand or operand[0] in "\"'" or operand.lower() == "null":
        return term
    compared = scope.compared(term.attribute)
    if _LITERAL.fullmatch(operand) and not (compared and compared.is_text):
        return term
    return replace(term, operand=json.dumps(operand, ensure_ascii=False))
