"""JSON Schemas of all events, as the files in ``docs/product/schemas`` hold them.

``python -m lambdas.eventing.schemas`` writes the files. No function carries this module.
"""

import json
from pathlib import Path
from typing import Any

from lambdas.environment.event_types import CONNECTION_EVENTS, EventType
from lambdas.eventing.differences import PATCH_OP

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "product" / "schemas"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "array", "items": TEXT, "uniqueItems": True}
SOME_TEXTS: Schema = {**TEXTS, "minItems": 1}
NUMBER: Schema = {"type": "integer", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
VERSION: Schema = {"type": "string", "pattern": "^[0-9]+$"}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with these members and no other."""
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


EMPTY = _object({})
NOTICE = _object({"attributes": SOME_TEXTS, "version": VERSION})
OPERATION = _object({"op": {"enum": ["replace", "remove"]}, "path": TEXT}, {"value": {}})
PATCH = _object({"schemas": {"const": [PATCH_OP]}, "Operations": {"type": "array", "items": OPERATION, "minItems": 1}})
CREATED: Schema = {"type": "object", "required": ["id", "schemas"]}

PAYLOADS: dict[EventType, Schema] = {
    EventType.FEED_ADD: EMPTY,
    EventType.CREATE_NOTICE: NOTICE,
    EventType.CREATE_FULL: _object({"data": CREATED, "version": VERSION}),
    EventType.PATCH_NOTICE: NOTICE,
    EventType.PATCH_FULL: _object({"data": PATCH, "version": VERSION}),
    EventType.DELETE: EMPTY,
    EventType.ACTIVATE: EMPTY,
    EventType.DEACTIVATE: EMPTY,
    EventType.PERMISSIONS_CHANGED: _object(
        {
            "before": TEXTS,
            "after": TEXTS,
            "reasons": {"type": "object", "additionalProperties": SOME_TEXTS},
        }
    ),
    EventType.MEMBERS_AFFECTED: _object(
        {
            "cause": {"enum": ["group-deleted", "group-renamed", "mapping-changed"]},
            "attributes": {"type": "array", "items": {"enum": ["groups", "entitlements"]}, "minItems": 1},
            "users": {**SOME_TEXTS, "maxItems": 1000},
        }
    ),
    EventType.PROVISIONING_STALLED: _object({"last_request": {**MOMENT, "type": ["string", "null"]}, "hours": NUMBER}),
    EventType.PROVISIONING_RESUMED: _object({"stalled_since": MOMENT}),
    EventType.PROVISIONING_FAILING: _object(
        {"failures": NUMBER}, {"user": {"type": "string", "pattern": "^/Users/.+$"}, "scim_type": TEXT}
    ),
    EventType.DEPROVISIONING_UNUSUAL: _object({"count": NUMBER, "limit": NUMBER}),
    EventType.DEPROVISIONING_HELD: _object({"count": NUMBER, "limit": NUMBER}),
    EventType.CREDENTIAL_EXPIRING: _object(
        {"credential": TEXT, "kind": {"enum": ["token", "client_secret"]}, "expires": MOMENT}
    ),
}
"""The schema of each type's payload."""


def schema_of(event_type: EventType) -> Schema:
    """Return the schema of an event's claims set: ``detail`` on the bus, the body of a webhook."""
    of_connection = event_type in CONNECTION_EVENTS
    resource = _object({"format": {"const": "scim"}, "uri": {"pattern": "^/(Users|Groups)/.+$"}}, {"externalId": TEXT})
    connection = _object({"format": {"const": "opaque"}, "id": TEXT})
    claims = _object(
        {
            "jti": TEXT,
            "txn": TEXT,
            "iat": NUMBER,
            "iss": {"type": "string", "format": "uri"},
            "directory": TEXT,
            "sub_id": connection if of_connection else resource,
            "events": _object({event_type.value: PAYLOADS[event_type]}),
        },
        {} if of_connection else {"version": NUMBER},
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": event_type.value, **claims}


def file_name(event_type: EventType) -> str:
    """Return the name of a schema's file, such as ``prov-patch-notice.json``."""
    return f"{event_type.value.rpartition(':event:')[2].replace(':', '-')}.json"


def files() -> dict[str, str]:
    """Return the content of every file, by its name."""
    return {file_name(each): json.dumps(schema_of(each), indent=2) + "\n" for each in EventType}


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
