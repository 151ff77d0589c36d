"""Deviations in how a path or a filter names an attribute."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from scim2_models import BaseModel

from lambdas.scim.dialects.filter_grammar import AttributeEnd, Term
from lambdas.scim.dialects.schema import NAME, Scope, attribute_of, locate, split_urn, urns_of
from lambdas.scim.extensions.escaped_names import escape, folded
from lambdas.scim.extensions.open_extension import OpenExtension, open_extensions

NameDialect = Callable[[Term, Scope], Term]

_KEY = r".+?(?=\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)(?![\w$-])|$)"


def open_name(term: Term, scope: Scope) -> Term:
    """Return the term with an undeclared attribute of an open extension under its escaped name.

    Administrators type such names into Entra's attribute list (idp-behaviour 6.3). Whatever follows the extension's URN is one
    name, unless the extension declares it; :mod:`lambdas.scim.extensions.escaped_names` has the form that the core can read.

    >>> operation({"op": "Add", "path": "M:{{key}}", "value": "7"})
    {'op': 'add', 'path': 'M:k$$7b$7bkey$7d$7d', 'value': '7'}
    >>> filtered('M:floor plan eq "7"')
    'M:k$floor$20plan eq "7"'

    This is the one dialect that must not read a text twice: ``k$a`` may be an escaped name, or one that a client sent.
    """
    if scope.within is None:
        for model in scope.models:
            found = split_urn(model, term.attribute) or split_urn(model, term.attribute, separator=".")
            if found and issubclass(found[1], OpenExtension) and found[2] and not _declares(found[1], found[2]):
                name = found[2] if scope.writes else folded(found[2])
                return replace(term, attribute=f"{found[0]}:{escape(name)}")
    return term


def _declares(extension: type[OpenExtension], name: str) -> bool:
    """Return whether a name is declared, alone or followed by a filter or by a sub-attribute."""
    head, dot, _ = name.partition(".")
    attribute = attribute_of(extension, head) if dot else None
    return (
        extension.declares(name)
        or extension.declares(name.partition("[")[0])
        or (extension.declares(head) and attribute is not None and attribute.members is not None)
    )


def open_names_in(models: Sequence[type[BaseModel]]) -> AttributeEnd | None:
    """Return a finder of undeclared attributes in a filter, whose names may hold spaces; None without open extensions."""
    urns = sorted({urn for model in models for urn in open_extensions(model)}, key=len, reverse=True)
    if not urns:
        return None
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, urns))})[:.]{_KEY}", re.IGNORECASE | re.DOTALL)
    scope = Scope(models)

    def end_of(text: str, at: int) -> int | None:
        match = pattern.match(text, at)
        if match is None or open_name(Term(match[0]), scope) == Term(match[0]):
            return None
        return match.end()

    return end_of


def awkward_name(term: Term, scope: Scope) -> Term:
    """Return the term with a declared attribute whose name no RFC 7644 path can hold under its Python name.

    Administrators type names with dots, colons and spaces into Entra's attribute list (idp-behaviour case 74, section 6). The
    schema's URN is split off first, so that what follows is one name.

    >>> operation({"op": "Add", "path": "X:cost.centre", "value": "7"})
    {'op': 'add', 'path': 'X:costcentre', 'value': '7'}
    """
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


def dotted_urn(term: Term, scope: Scope) -> Term:
    """Return the term with a colon, where a dot stands between a schema's URN and its attribute.

    The ``customappsso`` jobs from before December 2018, which still run (idp-behaviour case 37).

    >>> operation({"op": "Add", "path": "E.department", "value": "D"})
    {'op': 'add', 'path': 'E:department', 'value': 'D'}
    """
    if scope.within is None:
        for model in scope.models:
            found = split_urn(model, term.attribute, separator=".")
            if found and found[2]:
                return replace(term, attribute=f"{found[0]}:{found[2]}")
    return term


def unqualified_attribute(term: Term, scope: Scope) -> Term:
    """Return the term with the URN of the one extension that declares its attribute, when the resource does not.

    Examples 4 and 5 of Microsoft's SCIM page (idp-behaviour cases 7, 39, 41).

    >>> operation({"op": "Add", "path": "department", "value": "D"})
    {'op': 'add', 'path': 'E:department', 'value': 'D'}
    >>> filtered('id eq "2819" and manager.value eq "5414"')
    'id eq "2819" and E:manager.value eq "5414"'
    """
    if scope.within is not None or ":" in term.attribute or scope.place(term.attribute) is not None:
        return term
    for model in scope.models:
        urns = [
            urn for urn, owner in urns_of(model) if owner is not model and locate(owner, term.attribute) is not None
        ]
        if len(urns) == 1:
            return replace(term, attribute=f"{urns[0]}:{term.attribute}")
    return term
