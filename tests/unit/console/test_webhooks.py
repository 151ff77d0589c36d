"""The page of webhooks: their state, deliveries, a test event, and what is delivered once more."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.console.app import Console
from lambdas.environment.file import load
from lambdas.eventing.deliveries import Delivery, DeliveryStore
from lambdas.operations.webhooks import dead_letters_name, queue_name
from support.console_browser import Answer, Browser
from tests.unit.console.conftest import ConsoleOf, sign_in
from tests.unit.console.test_pages import records

USER = "/Users/2819c223-7f76-453a-919d-413861904646"


class Product:
    """The console of an environment with one webhook, and the webhook's queues."""

    def __init__(self, console: Console) -> None:
        self.console = console
        (self.webhook,) = console.environment.webhooks
        self.sqs = console.connect("sqs")
        name = console.environment.name
        self.queue, self.dead = (
            self.sqs.create_queue(QueueName=each(name, self.webhook.id))["QueueUrl"]
            for each in (queue_name, dead_letters_name)
        )
        self.path = f"/console/webhooks/{self.webhook.id}"

    def keep(self, jti: str, status: int | None, error: str | None = None, minute: int = 0) -> None:
        at = datetime(2026, 11, 20, 8, minute, tzinfo=UTC)
        claims: dict[str, Any] = {
            "jti": jti,
            "iat": int(at.timestamp()),
            "sub_id": {"format": "scim", "uri": USER},
            "events": {"urn:ietf:params:scim:event:prov:deactivate": {"secret": "value-of-an-attribute"}},
        }
        DeliveryStore(self.console.table).keep(Delivery.of(self.webhook.id, claims, 3, status, error))

    def sent(self) -> list[dict[str, Any]]:
        found = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"])["detail"] for each in found]

    def browser(self, person: str) -> Browser:
        browser = Browser(self.console)
        assert sign_in(browser, person).status == 303
        return browser


@pytest.fixture
def product(console_of: ConsoleOf) -> Iterator[Product]:
    product = Product(console_of(load("forms-admin", "local")))
    yield product
    for queue in (product.queue, product.dead):
        product.sqs.delete_queue(QueueUrl=queue)


def position_of(page: Answer, row: int = 0) -> str:
    return re.findall(r'name="position" value="([^"]+)"', page.text)[row]


def actions(product: Product) -> list[tuple[str, str]]:
    return [(each["operator"], each["action"]) for each in records(product.console) if each.get("action")]


def test_the_pages_show_state_and_deliveries_without_any_value_of_an_event(product: Product):
    tim = product.browser("tim")
    assert ">unused</span>" in tim.get("/console/webhooks").text
    product.keep("event-1", 204, minute=1)
    assert ">delivering</span>" in tim.get("/console/webhooks").text
    product.keep("event-2", 500, "the receiver answered 500", minute=2)
    assert ">failing</span>" in tim.get("/console/webhooks").text
    page = tim.get(product.path).text
    assert "the receiver answered 500" in page
    assert "accepted with 204" in page
    assert page.index("the receiver answered 500") < page.index("accepted with 204")
    assert "prov:deactivate" in page
    assert USER in page
    assert "value-of-an-attribute" not in page
    failures = tim.get(f"{product.path}?show=failed").text
    assert "accepted with 204" not in failures


@pytest.mark.parametrize(("path", "queries"), [("/console/webhooks", 1), ("/console/webhooks/sign-in", 2)])
def test_a_page_asks_each_queue_once_and_reads_no_more_than_it_shows(product: Product, path: str, queries: int):
    for number in range(60):
        product.keep(f"event-{number:03}", 204, minute=number)
    ada, calls = product.browser("ada"), []
    ada.get(path)  # the addresses of the queues are asked for once in a function's life
    for service in ("dynamodb", "sqs", "ssm"):
        events = product.console.connect(service).meta.events
        events.register("before-call", lambda model, **_: calls.append(model.name), unique_id=f"count-{path}")
    try:
        assert ada.get(path).status == 200
    finally:
        for service in ("dynamodb", "sqs", "ssm"):
            product.console.connect(service).meta.events.unregister("before-call", unique_id=f"count-{path}")
    session = ["GetItem", "GetItem"]
    assert sorted(calls) == [*session, "GetQueueAttributes", "GetQueueAttributes", *["Query"] * queries]


def test_a_link_to_the_user_is_for_administrators(product: Product):
    product.keep("event-1", 204)
    link = f'href="/scim/console{USER.lower()}"'
    assert link in product.browser("ada").get(product.path).text
    assert link not in product.browser("tim").get(product.path).text


def test_deliveries_are_paged_and_no_event_is_missed(product: Product):
    for number in range(120):
        product.keep(f"event-{number:03}", 204, minute=number % 60)
    ada, query, seen = product.browser("ada"), "", []
    for _ in range(3):
        page = ada.get(f"{product.path}{query}")
        seen += re.findall(r'name="position" value="([^"]+)"', page.text)
        after = re.search(r'rel="next" href="([^"]+)"', page.text)
        query = after[1].replace("&amp;", "&") if after else ""
    assert query == ""
    assert len(set(seen)) == len(seen) == 120
    assert seen == sorted(seen, reverse=True)


def test_failures_are_found_behind_many_accepted_events(product: Product, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lambdas.operations.webhooks.SIFTED", 5)
    product.keep("event-0", 500, "the receiver answered 500", minute=0)
    for number in range(1, 7):
        product.keep(f"event-{number}", 204, minute=number)
    ada = product.browser("ada")
    first = ada.get(f"{product.path}?show=failed").text
    assert "the receiver answered 500" not in first
    after = re.search(r'rel="next" href="([^"]+)"', first)
    assert after
    assert "the receiver answered 500" in ada.get(product.path + after[1].replace("&amp;", "&")).text


def test_a_test_event_is_sent_and_recorded_under_the_person_s_name(product: Product):
    tim = product.browser("tim")
    sent = tim.post(f"{product.path}/test", {"csrf": tim.get(product.path).csrf})
    assert sent.status == 303
    assert "A test event is on its way" in tim.get(sent.location).text
    (event,) = product.sent()
    assert event["jti"].startswith("test-")
    assert actions(product) == [("tim@vendor.example", "webhook tested")]


def test_an_event_is_sent_again_with_the_same_id_and_recorded(product: Product):
    product.keep("event-1", 500, "the receiver answered 500", minute=1)
    product.keep("event-2", 204, minute=2)
    tim = product.browser("tim")
    page = tim.get(product.path)
    form = {"csrf": page.csrf, "position": position_of(page, 1)}
    assert tim.post(f"{product.path}/resend", form).status == 303
    assert [each["jti"] for each in product.sent()] == ["event-1"]
    assert actions(product) == [("tim@vendor.example", "webhook event sent again")]
    for position in ("", "nothing", "x" * 3000):
        assert tim.post(f"{product.path}/resend", {"csrf": page.csrf, "position": position}).status == 409


def test_events_that_failed_for_good_are_delivered_again_by_administrators_alone(product: Product):
    for number in range(12):
        body = json.dumps({"detail": {"jti": f"event-{number}"}})
        product.sqs.send_message(QueueUrl=product.dead, MessageBody=body)
    tim, ada = (product.browser(each) for each in ("tim", "ada"))
    page = tim.get(product.path)
    assert "/redrive" not in page.text
    assert tim.post(f"{product.path}/redrive", {"csrf": page.csrf}).status == 403
    assert product.sent() == []
    page = ada.get(product.path)
    assert "the 12 events" in page.text
    assert ada.post(f"{product.path}/redrive", {"csrf": page.csrf}).status == 303
    assert len(product.sent()) == 10
    assert actions(product) == [("ada@vendor.example", "webhook events redriven")]


@pytest.mark.parametrize(
    ("fails_at", "moved", "title", "details"),
    [("SendMessage", 3, "Not completed", ["sign-in: 3 events"]), ("ReceiveMessage", 0, "Not done", [])],
)
def test_a_redrive_that_sqs_interrupts_is_recorded_and_says_how_many_events_were_moved(
    product: Product, fails_at: str, moved: int, title: str, details: list[str]
):
    for number in range(5):
        product.sqs.send_message(QueueUrl=product.dead, MessageBody=json.dumps({"detail": {"jti": f"event-{number}"}}))
    ada, calls = product.browser("ada"), []
    csrf = ada.get(product.path).csrf

    def throttle(**_: Any) -> None:
        calls.append(fails_at)
        if len(calls) > moved:
            raise ClientError({"Error": {"Code": "RequestThrottled", "Message": "injected"}}, fails_at)

    event = f"before-call.sqs.{fails_at}"
    product.sqs.meta.events.register(event, throttle, unique_id="throttle")
    try:
        answer = ada.post(f"{product.path}/redrive", {"csrf": csrf})
    finally:
        product.sqs.meta.events.unregister(event, unique_id="throttle")
    assert answer.status == 409
    assert title in answer.text
    assert "RequestThrottled" in answer.text
    assert ("Moved 3 events" in answer.text) == bool(moved)
    assert len(product.sent()) == moved
    assert [each["detail"] for each in records(product.console) if each.get("action")] == details


def test_a_webhook_that_the_file_does_not_have_is_refused(product: Product):
    ada = product.browser("ada")
    assert ada.get("/console/webhooks/other").status == 409
    form = {"csrf": ada.get("/console/webhooks").csrf or "", "position": "x"}
    assert ada.post("/console/webhooks/other/test", form).status == 409
    assert product.sent() == []


def test_without_webhooks_in_the_file_there_is_no_page_and_no_tab(console_of: ConsoleOf):
    browser = Browser(console_of(load("devices", "local")))
    assert sign_in(browser, "ada").status == 303
    assert "/console/webhooks" not in browser.get("/console").text
    assert browser.get("/console/webhooks").status == 404
