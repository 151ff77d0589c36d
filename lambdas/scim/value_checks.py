"""The values that the protocol asks of a resource, in the state that a request leads to."""

from typing import Any

from scim2_models import InvalidValueException, Resource

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


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not value.strip()
