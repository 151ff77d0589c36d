"""A record in one line: what was done, to whom, with which result, and why."""

from typing import Any

import pytest
from rich.text import Text

from lambdas.operations.log import descriptions
from lambdas.operations.log.events import Record
from scimctl.log import lines
from tests.unit.operations.log.records import access, event, failure, operation, refused, request, sweep


def told(record: Record | str, name: str | None = None) -> str:
    """The line without its time, and with one space where there are more."""
    line: Text = lines.line_of(event(record), lambda _: name)
    return " ".join(line.plain.split()[1:])


def test_a_creation_is_told_with_whom_it_made_and_what_it_brought():
    record = request(resource_name="ada@example.com", resource_id="4f96", changed=["userName", "emails"])
    assert told(record) == "74818272 201 create user ada@example.com userName, emails 9.1 ms, 1 calls"


def test_attributes_that_were_sent_and_are_not_stored_are_named():
    record = request(
        method="PATCH", route="/Users/{id}", changed=["title"], ignored=["foo", "my?"], attributes_ignored=2
    )
    assert "title ignored foo, my? 9.1 ms" in told(record)
    many = request(changed=["title"], ignored=[f"a{n}" for n in range(50)], attributes_ignored=70)
    assert "title ignored a0, a1, a2 and 67 more" in told(many)


def test_a_refused_request_is_told_with_the_reason_and_not_with_what_it_would_have_changed():
    record = request(status=409, scim_type="uniqueness", detail="userName is taken.", changed=["userName"])
    assert told(record) == "74818272 409 create user uniqueness userName is taken. 9.1 ms, 1 calls"


def test_a_search_is_told_with_the_name_it_looks_for_and_how_much_it_found():
    record = request(method="GET", status=200, filter='userName eq "ada"', results=0)
    assert told(record) == "74818272 200 find user ada 0 found 9.1 ms, 1 calls"


def test_a_search_that_fails_is_told_with_its_filter():
    record = request(method="GET", status=400, scim_type="invalidFilter", detail="column 5", filter="(unreadable)")
    assert told(record) == "74818272 400 find user invalidFilter column 5 filter (unreadable) 9.1 ms, 1 calls"


def test_who_has_no_name_in_the_record_is_told_by_external_id_then_by_a_known_name_then_by_id():
    assert "create user E7 " in told(request(external_id="E7", resource_id="4f96"), name="ada")
    assert "create user ada " in told(request(resource_id="4f96"), name="ada")
    assert "create user 4f96 " in told(request(resource_id="4f96"))


def test_what_an_operator_changed_is_told_with_the_operator_and_without_cost():
    record = request(
        method="PATCH",
        route="/Users/{id}",
        status=200,
        resource_name="ada",
        changed=["active"],
        operations=["replace"],
        operator="arn:aws:sts::123456789012:assumed-role/Admin/ann",
        activity="disabled",
    )
    assert told(record) == "74818272 200 disable user ada active by Admin/ann"


@pytest.mark.parametrize(("activity", "action"), [("disabled", "disable user"), ("enabled", "enable user")])
def test_a_change_of_the_state_alone_is_named_by_it(activity: str, action: str):
    record = request(method="PATCH", route="/Users/{id}", changed=["active"], operations=["replace"], activity=activity)
    assert descriptions.action(record) == action


def test_a_change_of_the_state_among_others_is_an_update_with_the_new_state():
    record = request(
        method="PATCH",
        route="/Users/{id}",
        status=200,
        resource_name="ada",
        changed=["title", "active"],
        activity="disabled",
    )
    assert told(record) == "74818272 200 update user ada title, active disabled 9.1 ms, 1 calls"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({"became": "removed"}, "active removed, as the environment's file says"),
        ({"became": "disabled"}, "active disabled and not deleted, as the environment's file says"),
        ({"groups_left": 1}, "active left 1 group"),
        ({"became": "disabled", "groups_left": 7}, "as the environment's file says left 7 groups"),
    ],
)
def test_what_the_rules_of_the_environment_made_of_a_user_is_told(outcome: dict[str, Any], said: str):
    assert said in told(request(method="PATCH", status=200, resource_name="ada", changed=["active"], **outcome))


def test_refused_credentials_are_told_with_the_reason_in_words():
    expected = "c7ca3da4 401 check token token ab12 the token has expired connection k3x7m2qwertyuiop"
    assert told(refused()) == expected


def test_credentials_that_could_not_be_checked_are_told():
    assert "503 check token the credentials could not be checked" in told(
        refused(reason="unchecked", status=503, token=None)
    )


def test_a_reason_that_is_new_is_told_nevertheless():
    assert "401 check token" in told(refused(reason="unheard-of"))


def test_a_refusal_of_api_gateway_is_told_with_what_was_asked():
    record = access(status="429", refusal="THROTTLED", connection="k3x7m2qwertyuiop")
    expected = (
        "74818272 429 create user too many requests at the same time connection k3x7m2qwertyuiop from 203.0.113.7"
    )
    assert told(record) == expected


def test_an_unknown_path_is_told_as_it_was_asked():
    record = access(status="404", refusal="MISSING_AUTHENTICATION_TOKEN", route="/{proxy+}", path="/v2/k3x7/Nope")
    assert "404 POST /Nope no endpoint has this path" in told(record)


def test_what_api_gateway_says_of_an_answered_request_is_not_told_twice():
    assert told(access()).startswith("{")  # as it stands, only where the whole log group was asked for


def test_a_failure_is_told_with_the_last_line_of_its_trace():
    assert told(failure()) == "74818272 500 failure KeyError: 7"


def test_a_sweep_is_told_with_the_group_and_the_number():
    assert told(sweep(), name="Sales") == "5b0f7f2c sweep memberships Sales 1,200 of a deleted group"


def test_a_sweep_that_failed_is_told_with_how_far_it_came():
    line = told(sweep(memberships_swept=50, sweeps_failed=1), name="Sales")
    assert line == "5b0f7f2c sweep memberships Sales 50 of a deleted group the sweep was interrupted"


def test_what_an_operator_did_as_a_whole_is_told_with_the_directory_or_the_connection():
    detail = "from table before: 7 items written by Admin/ann"
    assert told(operation()) == f"74818272 restore directory acme {detail}"
    assert "disable connection k3x7 " in told(operation(action="disable connection", connection="k3x7"))


def test_what_is_no_record_is_told_as_it_stands():
    assert told("START RequestId: 1 Version: 3") == "START RequestId: 1 Version: 3"


def test_markup_and_escape_sequences_in_a_name_are_text():
    line = told(request(resource_name="[red]ada[/red]\x1b[2J\u202e"))
    assert "[red]ada[/red]\ufffd[2J\ufffd" in line


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"method": "GET", "route": "/Users/{id}"}, "read user"),
        ({"method": "GET", "route": "/Users"}, "list users"),
        ({"method": "POST", "route": "/Groups/.search", "filter": "x"}, "find group"),
        ({"method": "PUT", "route": "/Groups/{id}"}, "replace group"),
        ({"method": "DELETE", "route": "/Users/{id}"}, "delete user"),
        ({"method": "PATCH", "route": "/Users/{id}", "changed": ["active"], "operations": ["replace"]}, "update user"),
        ({"method": "PATCH", "route": "/Groups/{id}", "changed": ["members"], "operations": ["add"]}, "add members"),
        (
            {"method": "PATCH", "route": "/Groups/{id}", "changed": ["members"], "operations": ["remove"]},
            "remove members",
        ),
        (
            {"method": "PATCH", "route": "/Groups/{id}", "changed": ["members"], "operations": ["add", "remove"]},
            "change members",
        ),
        (
            {"method": "PATCH", "route": "/Groups/{id}", "changed": ["members", "displayName"], "operations": ["add"]},
            "update group",
        ),
        ({"method": "POST", "route": "/Bulk"}, "bulk"),
        ({"method": "GET", "route": "/ServiceProviderConfig"}, "read service provider config"),
        ({"method": "GET", "route": "/Schemas/{id}"}, "read schemas"),
        ({"method": "GET", "route": "/Me"}, "GET /Me"),
        ({"method": "GET", "route": "/"}, "GET /"),
    ],
)
def test_what_was_done_is_said_in_words(record: dict[str, Any], expected: str):
    assert descriptions.action(request(**record)) == expected


def test_a_user_an_account_and_a_role_are_named_shortly():
    assert descriptions.short_operator("arn:aws:iam::123456789012:user/ann") == "ann"
    assert descriptions.short_operator("arn:aws:iam::123456789012:root") == "root"
    assert descriptions.short_operator("arn:aws:sts::123456789012:assumed-role/Admin/ann") == "Admin/ann"
