"""The report of a run, for people and for programs."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from scimprobe.exchange import Exchange
from scimprobe.simulate import report
from scimprobe.simulate.compare import Difference
from scimprobe.simulate.report import Run
from scimprobe.wire import NO_ANSWER

DIFFERENCE = Difference("User a@x", "read user", 'emails[type eq "work"].value', '"a@x"', "(nothing)")


def build(**changes: Any) -> Run:
    facts: dict[str, Any] = {
        "tenant_url": "https://h/v2",
        "dialect": "entra",
        "run": "a1b2c3",
        "seed": 1,
        "users": 2,
        "groups": 1,
        "concurrency": 5,
        "seconds": 2.0,
        "exchanges": [Exchange("read user", 200, 10.0, retried=False), Exchange("read user", 429, 30.0, retried=True)],
        "differences": [],
    }
    return Run(**facts | changes)


def text_of(run: Run) -> str:
    console = Console(file=io.StringIO(), width=120)
    report.print_table(run, console)
    return console.file.getvalue()


def test_each_operation_has_its_counts_statuses_and_times() -> None:
    failed = Exchange("create user", NO_ANSWER, 5.0, retried=False)
    rows = report.operations([*build().exchanges, failed])
    assert rows == [
        {
            "operation": "read user",
            "count": 2,
            "retries": 1,
            "statuses": {"200": 1, "429": 1},
            "p50_ms": 20.0,
            "p95_ms": 29.0,
            "max_ms": 30.0,
        },
        {
            "operation": "create user",
            "count": 1,
            "retries": 0,
            "statuses": {"no answer": 1},
            "p50_ms": 5.0,
            "p95_ms": 5.0,
            "max_ms": 5.0,
        },
    ]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 99))
def test_a_percentile_lies_between_the_fastest_and_the_slowest(times: list[float], percent: int) -> None:
    assert round(min(times), 1) <= report.percentile(times, percent) <= round(max(times), 1)


def test_a_run_without_differences_has_passed() -> None:
    assert build().passed
    assert "The endpoint kept everything." in text_of(build())


def test_a_difference_is_told_with_object_attribute_and_both_values() -> None:
    text = text_of(build(differences=[DIFFERENCE]))
    assert 'User a@x: emails[type eq "work"].value: expected "a@x", found (nothing)  [read user]' in text
    assert "kept everything" not in text


def test_a_difference_that_several_operations_show_is_told_once() -> None:
    twice = [DIFFERENCE, Difference(DIFFERENCE.object, "match user", *_values(DIFFERENCE)), DIFFERENCE]
    assert [each["seen_in"] for each in report.grouped(twice)] == [["read user", "match user"]]
    assert "1 difference:" in text_of(build(differences=twice))


@pytest.mark.parametrize("changes", [{"differences": [DIFFERENCE]}, {"stopped": "no answer"}])
def test_a_run_that_differs_or_stopped_has_not_passed(changes: dict[str, Any]) -> None:
    run = build(**changes)
    assert not run.passed
    assert report.as_json(run)["passed"] is False


def test_json_tells_the_same_as_the_table() -> None:
    facts = json.loads(json.dumps(report.as_json(build(differences=[DIFFERENCE]))))
    assert facts["requests"] == 2
    assert facts["requests_per_second"] == 1.0
    assert facts["retries"] == 1
    assert facts["differences"] == [
        {
            "object": "User a@x",
            "attribute": 'emails[type eq "work"].value',
            "expected": '"a@x"',
            "found": "(nothing)",
            "seen_in": ["read user"],
        }
    ]


def _values(difference: Difference) -> tuple[str, str, str]:
    return difference.attribute, difference.expected, difference.found
