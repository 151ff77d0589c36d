"""Creations that need no model store what the protocol library stores, or are left to it."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import SCIMException

from lambdas.scim.dialects import read_resource
from lambdas.scim.plain_bodies import PlainBody, is_settled
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.users import Users
from lambdas.store.documents import document_of, name_of
from lambdas.store.indexes import index_of
from support.environments import SETS
from tests.examples import examples
from tests.unit.scim.test_answer_plans import ENTERPRISE, WHOLE, documents
from tests.unit.scim.test_plain_patches import ALL_FILES, Ruled, ruled

VALUES: dict[str, list[Any]] = {
    "schemas": [[], WHOLE["schemas"], WHOLE["schemas"][:1], ["urn:x"], None],
    "userName": ["ann", "", " ", None, 7],
    "USERNAME": ["bob"],
    "externalId": ["7", " ", ""],
    "displayName": ["Ann", " "],
    "active": [True, False, "True", "no", None],
    "locale": ["en"],
    "userType": ["Employee", "employee", "x"],
    "title": ["", "T", None, ["T"]],
    "password": ["secret"],
    "id": ["7"],
    "meta": [{"resourceType": "User"}],
    "groups": [[{"value": "7"}], []],
    "name": [{}, {"familyName": "A"}, {"familyName": " ", "x": 1}, "A"],
    "emails": [
        [],
        [{"value": "a@example.com", "type": "Work"}],
        [{"value": "a", "type": "work", "primary": True}, {"value": "b", "type": "home", "primary": True}],
        [{"value": "a", "primary": False}, {"value": "", "type": "x"}, {"display": None}],
    ],
    "roles": [[{"value": "editor"}]],
    ENTERPRISE: [
        {},
        {"department": "D"},
        {"manager": "7"},
        {"manager": {"value": "7", "displayName": "M", "$ref": "../Users/7"}},
        {"x": "y"},
    ],
}
CHANGES = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 4), max_size=3).map(
    lambda chosen: {name: VALUES[name][at % len(VALUES[name])] for name, at in chosen.items()}
)


@cache
def bodies(file: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the body of a creation: a usual one with some changes more often than any other."""
    usual = st.sampled_from([WHOLE, {**WHOLE, "userType": "Employee", "displayName": "Ann", "locale": "en"}])
    schema = "plain" if file == "ruled" else file
    drawn = st.one_of(documents(schema, "User", is_wild=False), documents(schema, "User", is_wild=True))
    changed = st.builds(lambda whole, changes: whole | changes, usual, CHANGES)
    parts = st.builds(
        lambda whole, drawn, names: whole | {name: drawn[name] for name in names if name in drawn},
        *(usual, drawn, st.sets(st.sampled_from(["title", "name", "emails", "roles", "addresses", ENTERPRISE]))),
    )
    return st.one_of(changed, changed, parts, drawn)


def stored_by_library(here: Ruled, payload: Any) -> Any:
    """Return the model that the library and the rules make of a body, as it is stored."""
    user_type = here.type("User")
    read = here.service._read_dialect(here.service.get_model(user_type), payload)
    resource = here.service.validate_creation(user_type, read)
    unused: Any = None
    Users(user_type, here.service, unused, unused)._prepare(resource)
    return resource


@settings(max_examples=examples(400), deadline=None)
@given(st.data(), st.sampled_from(sorted(ALL_FILES)))
def test_a_plain_creation_stores_what_the_library_stores(data: st.DataObject, file: str) -> None:
    here = ruled(file)
    sent = data.draw(bodies(file))
    with here.provider:
        body = json.dumps(sent).encode()
        try:
            read = here.service.read_any_creation(here.type("User"), body, None)
        except SCIMException:
            return
        if isinstance(read, PlainBody):
            same_to_the_store(here, read.resource, stored_by_library(here, sent))


@settings(max_examples=examples(200), deadline=None)
@given(st.data(), st.sampled_from(sorted(ALL_FILES)))
def test_no_dialect_reads_a_settled_body_that_is_plain(data: st.DataObject, file: str) -> None:
    here = ruled(file)
    sent = data.draw(bodies(file))
    with here.provider:
        if is_settled(sent) and here.service.read_plain_body(here.type("User"), sent) is not None:
            ignored: dict[str, None] = {}
            read = read_resource(sent, here.service.get_model(here.type("User")), ignored)
            assert {**read, "schemas": None} == {
                **sent,
                "schemas": None,
            }  # which are those of its parts, whatever is sent
            assert not ignored


def same_to_the_store(here: Ruled, plain: PlainResource, model: Any) -> None:
    """Compare what is stored of a user: the document, the name, the keys."""
    assert document_of(plain) == document_of(model)
    assert name_of(plain) == name_of(model)
    assert index_of(here.provider, "User", plain) == index_of(here.provider, "User", model)


USUAL = {name: value for name, value in WHOLE.items() if name != "active"}


@pytest.mark.parametrize(
    "sent", [WHOLE, USUAL, {**USUAL, "active": "True", "title": ""}, {**USUAL, "schemas": ["urn:x"]}]
)
def test_a_usual_creation_needs_no_model(sent: dict[str, Any]) -> None:
    here = ruled("plain")
    with here.provider:
        read = here.service.read_any_creation(here.type("User"), json.dumps(sent).encode(), None)
        assert isinstance(read, PlainBody)
        same_to_the_store(here, read.resource, stored_by_library(here, sent))


@pytest.mark.parametrize(
    "changed",
    [
        {"userName": " "},
        {"userName": None},
        {"password": "secret"},
        {"title": None},
        {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
        {"unknown": "x"},
        {"emails": [{"value": "a", "type": "Work"}]},
    ],
    ids=json.dumps,
)
def test_a_creation_that_the_library_would_change_or_refuse_is_left_to_it(changed: dict[str, Any]) -> None:
    here = ruled("plain")
    with here.provider:
        payload = {**WHOLE, **changed}
        assert here.service.read_plain_body(here.type("User"), payload) is None


@pytest.mark.parametrize(
    ("rules", "needs_model"),
    [
        ('[users]\nrequired = ["title"]', True),
        ('[users]\nrequired = ["emails.value"]', False),
        ('[users.defaults]\nlocale = "en"', True),
        ("[users.defaults]\nactive = false", True),
        ('[users.allowed]\n"emails.type" = ["Work"]', True),
        ('[users.allowed]\n"emails.type" = ["work"]', False),
        ('[permissions]\nsources = ["roles"]\none_role = true\n' + SETS, False),
    ],
)
def test_a_creation_that_a_rule_concerns_is_left_to_the_model(rules: str, needs_model: bool) -> None:
    here = Ruled(rules)
    with here.provider:
        assert (here.service.read_plain_body(here.type("User"), USUAL) is None) == needs_model
