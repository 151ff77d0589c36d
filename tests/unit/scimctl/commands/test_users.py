"""`scimctl users` and `groups`: looking at a directory, and changing it by the endpoint's rules under one's own name."""

from typing import Any

import pytest

from lambdas.environment import file as settings
from lambdas.operations import resources as access
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from scimctl.resources import show
from scimctl.targets import resolve
from tests.protocol.entitled import LOGIN, permissions
from tests.storage.builders import NOBODY
from tests.unit.scimctl.commands.conftest import LOG_GROUP, Acme
from tests.unit.scimctl.operators import ACME


@pytest.fixture
def ada(acme: Acme) -> str:
    """A user in two groups; her id."""
    ada = acme.directory.user(
        "ada@example.com",
        externalId="E7",
        displayName="Ada Lovelace",
        emails=[{"value": "ada.lovelace@mail.example", "type": "work"}],
    )
    acme.directory.group("Sales", ada, acme.directory.user("bob@example.com", active=False))
    acme.directory.group("Engines", ada)
    return ada


def test_users_are_listed_with_their_exact_number(acme: Acme, ada: str) -> None:
    told = acme.told("users", "list")
    assert "ada@example.com Ada Lovelace yes provisioned E7 20" in told
    assert "bob@example.com - no provisioned -" in told
    assert told.endswith("2 users")


def test_a_list_is_cut_for_people_and_says_so(acme: Acme, ada: str) -> None:
    assert acme.told("users", "list", "--limit", "1").endswith("2 users, 1 shown")
    assert acme.told("users", "list", "--limit", "0").endswith("2 users")


def test_a_program_gets_all_users_whole_page_by_page(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAGE", 2)
    ids = {acme.directory.user(f"user{number}") for number in range(7)}
    told = acme.json("users", "list")
    assert told["totalResults"] == 7
    assert {each["id"] for each in told["Resources"]} == ids
    assert len(told["Resources"]) == 7
    assert len(acme.json("users", "list", "--limit", "3")["Resources"]) == 3


def test_a_program_is_told_of_an_empty_directory(acme: Acme) -> None:
    assert acme.json("users", "list") == {"totalResults": 0, "Resources": []}
    assert acme.told("groups", "list") == "0 groups"


def test_a_filter_is_one_of_scim(acme: Acme, ada: str) -> None:
    told = acme.json("users", "list", "--filter", 'username co "ADA" and active ne false')
    assert [each["userName"] for each in told["Resources"]] == ["ada@example.com"]
    assert {each["display"] for each in told["Resources"][0]["groups"]} == {"Engines", "Sales"}
    assert acme.told("users", "list", "--filter", 'userName eq "x"') == "0 users"


def test_a_filter_that_cannot_be_read_is_told_in_the_words_of_the_endpoint(acme: Acme) -> None:
    assert "filter has a syntax error at column 5" in acme.refused("users", "list", "--filter", "foo bar")


def test_more_than_the_usual_page_of_what_a_filter_finds_is_all_listed(acme: Acme) -> None:
    for number in range(105):
        acme.directory.user(f"user{number}", title="Clerk")
    told = acme.json("users", "list", "--filter", 'title eq "Clerk"')
    assert (told["totalResults"], len(told["Resources"])) == (105, 105)


@pytest.mark.parametrize("name", ["ada@example.com", "ADA@EXAMPLE.COM", "E7", "ada.lovelace@mail.example"])
def test_a_user_is_shown_by_any_of_its_names(acme: Acme, ada: str, name: str) -> None:
    assert acme.json("users", "show", name)["id"] == ada


def test_a_user_is_shown_by_id_with_its_attributes_and_groups(acme: Acme, ada: str) -> None:
    told = acme.told("users", "show", ada)
    assert "User name: ada@example.com" in told
    assert "Active: yes" in told
    assert "ada.lovelace@mail.example" in told
    assert "Groups: 2" in told
    assert "Sales" in told


def test_no_such_user_is_told_with_what_to_try(acme: Acme) -> None:
    for name in ("nobody", NOBODY):
        told = acme.refused("users", "show", name)
        assert f"There is no user {name} in directory acme-corp of environment acme" in told
        assert f"scimctl log --user {name}" in told
        assert "scimctl users list --filter" in told


def test_a_name_of_several_users_is_told_with_their_ids(acme: Acme) -> None:
    first, second = (acme.directory.user(f"user{number}", externalId="E7") for number in range(2))
    told = acme.refused("users", "show", "E7")
    assert "2 users have the externalId E7" in told
    assert first in told
    assert second in told


def test_a_name_with_quotes_is_looked_for_as_it_is(acme: Acme) -> None:
    made = acme.directory.user('o"brien\\é')
    assert acme.json("users", "show", 'o"brien\\é')["id"] == made


def test_another_directory_is_looked_at_by_its_id(acme: Acme, ada: str) -> None:
    assert acme.json("users", "list", "--directory", "globex")["totalResults"] == 0
    assert "is not a directory id" in acme.refused("users", "list", "--directory", "Acme#USER")


def test_a_disabled_user_is_not_active_and_keeps_its_groups(acme: Acme, ada: str) -> None:
    assert acme.told("users", "disable", "ada@example.com") == f"User ada@example.com ({ada}) is disabled."
    told = acme.json("users", "show", ada)
    assert told["active"] is False
    assert len(told["groups"]) == 2
    assert acme.told("users", "enable", ada) == f"User ada@example.com ({ada}) is enabled."
    assert acme.json("users", "show", ada)["active"] is True


def test_what_an_operator_changes_leaves_the_record_of_a_client_with_the_operators_identity(
    acme: Acme, ada: str
) -> None:
    acme.scimctl("users", "disable", "ada@example.com")
    (record,) = acme.records()
    expected: dict[str, Any] = {
        "level": "INFO",
        "message": "scim.request",
        "event": "scim.request",
        "environment": "acme",
        "directory": "acme-corp",
        "method": "PATCH",
        "resource_type": "User",
        "resource_id": ada,
        "resource_name": "ada@example.com",
        "external_id": "E7",
        "changed": ["active"],
        "operations": ["replace"],
        "status": 200,
        "refused": 0,
        "failed": 0,
    }
    assert {name: record.get(name) for name in expected} == expected
    assert record["operator"].startswith("arn:aws:")
    assert record["dynamodb_calls"] >= 2
    assert len(record["request_id"]) == 36
    assert "connection" not in record
    assert "token" not in record
    assert "_aws" not in record  # CloudWatch does not count it among the clients' requests


def test_nothing_is_changed_twice(acme: Acme, ada: str) -> None:
    acme.scimctl("users", "disable", ada)
    assert acme.told("users", "disable", ada) == "User ada@example.com is disabled already."
    assert len(acme.records()) == 1


def test_looking_leaves_no_record(acme: Acme, ada: str) -> None:
    acme.scimctl("users", "list")
    acme.scimctl("users", "show", ada)
    acme.scimctl("groups", "list")
    assert acme.records() == []


def test_a_user_is_deleted_with_its_memberships_and_its_name_is_free(acme: Acme, ada: str) -> None:
    assert acme.told("users", "delete", "ada@example.com", "--yes") == f"User ada@example.com ({ada}) is deleted."
    assert len(acme.json("groups", "show", "Sales")["members"]) == 1
    acme.directory.user("ada@example.com")
    (record,) = acme.records()
    assert (record["method"], record["status"], record["resource_name"]) == ("DELETE", 204, "ada@example.com")


def test_a_deletion_asks_first_and_tells_what_it_would_do(acme: Acme, ada: str) -> None:
    told = acme.refused("users", "delete", "ada@example.com", answer="n\n")
    assert (
        "User ada@example.com, a member of 2 groups, will be deleted from directory acme-corp of environment acme."
        in told
    )
    assert "Nothing was changed" in told
    acme.refused("users", "delete", "ada@example.com", answer="")
    assert acme.json("users", "show", ada)["id"] == ada
    assert acme.scimctl("users", "delete", "ada@example.com", answer="y\n").exit_code == 0


def test_who_may_not_write_to_the_log_changes_nothing(acme: Acme, ada: str) -> None:
    acme.logs.delete_log_group(logGroupName=LOG_GROUP)
    told = acme.refused("users", "disable", ada)
    assert "CreateLogStream" in told
    acme.logs.create_log_group(logGroupName=LOG_GROUP)
    assert acme.json("users", "show", ada)["active"] is True


def test_a_change_that_is_refused_is_told_and_recorded(acme: Acme, ada: str) -> None:
    resources = Resources(resolve("acme"))
    body = {"Operations": [{"op": "replace", "path": "userName", "value": "bob@example.com"}]}
    with pytest.raises(Problem, match="exists already"):
        resources.change(Journal(resources.target), "PATCH", "User", ada, body)
    (record,) = acme.records()
    assert (record["status"], record["scim_type"], record["refused"]) == (409, "uniqueness", 1)


def test_groups_are_listed_and_shown_with_their_members(acme: Acme, ada: str) -> None:
    told = acme.json("groups", "list", "--filter", f'members eq "{ada}"')
    assert {each["displayName"] for each in told["Resources"]} == {"Sales", "Engines"}
    assert not any("members" in each for each in told["Resources"])
    assert acme.told("groups", "list").endswith("2 groups")
    shown = acme.told("groups", "show", "sales")
    assert "Members: 2" in shown
    assert f"{ada} ada@example.com" in shown
    assert "bob@example.com" in shown
    assert "There is no group Sails" in acme.refused("groups", "show", "Sails")


def test_many_members_are_cut_for_people(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "MEMBERS_SHOWN", 2)
    acme.directory.group("All", *(acme.directory.user(f"user{number}") for number in range(3)))
    assert "Members: 3" in acme.told("groups", "show", "All")
    assert "... and 1 more: --output json prints all of them." in acme.told("groups", "show", "All")
    assert len(acme.json("groups", "show", "All")["members"]) == 3


def test_a_group_is_shown_with_its_members_by_name(acme: Acme, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = acme.directory.group("Inner")
    names = [f"user{number:03}@example.com" for number in range(120)]
    users = [acme.directory.user(name) for name in names]
    acme.directory.group("All", *users[:60], inner)
    for first in range(60, 120, 30):
        acme.directory.change(acme.json("groups", "show", "All")["id"], add=users[first : first + 30])
    members = acme.json("groups", "show", "All")["members"]
    by_id = {each["value"]: (each["type"], each["name"]) for each in members}
    assert by_id == {
        inner: ("Group", "Inner"),
        **{user: ("User", name) for user, name in zip(users, names, strict=True)},
    }
    monkeypatch.setattr(show, "MEMBERS_SHOWN", 200)
    told = acme.told("groups", "show", "All")
    assert all(f"{user} {name}" in told for user, name in zip(users, names, strict=True))
    assert f"{inner} Inner Group" in told


def test_a_member_that_no_longer_exists_is_shown_without_a_name(acme: Acme, ada: str) -> None:
    (sales,) = acme.json("groups", "list", "--filter", 'displayName eq "Sales"')["Resources"]
    members = [{"value": ada, "type": "User"}, {"value": NOBODY, "type": "User"}]
    named = Resources(resolve("acme")).with_member_names({**sales, "members": members})
    assert named["members"] == [{"value": ada, "type": "User", "name": "ada@example.com"}, members[1]]


def test_escape_sequences_of_a_client_do_not_reach_the_terminal(acme: Acme) -> None:
    acme.directory.user("ada\x1b[2J", displayName=":warning: [red]x[/red]\u202e")
    for told in (acme.told("users", "list"), acme.told("users", "show", "ada\x1b[2J")):
        assert "\x1b" not in told
        assert "ada\ufffd[2J" in told
        assert ":warning: [red]x[/red]\ufffd" in told


def test_control_characters_of_a_client_are_escaped_for_programs_which_get_the_name_unchanged(acme: Acme) -> None:
    name = "ada\x9b2J\u202e"
    acme.directory.user(name)
    for arguments in (["users", "list"], ["users", "show", name], ["log"]):
        printed = acme.scimctl(*arguments, "--output", "json").stdout
        assert not {"\x9b", "\u202e"} & set(printed)
    assert acme.json("users", "show", name)["userName"] == name


def test_an_argument_in_an_error_reaches_the_terminal_without_control_characters(acme: Acme) -> None:
    assert "There is no user ada\ufffd2J" in acme.refused("users", "show", "ada\x9b2J")


@pytest.mark.parametrize("command", ["list", "show", "create", "disable", "enable", "delete"])
def test_every_command_teaches_with_an_example(acme: Acme, command: str) -> None:
    assert f"scimctl users {command} " in acme.scimctl("users", command, "--help").output


def test_a_user_is_created_by_hand_and_marked_as_such_in_lists(acme: Acme, ada: str) -> None:
    (settings.ENVIRONMENTS / "acme.toml").write_text(f'{ACME}[login]\ndefault = "external"\n')
    made = acme.json("users", "create", "guest@partner.example", "--name", "Grace", "--email", "g@partner.example")
    assert (made["createdByHand"], made["displayName"], made["emails"][0]["value"]) == (
        True,
        "Grace",
        "g@partner.example",
    )
    shown = acme.json("users", "show", "guest@partner.example")
    assert (shown["createdByHand"], shown[LOGIN]["loginMethod"]) == (True, "built-in")
    assert acme.json("users", "show", made["id"])["createdByHand"] is True
    marked = {each["userName"]: "createdByHand" in each for each in acme.json("users", "list")["Resources"]}
    assert marked == {"ada@example.com": False, "bob@example.com": False, "guest@partner.example": True}
    table = {line.split()[0]: line for line in acme.scimctl("users", "list").stdout.splitlines() if "@" in line}
    assert "by hand" in table["guest@partner.example"]
    assert "provisioned" in table["ada@example.com"]
    (record,) = acme.records()
    assert (record["method"], record["status"], record["resource_name"]) == ("POST", 201, "guest@partner.example")
    assert record["operator"].startswith("arn:aws:")
    assert "create user      guest@partner.example" in acme.scimctl("log").stdout


def test_a_user_with_other_attributes_is_created_from_json(acme: Acme) -> None:
    told = acme.told("users", "create", "ops@example.com", "--attributes", '{"title": "Service account"}')
    assert told.startswith("User ops@example.com (")
    assert told.endswith("is created by hand.")
    assert acme.json("users", "show", "ops@example.com")["title"] == "Service account"


@pytest.mark.parametrize(("text", "problem"), [("{", "not JSON"), ("[]", "pass a JSON object")])
def test_attributes_that_are_not_an_object_are_a_usage_error(acme: Acme, text: str, problem: str) -> None:
    result = acme.scimctl("users", "create", "ops@example.com", "--attributes", text)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_name_that_is_taken_is_refused_and_recorded(acme: Acme, ada: str) -> None:
    assert "exists already" in acme.refused("users", "create", "ADA@example.com")
    (record,) = acme.records()
    assert (record["status"], record["owner"]) == (409, ada)
    assert "createdByHand" not in acme.json("users", "show", ada)


# What the console shows


def test_pages_of_users_together_are_all_users_in_the_order_of_their_ids(acme: Acme) -> None:
    made = [acme.directory.user(f"user{number}@example.com") for number in range(5)]
    resources, seen, after, pages = Resources(resolve("acme")), [], None, 0
    while pages == 0 or after is not None:
        page = resources.page("User", after, size=2, leaving_out="groups")
        seen, after, pages = [*seen, *(each["id"] for each in page.resources)], page.next, pages + 1
        assert page.total == 5
    assert (seen, pages) == (sorted(made), 3)
    assert resources.counts() == {"User": 5, "Group": 0}


@pytest.mark.parametrize("after", ["{", "7", '{"d": "next"}'])
def test_an_address_of_no_page_is_a_problem(acme: Acme, after: str) -> None:
    with pytest.raises(Problem):
        Resources(resolve("acme")).page("User", after)


def test_members_are_paged_with_their_names(acme: Acme) -> None:
    users = sorted(
        (acme.directory.user(f"user{number}@example.com"), f"user{number}@example.com") for number in range(3)
    )
    sales = acme.directory.group("Sales", *(each for each, _ in users))
    resources = Resources(resolve("acme"))
    first = resources.members(sales, size=2)
    last = resources.members(sales, first.next, size=2)
    assert [(each.id, each.name, each.type) for each in (*first.members, *last.members)] == [
        (each, name, "User") for each, name in users
    ]
    assert last.next is None


def test_all_users_with_a_name_are_found(acme: Acme, ada: str) -> None:
    other = acme.directory.user("other@example.com", externalId="ada@example.com")
    found = Resources(resolve("acme")).matches("User", "ada@example.com")
    assert {each["id"] for each in found} == {ada, other}
    assert Resources(resolve("acme")).matches("User", "nope") == []


# Where the environment's file says what an identity provider's requests come to


def deprovisioning(**rules: str) -> None:
    lines = "".join(f'{name} = "{value}"\n' for name, value in rules.items())
    (settings.ENVIRONMENTS / "acme.toml").write_text(f"{ACME}[users.deprovisioning]\n{lines}")


def test_who_is_deleted_by_an_operator_is_gone_though_a_clients_delete_would_only_disable(acme: Acme, ada: str) -> None:
    deprovisioning(deleted="disable")
    acme.told("users", "delete", "ada@example.com", "--yes")
    assert "There is no user" in acme.refused("users", "show", ada)


def test_who_is_disabled_by_an_operator_stays_though_a_client_that_disables_would_remove(acme: Acme, ada: str) -> None:
    deprovisioning(deactivated="remove", memberships="remove")
    acme.told("users", "disable", "ada@example.com")
    shown = acme.json("users", "show", ada)
    assert shown["active"] is False
    assert "groups" not in shown


# -- Reading ------------------------------------------------------------------------------------------------------------


def test_reading_a_directory_that_was_never_asked_writes_no_system_groups(acme: Acme) -> None:
    (settings.ENVIRONMENTS / "acme.toml").write_text(f"{ACME}{permissions('system-groups')}")
    table = acme.directory.table
    for command in (("users", "list"), ("groups", "list"), ("users", "list", "--filter", 'userName eq "ada"')):
        assert acme.told(*command).startswith("0 ")
        assert [each for page in table.scan("") for each in page] == []
    acme.told("users", "create", "ops@example.com")
    assert acme.told("groups", "list").endswith("3 groups"), "the first write makes them"
