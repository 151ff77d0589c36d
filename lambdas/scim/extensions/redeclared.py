"""Stored resources that are older than the declaration of their extensions.

``{"urn:...:CustomExtensionName": {"level": "3"}}``, stored when ``level`` was a string, or not declared. A value that can be read
as the new type is, as if a client had sent it; any other is not returned. Otherwise the resource could not be read, found or
disabled.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from scim2_models import Resource

from lambdas.scim.dialects.object_reader import read_members
from lambdas.scim.extensions.escaped_names import unescape


def read_stored(document: dict[str, Any], model: type[Resource[Any]]) -> Resource[Any]:
    """Return a stored resource, validated by its present model.

    :param document: What is stored; may be changed.
    :raises pydantic.ValidationError: When values other than those of declared extensions are invalid.
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
    """Yield the URN and the name, as stored, of each attribute of an extension that an error names."""
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
