"""The texts of mistakes in an environment file.

Pydantic finds the mistakes, but its messages ("Input should be a valid integer [type=int_type]") address programmers.
Here each becomes one line with the key, the value and the valid values, from the field's ``description``.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from lambdas.environment.file.places import KEY_ERROR_SUFFIX, Location, Place, header, home_of, named, place_of, written

MAX_SHOWN = 60
"""The number of characters of a wrong value that a text repeats."""

CAUSED_BY_ANOTHER_ERROR = "default_factory_not_called"
"""Pydantic's error type for a default that depends on another invalid key. The other key is reported."""

CUSTOM_ERROR = "mistake"
"""The type of errors made by :func:`mistake`, whose text is complete."""

_KEY = re.compile(r"""[\w-]+(?:\.[\w-]+|\."(?:[^"\\]|\\.)*"|\[\d+\])*""")


@dataclass(frozen=True)
class Mistake:
    """One mistake in a file."""

    key: str
    """The key, such as ``api.rate`` or ``extensions[2].urn``; empty when the whole file is wrong."""

    text: str
    """The key, the mistake and the valid values, without a full stop."""

    @classmethod
    def of(cls, text: str, key: str | None = None) -> "Mistake":
        """Return a mistake from its text, with control characters escaped for the terminal.

        :param key: The key; by default the one the text starts with.
        """
        if key is None:
            found = _KEY.match(text)
            key = found.group() if found else ""
        return cls(*("".join(map(_legible, each)) for each in (key, text)))


class SettingsError(Exception):
    """An invalid environment file. The text addresses the author of the file."""

    def __init__(self, text: str, mistakes: Iterable[Mistake] = ()) -> None:
        super().__init__(text)
        self.mistakes = tuple(mistakes)


def mistake(text: str) -> PydanticCustomError:
    """Return the error a validator raises for keys that contradict each other.

    :param text: Starts with the key, then says what is wrong and what to change; without a full stop.
    """
    return PydanticCustomError(CUSTOM_ERROR, "{text}", {"text": text})


def mistakes(texts: Iterable[str]) -> PydanticCustomError:
    """Return the error a validator raises for several mistakes at once, each as in :func:`mistake`."""
    return mistake("\n".join(texts))


def invalid_file(file: str, found: Iterable[Mistake]) -> SettingsError:
    """Return the error with every mistake of a file, one per line.

    :param file: The path as it appears in errors, such as ``environments/acme.toml``.
    """
    listed = tuple(found)
    return SettingsError("\n".join([f"{file} is invalid:", *(f"  {each.text}." for each in listed)]), listed)


def mistakes_in(model: type[BaseModel], error: ValidationError, data: object) -> list[Mistake]:
    """Return a mistake for each of pydantic's errors; several errors about one value become one mistake.

    :param model: The model the file was validated against.
    :param data: The content of the file.
    """
    found: dict[tuple[Location, bool], Mistake] = {}
    for detail in error.errors(include_url=False, include_context=False):
        if detail["type"] == CUSTOM_ERROR:
            for text in detail["msg"].split("\n"):
                found[(text,), False] = Mistake.of(text)
        elif detail["type"] != CAUSED_BY_ANOTHER_ERROR:
            problem = _Problem(model, detail, data)
            found.setdefault((problem.place.location, problem.about_a_key), problem.mistake())
    # Pydantic also reports the list that holds a wrong value; only the value is reported here.
    holding = {location[:length] for location, _ in found for length in range(len(location))}
    return [each for (location, _), each in found.items() if location not in holding]


class _Problem:
    """One of pydantic's errors, as a mistake."""

    def __init__(self, model: type[BaseModel], detail: ErrorDetails, data: object) -> None:
        self.model = model
        self.detail = detail
        self.place: Place = place_of(model, detail["loc"])
        self.key = written(self.place.location)
        self.names = named(data, self.place.location)
        self.about_a_key = detail["loc"][-1:] == (KEY_ERROR_SUFFIX,)
        self.value: Any = _value_at(data, self.place.location)

    def mistake(self) -> Mistake:
        """Return the mistake as one sentence."""
        place, shown = self.place, self.key
        if self.names:
            shown += f" ({', '.join(json.dumps(name, ensure_ascii=False) for name in self.names)})"
        if place.field is None:
            return Mistake.of(
                f"{shown} is not a known key; {self._known()}" if self.key else self.detail["msg"], self.key
            )
        right = f"must be {place.field.description}"
        whole = written(place.field_location)
        if self.about_a_key:
            return Mistake.of(f"{whole} has the key {_shown(place.location[-1])}; it {right}", self.key)
        if self.detail["type"] == "missing":
            return Mistake.of(f"{shown} is missing; it {right}", self.key)
        if place.free and self.value and isinstance(self.value, Mapping) and place.location != place.field_location:
            return Mistake.of(f"{shown} is a table; {_in_quotes(place, self.value)}", self.key)
        subject = "it" if place.location == place.field_location else whole
        return Mistake.of(f"{shown} is {_shown(self.value)}; {subject} {right}", self.key)

    def _known(self) -> str:
        """Return the most likely correction of an unknown key, and the known keys."""
        table, key = self.place.table_location, str(self.place.location[-1])
        known = list(self.place.table.model_fields)
        near = difflib.get_close_matches(key, known, n=1)
        home = home_of(self.model, key)
        if near:
            hint = f'did you mean "{near[0]}"?'
        elif home is None:
            hint = "remove it."
        else:
            hint = f"it belongs in {header(home)}." if home else "it belongs above the first [table] of the file."
        return f"{hint} Known keys{f' of {header(table)}' if table else ''}: {', '.join(known)}"


def _in_quotes(place: Place, value: Any) -> str:
    """Return how to quote a path whose dots TOML reads as tables, as in ``name.givenName = 1``."""
    path = list(place.location[len(place.field_location) :])
    while isinstance(value, Mapping) and value:
        name, value = next(iter(value.items()))
        path.append(name)
    return f"put quotes around a path: {json.dumps('.'.join(map(str, path)), ensure_ascii=False)} = {_shown(value)}"


def _value_at(data: Any, location: Location) -> Any:
    """Return the value at a location of the file, or None."""
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _shown(value: object) -> str:
    """Return a value as JSON, shortened to :data:`MAX_SHOWN` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _legible(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
