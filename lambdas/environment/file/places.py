"""The place of a mistake in an environment file: pydantic's location as the key a person sees."""

import json
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Location = tuple[int | str, ...]
"""Keys of tables and indices of lists, from the file's top down."""

KEY_ERROR_SUFFIX = "[key]"
"""The end of pydantic's location when the key of a table is wrong rather than its value."""

_NAMES = ("urn", "id", "name")
"""Keys that identify a table of a list, the most specific first."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
"""A key that TOML accepts without quotes."""


@dataclass(frozen=True)
class Place:
    """The place of a mistake in a file."""

    location: Location
    """The part of pydantic's location that is in the file; pydantic adds the union members it tried."""

    table: type[BaseModel]
    """The model of the innermost table."""

    table_location: Location
    """The location of that table."""

    field: FieldInfo | None = None
    """The innermost known key of that table on the way to the mistake."""

    field_location: Location = ()
    """The location of that key; :attr:`location` is longer when the mistake is in one value of a list or free table."""

    @property
    def free(self) -> bool:
        """Whether the key holds a table with arbitrary keys, such as ``users.allowed``."""
        return self.field is not None and typing.get_origin(_core(self.field.annotation)) is dict


def place_of(model: type[BaseModel], location: Location) -> Place:
    """Return the place of a pydantic location, followed through the models as far as they describe it.

    :param model: The model of the file.
    """
    place = Place((), model, ())
    annotation: object = model
    for number, part in enumerate(location):
        here = location[: number + 1]
        core = _core(annotation)
        if isinstance(core, type) and issubclass(core, BaseModel):
            place = Place(here, core, location[:number], core.model_fields.get(str(part)), here)
            if place.field is None:  # an unknown key
                return place
            annotation = place.field.annotation
        elif typing.get_origin(core) is (tuple if isinstance(part, int) else dict) and part != KEY_ERROR_SUFFIX:
            place = Place(here, place.table, place.table_location, place.field, place.field_location)
            annotation = typing.get_args(core)[-1 if isinstance(part, str) else 0]
        else:
            break
    return place


def written(location: Location) -> str:
    """Return a location in the form ``extensions[2].attributes[1].type``, counted from 1 and quoted as in TOML."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += ("." if text else "") + (
                part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            )
    return text


def header(location: Location) -> str:
    """Return the header of the table at a location: ``[api]``, ``[[extensions.attributes]]``."""
    name = written(tuple(part for part in location if isinstance(part, str)))
    return f"[[{name}]]" if isinstance(location[-1], int) else f"[{name}]"


def named(data: object, location: Location) -> list[str]:
    """Return the names of the list tables on the way to a location, except where the name itself is the mistake.

    :param data: The content of the file.
    """
    names = []
    for number, part in enumerate(location):
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, Sequence) and isinstance(part, int) and part < len(data):
            data = data[part]
            names += _name_of(data, location[number + 1 :])
    return names


def _name_of(table: object, rest: Location) -> list[str]:
    if not isinstance(table, Mapping):
        return []
    candidates = (table.get(key) for key in _NAMES if rest[:1] != (key,))
    return [name for name in candidates if isinstance(name, str) and name][:1]


def home_of(model: type[BaseModel], key: str) -> Location | None:
    """Return the only table with a key of this name, or None; ``()`` is the top of the file."""
    found = list(_tables_with(model, key, ()))
    return found[0] if len(found) == 1 else None


def _tables_with(model: type[BaseModel], key: str, here: Location) -> typing.Iterator[Location]:
    if key in model.model_fields:
        yield here
    for name, field in model.model_fields.items():
        core = _core(field.annotation)
        below: Location = (*here, name)
        if typing.get_origin(core) is tuple:
            core, below = _core(typing.get_args(core)[0]), (*below, 0)
        if isinstance(core, type) and issubclass(core, BaseModel):
            yield from _tables_with(core, key, below)


def _core(annotation: object) -> object:
    """Return an annotation without its metadata and without ``| None``."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [each for each in typing.get_args(annotation) if each is not type(None)]
        if len(members) == 1:
            return _core(members[0])
    return annotation
