"""Each fault of an endpoint fails the checks that are about it, and no other that runs of their suites; and leaves nothing behind.

`make test` runs a share of the other checks, another share each day; a release runs all.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from scimprobe.check import entra_groups, job, okta, validator_groups
from scimprobe.check.job import Outcome, Run
from scimprobe.check.suites import SUITES, Suite
from scimprobe.wire import Tenant
from tests.examples import is_release
from tests.unit.scimprobe.check import faults as check_faults
from tests.unit.scimprobe.faults import (
    changing_answers,
    changing_requests,
    decode_twice,
    forget_pages,
    manager_as_string,
    on_operations,
    on_resources,
    unformat_phones,
)
from tests.unit.scimprobe.stand_in import TOKEN, Fault, serving

NOTHING_IS_404 = {"Delete a non-existent Group"}
"""The checks of groups that an endpoint without groups passes."""

FAULTS: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    "answers 404 when nothing is found": (
        check_faults.answer_404_for_nothing,
        {
            "entra": {
                "Test Connection: a user that does not exist",
                "Test Connection: a user that does not exist, by externalId",
                "Test Connection: a group that does not exist",
                "The flag in the Tenant URL is ignored",
                "A filter without quotes",
                "Delete a user",
                "Search by manager",
                "Rename a group",
                "Search by member",
            },
            "validator": {
                "Filter for non-existing user",
                "Update User userName",
                "Filter for a non-existing group",
                "Update Group displayName",
            },
            "okta": {"Test invalid User by username"},
        },
    ),
    "answers 200 for what it creates": (
        check_faults.answer_200_for_201,
        {
            "entra": {"Create a user", "Create a user with empty attributes", "Create a group"},
            "validator": {"Create a new User", "Create a new Group"},
            "okta": {"Create Okta user with realistic values", "Push a group"},
        },
    ),
    "accepts duplicates": (
        check_faults.accept_duplicates,
        {
            "entra": {"A duplicate userName is refused"},
            "validator": {"Create a duplicate User", "Create a duplicate Group"},
            "okta": {"Expect failure when recreating user with same values"},
        },
    ),
    "sends members that were excluded": (
        check_faults.send_members_always,
        {
            "validator": {
                "Get group by id excluding members",
                "Filter for existing group by displayName excluding members",
            }
        },
    ),
    "matches names by case": (
        check_faults.match_case_exactly,
        {
            "validator": {
                "Filter for existing user with different case",
                "Filter for an existing group with different case",
            },
            "okta": {"Username Case Sensitivity Check"},
        },
    ),
    "answers a manager as a string": (
        changing_answers(on_resources(manager_as_string), "GET", "/Users"),
        {
            "entra": {"Set, change and remove a manager", "A manager in an array, without URN"},
            "validator": {"Patch User - Add Manager", "Patch User - Replace Manager"},
            "logicapp": {"SCIM_Update_Manager"},
        },
    ),
    "answers the status as a number": (
        check_faults.number_the_status,
        {
            "entra": {
                "An unknown id is an error that Entra can read",
                "A user without userName is refused",
                "A body that is not JSON is refused",
                "A duplicate userName is refused",
            },
            "okta": {"Test invalid User by ID", "Check status 401"},
        },
    ),
    "empties the group when a member is removed by value": (
        on_operations(check_faults.empty_the_group, "/Groups"),
        {"entra": {"Remove members, without the flag"}},
    ),
    "adds members by replacing them": (
        on_operations(check_faults.replace_for_add, "/Groups"),
        {"entra": {"Add members", "Changes of one group at the same time"}},
    ),
    "writes back members that it has read before": (
        check_faults.lose_updates,
        {"entra": {"Changes of one group at the same time"}},
    ),
    "finds who was deleted": (check_faults.find_the_deleted(), {"entra": {"Delete a user"}}),
    "keeps the names of what was deleted": (
        check_faults.remember_names(),
        {"entra": {"Delete a user", "Delete a group"}},
    ),
    "answers totalResults as a string in pages": (
        changing_answers(check_faults.totals_as_strings, "GET", "startIndex="),
        {
            "logicapp": {"SCIM_User_Pagination", "SCIM_Group_Pagination"},
            "okta": {
                "Test Users endpoint",
                "Test invalid User by username",
                "Deactivate and reactivate a user, wizard",
                "Import users page by page",
            },
        },
    ),
    "answers active as a string in searches": (
        changing_answers(on_resources(check_faults.active_as_string), "GET", "filter="),
        {
            "entra": {"Disable a user"},
            "validator": {
                "Create a new User",
                "Filter for existing user",
                "Patch User - Replace Attributes Verbose Request",
                "Disable User",
                "Patch User - Add Attributes Verbose Request",
                "Patch User - Replace Attributes",
            },
            "okta": {"Deactivate and reactivate a user, wizard"},
        },
    ),
    "needs a path": (
        check_faults.refusing(lambda each: "path" not in each),
        {
            "entra": {"Update a user, with the flag", "Rename a group"},
            "validator": {
                "Update User userName",
                "Patch Group - Replace Attributes",
                "Update Group displayName",
                "Patch User - Replace Attributes",
            },
            "logicapp": {"SCIM_Null_Update, non-verbose"},
            "okta": {
                "Deactivate and reactivate a user, integration network",
                "Push a group",
                "Push members",
            },
        },
    ),
    "needs the element that a filter names": (
        check_faults.need_the_element,
        {
            "entra": {"An e-mail or address that is not there yet is created"},
            "validator": {"Patch User - Add Attributes Verbose Request"},
        },
    ),
    "refuses attributes that it has not": (
        check_faults.know_every_attribute,
        {"entra": {"An unknown attribute does not stop an update"}},
    ),
    "has no PUT": (check_faults.have_no_put, {"okta": {"Update a user", "Deactivate and reactivate a user, wizard"}}),
    "repeats the password": (check_faults.repeat_the_password, {"okta": {"Create Okta user with realistic values"}}),
    "has no groups": (
        check_faults.have_no_groups,
        {
            "entra": {check.name for check in entra_groups.checks} | {"Test Connection: a group that does not exist"},
            "validator": {check.name for check in validator_groups.checks} - NOTHING_IS_404,
            "logicapp": {"SCIM_Group_Create", "SCIM_Group_Update", "SCIM_Group_Pagination"},
            "okta": {"Verify Groups endpoint", "Push a group", "Push members", "Unlink a group"},
        },
    ),
    "lets anybody in": (
        check_faults.let_anybody_in,
        {"entra": {"A wrong token is refused"}, "okta": {"Check status 401"}},
    ),
    "deletes what is not there": (
        check_faults.delete_what_is_not_there,
        {
            "validator": {
                "Delete a non-existent User",
                "Delete the same User twice",
                "Delete a non-existent Group",
                "Delete the same Group twice",
            }
        },
    ),
    "hides the disabled": (
        check_faults.hide_the_disabled,
        {
            "entra": {"Disable a user"},
            "validator": {"Disable User"},
            "okta": {"Deactivate and reactivate a user, wizard"},
        },
    ),
    "takes application/scim+json only": (
        check_faults.take_scim_json_only,
        {
            "okta": {check.name for check in okta.checks}
            - {
                "Test invalid User by username",
                "Test invalid User by ID",
                "Verify Groups endpoint",
                "Check status 401",
            }
        },
    ),
    "answers the first page always": (
        forget_pages,
        {"logicapp": {"SCIM_User_Pagination", "SCIM_Group_Pagination"}, "okta": {"Import users page by page"}},
    ),
    "keeps what is emptied": (
        on_operations(check_faults.keep_what_is_emptied, "/Users"),
        {"logicapp": {"SCIM_Null_Update, verbose", "SCIM_Null_Update, non-verbose", "SCIM_Update_Manager"}},
    ),
    "tidies telephone numbers": (
        changing_requests(unformat_phones, "POST", "/Users"),
        {"entra": {"Values are kept as they were sent"}},
    ),
    "takes a plus for a space": (decode_twice, {"entra": {"A new user is found at once"}}),
    "breaks down on what is not JSON": (
        check_faults.break_down_on_junk,
        {"entra": {"A body that is not JSON is refused"}},
    ),
    "reads operations in lower case only": (
        check_faults.refusing(lambda each: not each["op"].islower()),
        {
            "entra": {
                "Update a user, without the flag",
                "An e-mail or address that is not there yet is created",
                "An unknown attribute does not stop an update",
                "Disable a user",
                "Restore a user",
                "Set, change and remove a manager",
                "A manager in an array, without URN",
                "Search by manager",
                "Roles by SingleAppRoleAssignment",
                "Rename a group",
                "Add members",
                "Remove members, without the flag",
                "Changes of one group at the same time",
                "A disabled user stays a member",
            }
        },
    ),
    "applies the first operation only": (
        check_faults.apply_the_first_operation,
        {
            "entra": {
                "Update a user, without the flag",
                "Update a user, with the flag",
                "An e-mail or address that is not there yet is created",
                "An unknown attribute does not stop an update",
            },
            "validator": {
                "Patch User - Replace Attributes Verbose Request",
                "Patch User - Multiple Operations on different attributes",
                "Patch User - Multiple Operations on same attribute",
                "Patch Group - Multiple Operations on same attribute",
                "Patch User - Add Attributes Verbose Request",
                "Patch User - Replace Attributes",
            },
            "logicapp": {
                "SCIM_Null_Update, verbose",
                "SCIM_Null_Update, non-verbose",
                "SCIM_User_Update",
                "SCIM_Group_Update",
            },
            "okta": {"Push members"},
        },
    ),
    "needs an operation": (check_faults.need_an_operation, {"validator": {"Patch User - no operations"}}),
    "needs the value of a manager": (
        check_faults.refusing(lambda each: each.get("value") == {"value": ""}),
        {"validator": {"Patch User - Remove Manager"}},
    ),
    "does not take a string for a boolean in filters": (
        check_faults.refusing(lambda each: 'primary eq "True"' in each.get("path", "")),
        {
            "entra": {"Roles by SingleAppRoleAssignment"},
            "validator": {
                "Patch User - Replace Attributes Verbose Request",
                "Patch User - Add Attributes Verbose Request",
                "Patch User - Replace Attributes",
            },
        },
    ),
    "adds roles when they are replaced": (
        on_operations(check_faults.add_roles_for_replace, "/Users"),
        {"entra": {"Roles by AssertiveAppRoleAssignmentsComplex"}},
    ),
    "answers 200 for what it deletes": (
        check_faults.answer_200_for_204,
        {
            "entra": {"Delete a user", "A deleted user is no longer a member", "Delete a group"},
            "validator": {
                "Delete a User",
                "Delete a Group",
                "Delete the same User twice",
                "Delete the same Group twice",
            },
            "okta": {"Unlink a group"},
        },
    ),
    "answers another userName than it was sent": (
        changing_answers(check_faults.name_without_domain, "POST", "/Users"),
        {
            "entra": {"Create a user", "Create a user with empty attributes"},
            "validator": {"Create a new User"},
            "logicapp": {"SCIM_User_Create"},
            "okta": {"Create Okta user with realistic values"},
        },
    ),
    "lists no canonical values": (
        changing_answers(check_faults.without_canonical_values, "GET", "/Schemas"),
        {"logicapp": {"Schema_Discoverability"}},
    ),
}
"""By what the endpoint does wrong: the fault, and the names of the checks that find it, by suite."""


def failed(run: Run) -> dict[str, set[str]]:
    """The names of the checks that did not pass, by suite."""
    found = {
        suite.name: {each.check.name for each in results if each.outcome is not Outcome.PASSED}
        for suite, results in run.results
    }
    return {suite: names for suite, names in found.items() if names}


EVERY = 4
"""One in so many of the checks that a fault is not about runs against it in `make test`; for a release, every one does."""

TODAY = datetime.now(UTC).toordinal()
"""The day that chooses the share of the checks. To repeat another day's run, write the number from its assertion message here."""


def chosen(suite: Suite, about: set[str], turn: int) -> Suite:
    """Return a suite with the checks that are about a fault, and some of those that are not: others in the next turn."""
    checks = [
        check
        for number, check in enumerate(suite.checks)
        if check.name in about or is_release() or (number + turn) % EVERY == 0
    ]
    return replace(suite, checks=checks)


@pytest.mark.parametrize("name", FAULTS)
def test_the_checks_that_are_about_it_and_none_of_the_others_that_run_today_find_an_endpoint_that(name: str) -> None:
    fault, expected = FAULTS[name]
    turn = list(FAULTS).index(name) + TODAY
    with serving(fault) as stand_in:
        suites = [chosen(suite, expected[suite.name], turn) for suite in SUITES if suite.name in expected]
        run = job.run(Tenant.parse(stand_in.url, TOKEN), suites, Console(quiet=True))
        assert stand_in.storage.resources == []
    assert failed(run) == expected, f"TODAY = {TODAY}"
    assert run.left == []


def test_every_check_runs_against_every_fault_within_as_many_days_as_there_are_shares() -> None:
    for suite in SUITES:
        days = [{check.name for check in chosen(suite, set(), day).checks} for day in range(TODAY, TODAY + EVERY)]
        assert set().union(*days) == {check.name for check in suite.checks}


def test_every_check_is_failed_by_some_fault() -> None:
    found = {(suite, name) for _, names in FAULTS.values() for suite, each in names.items() for name in each}
    never = [
        f"{suite.name}: {check.name}"
        for suite in SUITES
        for check in suite.checks
        if (suite.name, check.name) not in found
    ]
    assert never == []
