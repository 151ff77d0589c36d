"""`scimctl permissions` and `users login`: what an operator decides, what users have then, and what is kept of it in the log."""

from typing import Any

import pytest

from lambdas.environment import file as settings
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.resources import Resources
from scimctl.targets import resolve
from support.environments import SETS
from tests.storage.builders import GROUP, NOBODY
from tests.unit.scimctl.commands.conftest import Acme
from tests.unit.scimctl.operators import ACME

TABLES = f"""
[login]
default = "external"
[permissions]
sources = ["groups", "roles", "operator"]
default = ["viewer"]
{SETS}
"""


@pytest.fixture
def entitled(acme: Acme) -> Acme:
    """The environment with permission sets and login methods."""
    (settings.ENVIRONMENTS / "acme.toml").write_text(ACME + TABLES)
    return acme


@pytest.fixture
def ada(entitled: Acme) -> str:
    """A user in the group Sales; her id."""
    ada = entitled.directory.user("ada@example.com", roles=[{"value": "astronaut"}])
    entitled.directory.group("Sales", ada)
    return ada


def sets_of(acme: Acme, user: str = "ada@example.com") -> list[str]:
    return [each["value"] for each in acme.json("users", "show", user).get("entitlements", [])]


def test_a_group_is_mapped_by_the_names_of_sets_and_its_members_have_them(entitled: Acme, ada: str) -> None:
    told = entitled.told("permissions", "map", "sales", "EDITOR", "Administrator")
    assert told == "Group Sales is mapped to: admin, editor (and was none)."
    assert sets_of(entitled) == ["editor", "admin"]
    assert entitled.told("permissions", "map", "Sales", "admin").endswith("admin, editor (already).")


def test_a_mapping_ends_in_part_or_as_a_whole(entitled: Acme, ada: str) -> None:
    entitled.told("permissions", "map", "Sales", "editor", "admin")
    assert entitled.told("permissions", "unmap", "Sales", "admin") == (
        "Group Sales is mapped to: editor (and was admin, editor)."
    )
    assert sets_of(entitled) == ["editor"]
    entitled.told("permissions", "unmap", "Sales")
    assert sets_of(entitled) == ["viewer"]


def test_a_set_is_assigned_to_a_user_and_taken_back(entitled: Acme, ada: str) -> None:
    assert entitled.told("permissions", "assign", "ada@example.com", "admin") == (
        "User ada@example.com is assigned: admin (and was none)."
    )
    assert sets_of(entitled) == ["admin"]
    entitled.told("permissions", "unassign", "ada@example.com")
    assert sets_of(entitled) == ["viewer"]


def test_a_user_is_shown_with_the_reason_for_each_set(entitled: Acme, ada: str) -> None:
    assert "Permission sets: 1 viewer Viewer (default)" in entitled.told("users", "show", "ada@example.com")
    entitled.told("permissions", "map", "Sales", "editor")
    entitled.told("permissions", "assign", "ada@example.com", "editor", "admin")
    told = entitled.told("users", "show", "ada@example.com")
    assert "Permission sets: 2 editor Editor (mapped group Sales, operator) admin Administrator (operator)" in told
    assert entitled.json("users", "show", ada)["permissionSets"] == [
        {"id": "editor", "reasons": ["mapped group Sales", "operator"]},
        {"id": "admin", "reasons": ["operator"]},
    ]


def test_a_disabled_user_is_shown_with_the_sets_it_would_have(entitled: Acme, ada: str) -> None:
    entitled.told("users", "disable", "ada@example.com")
    told = entitled.told("users", "show", "ada@example.com")
    assert "Permission sets: 0, because the user is disabled When enabled: viewer Viewer (default)" in told
    assert sets_of(entitled) == []


def test_sets_sources_and_mappings_are_listed(entitled: Acme, ada: str) -> None:
    entitled.told("permissions", "map", "Sales", "editor", "admin")
    told = entitled.told("permissions", "list")
    assert "viewer Viewer default Looks at everything" in told
    assert "Users get them from: groups, roles, operator" in told
    assert "Groups mapped to sets: 1 Sales" in told
    listed: Any = entitled.json("permissions", "list")
    (line,) = listed["mappings"]
    assert (line["displayName"], line["sets"]) == ("Sales", ["admin", "editor"])
    assert (listed["sources"], listed["default"]) == (["groups", "roles", "operator"], ["viewer"])


def test_the_mapping_of_a_deleted_group_is_listed_as_such_and_ends_by_its_id(entitled: Acme, ada: str) -> None:
    entitled.told("permissions", "map", "Sales", "editor")
    (line,) = entitled.json("permissions", "list")["mappings"]
    entitled.directory.storage.delete(GROUP, line["group"])
    assert "(deleted; has no effect)" in entitled.told("permissions", "list")
    entitled.told("permissions", "unmap", line["group"])
    assert entitled.json("permissions", "list")["mappings"] == []


def test_a_set_that_the_file_no_longer_has_can_still_be_taken_away(entitled: Acme, ada: str) -> None:
    entitled.told("permissions", "map", "Sales", "admin")
    entitled.told("permissions", "assign", "ada@example.com", "admin")
    without = TABLES.replace('id = "admin"', 'id = "owner"')
    (settings.ENVIRONMENTS / "acme.toml").write_text(ACME + without)
    assert entitled.told("permissions", "unmap", "Sales", "admin").endswith("none (and was admin).")
    assert entitled.told("permissions", "unassign", "ada@example.com", "admin").endswith("none (and was admin).")


def test_each_decision_is_in_the_log_under_the_operators_identity_and_what_changes_nothing_is_not(
    entitled: Acme, ada: str
) -> None:
    for _ in range(2):
        entitled.told("permissions", "map", "Sales", "editor")
        entitled.told("permissions", "assign", "ada@example.com", "admin")
        entitled.told("users", "login", "ada@example.com", "built-in")
    mapped, assigned, login = entitled.records()
    assert (mapped["action"], mapped["resource_type"], mapped["resource_name"]) == ("map group", "Group", "Sales")
    assert mapped["detail"] == "none → editor"
    assert (assigned["action"], assigned["resource_id"], assigned["detail"]) == ("assign sets", ada, "none → admin")
    assert (login["action"], login["detail"]) == ("set login", "none → built-in")
    assert all(each["operator"].startswith("arn:aws:") for each in (mapped, assigned, login))
    assert "assign sets ada@example.com none → admin by " in entitled.told("log", "--user", "ada@example.com")
    assert "map group Sales none → editor by " in entitled.told("log", "--group", "Sales")


def test_whose_sets_changed_is_told_in_the_log_with_why(entitled: Acme, ada: str) -> None:
    entitled.log(
        {
            "event": "scim.permissions",
            "directory": "acme-corp",
            "resource_type": "User",
            "resource_id": ada,
            "resource_name": "ada@example.com",
            "before": ["viewer"],
            "after": ["editor", "admin"],
            "reasons": {"editor": ["mapped group Sales"], "admin": ["operator"]},
            "function_request_id": "5b0f7f2c-9d43-4c7e-8b7c-0a4f8d1e6c11",
        }
    )
    told = entitled.told("log", "--user", "ada@example.com")
    assert "permission sets ada@example.com viewer → editor, admin (mapped group Sales, operator)" in told
    assert "ada@example.com" not in entitled.told("log", "--failed")
    assert "Changed: viewer → editor, admin" in entitled.told("log", "show", "5b0f7f2c")


def test_a_login_method_is_set_and_left_to_the_default_again(entitled: Acme, ada: str) -> None:
    urn = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"
    assert entitled.told("users", "login", "ada@example.com", "built-in").endswith("signs in by: built-in.")
    assert entitled.json("users", "show", ada)[urn]["loginMethod"] == "built-in"
    assert entitled.told("users", "login", ada, "default").endswith("signs in by: external, the default.")
    assert entitled.json("users", "show", ada)[urn]["loginMethod"] == "external"


def test_a_program_is_told_of_each_decision_what_was_and_what_is(entitled: Acme, ada: str) -> None:
    mapped = entitled.json("permissions", "map", "Sales", "editor")
    assert (mapped["name"], mapped["before"], mapped["after"]) == ("Sales", [], ["editor"])
    assert entitled.json("permissions", "assign", ada, "admin")["after"] == ["admin"]
    assert entitled.json("permissions", "unassign", ada)["before"] == ["admin"]
    assert entitled.json("permissions", "unmap", "Sales") == {**mapped, "before": ["editor"], "after": []}
    assert entitled.json("users", "login", ada, "built-in")["after"] == ["built-in"]


def test_an_unknown_set_is_told_with_the_one_that_was_meant(entitled: Acme, ada: str) -> None:
    told = entitled.refused("permissions", "map", "Sales", "editr")
    assert "Environment acme has no permission set editr. Did you mean editor?" in told
    assert "Its sets are: viewer, editor, admin." in told
    assert entitled.records() == []


def test_a_decision_that_would_give_nobody_anything_is_refused(acme: Acme) -> None:
    acme.directory.group("Sales")
    assert 'does not include "groups"' in acme.refused("permissions", "map", "Sales", "editor")
    assert 'does not include "operator"' in acme.refused("permissions", "assign", "ada", "editor")
    acme.directory.user("ada")
    assert "no table [login]" in acme.refused("users", "login", "ada", "built-in")


def test_an_unknown_user_or_group_is_told_with_what_to_try(entitled: Acme) -> None:
    assert "There is no group Nobody" in entitled.refused("permissions", "map", "Nobody", "editor")
    assert f"There is no user {NOBODY}" in entitled.refused("permissions", "assign", NOBODY, "editor")


def test_an_environment_without_sets_says_what_to_add(acme: Acme) -> None:
    assert "add [[permissions.sets]] to environments/acme.toml" in acme.told("permissions", "list")


def test_the_sets_of_all_users_of_a_page_are_those_of_each_with_the_same_reasons(entitled: Acme, ada: str) -> None:
    entitled.directory.user("bob@example.com")
    entitled.told("permissions", "map", "Sales", "editor")
    entitled.told("permissions", "assign", "bob@example.com", "admin")
    permissions = PermissionOperations(Resources(resolve("acme")))
    page = permissions.resources.page("User").resources
    grants = permissions.grants_of(page)
    assert grants == {each["id"]: permissions.grants(each) for each in page}
    assert len(grants) == 2
    assert [str(reason) for grant in grants[ada] for reason in grant.reasons] == ["mapped group Sales"]
