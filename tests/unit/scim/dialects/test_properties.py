"""What holds for the dialects on any input: they never raise, are idempotent, and leave conformant payloads alone."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import BaseModel

from lambdas.scim import dialects
from lambdas.scim.dialects import chain
from lambdas.scim.dialects.schema import Attribute, attribute_of
from tests.examples import examples
from tests.unit.scim.dialect_models import CORE_GROUP, CORE_USER, CUSTOM, ENTERPRISE, GROUP, OPENED, PATCH_OP, USER

NAMES = [
    *("schemas", "Operations", "operations", "op", "Op", "PATH", "path", "value", "Value", "data", "method", "filter"),
    *(
        "id",
        "meta",
        "userName",
        "USERNAME",
        "active",
        "name",
        "name.givenName",
        "givenName",
        "emails",
        "roles",
        "groups",
    ),
    *("primary", "type", "$ref", "display", "members", "manager", "department", "title", "attributes", "sortBy"),
    *(ENTERPRISE, CUSTOM, f"{ENTERPRISE}:manager", f"{ENTERPRISE}.department", f"{CUSTOM}:cost.centre", "folders"),
    *(
        'emails[type eq "work"].value',
        'roles[primary eq "True"].display',
        'manager[value eq "1"]',
        "emails[type eq",
        "x",
    ),
]
TEXTS = [
    *("", "True", "false", "yes", "a", "add", "Replace", "remove", "POST", "PATCH", "/Users", "/Users/1"),
    *(
        CORE_USER,
        CORE_GROUP.upper(),
        PATCH_OP,
        "externalId eq jyoung",
        'active eq "True" or manager eq 5',
        "((",
        'x eq "\\',
    ),
    *NAMES,
]

scalars = st.none() | st.booleans() | st.integers() | st.sampled_from(TEXTS) | st.text(max_size=8)
keys = st.sampled_from(NAMES) | st.text(max_size=4)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "REMOVE", "move"]) | anything},
    optional={"path": st.sampled_from(NAMES) | anything, "value": anything},
)
patches = st.fixed_dictionaries({"Operations": st.lists(operations | anything, max_size=3) | anything})


def model_at(path: str) -> Any:
    return USER if path.startswith("/Users") else None


def read_everything(payload: Any) -> list[Any]:
    return [
        *(dialects.read_resource(payload, model) for model in (USER, GROUP)),
        *(dialects.read_patch(payload, model) for model in (USER, GROUP)),
        dialects.read_bulk(payload, model_at),
        dialects.read_search(payload, [USER, GROUP]),
    ]


@given(anything | patches)
@settings(max_examples=examples(200))
def test_no_json_value_makes_a_dialect_raise_and_none_is_changed_in_place(payload: Any) -> None:
    before = copy.deepcopy(payload)
    read_everything(payload)
    assert payload == before


@given(anything)
@settings(max_examples=examples(150))
def test_reading_a_resource_twice_is_reading_it_once(payload: Any) -> None:
    for model in (USER, GROUP):
        once = dialects.read_resource(payload, model)
        assert dialects.read_resource(once, model) == once


@given(patches)
@settings(max_examples=examples(250))
def test_reading_a_patch_twice_is_reading_it_once(payload: Any) -> None:
    for model in (USER, GROUP):
        once = dialects.read_patch(payload, model)
        assert dialects.read_patch(once, model) == once


@given(st.dictionaries(st.sampled_from(["method", "path", "data"]), anything), anything)
@settings(max_examples=examples(100))
def test_reading_a_bulk_or_search_request_twice_is_reading_it_once(operation: Any, search: Any) -> None:
    once = dialects.read_bulk({"Operations": [operation]}, model_at)
    assert dialects.read_bulk(once, model_at) == once
    found = dialects.read_search(search, [USER, GROUP])
    assert dialects.read_search(found, [USER, GROUP]) == found


tokens = st.sampled_from(
    [*TEXTS, "eq", "EQ", "co", "pr", "and", "or", "not", "(", ")", "[", "]", ".", " ", '"', "7", "null"]
)
expressions = st.lists(tokens, max_size=10).map(" ".join) | st.lists(tokens, max_size=8).map("".join) | st.text()


@given(expressions)
@settings(max_examples=examples(300))
def test_any_text_is_read_as_a_filter_and_a_list_of_attributes_once_and_for_all(text: str) -> None:
    query = {"filter": text, "attributes": text, "sortBy": text, "aadOptscim062020": ""}
    once = dialects.read_query(query, [USER, GROUP])
    assert dialects.read_query(once, [USER, GROUP]) == once


words = st.text(min_size=1, max_size=12)
entries = st.fixed_dictionaries(
    {"value": words}, optional={"type": st.sampled_from(["work", "home"]), "display": words, "primary": st.just(False)}
)
conformant_users = st.fixed_dictionaries(
    {"schemas": st.just([CORE_USER, ENTERPRISE, CUSTOM]), "userName": words},
    optional={
        "externalId": words,
        "active": st.booleans(),
        "title": st.text(),
        "name": st.dictionaries(st.sampled_from(["givenName", "familyName", "formatted"]), words),
        "emails": st.lists(entries),
        "roles": st.lists(entries),
        "password": words,
        ENTERPRISE: st.fixed_dictionaries(
            {}, optional={"department": words, "manager": st.fixed_dictionaries({"value": words, "$ref": words})}
        ),
        CUSTOM: st.fixed_dictionaries({}, optional={"folders": st.lists(words), "level": st.integers()}),
        "unknown": anything,
    },
)


@given(conformant_users)
def test_a_conformant_resource_passes_unchanged(user: dict[str, Any]) -> None:
    assert dialects.read_resource(user, USER) == user


targets = st.sampled_from(
    [
        *("title", "active", "name.givenName", "emails", 'emails[type eq "work"].value', "externalId", "unknown"),
        *(f"{ENTERPRISE}:department", f"{CUSTOM}:folders", "roles[primary eq true].value", ENTERPRISE, CORE_USER),
    ]
)
writes = st.one_of(
    st.tuples(st.sampled_from(["title", "name.givenName", 'emails[type eq "work"].value']), words),
    st.tuples(st.just("active"), st.booleans()),
    st.tuples(st.sampled_from(["emails", "roles"]), st.lists(entries)),
    st.tuples(st.just(f"{CUSTOM}:folders"), st.lists(words)),
)
conformant_operations = (
    st.builds(
        lambda op, write: {"op": op, "path": write[0], "value": write[1]}, st.sampled_from(["add", "replace"]), writes
    )
    | st.builds(lambda path: {"op": "remove", "path": path}, targets)
    | st.builds(
        lambda user: {"op": "replace", "value": {key: item for key, item in user.items() if item != ""}},
        conformant_users,
    )
)


@given(st.lists(conformant_operations, min_size=1, max_size=4))
def test_a_conformant_patch_passes_unchanged(sent: list[Any]) -> None:
    patch = {"schemas": [PATCH_OP], "Operations": sent}
    assert dialects.read_patch(patch, USER) == patch


conformant_filters = st.sampled_from(
    [
        'userName eq "bjensen"',
        'name.familyName co "O\'Malley"',
        'userName sw "J" and title pr',
        'title pr or userType eq "Intern"',
        'meta.lastModified gt "2011-05-13T04:42:34Z"',
        'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
        'userType ne "Employee" and not (emails co "example.com")',
        'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
        f'{ENTERPRISE}:manager.value eq "26118915" and active eq true and title ne null',
        f"{CUSTOM}:level  GE 7",
        'userName eq "a \\" ] or [ (b"',
    ]
)


@given(conformant_filters)
def test_a_conformant_filter_passes_unchanged(text: str) -> None:
    assert dialects.read_filter(text, [USER, GROUP]) == text


def attributes_of(model: type[BaseModel]) -> Iterator[Attribute]:
    """Yield the attributes that a model declares, with their sub-attributes."""
    for field in model.model_fields:
        attribute = attribute_of(model, field)
        if attribute is not None:
            yield attribute
            yield from attributes_of(attribute.members) if attribute.members else ()


@given(st.text(max_size=8) | st.sampled_from(TEXTS), st.booleans())
def test_no_dialect_changes_a_value_of_an_attribute_s_settled_type(text: str, boolean: bool) -> None:
    settled = [each for model in (USER, GROUP, OPENED) for each in attributes_of(model) if each.settled_type]
    assert {each.settled_type for each in settled} == {str, bool}
    for attribute in settled:
        value = text if attribute.settled_type is str else boolean
        for dialect in (*chain.VALUE, *chain.READ_VALUE):
            assert dialect(attribute, value) is value
