"""What an endpoint announces, read from its discovery endpoints, whatever they answer."""

from typing import Any

import pytest

from scimprobe.endpoint import announcement
from scimprobe.endpoint.announcement import Announcement
from scimprobe.wire import Client, Tenant
from tests.unit.scimprobe.faults import Right
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Fault, Received, serving

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
DISCOVERY = ("/Schemas", "/ResourceTypes", "/ServiceProviderConfig")


def read(fault: Fault | None = None) -> Announcement:
    with serving(fault) as stand_in:
        client = Client(Tenant.parse(stand_in.url, TOKEN))
        try:
            return announcement.read(client)
        finally:
            client.close()


def answering(**answers: Any) -> Fault:
    """Discovery endpoints that answer this instead."""

    def fault(received: Received, right: Right) -> Answer:
        for name, body in answers.items():
            if received.target.endswith(f"/{name}"):
                return 200, {"Content-Type": "application/scim+json"}, body
        return right(received)

    return fault


def test_the_attributes_of_core_and_extension_are_found_by_their_paths() -> None:
    found = read()
    user = found.attributes["User"]
    assert user["username"].required
    assert user["username"].unique
    assert user["emails.type"].values == ("work", "home", "other")
    assert (user["emails"].multi_valued, user["emails"].has_parts) == (True, True)
    assert user["groups"].mutability == "readOnly"
    assert f"{ENTERPRISE}:department".lower() in user
    assert "displayname" in found.attributes["Group"]
    assert found.extensions == {"User": (ENTERPRISE,), "Group": ()}
    assert found.capabilities["patch"] is True


def test_a_required_part_counts_only_where_its_parent_is_required() -> None:
    part = {"name": "value", "type": "string", "required": True}
    attributes = [
        {"name": "a", "type": "complex", "required": True, "subAttributes": [part]},
        {"name": "b", "type": "complex", "required": False, "subAttributes": [part]},
    ]
    schemas = {"Resources": [{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": attributes}]}
    user = read(answering(Schemas=schemas)).attributes["User"]
    assert (user["a.value"].required, user["b.value"].required) == (True, False)


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"Resources": None}, {"Resources": [None, {"id": 7}, {"attributes": [1, {"name": 2}]}]}, b"<html>"],
)
@pytest.mark.parametrize("name", [each.removeprefix("/") for each in DISCOVERY])
def test_an_answer_that_cannot_be_read_announces_nothing_and_breaks_nothing(name: str, body: Any) -> None:
    found = read(answering(**{name: body}))
    if name == "ServiceProviderConfig":
        assert found.capabilities == {}
    else:
        assert not found.attributes["User"]


def test_an_endpoint_without_discovery_announces_nothing() -> None:
    def missing(received: Received, right: Right) -> Answer:
        return (404, {}, None) if received.target.endswith(DISCOVERY) else right(received)

    assert read(missing) == Announcement()
