"""PATCHes that need no model lead to the state that the protocol library leads to, or are left to it."""

import json
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Resource, SCIMException
from scim2_server.conditions import Conditions

from lambdas.environment.rules import EnvironmentRules
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.members_in_requests import read_plain_change, split_members
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.plain_patches import MAX_OPERATIONS, NotPlainError, PlainPatch
from lambdas.scim.service import DirectoryService
from lambdas.store.documents import document_of, name_of
from lambdas.store.indexes import index_of, index_of_document
from support.environments import environment_of
from tests.examples import examples
from tests.unit.scim.test_answer_plans import ENTERPRISE, FILES, WHOLE, Directory, documents

RULES = """
[users]
required = ["displayName", "name.familyName"]
unique = ["externalId"]
matching = ["title", "phoneNumbers.value"]
[users.allowed]
userType = ["Employee", "Contractor"]
"emails.type" = ["work", "home"]
[users.defaults]
locale = "en"
[permissions]
sources = ["roles"]
one_role = true
unknown_role = "refuse"
[[permissions.sets]]
id = "editor"
name = "Editor"
"""
ALL_FILES = {**FILES, "ruled": RULES}


class Ruled(Directory):
    """A directory with the rules of its environment."""

    def __init__(self, toml: str) -> None:
        environment = environment_of(toml)
        super().__init__(environment)
        rules = EnvironmentRules(environment, self.provider)
        self.service = DirectoryService(self.provider, lambda: b"0" * 32, rules)

    def read(self, name: str, operations: list[Any]) -> tuple[Any, Any]:
        """Return a PATCH as the library would get it, and as one that needs no model, if it is one."""
        body = json.dumps({"Operations": operations}).encode()
        payload = self.service._read_patch_dialect(self.type(name), body, None)
        read = self.service.read_any_patch(self.type(name), body, None)
        return payload, read if isinstance(read, PlainPatch) else None

    def by_library(self, found: FoundResource, payload: Any) -> Resource[Any] | None:
        """Return the state that the library leads to, also where it is the one that there was."""
        patch_op = self.service.validate_patch(found.resource_type, payload)
        return self.service.apply_patch(found.to_model(), patch_op, Conditions())


@cache
def ruled(file: str) -> Ruled:
    return Ruled(ALL_FILES[file])


# -- Users ----------------------------------------------------------------------------------------------------------------

SINGLE = [
    "title",
    "userName",
    "ACTIVE",
    "active",
    "displayName",
    "externalId",
    "nickName",
    "locale",
    "userType",
    "password",
]
PATHS = [
    *SINGLE,
    *("name.givenName", "name.familyName", "name", "emails", "emails.value", "id", "meta.created", "groups", "schemas"),
    *('emails[type eq "work"].value', 'emails[type eq "WORK"].display', 'emails[type eq "home"].primary'),
    *("emails[primary eq true].value", 'emails[value eq "a"].value', 'phoneNumbers[type eq "mobile"].value'),
    *(
        'roles[value eq "editor"].display',
        'roles[type eq "x"].value',
        'emails[type eq "a\\"b"].value',
        "urn:example:none:x",
    ),
    *('emails[type eq "work" and value eq "a"].value', 'emails[type sw "w"].value', "emails[type", "no such name"),
    *(
        f"{ENTERPRISE}:department",
        f"{ENTERPRISE}:manager.value",
        f"{ENTERPRISE}:employeeNumber",
        "department",
        ENTERPRISE,
    ),
]
VALUES = st.one_of(
    st.sampled_from(
        ["x", "Employee", "employee", "", " ", "editor", "True", "false", None, True, False, 7, 0.5, [], {}]
    ),
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.sampled_from([[{"value": "a", "type": "work"}], {"value": "a"}, ["a"], {"givenName": "G"}]),
)
OPERATIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "Replace", "replace", "remove"]),
            "path": st.sampled_from(PATHS),
            "value": VALUES,
        }
    ),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "replace"]),
            "path": st.sampled_from(
                [*SINGLE, "name.givenName", 'emails[type eq "work"].value', f"{ENTERPRISE}:department"]
            ),
            "value": st.sampled_from(["x", "Employee", "employee", "true", True, False]),
        }
    ),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "Replace"]),
            "value": st.dictionaries(st.sampled_from(PATHS), VALUES, min_size=1, max_size=3),
        }
    ),
)


@cache
def users(file: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the document of a user: one with every usual attribute more often than any other."""
    usual = st.sampled_from([WHOLE, {**WHOLE, "userType": "Employee", "displayName": "Ann", "locale": "en"}])
    drawn = documents("plain", "User", is_wild=False) if file == "ruled" else documents(file, "User", is_wild=False)
    return st.one_of(usual, drawn, st.builds(lambda whole, other: {**whole, **other}, usual, drawn))


@settings(max_examples=examples(400), deadline=None)
@given(st.data(), st.sampled_from(sorted(ALL_FILES)), st.lists(OPERATIONS, min_size=1, max_size=3))
def test_a_plain_patch_of_a_user_leads_where_the_library_leads(
    data: st.DataObject, file: str, operations: list[dict[str, Any]]
) -> None:
    here = ruled(file)
    with here.provider:
        try:
            payload, patch = here.read("User", operations)
        except SCIMException:
            return
        if patch is None:
            return
        written = data.draw(users(file))
        model = cast("type[Resource[Any]]", here.provider.model_for("User"))
        try:
            document = document_of(model.model_validate(written))
        except ValueError:
            return  # a value that no client can write
        try:
            current, plain = here.service.apply_plain_patch(here.found("User", document), patch, Conditions())
        except NotPlainError:
            return
        assert document_of(current) == document_of(here.found("User", document).to_model())
        right = here.by_library(here.found("User", document), payload)
        assert (plain is None) == (right is None)
        if plain is not None and right is not None:
            same_to_the_store(here, plain, right)


def same_to_the_store(here: Directory, plain: PlainResource, model: Resource[Any]) -> None:
    """Compare what is stored of a user: the document, the name, the keys."""
    assert document_of(plain) == document_of(model)
    assert name_of(plain) == name_of(model)
    assert index_of_document(here.provider, "User", plain.document) == index_of(here.provider, "User", model)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "title", "value": "Manager"},
        {"op": "replace", "value": {"active": False, "displayName": "Ann B."}},
        {"op": "Add", "path": "active", "value": "False"},
        {"op": "replace", "path": "name.middleName", "value": "M."},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "b@example.com"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "IT"},
        {"op": "Replace", "path": "userName", "value": "bob"},
    ],
    ids=json.dumps,
)
def test_a_usual_patch_of_a_user_needs_no_model(operation: dict[str, Any]) -> None:
    here = ruled("plain")
    with here.provider:
        payload, patch = here.read("User", [operation])
        _, plain = here.service.apply_plain_patch(here.found("User", json.dumps(WHOLE)), patch, Conditions())
        right = here.by_library(here.found("User", json.dumps(WHOLE)), payload)
        assert plain is not None
        assert right is not None
        same_to_the_store(here, plain, right)
        assert plain.document != WHOLE


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "Replace", "path": 'emails[type eq "home"].value', "value": "b"}, {}),
        ({"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "IT"}, {ENTERPRISE: None}),
        ({"op": "Replace", "path": "title", "value": "x"}, {"title": 7}),
        ({"op": "Replace", "path": "title", "value": "x"}, {"urn:example:removed": {"level": 1}}),
    ],
    ids=json.dumps,
)
def test_a_state_that_only_the_library_can_compute_is_left_to_it(
    operation: dict[str, Any], changed: dict[str, Any]
) -> None:
    here = ruled("plain")
    document = {name: value for name, value in {**WHOLE, **changed}.items() if value is not None}
    document["schemas"] = [each for each in WHOLE["schemas"] if each in document or each != ENTERPRISE]
    with here.provider:
        _, patch = here.read("User", [operation])
        with pytest.raises(NotPlainError):
            here.service.apply_plain_patch(here.found("User", json.dumps(document)), patch, Conditions())


def test_a_patch_of_many_operations_is_left_to_the_library() -> None:
    here = ruled("plain")
    operation = {"op": "replace", "path": "title", "value": "x"}
    with here.provider:
        assert here.read("User", [operation] * MAX_OPERATIONS)[1] is not None
        assert here.read("User", [operation] * (MAX_OPERATIONS + 1))[1] is None


# -- Members --------------------------------------------------------------------------------------------------------------

IDS = ["2819c223-7f76-453a-919d-413861904646", "902c246b-6245-4190-8e05-00816be7344a", "x", "", 7, None]
MEMBERS = st.one_of(
    st.fixed_dictionaries(
        {"value": st.sampled_from(IDS)},
        optional={
            "type": st.sampled_from(["User", "group", "Person"]),
            "$ref": st.sampled_from(["Groups/1", None]),
            "display": st.sampled_from(["Ann", ""]),
        },
    ),
    st.sampled_from(IDS),
)
MEMBER_OPERATIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["Add", "Remove", "add", "remove", "replace"]),
            "path": st.sampled_from(["members", "Members", 'members[value eq "x"]', "displayName", "members.value"]),
            "value": st.one_of(st.lists(MEMBERS, max_size=3), MEMBERS),
        }
    ),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["Add", "Remove"]),
            "path": st.just("members"),
            "value": st.lists(st.fixed_dictionaries({"value": st.sampled_from(IDS[:2])}), min_size=1, max_size=3),
        }
    ),
)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(MEMBER_OPERATIONS, min_size=1, max_size=3))
def test_a_plain_patch_of_a_group_changes_the_members_that_the_library_changes(
    operations: list[dict[str, Any]],
) -> None:
    here = ruled("plain")
    with here.provider:
        try:
            payload, patch = here.read("Group", operations)
        except SCIMException:
            return
        if patch is not None:
            right = split_members(here.service.validate_patch(here.type("Group"), payload))
            assert (read_plain_change(patch), []) == right


@pytest.mark.parametrize("op", ["Add", "Remove"])
def test_a_usual_change_of_members_needs_no_model(op: str) -> None:
    here = ruled("plain")
    with here.provider:
        _, patch = here.read("Group", [{"op": op, "path": "members", "value": [{"value": IDS[0], "$ref": None}]}])
        change = read_plain_change(patch)
    assert (list(change.added), list(change.removed)) == (([IDS[0]], []) if op == "Add" else ([], [IDS[0]]))
