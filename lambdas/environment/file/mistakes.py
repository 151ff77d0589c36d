"""What is wrong with an environment file, said to the person who wrote it.

Pydantic finds the mistakes; its own words ("Input should be a valid integer [type=int_type]") are for programmers. Here
each becomes one line that names the key, what is there, and what would be right, from the field's ``description``.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from lambdas.environment.file.places import OF_A_KEY, Location, Place, header, home_of, named, place_of, written

MAX_SHOWN = 60
"""How many characters of a wrong value are repeated in the message."""

FOLLOWS_FROM_ANOTHER = "default_factory_not_called"
"""Pydantic's type of the error that a default cannot be made because what it is made from is wrong, which is told."""

OF_OURS = "mistake"
"""The type of an error of :func:`mistake`, whose text says all there is to say."""

_KEY = re.compile(r"""[\w-]+(?:\.[\w-]+|\."(?:[^"\\]|\\.)*"|\[\d+\])*""")


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a file."""

    key: str
    """The key it is about, such as ``api.rate`` or ``extensions[2].urn``; empty when it is about the whole file."""

    text: str
    """Names the key, what is wrong and what would be right, without a full stop at its end."""

    @classmethod
    def told(cls, text: str, key: str | None = None) -> "Mistake":
        """Return the mistake that a text tells, with what a terminal would obey written as an escape.

        :param key: What it is about; what the text begins with when not given.
        """
        if key is None:
            found = _KEY.match(text)
            key = found.group() if found else ""
        return cls(*("".join(map(_legible, each)) for each in (key, text)))


class SettingsError(Exception):
    """An environment file that cannot be used; its text is for the person who wrote the file."""

    def __init__(self, text: str, mistakes: Iterable[Mistake] = ()) -> None:
        """Take the whole text, and what it tells one by one where the file could be read."""
        super().__init__(text)
        self.mistakes = tuple(mistakes)


def mistake(text: str) -> PydanticCustomError:
    """Return what a validator raises for keys that are right alone and wrong together.

    :param text: Begins with the key, then tells what is wrong and what would be right; no full stop at its end.
    """
    return PydanticCustomError(OF_OURS, "{text}", {"text": text})


def unusable(file: str, mistakes: Iterable[Mistake]) -> SettingsError:
    """Return the error that tells every mistake of a file, one per line.

    :param file: The file as the person knows it, such as ``environments/acme.toml``.
    """
    mistakes = tuple(mistakes)
    return SettingsError("\n".join([f"{file} cannot be used:", *(f"  {each.text}." for each in mistakes)]), mistakes)


def mistakes_in(model: type[BaseModel], error: ValidationError, data: object) -> list[Mistake]:
    """Return what a person is told of each of pydantic's errors; several about one value are one mistake.

    :param model: The model the file was checked against.
    :param data: The file as it was read.
    """
    found: dict[tuple[Location, bool], Mistake] = {}
    for detail in error.errors(include_url=False, include_context=False):
        if detail["type"] == OF_OURS:
            found[(detail["msg"],), False] = Mistake.told(detail["msg"])
        elif detail["type"] != FOLLOWS_FROM_ANOTHER:
            told = _Told(model, detail, data)
            found.setdefault((told.place.location, told.about_a_key), told.mistake())
    # A list that holds a wrong value is wrong itself to pydantic; it is told by the value.
    holding = {location[:length] for location, _ in found for length in range(len(location))}
    return [each for (location, _), each in found.items() if location not in holding]


class _Told:
    """One of pydantic's errors, in our words."""

    def __init__(self, model: type[BaseModel], detail: ErrorDetails, data: object) -> None:
        self.model = model
        self.detail = detail
        self.place: Place = place_of(model, detail["loc"])
        self.key = written(self.place.location)
        self.names = named(data, self.place.location)
        self.about_a_key = detail["loc"][-1:] == (OF_A_KEY,)
        self.value: Any = _value_at(data, self.place.location)

    def mistake(self) -> Mistake:
        """Return it as one sentence."""
        place, shown = self.place, self.key
        if self.names:
            shown += f" ({', '.join(json.dumps(name, ensure_ascii=False) for name in self.names)})"
        if place.field is None:
            return Mistake.told(f"{shown} is not a key; {self._known()}" if self.key else self.detail["msg"], self.key)
        right = f"must be {place.field.description}"
        whole = written(place.field_location)
        if self.about_a_key:
            return Mistake.told(f"{whole} has the key {_shown(place.location[-1])}; it {right}", self.key)
        if self.detail["type"] == "missing":
            return Mistake.told(f"{shown} is missing; it {right}", self.key)
        if place.free and self.value and isinstance(self.value, Mapping) and place.location != place.field_location:
            return Mistake.told(f"{shown} is a table; {_in_quotes(place, self.value)}", self.key)
        subject = "it" if place.location == place.field_location else whole
        return Mistake.told(f"{shown} is {_shown(self.value)}; {subject} {right}", self.key)

    def _known(self) -> str:
        """Return what a key that is not known may have been meant to be, and what there is."""
        table, key = self.place.table_location, str(self.place.location[-1])
        known = list(self.place.table.model_fields)
        near = difflib.get_close_matches(key, known, n=1)
        home = home_of(self.model, key)
        if near:
            hint = f'did you mean "{near[0]}"?'
        elif home is None:
            hint = "remove it."
        else:
            hint = f"it belongs into {header(home)}." if home else "it belongs above the first [table] of the file."
        return f"{hint} {header(table) if table else 'The file'} can have: {', '.join(known)}"


def _in_quotes(place: Place, value: Any) -> str:
    """Return how to write a path whose dots TOML takes for tables, as in ``name.givenName = 1``."""
    path = list(place.location[len(place.field_location) :])
    while isinstance(value, Mapping) and value:
        name, value = next(iter(value.items()))
        path.append(name)
    return f"a path is written in quotes: {json.dumps('.'.join(map(str, path)), ensure_ascii=False)} = {_shown(value)}"


def _value_at(data: Any, location: Location) -> Any:
    """Return what stands at a place of the file; None where there is nothing."""
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _shown(value: object) -> str:
    """Return a value as it is written in the file, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _legible(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
