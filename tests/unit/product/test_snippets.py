"""The Python in the product's documentation runs and does what its text says."""

import ast
import json
import re
import textwrap
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import moto
import pytest

from examples.product.queue import consume
from lambdas.environment.event_types import EventType
from lambdas.eventing.schemas import schema_of
from lambdas.eventing.signing import Secrets, headers

DOCS = Path(__file__).resolve().parents[3] / "docs" / "product"
ROOT = DOCS.parents[1]
DOCUMENTS = [*sorted(DOCS.glob("*.md")), ROOT / "examples" / "product" / "README.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

QUOTE = re.compile(r"^<!-- (\S+): (\S+) -->\n```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
"""Code that is quoted: its file and its function, in a comment above it."""

RUN = {"events.md", "webhooks.md", "reconcile.md"}
"""Documents whose Python is run by a test: of this file, and reconcile.md by tests/protocol/test_reconcile.py."""


def blocks(document: str, language: str) -> list[str]:
    found = BLOCK.findall((DOCS / document).read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def defined_in(document: str) -> dict[str, Any]:
    """What the Python of a document defines that is not quoted."""
    names: dict[str, Any] = {}
    text = QUOTE.sub("", (DOCS / document).read_text(encoding="utf-8"))
    for block in (found[1] for found in BLOCK.findall(text) if found[0] == "python"):
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


def test_the_consumer_that_is_shown_deletes_an_event_after_it_was_handled(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-1")
        url = sqs.create_queue(QueueName="product", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        for number in range(3):
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"detail": {"jti": str(number)}}))

        def crash(event: dict[str, Any]) -> None:
            raise ConnectionError(event["jti"])

        with pytest.raises(ConnectionError):
            consume(sqs, url, crash)
        handled: list[str] = []
        consume(sqs, url, lambda event: handled.append(event["jti"]))
        assert sorted(handled) == ["0", "1", "2"]
        assert "Messages" not in sqs.receive_message(QueueUrl=url)


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


QUOTES = [(document, *quote) for document in DOCUMENTS for quote in QUOTE.findall(document.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("document", "path", "name", "quoted"), QUOTES, ids=[f"{each[1]}: {each[2]}" for each in QUOTES]
)
def test_quoted_code_is_that_of_the_example_product(document: Path, path: str, name: str, quoted: str):
    """`python -m tests.unit.product.test_snippets` writes the quotes anew."""
    assert quoted == source_of(path, name)


def test_all_python_is_quoted_or_run():
    for document in DOCUMENTS:
        quotes = len(QUOTE.findall(document.read_text(encoding="utf-8")))
        run = 1 if document.name in RUN else 0
        assert len(blocks(document.name, "python")) == quotes + run, document.name


def source_of(path: str, name: str) -> str:
    """The source of a function, such as ``handle`` or ``Directory.read_again``, indented as at the top of a module."""
    source = (ROOT / path).read_text(encoding="utf-8")
    nodes: list[ast.AST] = [ast.parse(source)]
    for part in name.split("."):
        nodes = [each for node in nodes for each in ast.iter_child_nodes(node) if getattr(each, "name", None) == part]
    (node,) = nodes
    return textwrap.dedent(str(ast.get_source_segment(source, node, padded=True))) + "\n"


if __name__ == "__main__":
    for each in DOCUMENTS:
        text = each.read_text(encoding="utf-8")
        fresh = QUOTE.sub(
            lambda found: f"<!-- {found[1]}: {found[2]} -->\n```python\n{source_of(found[1], found[2])}```\n", text
        )
        each.write_text(fresh, encoding="utf-8")
