"""Deliveries are signed by Standard Webhooks, with two secrets during a rotation."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lambdas.eventing.signing import Secrets, headers

BODY = '{"jti":"a1"}'


def test_a_receiver_with_the_secret_accepts_the_event_and_one_with_another_refuses_it():
    secrets = Secrets.new()
    signed = headers("a1", BODY, secrets)
    assert Webhook(secrets.current).verify(BODY, signed) == {"jti": "a1"}
    with pytest.raises(WebhookVerificationError):
        Webhook(Secrets.new().current).verify(BODY, signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets.current).verify(BODY + " ", signed)


def test_during_a_rotation_either_secret_verifies_and_afterwards_the_new_one_only():
    before = Secrets.new()
    after = before.rotated(timedelta(days=1))
    signed = headers("a1", BODY, after)
    for secret in (before.current, after.current):
        assert Webhook(secret).verify(BODY, signed)
    over = Secrets(after.current, after.created, after.previous, datetime.now(UTC) - timedelta(seconds=1))
    assert over.valid() == [after.current]
    assert before.rotated(timedelta()).valid() != [before.current]
    assert len(before.rotated(timedelta()).valid()) == 1


def test_secrets_are_stored_and_read_again_and_shown_by_no_representation():
    secrets = Secrets.new().rotated(timedelta(days=1))
    assert Secrets.parse(secrets.dump()) == secrets
    assert secrets.current not in repr(secrets)
    assert str(secrets.previous) not in repr(secrets)


@pytest.mark.parametrize("text", ["", "{}", "[]", "whsec_abc", '{"current": "x"}'])
def test_a_parameter_of_another_form_is_an_error(text: str):
    with pytest.raises(ValueError, match=r"secrets of a webhook|Expecting value"):
        Secrets.parse(text)


def test_a_secret_has_the_form_and_the_size_that_the_specification_asks_for():
    assert Secrets.new().current.startswith("whsec_")
    assert len(Secrets.new().current) == len("whsec_") + 44
