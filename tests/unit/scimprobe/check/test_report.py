"""The report of `scimprobe check`: for people every check by name, and the evidence of a fault; for programs all of it."""

import json

import pytest
from rich.console import Console

from scimprobe.check import job, suites
from scimprobe.check.report import Report
from scimprobe.check.suite import Suite
from scimprobe.credentials import REDACTED
from scimprobe.endpoint.rules import NO_RULES, Rules
from scimprobe.wire import Tenant
from tests.unit.scimprobe import faults as scim_faults
from tests.unit.scimprobe.check import faults as check_faults
from tests.unit.scimprobe.faults import Right, on_operations
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Fault, Received, serving

GROUPS = Suite("groups", "Groups", [each for each in suites.ENTRA.checks if "member" in each.name])


def report(
    fault: Fault | None = None, *, is_verbose: bool = False, suite: Suite = GROUPS, rules: Rules = NO_RULES
) -> Report:
    with serving(fault) as stand_in:
        run = job.run(Tenant.parse(stand_in.url, TOKEN), [suite], Console(quiet=True), rules)
    return Report(run, [TOKEN], is_verbose=is_verbose)


def text(told: Report) -> str:
    console = Console(width=80, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    told.print(console)
    return console.export_text()


EMPTYING = on_operations(check_faults.empty_the_group, "/Groups")


def test_people_read_every_check_by_name_and_the_verdict() -> None:
    told = text(report())
    assert all(f"✓ {check.name}" in told for check in GROUPS.checks)
    assert f"{len(GROUPS.checks)} of {len(GROUPS.checks)} passed" in told
    assert "is removed" in told
    assert told.rstrip().endswith("The endpoint passes.")


def test_people_read_of_a_fault_the_request_the_difference_and_why_it_matters() -> None:
    told = text(report(EMPTYING))
    assert "✗ Remove members, without the flag" in told
    assert "Required:  Remove with the path `members` and a value removes those members, and no others." in told
    assert "Request:   GET /Groups/" in told
    assert "Differs:   members: expected " in told
    assert ", found (nothing)" in told
    assert "Matters:   The most frequent fault of all" in told
    assert told.rstrip().endswith("The endpoint does not pass.")


def test_a_check_that_the_rules_rule_out_is_shown_with_the_rule_and_does_not_count() -> None:
    told = report(rules=Rules(name="theirs", memberships="remove"))
    assert "- A disabled user stays a member" in text(told)
    assert 'Ruled out by theirs: users.deprovisioning.memberships is "remove"' in text(told)
    assert text(told).rstrip().endswith("The endpoint passes.")
    facts = json.loads(told.as_json())
    assert (facts["passed"], facts["expectations"]) == (True, "theirs")
    assert (facts["checks"]["ruled out"], facts["checks"]["failed"]) == (1, 0)
    (ruled_out,) = [each for each in facts["suites"][0]["checks"] if each["outcome"] == "ruled out"]
    assert ruled_out["ruled_out"] == 'users.deprovisioning.memberships is "remove"'


def test_deleted_users_that_the_rules_keep_are_counted_and_are_not_left_behind() -> None:
    def keep_users_disabled(received: Received, right: Right) -> Answer:
        if received.method != "DELETE" or "/Users/" not in received.target:
            return right(received)
        disable = {"schemas": [], "Operations": [{"op": "replace", "path": "active", "value": False}]}
        line = received.line.replace("DELETE", "PATCH")
        headers = [*received.headers, ("Content-Type", "application/scim+json")]
        right(Received(line, headers, json.dumps(disable).encode()))
        return 204, {}, None

    rules = Rules(name="theirs", deleted="disable")
    told = report(keep_users_disabled, rules=rules)
    facts = json.loads(told.as_json())
    assert (facts["passed"], facts["left_behind"]) == (True, [])
    assert facts["kept_by_expectations"] > 10
    assert f"{facts['kept_by_expectations']} deleted users stay, disabled, as theirs requires" in text(told)


def test_a_check_that_could_not_be_run_says_what_kept_it() -> None:
    told = text(report(check_faults.have_no_groups))
    assert "Not run:   a group that it needs could not be created: POST /Groups 404 <html>" in told


def test_what_does_not_decide_is_marked_and_does_not_count() -> None:
    optional = Suite("optional", "Optional", [each for each in suites.ENTRA.checks if "quotes" in each.name])
    told = report(check_faults.answer_404_for_nothing, suite=optional)
    assert "! A filter without quotes  (optional)" in text(told)
    facts = json.loads(told.as_json())
    assert facts["passed"] is True
    assert facts["checks"] == {"passed": 0, "failed": 0, "blocked": 0, "ruled out": 0, "not passed, not mandatory": 1}


def test_what_is_left_behind_is_told() -> None:
    told = report(scim_faults.keep_deleted)
    assert "Left behind, because it could not be removed" in text(told)
    left = json.loads(told.as_json())["left_behind"]
    assert left
    assert all("GET with 200" in each for each in left)


def test_programs_read_the_same_as_people_and_all_of_it() -> None:
    facts = json.loads(report(EMPTYING).as_json())
    assert facts["passed"] is False
    assert facts["stopped"] is None
    assert facts["checks"]["failed"] == 1
    (suite,) = facts["suites"]
    (failed,) = [each for each in suite["checks"] if each["outcome"] == "failed"]
    assert (suite["suite"], failed["name"], failed["level"]) == (
        "groups",
        "Remove members, without the flag",
        "mandatory",
    )
    (difference,) = failed["differences"]
    assert difference["what"] == "members"
    assert difference["found"] == "(nothing)"
    assert difference["request"]["method"] == "GET"
    assert failed["matters"]
    assert "exchanges" not in failed


def test_verbose_shows_every_request_and_its_answer() -> None:
    told = report(is_verbose=True)
    lines = [line.strip() for line in text(told).splitlines()]
    exchanges = [each for check in json.loads(told.as_json())["suites"][0]["checks"] for each in check["exchanges"]]
    assert sum(line.startswith("> POST /Users") for line in lines) > 10
    assert any(line.startswith("< 201 in ") for line in lines)
    assert {"POST", "PATCH", "GET", "DELETE"} == {each["request"]["method"] for each in exchanges}
    assert all(each["milliseconds"] > 0 for each in exchanges)


@pytest.mark.parametrize("is_verbose", [False, True])
def test_a_token_that_an_endpoint_repeats_is_shown_to_nobody(is_verbose: bool) -> None:
    def repeat_the_token(received: Received, right: Right) -> Answer:
        if received.method == "PATCH":
            return 400, {"X-Token": TOKEN}, {"detail": f"refused: {dict(received.headers)['Authorization']}"}
        return right(received)

    told = report(repeat_the_token, is_verbose=is_verbose)
    assert TOKEN not in text(told)
    assert TOKEN not in told.as_json()
    assert REDACTED in told.as_json()


def test_what_an_endpoint_answers_is_shown_on_the_terminal_and_never_obeyed() -> None:
    def answer_an_escape(received: Received, right: Right) -> Answer:
        status, headers, body = right(received)
        return (
            (400, headers, {"detail": "\x1b[2J\x9b2J\u202egone"})
            if received.method == "PATCH"
            else (status, headers, body)
        )

    told = text(report(answer_an_escape, is_verbose=True))
    assert "gone" in told
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)
