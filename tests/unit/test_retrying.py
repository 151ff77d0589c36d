"""The time for attempts: each thing has its own, and all of a request's things together no more than the request has."""

import pytest

from lambdas import retrying as backoff
from lambdas.retrying import Backoff, OutOfTimeError, request_time
from lambdas.scim.errors import BusyException, as_scim_exception


class Clock:
    """A clock on which only pauses take time."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(backoff, "time", made)
    return made


def wait_for_ever(pause: Backoff) -> None:
    while True:
        pause.wait()


def exhaust(pause: Backoff) -> None:
    with pytest.raises(OutOfTimeError):
        wait_for_ever(pause)


def nest_for_ever(outer: Backoff) -> None:
    while True:
        exhaust(Backoff())
        outer.wait()


def test_attempts_end_with_busy_when_their_time_is_up(clock: Clock) -> None:
    exhaust(Backoff())
    assert backoff.RETRY_SECONDS <= clock.now <= backoff.RETRY_SECONDS + backoff.LONGEST_PAUSE


def test_attempts_inside_attempts_end_with_the_requests_time(clock: Clock) -> None:
    with request_time():
        outer = Backoff()
        with pytest.raises(OutOfTimeError):
            nest_for_ever(outer)
    assert clock.now <= backoff.REQUEST_SECONDS + 2 * backoff.LONGEST_PAUSE


def test_a_request_has_all_of_its_time_again_after_another(clock: Clock) -> None:
    for _ in range(2):
        with request_time():
            began = clock.now
            exhaust(Backoff())
            assert clock.now - began >= backoff.RETRY_SECONDS


def test_what_is_begun_within_a_request_does_not_put_its_clock_back(clock: Clock) -> None:
    with request_time():
        exhaust(Backoff())
        with request_time():
            exhaust(Backoff())
    assert clock.now <= backoff.REQUEST_SECONDS + 2 * backoff.LONGEST_PAUSE


def test_pauses_grow_and_stay_within_their_limit(clock: Clock) -> None:
    pause = Backoff()
    for _ in range(8):
        before = clock.now
        pause.wait()
        assert clock.now - before <= backoff.LONGEST_PAUSE
    assert pause.longest == backoff.LONGEST_PAUSE


def test_a_busy_answer_tells_when_to_come_back() -> None:
    busy = as_scim_exception(OutOfTimeError())
    assert isinstance(busy, BusyException)
    assert busy.status == 503
    assert 0 < busy.retry_after <= 60
    assert "send the request again" in busy.detail
