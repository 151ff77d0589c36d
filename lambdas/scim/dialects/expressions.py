"""Paths, filters and attribute lists, each read by the dialects for their terms."""

from collections.abc import Sequence

from lambdas.scim.dialects.awkward_name import awkward_name
from lambdas.scim.dialects.chain import FILTER_SELECTIONS, FILTERS, NAMES, PATH_SELECTIONS, PATHS
from lambdas.scim.dialects.filtered_attribute import filtered_attribute
from lambdas.scim.dialects.open_name import open_name, open_names
from lambdas.scim.dialects.schema import Model, Place, locate
from lambdas.scim.dialects.terms import Scope, Selection, Term, parse, rewrite


def read_path(path: str, model: Model) -> str:
    """Return a PATCH path as the core reads it."""
    if (undeclared := open_name(path, (model,), as_spelled=True)) is not None:
        return undeclared
    scope = Scope((model,))
    return rewrite(awkward_name(Term(path), scope).attribute, scope, PATHS, PATH_SELECTIONS)


def read_filter(text: str, models: Sequence[Model]) -> str:
    """Return a filter as the core reads it."""
    return rewrite(open_names(text, models), Scope(models), FILTERS, FILTER_SELECTIONS)


def read_attribute(path: str, models: Sequence[Model]) -> str:
    """Return the path of an attribute to return or to sort by, as the core reads it."""
    if (undeclared := open_name(path.strip(), models)) is not None:
        return undeclared
    return rewrite(filtered_attribute(path), Scope(models), NAMES)


def read_attributes(text: str, models: Sequence[Model]) -> str:
    """Return a list of attributes, separated by commas, as the core reads it."""
    return ",".join(read_attribute(path, models) for path in filtered_attribute(text).split(","))


def target_of(path: str, model: Model) -> tuple[Place | None, bool]:
    """Return what a PATCH path names, and whether it selects values by a filter."""
    parts = [part for part in parse(path) or () if not isinstance(part, str)]
    if len(parts) != 1:
        return None, False
    part = parts[0]
    if isinstance(part, Term) and not part.operator:
        return locate(model, part.attribute), False
    tail = f".{part.tail.attribute}" if isinstance(part, Selection) and part.tail else ""
    place = locate(model, part.attribute + tail)
    if place is not None and place.attribute is not None and not tail:
        place = Place(place.owner, place.attribute.entry)
    return place, True
