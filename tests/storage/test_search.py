"""Searching: what a key serves is never scanned, and what is scanned is bounded."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from scim2_models import SearchRequest, TooManyException

from lambdas.store import limits
from lambdas.store.table import Table
from support.tables import create_table
from tests.storage.builders import GROUP, NOBODY, PROVIDER, USER, Directory
from tests.storage.seeding import ENTERPRISE, seed_users

USERS = 1_000


@pytest.fixture(scope="module")
def crowd(client: Any) -> Iterator[Directory]:
    """A directory of a thousand users and a few groups."""
    name = create_table(client, "scim-crowd")
    directory = Directory(Table(client, name))
    seed_users(directory, USERS)
    yield directory
    client.delete_table(TableName=name)


PLANNED = {
    'userName eq "USER7@example.com"': (2, 1),
    'userName eq "nobody"': (1, 0),
    'externalId eq "external-7"': (2, 1),
    'externalId eq "EXTERNAL-7"': (1, 0),
    'emails eq "user7@example.com"': (2, 1),
    'emails.value eq "User7@example.com"': (2, 1),
    'emails[type eq "work" and value eq "user7@example.com"]': (2, 1),
    'emails[type eq "home" and value eq "user7@example.com"]': (2, 0),
    f'{ENTERPRISE}:manager.value eq "{NOBODY}"': (1, 0),
    f'id eq "{NOBODY}"': (1, 0),
    'id eq "anything else"': (0, 0),
    'title eq "Engineer" and userName eq "user7@example.com"': (2, 1),
    'title eq "Manager" and userName eq "user7@example.com"': (2, 0),
    'userName eq "user7@example.com" or userName eq "user8@example.com"': (2, 2),
    'userName eq "user7@example.com" or externalId eq "external-8"': (3, 2),
    " or ".join(f'userName eq "user{number}@example.com"' for number in range(100)): (2, 100),
    " or ".join(f'externalId eq "external-{number}"' for number in range(50)): (51, 50),
}
"""By filter, its DynamoDB calls and its results."""


@pytest.mark.parametrize("scim_filter", PLANNED)
def test_a_filter_that_names_a_key_is_a_look_up_among_a_thousand_users(crowd: Directory, scim_filter: str) -> None:
    crowd.cost()
    page = crowd.search(USER, filter=scim_filter, count=10)
    assert (crowd.cost()[0], page.total) == PLANNED[scim_filter]


def test_a_group_is_found_by_id_and_member_in_two_calls(crowd: Directory) -> None:
    ann, bob = crowd.user("ann"), crowd.user("bob")
    staff = crowd.group("Staff", ann)
    parameters = {"excludedAttributes": ["members"]}

    for member, total in ((ann, 1), (bob, 0)):
        for comparison in (f'members eq "{member}"', f'members[value eq "{member}"]', f'members.value eq "{member}"'):
            crowd.cost()
            page = crowd.search(GROUP, filter=f'id eq "{staff}" and {comparison}', **parameters)
            assert (crowd.cost()[0], page.total) == (2, total)
    for each in (ann, bob):
        crowd.storage.delete(USER, each)
    crowd.storage.delete(GROUP, staff)


@pytest.mark.parametrize("start", [1, 400, 990])
def test_any_page_by_index_costs_two_queries(crowd: Directory, start: int) -> None:
    crowd.cost()
    page = crowd.search(USER, startIndex=start, count=5)
    assert (crowd.cost()[0], page.total, len(page.resources)) == (2, USERS, 5)


def test_counting_alone_costs_one_query(crowd: Directory) -> None:
    crowd.cost()
    assert crowd.search(USER, count=0).total == USERS
    assert crowd.cost()[0] == 1


def test_pages_by_index_return_everyone_once(crowd: Directory) -> None:
    seen = [
        resource.id
        for start in range(1, USERS + 1, 100)
        for resource in crowd.search(USER, startIndex=start, count=100).resources
    ]
    assert len(seen) == len(set(seen)) == USERS


def test_a_page_beyond_the_last_is_empty(crowd: Directory) -> None:
    page = crowd.search(USER, startIndex=USERS + 1, count=10)
    assert (page.total, page.resources) == (USERS, [])


def test_a_filter_without_a_key_is_evaluated_on_everyone(crowd: Directory) -> None:
    assert crowd.search(USER, filter='title eq "manager"', count=3).total == USERS // 2
    assert (
        crowd.search(USER, filter=f'not ({ENTERPRISE}:department eq "Department 3")', count=3).total == USERS * 9 // 10
    )


def test_a_filter_that_reads_too_much_is_refused_and_told_how_to_ask(
    crowd: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SCAN_PAGES", 0)
    with pytest.raises(TooManyException, match="userName"):
        crowd.search(USER, filter='title eq "Manager"')


@pytest.mark.parametrize("asked", [{"filter": 'title eq "Manager"'}, {"sortBy": "title"}, {"filter": "active pr"}])
def test_what_the_counts_say_is_too_much_is_refused_before_a_user_is_read(
    crowd: Directory, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    monkeypatch.setattr(limits, "MAX_SCANNED", USERS - 1)
    crowd.cost()
    with pytest.raises(TooManyException) as refused:
        crowd.search(USER, **asked)
    calls, read, _ = crowd.cost()
    assert (calls, read <= 3) == (1, True)
    assert all(word in str(refused.value.detail) for word in ("userName", "externalId", "with eq", "999", "1,000"))
    monkeypatch.setattr(limits, "MAX_SCANNED", USERS)
    assert crowd.search(USER, **asked).total > 0
    assert crowd.cost()[0] == 2  # the counts, and the one page that holds so few users


def test_a_filter_with_a_key_and_a_sort_reads_no_counts(crowd: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SCANNED", 0)
    crowd.cost()
    found = crowd.search(USER, filter='userName eq "user7@example.com" and title pr', sortBy="title")
    assert (crowd.cost()[0], found.total) == (2, 1)


def test_the_counts_of_all_types_that_are_searched_are_added(crowd: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    group = crowd.group("Counted")
    monkeypatch.setattr(limits, "MAX_SCANNED", USERS)
    request = SearchRequest.model_validate({"filter": 'meta.resourceType eq "Group"'})
    with PROVIDER, pytest.raises(TooManyException, match="1,001"):
        crowd.storage.search([USER, GROUP], request)
    crowd.storage.delete(GROUP, group)


def test_the_look_ups_of_an_or_run_at_once(crowd: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    two_in_flight = threading.Barrier(2)
    query = crowd.table.client.query

    def meeting(**request: Any) -> Any:
        two_in_flight.wait(timeout=10)  # breaks, and fails the search, unless another query is in flight
        return query(**request)

    monkeypatch.setattr(crowd.table.client, "query", meeting)
    either = " or ".join(f'emails.value eq "user{number}@example.com"' for number in range(8))
    assert crowd.search(USER, filter=either).total == 8


def test_the_types_that_are_searched_together_share_the_limits(
    crowd: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search_both() -> int:
        request = SearchRequest.model_validate({"startIndex": 1, "filter": 'externalId sw "nobody"'})
        with PROVIDER:
            return crowd.storage.search([USER, GROUP], request).total

    monkeypatch.setattr(limits, "SCAN_PAGES", 1)
    with pytest.raises(TooManyException):
        search_both()
    monkeypatch.setattr(limits, "SCAN_PAGES", 2)
    assert search_both() == 0


def test_a_filter_that_takes_too_long_is_refused(crowd: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCAN_SECONDS", -1.0)
    with pytest.raises(TooManyException, match="userName"):
        crowd.search(USER, filter='title eq "Manager"')
    assert crowd.search(USER, filter='userName eq "user7@example.com"').total == 1


def test_an_external_id_is_found_by_whoever_has_it(acme: Directory) -> None:
    first, second = acme.user("ann", externalId="x"), acme.user("bob", externalId="x")
    found = acme.search(USER, filter='externalId eq "x"')
    assert {each.id for each in found.resources} == {first, second}


def test_a_changed_value_is_found_under_its_new_form_only(acme: Directory) -> None:
    ann = acme.user("ann", emails=[{"value": "old@x"}], externalId="1")
    user: Any = acme.get(USER, ann)
    user.emails[0].value, user.external_id, user.user_name = "new@x", "2", "anna"
    acme.storage.update(USER, user)

    for gone in ('emails eq "old@x"', 'externalId eq "1"', 'userName eq "ann"'):
        assert acme.search(USER, filter=gone).total == 0
    for here in ('emails eq "NEW@x"', 'externalId eq "2"', 'userName eq "anna"'):
        assert acme.search(USER, filter=here).total == 1


@pytest.mark.parametrize("value", ["a#b", "ann#UNIQUE#User", "ü" * 900, "x" * 5_000, "", " a ", "a%23b", "\x00"])
def test_any_text_is_kept_found_and_told_apart_in_keys(acme: Directory, value: str) -> None:
    ann = acme.user("ann", externalId=value)
    quoted = json.dumps(value)
    found = acme.search(USER, filter=f"externalId eq {quoted}")
    assert [each.id for each in found.resources] == [ann]


def test_two_directories_see_nothing_of_each_other(acme: Directory, globex: Directory) -> None:
    ours, theirs = acme.user("ann", externalId="1"), globex.user("ann", externalId="1")
    staff = acme.group("Staff", ours)
    globex.group("Staff", theirs)

    assert [each.id for each in acme.search(USER).resources] == [ours]
    assert [each.id for each in globex.search(USER, filter='userName eq "ann"').resources] == [theirs]
    assert globex.search(USER, filter=f'id eq "{ours}"').total == 0
    assert globex.search(GROUP, filter=f'members eq "{ours}"').total == 0
    with pytest.raises(Exception, match=theirs):
        acme.change(staff, add=[theirs])
