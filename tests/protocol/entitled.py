"""Files with permission sets, and a client that provisions into them, for the tests of what users have then."""

import json
from collections.abc import Sequence
from typing import Any

from support.environments import SETS
from tests.protocol.client import Api, Reply

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LOGIN = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"


def permissions(*sources: str, default: Sequence[str] = (), more: str = "") -> str:
    """Tables of a file whose sets come from these sources."""
    return f"[permissions]\nsources = {json.dumps(sources)}\ndefault = {json.dumps(default)}\n{more}\n{SETS}"


def user(api: Api, name: str = "ada@example.com", **attributes: Any) -> str:
    """Create a user and return its id."""
    created = api.post("/Users", {"userName": name, **attributes})
    assert created.status == 201, created.json
    return str(created.json["id"])


def group(api: Api, name: str, *members: str) -> str:
    """Create a group and return its id."""
    created = api.post("/Groups", {"displayName": name, "members": [{"value": each} for each in members]})
    assert created.status == 201, created.json
    return str(created.json["id"])


def patch(api: Api, path: str, *operations: dict[str, Any]) -> Reply:
    return api.patch(path, {"schemas": [PATCH], "Operations": list(operations)})


def sets_of(api: Api, user_id: str) -> list[str]:
    """The ids of the sets that a read of the user shows."""
    return [each["value"] for each in api.get(f"/Users/{user_id}").json.get("entitlements", [])]
