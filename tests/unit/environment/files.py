"""Environment files for tests: as text from data, and data at random around the keys that there are."""

import datetime
import json
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

from lambdas.environment.file import Environment

MINIMAL: dict[str, Any] = {
    "name": "acme",
    "description": "Acme Ltd",
    "aws": {"account": "123456789012", "region": "eu-central-1"},
}
"""What every file needs."""

PATHS = ["userName", "userType", "name.givenName", "emails.value", "emails", "displayName", "urn:x:y:z:key", "no.such"]
TEXTS = [*PATHS, "", "acme", "eu-central-1", "123456789012", "urn:x:y:z", "reader", "a" * 400, "\N{PILE OF POO}"]
NUMBERS = [0, 1, 30, 365, 10_000, -1, 10**30]
FITTING = {
    "name": ["folders", "color", "Reader", "Editor"],
    "urn": ["urn:x:y:z", "urn:x:y:w", "URN:x:y:Z"],
    "id": ["reader", "editor"],
    "default": ["reader", "editor", "no-set"],
}
"""What a text may be under some keys."""


def as_toml(data: Mapping[str, Any]) -> str:
    """Return data as the text of a TOML file, one top key a line."""
    return "".join(f"{_text(key)} = {_value(value)}\n" for key, value in data.items())


def files() -> st.SearchStrategy[dict[str, Any]]:
    """Data around all keys of an environment file; about half of it has what is required."""
    keys = {
        name: st.one_of(_right(name, field.annotation), _junk()) for name, field in Environment.model_fields.items()
    }
    return st.builds(lambda complete, data: (MINIMAL if complete else {}) | data, st.booleans(), _with_strays(keys))


def files_that_fit() -> st.SearchStrategy[dict[str, Any]]:
    """Data in which each value alone is right, so that what is wrong is wrong together."""
    tables = ("capabilities", "users", "groups", "extensions", "permissions", "login")
    keys = {name: _right(name, Environment.model_fields[name].annotation, strays=False) for name in tables}
    return st.fixed_dictionaries({}, optional=keys).map(lambda data: MINIMAL | data)


def _with_strays(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    strays = st.dictionaries(st.sampled_from(["stray", "name", "urn", *keys]), _junk(), max_size=1)
    stray = st.one_of(st.just({}), st.just({}), strays)
    return st.builds(lambda data, more: data | more, st.fixed_dictionaries({}, optional=keys), stray)


def _right(key: str, annotation: object, *, strays: bool = True) -> st.SearchStrategy[Any]:
    """Values of a type; with strays, now and then one inside that the key may not have."""

    def inner(name: str, inside: object) -> st.SearchStrategy[Any]:
        right = _right(name, inside, strays=strays)
        return st.one_of(right, right, right, _junk()) if strays else right

    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        keys = {name: inner(name, field.annotation) for name, field in annotation.model_fields.items()}
        required = [name for name, field in annotation.model_fields.items() if field.is_required()]
        fitting = st.fixed_dictionaries(
            {name: keys[name] for name in required},
            optional={name: keys[name] for name in keys if name not in required},
        )
        return _with_strays(keys) if strays else fitting
    if origin is typing.Annotated:
        return _right(key, arguments[0], strays=strays)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from([each.value for each in annotation])
    if origin is tuple:
        return st.lists(inner(key, arguments[0]), min_size=int(key not in ("sources", "default")), max_size=3)
    if origin is dict:
        return st.dictionaries(st.sampled_from(PATHS), inner(key, arguments[1]), max_size=3)
    if arguments:
        return st.one_of([_right(key, each, strays=strays) for each in arguments if each is not type(None)])
    numbers: dict[object, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.sampled_from(NUMBERS),
        float: st.floats(),
    }
    return numbers.get(annotation, st.sampled_from(FITTING.get(key, TEXTS if strays else PATHS)))


def _junk() -> st.SearchStrategy[Any]:
    """Anything that TOML can say."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    dates = st.one_of(st.datetimes(), st.dates(), st.times())
    simple = st.one_of(st.booleans(), st.integers(), st.floats(), text, dates)
    return st.recursive(
        simple,
        lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(text, inner, max_size=2)),
        max_leaves=4,
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else str(value).lower()


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
