"""A remove that lists what to remove in its value.

``{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "2819c223"}]}``: Entra without the flag; only
these members go (idp-behaviour case 53; SCIM-SDK#149 and many more). The value may also be one object, one string or
strings, and carries what the client happens to know of the entry, such as a ``display`` that we have never seen:
entries are recognised by ``value``, and where one value may stand for several entries, by ``type``. Where there is
nothing to choose from (``{"op": "Remove", "path": "title", "value": "T"}``) the path alone says what goes.
"""

from datetime import datetime
from typing import Any

from lambdas.scim.dialects.schema import Attribute, Place


def removed_values(operation: dict[str, Any], place: Place | None, *, selects: bool) -> dict[str, Any]:
    """Return the remove with a value that the core can select by, or without one.

    :param place: What the path names.
    :param selects: Whether the path itself selects values by a filter in brackets.
    """
    value = operation.get("value")
    if value is None:
        return operation
    target = place.target if place else None
    if target is None or selects or not target.multi_valued or (place and place.sub_attribute):
        return {key: item for key, item in operation.items() if key != "value"}
    entries = value if isinstance(value, list) else [value]
    return {**operation, "value": [_selecting(entry, target) for entry in entries if entry is not None]}


def _selecting(entry: Any, attribute: Attribute) -> Any:
    """Return the sub-attributes of an entry by which it is found again."""
    if isinstance(entry, str | int | float):
        return {"value": entry}
    if isinstance(entry, datetime):
        return {"value": str(entry)}
    if not isinstance(entry, dict):
        return entry
    named = {key.lower(): item for key, item in entry.items() if item not in (None, "")}
    if "value" not in named:
        return {key: item for key, item in entry.items() if item is not None}
    kept = ("value",) if attribute.is_reference else ("value", "type")
    return {name: named[name] for name in kept if name in named}
