"""Files of expectations: what they may hold, and how a mistake in one is reported."""

import json
from pathlib import Path

import pytest

from scimprobe.endpoint.needs import Need, reason_against
from scimprobe.endpoint.rules import NO_RULES, Permissions, Rules, RulesError, load, read


def rules(**keys: object) -> Rules:
    return read({"format": 1, **keys})


def test_a_file_with_nothing_in_it_says_what_the_rfcs_say() -> None:
    assert rules(name="") == NO_RULES
    assert [reason_against(need, NO_RULES) for need in Need] == [""] * len(Need)


def test_every_key_is_read() -> None:
    found = rules(
        name="forms.toml",
        users={
            "required": ["emails.value"],
            "unique": ["emails.value"],
            "allowed": {"userType": ["A", "B"]},
            "defaults": {"userType": "A"},
            "deactivated": "remove",
            "memberships": "remove",
        },
        groups={"served": False, "created_by_clients": False, "system": ["Owner"]},
        extensions=[{"urn": "urn:x:Y", "open": True, "attributes": [{"name": "l", "multi_valued": True}]}],
        permissions={"sets": [{"id": "a", "name": "Admin"}], "sources": ["roles"], "unknown_role": "refuse"},
        capabilities={"bulk": False},
    )
    users = found.attributes["User"]
    assert (users.required, users.allowed, users.defaults) == (
        ("emails.value",),
        {"userType": ("A", "B")},
        {"userType": "A"},
    )
    assert (found.deactivated, found.deleted, found.memberships) == ("remove", "remove", "remove")
    assert (found.groups_served, found.groups_created, found.system_groups) == (False, False, ("Owner",))
    assert (found.extensions[0].is_open, found.extensions[0].attributes[0].multi_valued) == (True, True)
    assert (found.permissions.of("ADMIN"), found.permissions.of("other")) == (["a"], [])
    assert found.permissions.refuses_unknown_roles
    assert found.capabilities == {"bulk": False}


@pytest.mark.parametrize(
    ("keys", "need", "reason"),
    [
        ({"groups": {"served": False}}, Need.GROUPS, "groups.served is false"),
        ({"groups": {"served": False}}, Need.NEW_GROUPS, "groups.served is false"),
        ({"groups": {"created_by_clients": False}}, Need.NEW_GROUPS, "groups.created_by_clients is false"),
        ({"groups": {"allowed": {"displayName": ["A"]}}}, Need.NEW_GROUPS, "groups.allowed lists every displayName"),
        ({"users": {"deactivated": "remove"}}, Need.DISABLED_USERS_STAY, 'deactivated is "remove"'),
        ({"users": {"deactivated": "remove"}}, Need.DISABLED_MEMBERS_STAY, 'deactivated is "remove"'),
        ({"users": {"memberships": "remove"}}, Need.DISABLED_MEMBERS_STAY, 'memberships is "remove"'),
        ({"users": {"deleted": "disable"}}, Need.DELETED_USERS_GO, 'deleted is "disable"'),
    ],
)
def test_a_rule_that_rules_a_need_out_is_its_reason(keys: dict[str, object], need: Need, reason: str) -> None:
    assert reason in reason_against(need, rules(**keys))


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("[]", "not a file of expectations"),
        ('{"format": 2}', "not a file of expectations"),
        ("{", "is not JSON"),
        ('{"format": 1, "users": []}', "users must be of type dict"),
        ('{"format": 1, "users": {"required": "userType"}}', "users: required must be of type list"),
        ('{"format": 1, "users": {"required": [1]}}', "users: required must be a list of strings"),
        ('{"format": 1, "users": {"deleted": "keep"}}', "users: deleted must be one of remove, disable"),
        ('{"format": 1, "groups": {"served": "no"}}', "groups: served must be of type bool"),
        ('{"format": 1, "extensions": [{"attributes": [1]}]}', "extensions[1]: attributes must be a list of objects"),
    ],
)
def test_a_mistake_is_reported_with_its_place(document: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(document)
    with pytest.raises(RulesError) as mistake:
        load(path)
    assert text in str(mistake.value)
    assert str(path) in str(mistake.value)


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"absent\.json cannot be read"):
        load(tmp_path / "absent.json")


def test_a_file_is_called_by_its_path_when_it_has_no_name(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"format": 1}))
    assert load(path).name == str(path)


@pytest.mark.parametrize(("given", "expected"), [([], {"app", "reader"}), (["admin"], {"app", "admin"})])
def test_base_sets_come_on_top_and_default_sets_only_without_others(given: list[str], expected: set[str]) -> None:
    assert Permissions(default=("reader",), base=("app",)).expected(given) == expected
