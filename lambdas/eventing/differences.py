"""The difference between two states of a resource: names of attributes for a notice, PATCH operations for a full event."""

from collections.abc import Iterator, Mapping
from typing import Any

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Document = Mapping[str, Any]
"""A resource as the table stores it, without the attributes that are stored separately."""


def changed_attributes(before: Document, after: Document) -> list[str]:
    """Return the paths of attributes whose values differ, sorted; those of an extension with its URN.

    ``schemas`` is left out: it follows from the others.
    """
    return sorted(path for path, _ in _differences(before, after))


def patch_of(before: Document, after: Document) -> dict[str, Any]:
    """Return the PATCH request (RFC 7644 section 3.5.2) that leads from one state to the other."""
    operations = [
        {"op": "remove", "path": path} if value is None else {"op": "replace", "path": path, "value": value}
        for path, value in sorted(_differences(before, after), key=lambda each: each[0])
    ]
    return {"schemas": [PATCH_OP], "Operations": operations}


def _differences(before: Document, after: Document) -> Iterator[tuple[str, Any]]:
    """Yield the paths of attributes whose values differ, each with its new value; None for none."""
    for name in before.keys() | after.keys():
        if name == "schemas":
            continue
        old, new = before.get(name), after.get(name)
        if name.lower().startswith("urn:") and isinstance(old or {}, dict) and isinstance(new or {}, dict):
            old, new = old or {}, new or {}
            for inner in old.keys() | new.keys():
                if old.get(inner) != new.get(inner):
                    yield f"{name}:{inner}", new.get(inner)
        elif old != new:
            yield name, new
