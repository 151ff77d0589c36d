"""Stored resources whose extensions are declared otherwise by now: a file can change, and a resource is older than the change.

``{"urn:...:CustomExtensionName": {"level": "3"}}``, stored when ``level`` was a string, or when nobody had declared it. What can be
made a value of the new type becomes one, as if a client had sent it; what fits no more is not shown. Nobody could read, search or
disable people otherwise.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from scim2_models import Resource

from lambdas.scim.dialects.values import read_members
from lambdas.scim.extensions.escaped_names import unescape


def read_stored(document: dict[str, Any], model: type[Resource[Any]]) -> Resource[Any]:
    """Return a stored resource as its model describes it.

    :param document: What is stored; may be changed.
    :raises pydantic.ValidationError: When more of it is wrong than values in extensions that a file declares.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        wrong = list(_wrong(error, document))
        if not wrong:
            raise
        extensions = model.get_extension_models()
        for urn, name in wrong:
            document[urn] |= read_members(extensions[urn], {name: document[urn][name]})
    try:
        return model.model_validate(document)
    except ValidationError as error:
        for urn, name in set(_wrong(error, document)):
            del document[urn][name]
    return model.model_validate(document)


def _wrong(error: ValidationError, document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the URN and the name, as stored, of each attribute of an extension that an error is about."""
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        urn, name = (*map(str, each["loc"]), "", "")[:2]
        held = document.get(urn)
        stored = (
            next((key for key in held if key.lower() == unescape(name).lower()), None)
            if isinstance(held, dict)
            else None
        )
        if stored is not None:
            yield urn, stored
