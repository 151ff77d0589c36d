"""The Python in the product's documentation runs and does what its text says."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import moto
import pytest

from lambdas.environment.event_types import EventType
from lambdas.eventing.schemas import schema_of
from lambdas.eventing.signing import Secrets, headers

DOCS = Path(__file__).resolve().parents[3] / "docs" / "product"
EXAMPLE = DOCS.parents[1] / "examples" / "product"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(document: str, language: str) -> list[str]:
    found = BLOCK.findall((DOCS / document).read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def defined_in(document: str) -> dict[str, Any]:
    """What the Python of a document defines."""
    names: dict[str, Any] = {}
    for block in blocks(document, "python"):
        exec(block, names)  # noqa: S102 -- the project's own documentation
    return names


def test_the_event_that_is_shown_is_what_its_schema_says():
    (shown,) = (json.loads(each) for each in blocks("events.md", "json"))
    jsonschema.validate(shown["detail"], schema_of(EventType(shown["detail-type"])))
    assert shown["resources"] == [shown["detail"]["directory"] + shown["detail"]["sub_id"]["uri"]]


def test_every_type_of_event_is_in_the_documentation():
    text = (DOCS / "events.md").read_text(encoding="utf-8")
    missing = [
        each for each in EventType if f"schemas/{each.value.rpartition(':event:')[2].replace(':', '-')}" not in text
    ]
    assert missing == []


def test_the_rule_that_is_shown_passes_its_types_and_no_others(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        session = boto3.Session(region_name="eu-west-1")
        events, sqs = session.client("events"), session.client("sqs")
        events.create_event_bus(Name="scim-acme")
        url = sqs.create_queue(QueueName="product")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        defined_in("events.md")["subscribe"]("scim-acme", "scim.acme", arn, "product", session)
        for each in EventType:
            entry = {"Source": "scim.acme", "DetailType": each.value, "Detail": "{}", "EventBusName": "scim-acme"}
            events.put_events(Entries=[entry])
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        received = {json.loads(each["Body"])["detail-type"] for each in messages}
    expected = {EventType.DEACTIVATE, EventType.DELETE, EventType.PERMISSIONS_CHANGED, EventType.MEMBERS_AFFECTED}
    assert received == {each.value for each in expected}


def test_the_receiver_that_is_shown_takes_signed_events_once_and_refuses_others():
    receive = defined_in("webhooks.md")["receive"]
    secrets = Secrets.new().rotated(timedelta(days=1))
    body = json.dumps({"jti": "a1"})
    seen: set[str] = set()
    signed = headers("a1", body, secrets)
    for secret in secrets.valid():
        assert receive(body.encode(), signed, secret, set()) == (204, {"jti": "a1"})
    assert receive(body.encode(), signed, secrets.current, seen) == (204, {"jti": "a1"})
    assert receive(body.encode(), signed, secrets.current, seen) == (204, None)
    assert receive(b"{}", signed, secrets.current, seen) == (401, None)


def test_the_code_of_sign_on_is_that_of_the_example_product():
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.glob("*.py")))
    quoted = blocks("sign-on.md", "python")
    assert len(quoted) == 3
    assert [each for each in quoted if each not in code] == []
