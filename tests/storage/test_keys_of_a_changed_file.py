"""A file that says more, or less, of what users are found by: verifying with --repair gives what is stored its keys."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from scim2_models import UniquenessException

from lambdas.environment.provider import build_provider
from lambdas.scim.discovery import DirectoryProvider
from lambdas.store.table import Table
from scimctl.maintenance.verification import Difference, Kind, repair, verify
from support.environments import environment_of
from tests.storage.builders import GROUP, USER, Directory

UNIQUE = '[users]\nunique = ["emails.value"]'
MATCHING = '[users]\nmatching = ["title"]\n[groups]\nmatching = ["urn:example:team:kind"]\n'
TEAM = '[[extensions]]\nurn = "urn:example:team"\nresource = "Group"\nattributes = [{ name = "kind" }]\n'
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def table(new_table: Callable[[], Table]) -> Table:
    return new_table()


@pytest.fixture
def acme(table: Table) -> Directory:
    """A directory of each test's own, whose environment has an extension of groups and nothing else."""
    return after(Directory(table, f"acme-{next(NUMBERS)}"), TEAM)


def after(directory: Directory, toml: str) -> Directory:
    """Return the same directory after a deployment of a file with these tables."""
    provider: DirectoryProvider = build_provider(environment_of(toml))
    return replace(directory, provider=provider)


def verified(directory: Directory) -> list[Difference]:
    return verify(directory.table, directory.id, directory.provider)


def mended(directory: Directory) -> list[Difference]:
    return repair(directory.table, directory.id, directory.provider, verified(directory), patience=0)


def found(directory: Directory, resource_type: Any, scim_filter: str) -> set[str]:
    """Return the ids that a filter finds; it must read a key, and then what the key leads to."""
    directory.cost()
    resources = directory.search(resource_type, filter=scim_filter, excludedAttributes=["members"]).resources
    assert directory.cost()[0] <= 2
    return {str(each.id) for each in resources}


def test_a_new_matching_attribute_finds_what_was_stored_before_once_its_keys_are_built(acme: Directory) -> None:
    ann, bob = acme.user("ann", title="Dr"), acme.user("bob", title="DR")
    acme.user("eve")
    staff = acme.group("Staff", **{"urn:example:team": {"kind": "a"}})

    later = after(acme, MATCHING + TEAM)
    assert found(later, USER, 'title eq "dr"') == set()
    differences = verified(later)
    assert Counter(each.kind for each in differences) == {Kind.LOOKUP_MISSING: 3}
    assert any(
        each.sentence == f'User {ann} has the title "dr", and a filter does not find it.' for each in differences
    )

    assert mended(later) == []
    assert verified(later) == []
    assert found(later, USER, 'title eq "dr"') == {ann, bob}
    assert found(later, GROUP, 'urn:example:team:kind eq "A"') == {staff}


def test_a_new_unique_attribute_is_unique_among_what_was_stored_before_once_its_keys_are_built(acme: Directory) -> None:
    ann = acme.user("ann", emails=[{"value": "Ann@x"}, {"value": "ann@x", "type": "home"}, {"value": "lee@x"}])

    later = after(acme, UNIQUE)
    assert Counter(each.kind for each in verified(later)) == {Kind.UNIQUE_MISSING: 2}
    assert mended(later) == []
    assert verified(later) == []
    with pytest.raises(UniquenessException):
        later.user("bob", emails=[{"value": "LEE@x"}])
    assert found(later, USER, 'emails.value eq "lee@x"') == {ann}


def test_two_users_who_share_a_value_that_becomes_unique_are_told_and_stay_as_they_are(acme: Directory) -> None:
    ann = acme.user("ann", emails=[{"value": "a@x"}])
    bob = acme.user("bob", emails=[{"value": "A@x"}])

    later = after(acme, UNIQUE)
    (left,) = mended(later)
    assert left.kind is Kind.UNIQUE_TWICE
    assert ann in left.found
    assert bob in left.found

    user: Any = later.get(USER, bob)
    user.title = "Dr"
    later.storage.update(USER, user)
    user = later.get(USER, bob)
    user.emails[0].value = "b@x"
    later.storage.update(USER, user)
    assert [each.kind for each in verified(later)] == [Kind.UNIQUE_MISSING]
    assert mended(later) == []
    assert verified(later) == []
    assert found(later, USER, 'emails.value eq "a@x"') == {ann}


@pytest.mark.parametrize("ends", ["deleted", "changed"])
def test_a_value_that_one_of_two_gives_up_stays_the_others_who_owns_its_key(acme: Directory, ends: str) -> None:
    ann = acme.user("ann", emails=[{"value": "c@x"}])
    bob = acme.user("bob", emails=[{"value": "a@x"}])
    later = after(acme, UNIQUE)
    user: Any = later.get(USER, ann)
    user.emails[0].value = "a@x"  # bob's, from before it was unique, so its key is free
    later.storage.update(USER, user)

    if ends == "deleted":
        later.storage.delete(USER, bob)
    else:
        user = later.get(USER, bob)
        user.emails[0].value = "b@x"
        later.storage.update(USER, user)

    assert verified(later) == []
    with pytest.raises(UniquenessException):
        later.user("eve", emails=[{"value": "A@x"}])


def test_keys_that_the_file_no_longer_names_are_taken_away(acme: Directory) -> None:
    before = after(acme, UNIQUE + "\n" + TEAM)
    before.user("ann", emails=[{"value": "a@x"}])
    assert [each.kind for each in verified(acme)] == [Kind.UNIQUE_OF_NOBODY]
    assert mended(acme) == []
    acme.user("bob", emails=[{"value": "a@x"}])
    assert verified(acme) == []


def test_what_is_written_after_the_change_has_its_keys_at_once(acme: Directory) -> None:
    later = after(acme, UNIQUE + "\n" + MATCHING.replace("[users]\n", "") + TEAM)
    ann = later.user("ann", title="Dr", emails=[{"value": "a@x"}])
    assert found(later, USER, 'title eq "dr"') == {ann}
    assert verified(later) == []
    later.storage.delete(USER, ann)
    assert verified(later) == []
    later.user("bob", emails=[{"value": "a@x"}])
