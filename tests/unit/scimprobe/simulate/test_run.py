"""Whole simulations: against a right endpoint they find nothing, against each wrong one they find what is wrong."""

import re
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from scimprobe.endpoint.reach import UnusableError
from scimprobe.simulate import job
from scimprobe.simulate.dialect import FLAG, Dialect
from scimprobe.simulate.report import Run
from scimprobe.wire import Tenant
from tests.unit.scimprobe.faults import (
    Right,
    accept_duplicates,
    changing_answers,
    changing_requests,
    decode_twice,
    forget_pages,
    keep_deleted,
    manager_as_string,
    on_operations,
    on_resources,
    unformat_phones,
    without,
)
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Fault, Received, StandIn, serving


def simulate(
    stand_in: StandIn, dialect: Dialect = Dialect.ENTRA, users: int = 12, groups: int = 3, **options: Any
) -> Run:
    flag = f"?{FLAG}" if dialect is Dialect.ENTRA_FLAG else ""
    plan = job.Plan(users, groups, dialect, **options)
    return job.run(Tenant.parse(stand_in.url + flag, TOKEN), plan, Console(quiet=True))


# A right endpoint ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def right_runs() -> dict[Dialect, tuple[Run, list[Received]]]:
    """By dialect, a run against a right endpoint, and what that received."""
    runs = {}
    for dialect in Dialect:
        with serving() as stand_in:
            runs[dialect] = simulate(stand_in, dialect, users=30, groups=5), stand_in.received
    return runs


@pytest.mark.parametrize("dialect", Dialect)
def test_a_right_endpoint_passes_in_each_dialect(
    right_runs: dict[Dialect, tuple[Run, list[Received]]], dialect: Dialect
) -> None:
    run, received = right_runs[dialect]
    assert run.differences == []
    assert run.passed
    assert len(run.exchanges) == len(received)


def test_a_second_run_does_not_mind_what_the_first_has_left() -> None:
    with serving() as stand_in:
        simulate(stand_in)
        left = len(stand_in.storage.resources)
        run = simulate(stand_in)
        assert run.differences == []
        assert len(stand_in.storage.resources) == 2 * left > 0


def test_a_clean_up_deletes_what_the_run_made_and_nothing_else() -> None:
    with serving() as stand_in:
        simulate(stand_in)
        left = sorted(str(resource.id) for resource in stand_in.storage.resources)
        assert simulate(stand_in, clean_up=True).passed
        assert sorted(str(resource.id) for resource in stand_in.storage.resources) == left


@pytest.mark.parametrize(("users", "groups"), [(1, 0), (1, 1), (3, 2)])
def test_the_smallest_directories_pass(users: int, groups: int) -> None:
    with serving() as stand_in:
        assert simulate(stand_in, users=users, groups=groups).differences == []


def test_a_job_of_one_request_at_a_time_passes() -> None:
    with serving() as stand_in:
        assert simulate(stand_in, concurrency=1).differences == []


def test_patches_of_one_group_are_sent_in_parallel(right_runs: dict[Dialect, tuple[Run, list[Received]]]) -> None:
    _, received = right_runs[Dialect.ENTRA]
    groups = [each.target for each in received if each.method == "PATCH" and b'"members' in each.body]
    assert max(groups.count(target) for target in groups) > 8


def test_the_dialects_send_what_they_are_known_for(right_runs: dict[Dialect, tuple[Run, list[Received]]]) -> None:
    bodies = {}
    for dialect, (_, received) in right_runs.items():
        on_demand = [each for each in received if b"Provisioned on demand" in each.body]
        assert b'"op":"Replace"' in on_demand[0].body or b'"op":"Add"' in on_demand[0].body
        patches = [each for each in received if each.method == "PATCH" and each not in on_demand]
        bodies[dialect] = b"\n".join(each.body for each in patches).decode()
        assert all((FLAG in each.target) == (dialect is Dialect.ENTRA_FLAG) for each in received)
    assert '"path":"active","value":"False"' in bodies[Dialect.ENTRA]
    assert not re.search(r'"op":"[a-z]', bodies[Dialect.ENTRA])
    assert '"path":"active","value":false' in bodies[Dialect.ENTRA_FLAG]
    assert '{"op":"replace","value":{' in bodies[Dialect.ENTRA_FLAG]
    assert re.search(r'"op":"remove","path":"members\[value eq \\"[0-9a-f]+\\"\]"}', bodies[Dialect.ENTRA_FLAG])
    assert not re.search(r'"op":"[A-Z]', bodies[Dialect.ENTRA_FLAG])


# Wrong endpoints -------------------------------------------------------------------------------------------------


def drop_a_member(operation: dict[str, Any]) -> dict[str, Any]:
    value = operation.get("value")
    is_batch = operation.get("path") == "members" and operation["op"] == "Add" and len(value) > 1
    return operation | {"value": value[:-1]} if is_batch else operation


def remove_every_member(operation: dict[str, Any]) -> dict[str, Any]:
    return {"op": "remove", "path": "members"} if operation["op"] == "Remove" else operation


def one_too_many(body: Any) -> Any:
    return body | {"totalResults": body["totalResults"] + 1}


def answer_html(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    is_user = received.method == "GET" and re.search(r"/Users/\w", received.target)
    return (status, headers | {"Content-Type": "text/html"}, b"<html>") if is_user else (status, headers, body)


def refuse_changes(received: Received, right: Right) -> Answer:
    if received.method == "PATCH" and b"displayName" in received.body:
        return 400, {"Content-Type": "application/scim+json"}, {"detail": "never heard of displayName"}
    return right(received)


def break_changes(received: Received, right: Right) -> Answer:
    if received.method == "PATCH" and b"displayName" in received.body:
        return 500, {"Content-Type": "application/scim+json", "Retry-After": "0"}, {"detail": "broken"}
    return right(received)


USER, GROUP = r"/Users/\w", r"/Groups/\w"
FAULTS: dict[str, tuple[Fault, str]] = {
    "drops a member": (on_operations(drop_a_member, GROUP), r"members: \w+: expected there, found missing"),
    "removes every member": (on_operations(remove_every_member, GROUP), r"members: \w+: .*missing"),
    "ignores removed members": (
        on_operations(lambda each: None if each["op"] == "Remove" else each, GROUP),
        r"members: \w+: expected absent, found there",
    ),
    "ignores active": (
        on_operations(lambda each: None if each.get("path") == "active" else each, USER),
        "active: expected false, found true",
    ),
    "answers active as a string": (
        changing_answers(on_resources(lambda each: each | {"active": str(each.get("active"))}), "GET", "/Users"),
        'active: expected true, found "True"',
    ),
    "loses an e-mail": (
        changing_requests(lambda body: body | {"emails": body.get("emails", [])[1:]}, "POST", "/Users"),
        r'emails\[type eq "work"\].value: expected ".+", found \(nothing\)',
    ),
    "loses a changed department": (
        on_operations(lambda each: None if "department" in each.get("path", "") else each, USER),
        r'department: expected ".+", found ',
    ),
    "tidies telephone numbers": (
        changing_requests(unformat_phones, "POST", "/Users"),
        r"phoneNumbers.* found \"\+44\(0\)20",
    ),
    "forgets managers": (
        on_operations(lambda each: None if "manager" in each.get("path", "") else each, USER),
        r"User:manager: expected \"\w+\", found \(nothing\)",
    ),
    "answers a manager as a string": (
        changing_answers(on_resources(manager_as_string), "GET", "/Users"),
        r"manager \(not an object\)",
    ),
    "does not rename": (
        on_operations(lambda each: None if each.get("path") == "userName" else each, USER),
        "totalResults of userName eq .*: expected 0, found 1",
    ),
    "keeps what was deleted": (keep_deleted, "status: expected 404, found 200"),
    "accepts duplicates": (accept_duplicates, "status: expected 409, found 201"),
    "counts one too many": (
        changing_answers(one_too_many, "GET", "startIndex"),
        "totalResults: expected .*, found",
    ),
    "answers the first page always": (forget_pages, "resources on more than one page"),
    "takes a plus for a space": (decode_twice, "totalResults: expected 1, found 0"),
    "sends members that were excluded": (
        lambda received, right: right(
            replace(received, line=received.line.replace("excludedAttributes=members", "x=y"))
        ),
        "members with excludedAttributes=members: expected false, found true",
    ),
    "does not tell a user's groups": (changing_answers(without("groups"), "GET", "/Users"), r"groups: \w+: .*missing"),
    "leaves out the location": (changing_answers(without("meta"), "GET", "/Users"), "meta.location"),
    "answers HTML": (answer_html, 'Content-Type: expected "application/scim.json", found "text/html"'),
    "refuses a change": (refuse_changes, "status: expected 200 or 204, found 400 never heard of displayName"),
    "breaks down": (break_changes, "status: expected 200 or 204, found 500 broken"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_endpoint_is_found_out_that(name: str) -> None:
    fault, expected = FAULTS[name]
    with serving(fault) as stand_in:
        run = simulate(stand_in)
    told = [f"{each.attribute}: expected {each.expected}, found {each.found}" for each in run.differences]
    assert not run.passed
    assert any(re.search(expected, line) for line in told), told


def test_an_endpoint_that_ignores_merged_replaces_is_found_out() -> None:
    fault = on_operations(lambda each: each if "path" in each else None, USER)
    with serving(fault) as stand_in:
        run = simulate(stand_in, Dialect.ENTRA_FLAG)
    assert {"displayName", "name.familyName", "userName"} <= {each.attribute for each in run.differences}


def test_a_post_that_was_served_without_an_answer_is_matched_and_not_repeated() -> None:
    failed: set[str] = set()

    def lose_the_answer(received: Received, right: Right) -> Answer:
        status, headers, body = right(received)
        if status == 201 and received.target not in failed:
            failed.add(received.target)
            return 503, {"Retry-After": "0"}, None
        return status, headers, body

    with serving(lose_the_answer) as stand_in:
        run = simulate(stand_in)
    assert failed == {"/scim/v2/Users", "/scim/v2/Groups"}
    assert run.differences == []


def test_passing_failures_are_counted_and_are_no_difference() -> None:
    seen: set[tuple[str, bytes]] = set()

    def be_busy_at_first(received: Received, right: Right) -> Answer:
        request = (received.line, received.body)
        if request in seen or len(seen) % 3:
            seen.add(request)
            return right(received)
        seen.add(request)
        return 429, {"Retry-After": "0"}, None

    with serving(be_busy_at_first) as stand_in:
        run = simulate(stand_in)
    assert run.differences == []
    assert sum(exchange.status == 429 for exchange in run.exchanges) > 20


def test_a_refused_token_stops_the_run_before_anything_is_sent_to_provision() -> None:
    with serving() as stand_in, pytest.raises(UnusableError, match="The token is refused: 401"):
        job.run(Tenant.parse(stand_in.url, "wrong"), job.Plan(5, 2), Console(quiet=True))
    assert [each.method for each in stand_in.received] == ["GET"]


def test_a_run_that_is_stopped_half_way_cleans_up_too() -> None:
    def refuse_after_the_first_cycle(received: Received, right: Right) -> Answer:
        members_are_set = any(b'"members"' in each.body for each in stand_in.received)
        if members_are_set and received.method == "GET":
            return 401, {"Content-Type": "application/scim+json"}, {"detail": "expired"}
        return right(received)

    with serving(refuse_after_the_first_cycle) as stand_in:
        run = simulate(stand_in, clean_up=True)
        assert run.stopped == "The token is refused: 401 expired"
        assert stand_in.storage.resources == []


def test_an_endpoint_without_groups_fails_the_connection_test() -> None:
    def no_groups(received: Received, right: Right) -> Answer:
        return (404, {}, None) if "/Groups" in received.target else right(received)

    with serving(no_groups) as stand_in:
        run = simulate(stand_in, groups=0)
    assert run.stopped
    assert "/Groups" in run.stopped
