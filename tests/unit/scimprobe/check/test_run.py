"""A whole run: it removes what it creates, whatever happens, reports what it cannot remove, and touches nothing else."""

import json
import os
import re
import signal
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from rich.console import Console
from scim2_models import Resource

from scimprobe import wire
from scimprobe.check import job, suites
from scimprobe.check.job import Outcome, Run
from scimprobe.check.suite import Suite
from scimprobe.endpoint.reach import UnusableError
from scimprobe.wire import Tenant
from tests.unit.scimprobe import faults as scim_faults
from tests.unit.scimprobe.faults import Right
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Received, StandIn, serving

SOMEBODY = "somebody@example.com"

FEW = Suite("few", "A few checks", [each for each in suites.ENTRA.checks if "member" in each.name])


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "FIRST_PAUSE", 0.0)


def check(stand_in: StandIn, *played: Suite, token: str = TOKEN) -> Run:
    return job.run(Tenant.parse(stand_in.url, token), played or [FEW], Console(quiet=True))


def provision_somebody(stand_in: StandIn) -> str:
    """A user of the directory who is none of the run's; the id."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": SOMEBODY}
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/scim+json")]
    received = Received("POST /scim/v2/Users HTTP/1.1", headers, json.dumps(body).encode())
    return str(stand_in.right(received)[2]["id"])


def names(resources: Sequence[Resource[Any]]) -> list[str]:
    return [str(getattr(each, "user_name", None) or getattr(each, "display_name", None)) for each in resources]


# A right endpoint ------------------------------------------------------------------------------------------------


def test_a_right_endpoint_passes_and_is_left_as_it_was() -> None:
    with serving() as stand_in:
        provision_somebody(stand_in)
        run = check(stand_in, *suites.SUITES)
        assert names(stand_in.storage.resources) == [SOMEBODY]
    assert [each.check.name for each in run.all_results if each.outcome is not Outcome.PASSED] == []
    assert run.passed
    assert run.left == []
    assert run.requests == len(stand_in.received)


def test_microsoft_s_validator_is_there_with_all_its_tests() -> None:
    levels = [each.level.value for each in suites.VALIDATOR.checks]
    assert levels == ["mandatory"] * 24 + ["preview"] * 7 + ["optional"] * 3


def test_no_two_checks_of_a_suite_share_a_name() -> None:
    for suite in suites.SUITES:
        played = [each.name for each in suite.checks]
        assert len(set(played)) == len(played)


def test_every_created_name_contains_the_run() -> None:
    with serving() as stand_in:
        run = check(stand_in, *suites.SUITES)
        created = [json.loads(each.body) for each in stand_in.received if each.method == "POST" and b"{" in each.body]
    assert len(created) > 100
    assert all(run.marker in json.dumps(each).lower() for each in created)


def test_a_request_that_is_too_many_is_sent_again_and_is_no_difference() -> None:
    seen: set[tuple[str, bytes]] = set()

    def be_busy_at_first(received: Received, right: Right) -> Answer:
        request = (received.line, received.body)
        if request in seen:
            return right(received)
        seen.add(request)
        return 429, {"Retry-After": "0"}, None

    with serving(be_busy_at_first) as stand_in:
        assert check(stand_in).passed


# What is left behind ---------------------------------------------------------------------------------------------


def test_what_cannot_be_removed_is_told_with_its_reason() -> None:
    with serving(scim_faults.keep_deleted) as stand_in:
        run = check(stand_in)
        assert len(run.left) == len(stand_in.storage.resources) > 10
    assert not run.passed
    assert all(
        re.search(rf"^/(Users|Groups)/\w+ \(.*{run.marker}.*\): DELETE .*, GET with 200$", each) for each in run.left
    )


def test_what_a_post_without_an_answer_made_is_found_by_its_name_and_removed() -> None:
    def lose_the_answer(received: Received, right: Right) -> Answer:
        status, headers, body = right(received)
        return (503, {}, None) if received.method == "POST" else (status, headers, body)

    with serving(lose_the_answer) as stand_in:
        provision_somebody(stand_in)
        run = check(stand_in)
        assert {each.outcome for each in run.all_results} == {Outcome.BLOCKED}
        assert names(stand_in.storage.resources) == [SOMEBODY]
    assert run.left == []


def test_nobody_else_is_deleted_when_an_endpoint_ignores_filters() -> None:
    def ignore_filters(received: Received, right: Right) -> Answer:
        if received.method == "POST":
            right(received)
            return 201, {"Content-Type": "application/scim+json"}, {}
        line = re.sub(r"\?\S*", "", received.line)
        return right(Received(line, received.headers, received.body))

    with serving(ignore_filters) as stand_in:
        provision_somebody(stand_in)
        run = check(stand_in)
        assert names(stand_in.storage.resources) == [SOMEBODY]
    assert run.left == []


def test_nobody_else_is_changed_when_an_endpoint_answers_somebody_else_for_who_was_created() -> None:
    somebody: list[str] = []

    def answer_somebody(received: Received, right: Right) -> Answer:
        status, headers, body = right(received)
        is_user = received.method == "POST" and "/Users" in received.target
        return (
            (status, headers, body | {"id": somebody[0], "userName": SOMEBODY}) if is_user else (status, headers, body)
        )

    with serving(answer_somebody) as stand_in:
        somebody.append(provision_somebody(stand_in))
        run = check(stand_in)
        assert SOMEBODY in names(stand_in.storage.resources)
        touched = [each.line for each in stand_in.received if somebody[0] in each.target and each.method != "GET"]
    assert touched == []
    assert {each.outcome for each in run.all_results} == {Outcome.BLOCKED}
    assert all("not what was created" in each for each in run.left)


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where whoever started the tests has it ignored (`nohup`, `&`)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupted_run_cleans_up_and_tells_what_it_found() -> None:
    def interrupt(received: Received, right: Right) -> Answer:
        answer = right(received)
        if b'"Remove"' in received.body:
            os.kill(os.getpid(), signal.SIGINT)
        return answer

    with serving(interrupt) as stand_in:
        run = check(stand_in)
        assert stand_in.storage.resources == []
    assert run.is_interrupted
    assert not run.passed
    assert run.left == []
    assert 0 < len(run.all_results) < len(FEW.checks)


# No endpoint -----------------------------------------------------------------------------------------------------


def test_a_run_against_nobody_says_that_there_is_no_answer() -> None:
    with pytest.raises(UnusableError, match=r"no answer from http://127\.0\.0\.1:1/v2"):
        job.run(Tenant.parse("http://127.0.0.1:1/v2", TOKEN), [FEW], Console(quiet=True))


def test_a_refused_token_stops_the_run_before_anything_is_made() -> None:
    with serving() as stand_in, pytest.raises(UnusableError, match="The token is refused: 401"):
        check(stand_in, token="wrong")
    assert {each.method for each in stand_in.received} == {"GET"}


def test_a_firewall_that_misses_a_user_agent_is_named() -> None:
    def need_a_user_agent(received: Received, right: Right) -> Answer:
        return (403, {}, b"<html>") if "User-Agent" not in dict(received.headers) else right(received)

    with serving(need_a_user_agent) as stand_in, pytest.raises(UnusableError, match="User-Agent"):
        check(stand_in)


def test_an_endpoint_that_falls_silent_ends_the_run_and_what_is_left_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    def fall_silent(received: Received, right: Right) -> Answer:
        if any(b'"Remove"' in each.body for each in stand_in.received):
            raise ConnectionAbortedError
        return right(received)

    with serving(fall_silent) as stand_in:
        run = check(stand_in)
        assert len(run.left) == len(stand_in.storage.resources) == 4
    assert "no answer" in run.stopped
    assert not run.passed
    assert all("no answer" in each for each in run.left)
    assert [each.outcome for each in run.all_results] == [Outcome.PASSED, Outcome.FAILED]
