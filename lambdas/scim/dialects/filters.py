"""Deviations in the comparisons and brackets of a path, a filter or a list of attributes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from scim2_models import InvalidFilterException, ScimFilter

from lambdas.scim.dialects.booleans_numbers_dates import BOOLEANS
from lambdas.scim.dialects.filter_grammar import Group, Part, Selection, Term, parse, render, without_brackets
from lambdas.scim.dialects.schema import Scope
from lambdas.scim.extensions.date_times import SentDateTime

SelectionDialect = Callable[[Selection, Scope], Selection | Term]

SUBSTRING_OPERATORS = ("co", "sw", "ew")

NO_DATE_TIME = '"not a date and time"'
"""What the core gets in place of an operand that it would guess, so that it refuses it."""

_LITERAL = re.compile(r"true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.IGNORECASE)


def compared_reference(term: Term, scope: Scope) -> Term:
    """Return the term on the ``value`` of a single-valued complex attribute that is compared as a whole.

    How Entra asks whether a manager is set (idp-behaviour case 7). RFC 7644 section 3.4.2.2 reads ``emails co "x"`` as
    ``emails.value co "x"``; this does the same for an attribute with one value.

    >>> filtered('id eq "2819" and manager eq "5414"')
    'id eq "2819" and E:manager.value eq "5414"'
    """
    if not term.operand or term.operand.lower() == "null":
        return term
    place = scope.place(term.attribute)
    target = place.target if place else None
    if target is None or target.multi_valued or target.value is None:
        return term
    return replace(term, attribute=f"{term.attribute}.value")


def unquoted_operand(term: Term, scope: Scope) -> Term:
    """Return the term with its operand as a JSON string, unless it is one, or null, or a literal of the right type.

    Microsoft's SCIM page (idp-behaviour cases 4, 7); Authentik (authentik#16677). Numbers and booleans are quoted only where the
    attribute is text.

    >>> filtered("externalId eq jyoung and id eq 5414 and active eq true")
    'externalId eq "jyoung" and id eq "5414" and active eq true'
    """
    operand = term.operand
    if not operand or operand[0] in "\"'" or operand.lower() == "null":
        return term
    compared = scope.compared(term.attribute)
    if _LITERAL.fullmatch(operand) and not (compared and compared.is_text):
        return term
    return replace(term, operand=json.dumps(operand, ensure_ascii=False))


def boolean_operand(term: Term, scope: Scope) -> Term:
    """Return the term with the boolean that its operand spells, for a boolean attribute.

    Entra and its validator, for the mapping ``SingleAppRoleAssignment`` (idp-behaviour case 29; pingidentity/scim2#239).

    >>> operation({"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "admin"})
    {'op': 'replace', 'path': 'roles[primary eq true].value', 'value': 'admin'}
    """
    spelled = term.operand[1:-1].lower() if term.operand.startswith('"') else ""
    if spelled not in BOOLEANS:
        return term
    compared = scope.compared(term.attribute)
    return replace(term, operand=spelled) if compared and compared.is_boolean else term


def date_time_operand(term: Term, scope: Scope) -> Term:
    """Return the term with its operand in UTC, where it names no zone, for an attribute that is a date and time.

    Incremental imports ask for what changed since a moment (field report 1.2; scim2-parse-filter#170, scimono#191). The zone is
    optional in xsd:dateTime; the core compares a moment without one with nothing.

    >>> filtered('meta.lastModified gt "2011-05-14T04:42:34"')
    'meta.lastModified gt "2011-05-14T04:42:34Z"'

    The core would also read a date, a year or any number. An empty answer would hide the mistake, so it gets what it refuses:

    >>> filtered('meta.lastModified gt "2011-05-14"')
    'meta.lastModified gt "not a date and time"'
    """
    compared = scope.compared(term.attribute) if term.operand.startswith('"') else None
    if compared is None or not compared.is_date_time or term.operator.lower() in SUBSTRING_OPERATORS:
        return term
    try:
        text = json.loads(term.operand)
        SentDateTime.read(text)
    except ValueError:
        return replace(term, operand=NO_DATE_TIME)
    return term if SentDateTime.has_zone(text) else replace(term, operand=json.dumps(f"{text}Z"))


def redundant_parentheses(selection: Selection, scope: Scope) -> Selection:
    """Return a selection without the parentheses that change nothing.

    Janssen's tests (field report 1.3). The core compares its own spelling of a filter, which has none of them, with the one in the
    path, and loses what is written to a path that it does not find again.

    >>> operation({"op": "add", "path": 'phoneNumbers[(type eq "fax" and value ew "9") and display pr].display', "value": "F"})
    {'op': 'add', 'path': 'phoneNumbers[type eq "fax" and value ew "9" and display pr].display', 'value': 'F'}
    """
    inner = render(selection.inner)
    if "(" not in inner:
        return selection
    try:
        spelled = parse(str(ScimFilter(inner).ast))
    except InvalidFilterException:
        return selection
    return selection if spelled is None else replace(selection, inner=spelled)


def filtered_single_value(selection: Selection, scope: Scope) -> Selection | Term:
    """Return a path without its brackets, for a single-valued complex attribute, which has nothing to choose from.

    Seen from Entra for managers (idp-behaviour case 41; scim-patch#453; Microsoft Q&A 5746233).

    >>> operation({"op": "Remove", "path": 'manager[value eq "2819"]'})
    {'op': 'remove', 'path': 'E:manager'}
    """
    if not _has_one_value(selection, scope) or (selection.tail and selection.tail.operator):
        return selection
    return Term(selection.attribute + (f".{selection.tail.attribute}" if selection.tail else ""))


def filtered_single_value_in_filter(selection: Selection, scope: Scope) -> Selection:
    """Return a selection in a filter as a group of terms, for a single-valued complex attribute.

    The filter of :func:`filtered_single_value` (idp-behaviour case 41).

    >>> filtered('manager[value eq "2819"]')
    '(E:manager.value eq "2819")'
    """
    if not _has_one_value(selection, scope) or (selection.tail and not selection.tail.operator):
        return selection
    inner = tuple(_prefixed(part, selection.attribute) for part in selection.inner)
    tail = selection.tail and _prefixed(selection.tail, selection.attribute)
    return Group(selection.attribute, inner, tail if isinstance(tail, Term) else None)


def _has_one_value(selection: Selection, scope: Scope) -> bool:
    place = scope.place(selection.attribute)
    target = place.target if place else None
    return target is not None and target.members is not None and not target.multi_valued


def _prefixed(part: Part, attribute: str) -> Part:
    return replace(part, attribute=f"{attribute}.{part.attribute}") if isinstance(part, Term) else part


def filtered_attribute(paths: str) -> str:
    """Return a list of attributes without what their brackets hold; as it is when a bracket is never closed.

    Microsoft's Postman collection (idp-behaviour 2.3). RFC 7644 section 3.9 knows only attributes, so the whole one is returned.

    >>> query({"attributes": 'userName,emails[type eq "work"]'})
    {'attributes': 'userName,emails'}
    """
    return without_brackets(paths)
