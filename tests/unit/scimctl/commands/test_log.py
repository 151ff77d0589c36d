"""`scimctl log`: from what an operator was told to the reason, with the commands as they are typed."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from support.tables import create_table
from tests.unit.operations.log.records import AUTHORIZER_ID, REQUEST_ID, access, failure, refused, request, sweep
from tests.unit.scimctl import operators
from tests.unit.scimctl.commands.conftest import Acme


def lines(acme: Acme, *arguments: str) -> list[str]:
    """The lines that the command prints."""
    result = acme.scimctl("log", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def hints(acme: Acme, *arguments: str) -> str:
    """What is told when nothing was found, on one line."""
    result = acme.scimctl("log", *arguments)
    assert result.exit_code == 0
    assert result.stdout == ""
    return " ".join(result.stderr.split())


def test_records_are_told_a_line_each_under_their_day(acme: Acme) -> None:
    acme.log(request(resource_name="ada"), refused(), access(), sweep(), {"event": "scim.token"})
    day, *rest = lines(acme)
    assert day.startswith("20")
    assert [" ".join(line.split())[9:] for line in rest] == [
        "74818272 201 create user ada 9.1 ms, 1 calls",
        "c7ca3da4 401 check token token ab12 the token has expired connection k3x7m2qwertyuiop",
        "5b0f7f2c sweep memberships 8ca0a5b5-b626-4467-93e1-2a0cda85a644 1,200 of a deleted group",
    ]


def test_each_day_begins_with_its_date(acme: Acme) -> None:
    acme.log(request(), ago=timedelta(days=2))
    acme.log(request())
    assert len(lines(acme, "--since", "3d")) == 4


def test_failures_are_told_alone(acme: Acme) -> None:
    acme.log(request(), request(status=409), access(status="429", refusal="THROTTLED"))
    assert len(lines(acme, "--failed")) == 3


def test_a_change_by_id_is_told_with_the_name_that_the_directory_has(acme: Acme) -> None:
    sales = acme.directory.group("Sales")
    fields = {"method": "PATCH", "route": "/Groups/{id}", "resource_type": "Group", "resource_id": sales}
    acme.log(request(**fields, directory="acme-corp", changed=["members"], operations=["add"]))
    assert "add members      Sales" in lines(acme)[1]
    assert "add members      Sales" in lines(acme, "--group", "sales")[1]
    assert "add members      Sales" in lines(acme, "--directory", "acme-corp")[1]


def test_a_change_by_id_of_a_user_is_found_by_name(acme: Acme) -> None:
    ada = acme.directory.user("ada@example.com", externalId="E7")
    acme.log(request(method="PATCH", route="/Users/{id}", resource_type="User", resource_id=ada, status=400))
    for name in ("ADA@example.com", "E7", ada):
        assert len(lines(acme, "--user", name)) == 2


def test_what_a_program_gets_is_one_object_in_each_line(acme: Acme) -> None:
    acme.log(request(resource_name=":warning: ada", _aws={}), failure())
    first, second = map(json.loads, lines(acme, "--output", "json"))
    assert (first["action"], first["resource_name"], first["status"]) == ("create user", ":warning: ada", 201)
    assert first["time"].endswith("+00:00")
    assert "_aws" not in first
    assert second["exception"].startswith("Traceback")


def test_nothing_about_a_user_is_told_with_what_failed_otherwise_and_where_to_look(acme: Acme) -> None:
    acme.log(*[refused()] * 3, request(status=400, scim_type="invalidFilter", detail="column 5"), request())
    told = hints(acme, "--user", "ada@example.com")
    assert "Nothing about user ada@example.com since" in told
    assert "The directory has no such user." in told
    assert "3 401 check token the token has expired connection k3x7m2qwertyuiop" in told
    assert "1 400 create user invalidFilter" in told
    assert "`scimctl log --failed --since 2h --environment acme`" in told
    assert "--since 3d" in told
    assert "Other environments: local" in told


def test_nothing_about_a_user_that_exists_is_told_with_how_to_see_it(acme: Acme) -> None:
    acme.directory.user("ada@example.com")
    assert "`scimctl users show ada@example.com --environment acme`" in hints(acme, "--user", "ada@example.com")


def test_no_failure_is_told_as_such(acme: Acme) -> None:
    acme.log(request())
    assert "No failure since" in hints(acme, "--failed")


def test_a_program_is_told_nothing_when_nothing_was_found(acme: Acme) -> None:
    result = acme.scimctl("log", "--output", "json")
    assert (result.exit_code, result.stdout) == (0, "")


def test_following_goes_on_until_ctrl_c(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    acme.log(request(resource_name="ada"))
    monkeypatch.setattr("lambdas.operations.log.reader.time.sleep", stop)
    assert "create user      ada" in lines(acme, "--follow")[1]


def test_all_attributes_that_a_write_sent_and_that_are_not_stored_are_shown(acme: Acme) -> None:
    names = ["foo", "my?", "name.nick", "emails.verified"]
    acme.log(request(method="PATCH", changed=["title"], ignored=names, attributes_ignored=len(names)))
    assert "Ignored attributes: foo, my?, name.nick, emails.verified" in acme.told("log", "show", REQUEST_ID[:8])


def test_everything_about_one_request_is_told_with_what_to_do(acme: Acme) -> None:
    acme.log(
        request(status=409, scim_type="uniqueness", detail="userName is taken.", resource_name="ada"),
        access(status="409", authorizer_milliseconds="12"),
    )
    told = acme.told("log", "show", REQUEST_ID[:8])
    assert f"Request: {REQUEST_ID}" in told
    assert "What: create user ada POST /Users" in told
    assert "Answer: 409 uniqueness userName is taken." in told
    assert "scimctl users show ada --environment acme" in told
    assert "From: 203.0.113.7" in told
    assert "Took: 9.1 ms, 1 DynamoDB calls, 0 read and 6 write units" in told


def test_a_value_that_another_resource_has_is_shown_with_the_command_that_shows_its_owner(acme: Acme) -> None:
    owner = acme.directory.user("ada@example.com", externalId="E1")
    acme.log(request(status=409, scim_type="uniqueness", detail="taken", resource_name="new@example.com", owner=owner))
    shown = acme.told("log", "show", REQUEST_ID[:8])
    assert f"Owner of the value: {owner}" in shown
    (command,) = re.findall(r"`scimctl (users show [^`]+ )--environment acme`", shown)
    assert "ada@example.com" in acme.told(*command.split())


def test_the_trace_of_a_failure_is_told_whole(acme: Acme) -> None:
    acme.log(failure(exception='Traceback:\n  File "x.py"\nKeyError: 7\x1b[2J'), request(status=500, detail="Sorry."))
    result = acme.scimctl("log", "show", REQUEST_ID)
    assert 'Traceback:\n  File "x.py"\nKeyError: 7\ufffd[2J' in result.stdout
    assert "Answer:              500  Sorry." in result.stdout


def test_expired_credentials_are_told_with_the_command_that_makes_others(acme: Acme) -> None:
    acme.log(refused(), access(status="401", refusal="UNAUTHORIZED", authorizer_request_id=AUTHORIZER_ID))
    for wanted in (AUTHORIZER_ID[:8], REQUEST_ID):
        told = acme.told("log", "show", wanted)
        assert f"Request: {REQUEST_ID}" in told
        assert "Why: the token has expired" in told
        assert "scimctl tokens create k3x7m2qwertyuiop --environment acme" in told


def test_a_sweep_that_failed_is_among_the_failures_and_is_told_with_its_trace_and_what_to_do(acme: Acme) -> None:
    group = acme.directory.group("Sales")
    fields = {"directory": "acme-corp", "group": group, "memberships_swept": 50}
    acme.log(sweep(**fields), sweep(**fields, sweeps_failed=1, exception="Traceback:\nOutOfTimeError: no time"))
    (line,) = lines(acme, "--failed")[1:]
    assert " ".join(line.split()[1:]) == (
        "5b0f7f2c sweep memberships Sales 50 of a deleted group the sweep was interrupted"
    )
    told = acme.told("log", "show", "5b0f7f2c")
    assert "What: sweep memberships Sales" in told
    assert "Answer" not in told
    assert "OutOfTimeError: no time" in told
    assert "What to do: It is retried automatically" in told
    assert "`scimctl directories verify --repair --environment acme`" in told


def test_a_program_is_told_everything_about_one_request(acme: Acme) -> None:
    acme.log(request(status=500), failure())
    (story,) = acme.json("log", "show", REQUEST_ID)
    assert story["request"]["status"] == 500
    assert story["failure"]["exception_name"] == "KeyError"
    assert story["what_to_do"]


def test_an_unknown_id_is_told_with_what_to_try(acme: Acme) -> None:
    told = acme.refused("log", "show", REQUEST_ID)
    assert f"There is no record of request {REQUEST_ID}" in told
    assert "--since 30d" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--user", "a", "--group", "b"], "pass --user or --group, not both"),
        (["--connection", 'x"y'], "is not an id"),
        (["show", "abc"], "pass at least 6 characters"),
        (["show", 'abcdef" || $.x = "'], "is not an id"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(acme: Acme, arguments: list[str], told: str) -> None:
    result = acme.scimctl("log", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())


def test_a_directory_that_cannot_be_one_is_refused(acme: Acme) -> None:
    assert "is not a directory id" in acme.refused("log", "--directory", 'x" || $.y = "')


def test_a_tenant_url_names_its_connection(acme: Acme) -> None:
    acme.log(request(), request(connection="another"))
    url = "https://a1.execute-api.eu-west-1.amazonaws.com/scim/v2/k3x7m2qwertyuiop"
    assert len(lines(acme, "--connection", url)) == 2


def test_a_refused_assertion_is_explained_by_the_claim_what_came_and_what_was_expected(acme: Acme) -> None:
    usual = {"event": "scim.token_refused", "environment": "acme", "request_id": REQUEST_ID, "status": 401}
    claim = {"claim": "aud", "received": "api://another-app", "expected": "0b8c2f64-6a1d-4f0c-8e55-b5d1a4b4a9c3"}
    acme.log(
        {**usual, "reason": "wif_audience", "client": "m4x7k2qwertyuiop", "connection": "k3x7m2qwertyuiop", **claim}
    )
    assert "aud is api://another-app, expected 0b8c2f64-6a1d-4f0c-8e55-b5d1a4b4a9c3" in lines(acme, "--failed")[1]
    shown = [" ".join(line.split()) for line in lines(acme, "show", REQUEST_ID[:8])]
    assert "Why: the assertion's audience is another one" in shown
    assert any(line.startswith("Token endpoint") for line in shown)
    for line in ("OAuth client: m4x7k2qwertyuiop", "Wrong claim: aud", "Received: api://another-app"):
        assert line in shown
    assert f"Expected: {claim['expected']}" in shown


def test_an_environment_has_to_be_named_before_or_after_show(acme: Acme) -> None:
    acme.log(request())
    assert operators.scimctl("log").exit_code == 2
    assert operators.scimctl("log", "show", REQUEST_ID).exit_code == 2
    assert operators.scimctl("log", "-e", "acme", "show", REQUEST_ID).exit_code == 0
    assert operators.scimctl("log", "show", REQUEST_ID, "-e", "acme").exit_code == 0


def test_who_may_read_the_log_and_not_the_table_sees_ids(acme: Acme, dynamodb: Any) -> None:
    sales = acme.directory.group("Sales")
    fields = {"method": "PATCH", "route": "/Groups/{id}", "resource_type": "Group", "resource_id": sales}
    acme.log(request(**fields, directory="acme-corp"))
    dynamodb.delete_table(TableName="scim-acme-table")
    try:
        assert sales in lines(acme)[1]
        assert sales in lines(acme, "--group", sales)[1]
    finally:
        create_table(dynamodb, "scim-acme-table")


def test_a_stack_without_a_log_group_is_told(acme: Acme, cloudformation: Any) -> None:
    del cloudformation.stacks["scim-acme"]["LogGroupName"]
    assert "has no output LogGroupName yet" in acme.refused("log")
