"""`scimctl webhooks`: secrets are shown once, deliveries can be seen and sent again."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from lambdas.environment import file as settings
from lambdas.eventing.deliveries import Delivery, DeliveryStore
from lambdas.eventing.signing import Secrets
from tests.unit.scimctl.commands.conftest import Acme

CREDENTIALS = {"region_name": "eu-west-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
QUEUE = "scim-acme-webhook-product"
FILE = """
[events]
[[webhooks]]
id = "product"
url = "https://app.example.com/hooks/scim"
"""
CLAIMS = {
    "jti": "event-1:prov:delete",
    "iat": 1_795_729_729,
    "sub_id": {"format": "scim", "uri": "/Users/2819c223"},
    "events": {"urn:ietf:params:scim:event:prov:delete": {}},
}


class Product:
    """The queues and the parameter of one webhook."""

    def __init__(self) -> None:
        self.sqs, self.ssm = (boto3.client(name, **CREDENTIALS) for name in ("sqs", "ssm"))  # type: ignore[call-overload]
        self.urls = {name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in (QUEUE, f"{QUEUE}-dead")}

    def messages(self, name: str = QUEUE) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.urls[name], MaxNumberOfMessages=10)
        return [json.loads(each["Body"])["detail"] for each in answer.get("Messages", [])]

    def stored(self) -> Secrets:
        found = self.ssm.get_parameter(Name="/scim/acme/webhooks/product", WithDecryption=True)["Parameter"]
        assert found["Type"] == "SecureString"
        return Secrets.parse(found["Value"])


@pytest.fixture
def product(acme: Acme) -> Iterator[Product]:
    with (settings.ENVIRONMENTS / "acme.toml").open("a") as file:
        file.write(FILE)
    product = Product()
    yield product
    for url in product.urls.values():
        product.sqs.delete_queue(QueueUrl=url)
    product.ssm.delete_parameters(Names=["/scim/acme/webhooks/product"])


def keep(acme: Acme, jti: str, status: int) -> None:
    claims = {**CLAIMS, "jti": jti}
    error = None if status < 300 else f"the receiver answered {status}"
    DeliveryStore(acme.directory.table).keep(Delivery.of("product", claims, 3, status, error))


def test_a_secret_is_made_shown_once_and_rotated_with_a_grace_period(acme: Acme, product: Product):
    assert acme.json("webhooks", "list")["webhooks"][0]["secret_created"] is None
    first = acme.json("webhooks", "rotate", "product")["secret"]
    second = acme.json("webhooks", "rotate", "product", "--grace", "2h")["secret"]
    assert product.stored().valid() == [second, first]
    (listed,) = acme.json("webhooks", "list")["webhooks"]
    assert listed["rotating_until"] > listed["secret_created"]
    assert second not in json.dumps([listed, *acme.records()])
    third = acme.json("webhooks", "rotate", "product", "--grace", "0s", "--yes")["secret"]
    assert product.stored().valid() == [third]
    assert [each["action"] for each in acme.records()] == ["webhook secret rotated"] * 3


def test_a_rotation_without_a_grace_period_is_confirmed_first(acme: Acme, product: Product):
    assert "Nothing was changed" in acme.refused("webhooks", "rotate", "product", "--grace", "0s", answer="n\n")
    assert "7d" in acme.refused("webhooks", "rotate", "product", "--grace", "8d")
    assert "write 90s" in acme.refused("webhooks", "rotate", "product", "--grace", "soon")


def test_a_webhook_that_the_file_does_not_have_is_refused_with_those_it_has(acme: Acme, product: Product):
    assert "Its webhooks are: product." in acme.refused("webhooks", "rotate", "other")


def test_deliveries_are_listed_and_those_that_failed_alone(acme: Acme, product: Product):
    keep(acme, "event-1", 204)
    keep(acme, "event-2", 500)
    shown = acme.told("webhooks", "deliveries", "product")
    assert "event-1" in shown
    assert "the receiver answered 500" in shown
    (failed,) = acme.json("webhooks", "deliveries", "product", "--failed")["deliveries"]
    assert (failed["event"], failed["attempts"], failed["delivered"]) == ("event-2", 3, False)


def test_an_event_is_delivered_again_by_the_beginning_of_its_id(acme: Acme, product: Product):
    keep(acme, "event-1", 500)
    keep(acme, "event-2", 500)
    assert "2 events begin with event" in acme.refused("webhooks", "resend", "product", "event")
    assert "no delivery" in acme.refused("webhooks", "resend", "product", "other")
    acme.told("webhooks", "resend", "product", "event-2")
    assert [each["jti"] for each in product.messages()] == ["event-2"]


def test_a_test_event_is_about_nobody(acme: Acme, product: Product):
    acme.told("webhooks", "test", "product")
    (event,) = product.messages()
    assert event["sub_id"]["uri"].endswith("00000000-0000-0000-0000-000000000000")


def test_events_that_failed_for_good_are_delivered_again(acme: Acme, product: Product):
    for number in range(12):
        body = json.dumps({"detail": {**CLAIMS, "jti": f"event-{number}"}})
        product.sqs.send_message(QueueUrl=product.urls[f"{QUEUE}-dead"], MessageBody=body)
    assert acme.json("webhooks", "list")["webhooks"][0]["failed"] == 12
    assert "12 events" in acme.told("webhooks", "redrive", "product")
    (listed,) = acme.json("webhooks", "list")["webhooks"]
    assert (listed["waiting"], listed["failed"]) == (12, 0)
