"""The committed JSON Schemas of events are complete and those of the code."""

import jsonschema
import pytest

from lambdas.environment.event_types import EventType
from lambdas.eventing.event import Source, connection_event
from lambdas.eventing.schemas import FOLDER, files, schema_of


def test_the_files_are_what_the_code_says():
    """`python -m lambdas.eventing.schemas` writes them."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == files()


@pytest.mark.parametrize("event_type", EventType)
def test_every_type_has_a_schema_that_is_one(event_type: EventType):
    jsonschema.Draft202012Validator.check_schema(schema_of(event_type))


PAYLOADS = {
    EventType.PROVISIONING_STALLED: {"last_request": "2027-01-31T14:05:00Z", "hours": 6},
    EventType.PROVISIONING_RESUMED: {"stalled_since": "2027-01-31T14:05:00Z"},
    EventType.PROVISIONING_FAILING: {"failures": 3, "user": "/Users/2819c223", "scim_type": "uniqueness"},
    EventType.DEPROVISIONING_UNUSUAL: {"count": 51, "limit": 50},
    EventType.DEPROVISIONING_HELD: {"count": 51, "limit": 50},
    EventType.CREDENTIAL_EXPIRING: {"credential": "ab12cd", "kind": "token", "expires": "2027-01-31T14:05:00Z"},
}


@pytest.mark.parametrize("event_type", PAYLOADS)
def test_an_event_about_a_connection_is_what_its_schema_says(event_type: EventType):
    event = connection_event(
        event_type, directory="acme", connection="k3x7", occurrence="2027-01-31", payload=PAYLOADS[event_type]
    )
    claims = event.claims(Source("acme", "https://scim.example.com/v2"))
    jsonschema.validate(claims, schema_of(event_type))
    assert claims["sub_id"] == {"format": "opaque", "id": "k3x7"}
    assert event.resource == "acme/connections/k3x7"


def test_an_occurrence_has_one_identity_and_another_has_another():
    def published(occurrence: str) -> str:
        return connection_event(
            EventType.PROVISIONING_STALLED, directory="acme", connection="k3x7", occurrence=occurrence, payload={}
        ).jti

    assert published("a") == published("a") != published("b")


def test_a_type_of_a_resource_is_refused_for_a_connection():
    with pytest.raises(ValueError, match="not about a connection"):
        connection_event(EventType.DELETE, directory="acme", connection="k3x7", occurrence="a", payload={})
