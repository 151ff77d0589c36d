"""Retries go on for about three days, with growing pauses that SQS can keep."""

from lambdas.webhooks.schedule import ATTEMPTS, JITTER, PAUSES, pause_after

DAY = 86_400


def test_pauses_grow_from_seconds_to_hours_over_three_days():
    assert PAUSES[0] == 5
    assert list(PAUSES) == sorted(PAUSES)
    assert 2.9 * DAY <= sum(PAUSES) * (1 + JITTER / 2) <= 3.2 * DAY


def test_no_pause_is_longer_than_sqs_hides_a_message():
    assert all(pause_after(attempt) <= DAY // 2 for attempt in range(1, ATTEMPTS) for _ in range(50))


def test_after_the_last_attempt_there_is_no_pause():
    assert pause_after(ATTEMPTS - 1) is not None
    assert pause_after(ATTEMPTS) is None
