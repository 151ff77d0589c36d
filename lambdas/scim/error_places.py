"""The place in a PATCH that an error is about, as the client wrote it."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from scim2_models import Context, PatchOp, PatchOperation, Resource, SCIMException
from scim2_server.utils import parametrize

from lambdas.scim.detail import Shown
from lambdas.scim.error_details import Location, explain, path_of
from lambdas.scim.path_names import names_in, shown_path


def place_of(index: int, operation: "PatchOperation[Any]", error: SCIMException) -> Shown:
    """Return the attribute that an operation failed on.

    It is the path of the operation, or else the key of its value; with the sub-attribute behind it when a value inside is wrong.

    :param index: The operation's position, which is the place when the attribute is not known.
    """
    location = _location_of(error, indexes=operation.op == PatchOperation.Op.replace_)
    names = [path_of((part,)) for part in location if isinstance(part, str)]
    path = str(operation.path) if operation.path is not None else _key_of(operation.value, names)
    if path is None:
        place = path_of(location) or f"Operations[{index}]"
        return Shown(place, place)
    shown, inner = shown_path(path), path_of(_below(names_in(path), location))
    separator = "" if not inner or inner.startswith("[") else "."
    return Shown(shown.text + separator + inner, shown.logged + separator + inner)


def explain_patch(model: type[Resource[Any]], payload: Any, error: ValidationError) -> SCIMException:
    """Return the SCIM exception for an invalid PATCH; the place is that of the first invalid operation.

    The library reports some errors of operations as errors of the whole message.

    :param model: The model of the resource.
    :param payload: The PATCH that is invalid; any other value when the error is not about one.
    """
    location = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    operations = payload.get("Operations") if isinstance(payload, dict) else None
    if not isinstance(operations, list) or any(part in ("Operations", "operations") for part in location):
        return explain(error)
    for index, operation in enumerate(operations):
        try:
            parametrize(PatchOp, model).model_validate(
                {"Operations": [operation]}, scim_ctx=Context.RESOURCE_PATCH_REQUEST
            )
        except ValidationError:
            return explain(error, _place_in(index, operation))
    return explain(error)


def _place_in(index: int, operation: Any) -> Shown:
    """Return the attribute of an operation that has not been validated."""
    members = operation if isinstance(operation, dict) else {}
    path = members.get("path") or _key_of(members.get("value"), [])
    return shown_path(path) if isinstance(path, str) else Shown(f"Operations[{index}]", f"Operations[{index}]")


def _below(path: str, location: Location) -> Location:
    """Return the part of a location below the attribute that a path ends with."""
    for index, part in enumerate(location):
        if isinstance(part, str) and _ends_with(path, path_of((part,))):
            return location[index + 1 :]
    return location


def _location_of(error: SCIMException, *, indexes: bool) -> Location:
    """Return where a validation failed.

    :param indexes: Whether to keep the indexes of lists; those of an added value count the stored values too.
    """
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return ()
    location = cause.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    return tuple(part for part in location if (indexes if isinstance(part, int) else path_of((part,))))


def _key_of(value: Any, wrong: list[str]) -> str | None:
    """Return the key of an operation's value that an error is about; None when it is not known."""
    if not isinstance(value, dict):
        return None
    named = (key for key in _keys(value) if wrong and _ends_with(names_in(key), wrong[-1]))
    return next(named, next(iter(value)) if len(value) == 1 else None)


def _keys(value: dict[str, Any]) -> Iterator[str]:
    """Yield the paths that the keys of an object stand for, followed by those of the objects inside."""
    for key, inner in value.items():
        yield key
        if isinstance(inner, dict):
            separator = ":" if key.lower().startswith("urn:") else "."
            yield from (f"{key}{separator}{name}" for name in _keys(inner))


def _ends_with(path: str, name: str) -> bool:
    """Return whether the last name of a path is this one, which may hold dots itself."""
    head, found = path[: -len(name)], path[-len(name) :]
    return found.lower() == name.lower() and head[-1:] in ("", ".", ":")
