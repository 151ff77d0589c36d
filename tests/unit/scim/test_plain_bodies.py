"""Creations that need no model store what the protocol library stores, or are left to it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import SCIMException

from lambdas.scim.plain_bodies import PlainBody
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.users import Users
from lambdas.store.documents import document_of, name_of
from lambdas.store.indexes import index_of
from support.environments import SETS
from tests.examples import examples
from tests.unit.scim.test_answer_plans import ENTERPRISE, WHOLE, documents
from tests.unit.scim.test_plain_patches import ALL_FILES, Ruled, ruled

BODIES = st.fixed_dictionaries(
    {},
    optional={
        "schemas": st.sampled_from([[], WHOLE["schemas"], WHOLE["schemas"][:1], ["urn:x"], None]),
        "userName": st.sampled_from(["ann", "", " ", None, 7]),
        "USERNAME": st.just("bob"),
        "externalId": st.sampled_from(["7", " ", ""]),
        "displayName": st.sampled_from(["Ann", " "]),
        "active": st.sampled_from([True, False, "True", "no", None]),
        "locale": st.just("en"),
        "userType": st.sampled_from(["Employee", "employee", "x"]),
        "title": st.sampled_from(["", "T", None, ["T"]]),
        "password": st.just("secret"),
        "id": st.just("7"),
        "meta": st.just({"resourceType": "User"}),
        "groups": st.just([{"value": "7"}]),
        "name": st.sampled_from([{}, {"familyName": "A"}, {"familyName": " ", "x": 1}, "A"]),
        "emails": st.lists(
            st.fixed_dictionaries(
                {"value": st.sampled_from(["a@example.com", "", None])},
                optional={"type": st.sampled_from(["work", "Work", "x"]), "primary": st.booleans(), "x": st.just(1)},
            ),
            max_size=2,
        ),
        "roles": st.just([{"value": "editor"}]),
        ENTERPRISE: st.sampled_from(
            [{}, {"department": "D"}, {"manager": "7"}, {"manager": {"value": "7", "displayName": "M"}}, {"x": "y"}]
        ),
    },
)


def stored_by_library(here: Ruled, payload: Any) -> Any:
    """Return the model that the library and the rules make of a body, as it is stored."""
    user_type = here.type("User")
    resource = here.service.validate_creation(user_type, payload)
    unused: Any = None
    Users(user_type, here.service, unused, unused)._prepare(resource)
    return resource


@settings(max_examples=examples(400), deadline=None)
@given(st.data(), st.sampled_from(sorted(ALL_FILES)))
def test_a_plain_creation_stores_what_the_library_stores(data: st.DataObject, file: str) -> None:
    here = ruled(file)
    schema_of = "plain" if file == "ruled" else file
    drawn = documents(schema_of, "User", is_wild=data.draw(st.booleans()))
    sent = data.draw(st.one_of(BODIES, drawn, st.builds(lambda some, more: some | more, drawn, BODIES)))
    with here.provider:
        body = json.dumps(sent).encode()
        try:
            read = here.service.read_any_creation(here.type("User"), body, None)
        except SCIMException:
            return
        if isinstance(read, PlainBody):
            same_to_the_store(here, read.resource, stored_by_library(here, read.body))


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
        same_to_the_store(here, read.resource, stored_by_library(here, read.body))


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
