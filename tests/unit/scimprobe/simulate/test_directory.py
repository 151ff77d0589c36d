"""The source of a simulation, and its changes between two cycles."""

import pytest

from scimprobe.simulate import changes
from scimprobe.simulate.attributes import MANAGER, email
from scimprobe.simulate.directory import Directory


def build(run: str = "a1", seed: int = 1, users: int = 100, groups: int = 10) -> Directory:
    directory = Directory(run, seed)
    directory.populate(users, groups)
    return directory


def test_the_same_seed_gives_the_same_people_and_changes() -> None:
    first, second = build(), build()
    changes.happen(first)
    changes.happen(second)
    assert [(e.key, e.attributes, e.members) for e in first] == [(e.key, e.attributes, e.members) for e in second]


def test_another_seed_gives_other_people() -> None:
    assert [e.name for e in build(seed=1)] != [e.name for e in build(seed=2)]


def test_no_two_runs_share_a_name_or_an_external_id() -> None:
    first, second = build("a1"), build("b2")
    assert not {e.name for e in first} & {e.name for e in second}
    assert not {e.attributes["externalId"] for e in first} & {e.attributes["externalId"] for e in second}


def test_no_two_entries_of_a_run_share_a_name_whatever_its_case() -> None:
    directory = build(users=500, groups=50)
    changes.happen(directory)
    for entries in (directory.users, directory.groups):
        names = [name.lower() for e in entries.values() for name in (e.name, *e.former_names)]
        assert len(names) == len(set(names))


def test_names_are_awkward_enough_to_find_mistakes() -> None:
    directory = build()
    users = "".join(e.name for e in directory.users.values())
    values = "".join(str(value) for e in directory for value in e.attributes.values())
    assert {"+", "'", "@"} <= set(users)
    assert {"&", "/", "#", "[", "ö", "Ł", "Ю", "\n", '"', "="} <= set(values)
    assert "+" in "".join(str(e.attributes.get(email("value"), "")) for e in directory.users.values())


def test_every_kind_of_change_happens_to_a_hundred_users() -> None:
    directory = build()
    before = {e.key: (dict(e.attributes), set(e.members)) for e in directory}
    happened = changes.happen(directory)
    assert happened.created
    assert happened.restored
    assert happened.deleted
    assert happened.created_groups
    assert happened.renamed_groups
    assert happened.deleted_groups
    changed = {
        path
        for e in directory
        for path in e.attributes
        if e.key in before and before[e.key][0].get(path) != e.attributes[path]
    }
    assert {"userName", "displayName", "active", "title", email("value"), MANAGER, "nickName"} <= changed
    assert any(
        MANAGER in before[k][0] and MANAGER not in e.attributes for k, e in directory.users.items() if k in before
    )
    for key, group in directory.groups.items():
        assert key not in before or before[key][1] != group.members or not before[key][1]


def test_nobody_reports_to_a_deleted_user_and_no_group_has_one() -> None:
    directory = build()
    deleted = {user.key for user in changes.happen(directory).deleted}
    assert not deleted & {user.attributes.get(MANAGER) for user in directory.users.values()}
    assert not any(group.members & deleted for group in directory.groups.values())


@pytest.mark.parametrize(("users", "groups"), [(1, 0), (1, 1), (2, 3), (5, 0), (12, 2)])
def test_a_small_directory_changes_too(users: int, groups: int) -> None:
    directory = build(users=users, groups=groups)
    assert changes.happen(directory).updated
