"""A filter in brackets on an attribute that has only one value.

``{"op": "Remove", "path": "manager[value eq \\"2819c223\\"]"}``: seen from Entra for managers (idp-behaviour case 41;
scim-patch#453; Microsoft Q&A 5746233). There is nothing to choose from, so the path means the attribute.
"""

from dataclasses import replace

from lambdas.scim.dialects.terms import Part, Scope, Selection, Term


def filtered_single_value(selection: Selection, scope: Scope) -> Selection | Term:
    """Return the path without its brackets, for a single-valued complex attribute."""
    if not _has_one_value(selection, scope) or (selection.tail and selection.tail.operator):
        return selection
    return Term(selection.attribute + (f".{selection.tail.attribute}" if selection.tail else ""))


def filtered_single_value_in_filter(selection: Selection, scope: Scope) -> Selection:
    """Return a selection whose terms stand on the attribute itself, as ``(manager.value eq "2819c223")``."""
    if not _has_one_value(selection, scope) or (selection.tail and not selection.tail.operator):
        return selection
    inner = tuple(_prefixed(part, selection.attribute) for part in selection.inner)
    tail = selection.tail and _prefixed(selection.tail, selection.attribute)
    return Ungrouped(selection.attribute, inner, tail if isinstance(tail, Term) else None)


class Ungrouped(Selection):
    """A selection written as a group of terms in parentheses."""

    def __str__(self) -> str:
        terms = f"({''.join(map(str, self.inner))})"
        return f"({terms} and {self.tail})" if self.tail else terms


def _has_one_value(selection: Selection, scope: Scope) -> bool:
    place = scope.place(selection.attribute)
    target = place.target if place else None
    return target is not None and target.members is not None and not target.multi_valued


def _prefixed(part: Part, attribute: str) -> Part:
    return replace(part, attribute=f"{attribute}.{part.attribute}") if isinstance(part, Term) else part
