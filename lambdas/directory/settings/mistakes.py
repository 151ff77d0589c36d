"""What is wrong with an environment file, said to the person who wrote it.

Pydantic finds the mistakes; its own words ("Input should be a valid integer [type=int_type]") are for programmers. Here
each becomes one line that names the key, what is there, and what would be right, from the field's ``description``.
"""

import difflib
import json
import types
import typing

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

MAX_SHOWN = 60
"""How many characters of a wrong value are repeated in the message."""

FOLLOWS_FROM_ANOTHER = "default_factory_not_called"
"""Pydantic's type of the error that a default cannot be made because what it is made from is wrong, which is told."""

OF_OURS = "mistake"
"""The type of an error of :func:`mistake`, whose text says all there is to say."""


class SettingsError(Exception):
    """An environment file that cannot be used; its text is for the person who wrote the file."""


def mistake(text: str) -> PydanticCustomError:
    """Return what a validator raises for keys that are right alone and wrong together.

    :param text: Names the key, what is wrong and what would be right; no full stop at its end.
    """
    return PydanticCustomError(OF_OURS, "{text}", {"text": text})


def explain(file: str, model: type[BaseModel], error: ValidationError) -> str:
    """Return the text that tells every mistake of a file, one per line.

    :param file: The file as the person knows it, such as ``environments/acme.toml``.
    :param model: The model the file was checked against.
    """
    details = error.errors(include_url=False, include_context=False)
    lines = [f"  {_mistake(model, detail)}." for detail in details if detail["type"] != FOLLOWS_FROM_ANOTHER]
    return "\n".join([f"{file} cannot be used:", *lines])


def _mistake(model: type[BaseModel], detail: ErrorDetails) -> str:
    if detail["type"] == OF_OURS:
        return detail["msg"]
    *parents, last = detail["loc"] or ("",)
    key = ".".join(str(part) for part in detail["loc"])
    section = _section(model, parents)
    if section is None:
        return f"{key} is {_shown(detail['input'])}: {detail['msg']}"
    if detail["type"] == "extra_forbidden":
        return _unknown(".".join(str(part) for part in parents), str(last), section)
    field = section.model_fields.get(str(last))
    right = field.description if field and field.description else detail["msg"]
    if detail["type"] == "missing":
        return f"{key} is missing; it must be {right}"
    return f"{key} is {_shown(detail['input'])}; it must be {right}"


def _unknown(table: str, key: str, section: type[BaseModel]) -> str:
    known = list(section.model_fields)
    where = f"[{table}]" if table else "The file"
    near = difflib.get_close_matches(key, known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else "remove it."
    return f"{table + '.' if table else ''}{key} is not a key; {hint} {where} can have: {', '.join(known)}"


def _section(model: type[BaseModel], parents: list[int | str]) -> type[BaseModel] | None:
    """Return the model of the table that a key lies in, or None when no model of ours describes it."""
    for part in parents:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        found = _model_in(field.annotation) if field else None
        if found is None:
            return None
        model = found
    return model


def _model_in(annotation: typing.Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``Table``, ``Table | None`` or ``list[Table]``."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    found = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model), None)


def _shown(value: object) -> str:
    """Return a value as it is written in the file, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
