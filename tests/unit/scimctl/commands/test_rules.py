"""`scimctl users` and `groups` where the environment's file has rules: on leaving, on attributes, on groups."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.environment import file as settings
from lambdas.operations.log import descriptions
from tests.storage.builders import USER
from tests.unit.scimctl.commands.conftest import Acme


@pytest.fixture
def says(acme: Acme) -> Callable[[str], None]:
    """Writes further tables into the environment's file."""

    def write(toml: str) -> None:
        path = settings.ENVIRONMENTS / "acme.toml"
        path.write_text(f"{path.read_text()}\n{toml}\n")

    return write


@pytest.fixture
def ada(acme: Acme) -> str:
    """A user in two groups; her id."""
    ada = acme.directory.user("ada@example.com")
    acme.directory.group("Sales", ada)
    acme.directory.group("Engines", ada)
    return ada


def active(acme: Acme, user: str) -> bool:
    found: Any = acme.directory.get(USER, user)
    return found.active is not False


def test_a_user_who_is_disabled_leaves_its_groups(acme: Acme, says: Callable[[str], None], ada: str) -> None:
    says('[users.deprovisioning]\nmemberships = "remove"')
    told = acme.told("users", "disable", "ada@example.com")
    assert told == f"User ada@example.com ({ada}) is disabled, and left 2 groups."
    assert acme.directory.groups(ada) == set()
    assert acme.told("users", "disable", ada) == "User ada@example.com is disabled already."
    assert "left 2 groups" in descriptions.outcome_of(acme.records()[-1])


def test_a_disabled_user_that_is_still_in_groups_leaves_them(acme: Acme, says: Callable[[str], None], ada: str) -> None:
    acme.told("users", "disable", ada)
    says('[users.deprovisioning]\nmemberships = "remove"')
    assert acme.told("users", "disable", ada).endswith("is disabled, and left 2 groups.")
    assert acme.directory.groups(ada) == set()


def test_where_there_are_no_groups_listing_them_says_so(acme: Acme, says: Callable[[str], None]) -> None:
    says("[groups]\nserved = false")
    told = acme.refused("groups", "list")
    assert "Environment acme has no groups: groups.served is false in its file." in told


def test_a_user_who_breaks_a_newer_rule_is_disabled_all_the_same(
    acme: Acme, says: Callable[[str], None], ada: str
) -> None:
    says('[users]\nrequired = ["name.givenName", "emails.value"]')
    acme.told("users", "disable", ada)
    assert not active(acme, ada)
