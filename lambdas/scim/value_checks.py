"""The values that the protocol asks of a resource, in the state that a request leads to."""

from collections.abc import Mapping
from typing import Any

from scim2_models import InvalidValueException, Resource

from lambdas.scim.attributes import is_empty
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.extensions.open_extension import check_open_names
from lambdas.scim.models import is_group

REQUIRED = "{name} is required: send it with a value that is not empty"
BLANK = "{name} is unique: send it with a value that is not blank"


def check_values(provider: DirectoryProvider, resource: Resource[Any], before: Resource[Any] | None = None) -> None:
    """Raise an error for a resource without a required value, with a blank unique one, or with too many undeclared attributes.

    RFC 7643 section 4.1.1 asks for a userName that is not empty; the library accepts one of spaces. Faults that the stored state
    already has are accepted: a user who leaves must be disabled, however old the record is.

    :param resource: The state to write.
    :param before: The stored state; None for a new resource.
    :raises InvalidValueException: Naming the attribute.
    """
    check_open_names(resource)
    type_name = "Group" if is_group(resource) else "User"
    for attribute in provider.required_by_schema(type_name):
        if not attribute.values(resource) and (before is None or attribute.values(before)):
            raise InvalidValueException(detail=Detail(REQUIRED, name=attribute.name))
    for attribute in provider.unique(type_name):
        stored = attribute.entries(before) if before is not None else []
        if any(_is_blank(value) and value not in stored for value in attribute.entries(resource)):
            raise InvalidValueException(detail=Detail(BLANK, name=attribute.name))


def lacks_values(provider: DirectoryProvider, type_name: str, document: Mapping[str, Any]) -> bool:
    """Return whether :func:`check_values` would refuse a new resource, or has to look at its model.

    :param document: The resource as a plain document (:mod:`lambdas.scim.plain_documents`), which has no undeclared attributes.
    """
    required = provider.required_by_schema(type_name)
    return any(all(map(_is_doubtful, each.entries_in(document))) for each in required) or any(
        _is_blank(value) for each in provider.unique(type_name) for value in each.entries_in(document)
    )


def _is_doubtful(value: Any) -> bool:
    return isinstance(value, dict) or is_empty(value)


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not value.strip()
