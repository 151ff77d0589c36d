"""Webhooks of a deployed environment: from a disabled user to the product's receiver, signed and retried."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from examples.product.local import webhook_secret
from tests.e2e.endpoint import SECRETS, Endpoint
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.test_events import ENVIRONMENT, PATCH, USER
from tests.e2e.test_simulate import own_directory
from tests.unit.webhooks.receivers import Received, Receiver, receiving

WEBHOOK = "sign-in"
DEACTIVATE = "urn:ietf:params:scim:event:prov:deactivate"


def wait_for(receiver: Receiver, matches: Callable[[Received], bool], seconds: float = 60) -> list[Received]:
    """Return the requests that match, as soon as there is one."""
    deadline = time.monotonic() + seconds
    while not (found := [each for each in receiver.requests if matches(each)]):
        assert time.monotonic() < deadline, f"no such request among {receiver.requests}"
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def environment(deployed: Callable[[str], Endpoint]) -> Endpoint:
    return deployed(ENVIRONMENT)


@pytest.fixture(scope="module")
def webhooks(local_cloud: LocalCloud, environment: Endpoint) -> Callable[..., Any]:
    """Runs `scimctl webhooks` on the environment, and returns what it prints for programs."""

    def run(*arguments: str, as_json: bool = True) -> Any:
        options = ["--output", "json"] if as_json else []
        done = local_cloud.scimctl_here("--local", "webhooks", *arguments, "--environment", ENVIRONMENT, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout) if as_json else done.stdout

    return run


@pytest.fixture(scope="module")
def secrets(webhooks: Callable[..., Any], environment: Endpoint) -> list[str]:
    """The secret that there was, and the one that replaced it: the function may sign with the former for a minute."""
    made = [webhook_secret(environment.target()), str(webhooks("rotate", WEBHOOK)["secret"])]
    SECRETS.update(made)
    return made


def verified(request: Received, secrets: list[str]) -> Any:
    """The event of a request, which one of these secrets signed."""
    for secret in secrets:
        with suppress(WebhookVerificationError):
            return Webhook(secret).verify(request.body, request.headers)
    raise AssertionError(f"signed by neither secret: {request}")


@pytest.fixture
def receiver(local_cloud: LocalCloud) -> Iterator[Receiver]:
    with receiving(204, port=local_cloud.receiver) as receiver:
        yield receiver


def disable_a_user(directory: Endpoint, name: str) -> str:
    user = directory.send("POST", "/Users", {"schemas": [USER], "userName": name, "active": True}).json["id"]
    operation = {"op": "replace", "path": "active", "value": False}
    assert directory.send("PATCH", f"/Users/{user}", {"schemas": [PATCH], "Operations": [operation]}).status == 200
    return str(user)


def test_a_disabled_user_is_told_to_the_receiver_which_fails_at_first(
    environment: Endpoint, webhooks: Callable[..., Any], secrets: list[str], receiver: Receiver
) -> None:
    receiver.fails_first = "webhooks-retry"
    user = disable_a_user(own_directory(environment, "webhooks-retry"), "ada@example.com")

    def is_ours(request: Received) -> bool:
        return "webhooks-retry" in request.body

    wait_for(receiver, lambda _: len([*filter(is_ours, receiver.requests)]) > 1)
    first, second = [*filter(is_ours, receiver.requests)][:2]
    assert first.path == f"/hooks/scim/{WEBHOOK}"
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    for request in (first, second):
        event = verified(request, secrets)
        assert list(event["events"]) == [DEACTIVATE]
        assert event["sub_id"]["uri"] == f"/Users/{user}"

    (kept,) = [each for each in webhooks("deliveries", WEBHOOK)["deliveries"] if each["about"] == f"/Users/{user}"]
    assert (kept["type"], kept["attempts"], kept["status"]) == (DEACTIVATE, 2, 204)
    assert kept["delivered"] is True


def test_an_operator_tests_a_webhook_and_delivers_an_event_again(
    webhooks: Callable[..., Any], secrets: list[str], receiver: Receiver
) -> None:
    said = webhooks("test", WEBHOOK, as_json=False)

    def is_ours(request: Received) -> bool:
        return request.headers["webhook-id"] in said

    (first,) = wait_for(receiver, is_ours)
    assert verified(first, secrets)
    webhooks("resend", WEBHOOK, first.headers["webhook-id"], as_json=False)
    wait_for(receiver, lambda _: len([*filter(is_ours, receiver.requests)]) > 1)
    first, again = filter(is_ours, receiver.requests)
    assert again.body == first.body
    (status,) = webhooks("list")["webhooks"]
    assert status["id"] == WEBHOOK
    assert status["secret_created"]
    assert status["failed"] == 0
    assert status["waiting"] >= 0, "events of other tests wait, from before there was a secret"
