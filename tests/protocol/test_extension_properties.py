"""What holds for extensions whatever their attributes are called and hold: sent is returned, both dialects agree, each is found."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.scim.extensions.escaped_names import folded
from tests.protocol.client import Api
from tests.protocol.extended import CUSTOM, EXTENSIONS, MIXED, OPEN
from tests.protocol.requests_at_random import PATCH, json_values, text
from tests.protocol.test_properties import EXAMPLES, assert_readable, directory

ODD = [
    "schemas",
    "id",
    "meta",
    "__proto__",
    "model_config",
    "k$61",
    "a.b",
    "a:b",
    "a b",
    "{{key}}",
    "a[b]",
    "Büro",
    "and",
    "a eq",
]

keys = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
"""Names that an administrator could type, and many that nobody would."""

open_values = st.dictionaries(keys, text, min_size=1, max_size=5).filter(
    lambda drawn: len({folded(key) for key in drawn}) == len(drawn)
)
"""What an open extension holds; no two names that mean one attribute."""

declared_values = st.fixed_dictionaries(
    {},
    optional={
        "folders": st.lists(text, min_size=1, max_size=3, unique_by=folded),
        "badges": st.lists(text, min_size=1, max_size=3, unique_by=folded),
        "levels": st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=3, unique=True),
        "guest": st.booleans(),
        "level": st.integers(-(10**12), 10**12),
        "score": st.floats(allow_nan=False, allow_infinity=False, width=32),
        "since": st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z"),
        "home": text,
        "code": text,
        "cost.centre": text,
        "cost code": text,
        "a:b": text,
    },
).filter(bool)
"""What an extension holds that declares its attributes, lists as arrays of values."""


@pytest.fixture
def extended(endpoint_of: Callable[[str], Api]) -> Api:
    return endpoint_of(EXTENSIONS.read_text(encoding="utf-8"))


def returned(values: dict[str, Any]) -> dict[str, Any]:
    """Return declared values in the form in which they are returned."""
    return {name: [{"value": each} for each in value] if name == "badges" else value for name, value in values.items()}


def as_strings(value: Any) -> Any:
    """Return a value as Entra sends it: everything a string, lists as objects."""
    if isinstance(value, list):
        return [{"value": as_strings(each)} for each in value]
    return value if isinstance(value, str) else str(value)


def without_flag(urn: str, values: dict[str, Any]) -> list[Any]:
    """One operation for each attribute, with a path."""
    return [
        {"op": ("Add", "Replace")[number % 2], "path": f"{urn}:{name}", "value": as_strings(value)}
        for number, (name, value) in enumerate(values.items())
    ]


def with_flag(urn: str, values: dict[str, Any]) -> list[Any]:
    """Single values merged into one operation without path; lists with a path of their own."""
    merged = {f"{urn}:{name}": value for name, value in values.items() if not isinstance(value, list)}
    own = [
        {"op": "add", "path": f"{urn}:{name}", "value": as_strings(value)}
        for name, value in values.items()
        if isinstance(value, list)
    ]
    return [*own, *([{"op": "replace", "value": merged}] if merged else [])]


def nested(urn: str, values: dict[str, Any]) -> list[Any]:
    """The extension as an object, as Okta and others send it."""
    return [{"op": "replace", "value": {urn: values}}]


DIALECTS = [without_flag, with_flag, nested]


def created(api: Api, **more: Any) -> str:
    reply = api.post("/Users", {"userName": "u", **more})
    assert reply.status == 201, reply.json
    return str(reply.json["id"])


def patched(api: Api, user: str, operations: list[Any]) -> Any:
    reply = api.patch(f"/Users/{user}", {"schemas": [PATCH], "Operations": operations})
    assert reply.status == 200, reply.json
    return reply.json


@EXAMPLES
@given(drawn=open_values, declared=declared_values)
def test_what_was_created_is_returned_under_its_names(extended: Api, drawn: dict[str, str], declared: dict[str, Any]):
    api = directory(extended)
    user = api.get(f"/Users/{created(api, **{OPEN: drawn, CUSTOM: declared})}").json
    assert user[OPEN] == drawn
    assert user[CUSTOM] == returned(declared)
    assert set(user["schemas"]) >= {OPEN, CUSTOM}


@EXAMPLES
@given(drawn=open_values, declared=declared_values)
@example(drawn={"schemas": "a"}, declared={"a:b": "c"})
def test_every_dialect_leads_to_the_same_attributes(extended: Api, drawn: dict[str, str], declared: dict[str, Any]):
    for dialect in DIALECTS:
        api = directory(extended)
        user = created(api)
        patched(api, user, [*dialect(OPEN, drawn), *dialect(CUSTOM, declared), *dialect(MIXED, {"level": 3, **drawn})])
        shown = api.get(f"/Users/{user}").json
        assert shown[OPEN] == drawn
        assert shown[CUSTOM] == returned(declared)
        assert shown[MIXED] == {name: value for name, value in drawn.items() if name != "level"} | {"level": 3}


@EXAMPLES
@given(drawn=open_values, declared=declared_values)
def test_the_same_patch_again_changes_nothing(extended: Api, drawn: dict[str, str], declared: dict[str, Any]):
    api = directory(extended)
    user = created(api)
    for dialect in DIALECTS:
        first = patched(api, user, [*dialect(OPEN, drawn), *dialect(CUSTOM, declared)])
        assert patched(api, user, [*dialect(OPEN, drawn), *dialect(CUSTOM, declared)]) == first


@EXAMPLES
@given(drawn=open_values)
def test_each_attribute_is_removed_in_any_case_and_leaves_the_others(extended: Api, drawn: dict[str, str]):
    api = directory(extended)
    user = created(api, **{OPEN: drawn})
    left = dict(drawn)
    for number, name in enumerate(drawn):
        del left[name]
        spelled = name if folded(name.swapcase()) != folded(name) else name.swapcase()
        clear: list[Any] = [
            {"op": "Remove", "path": f"{OPEN}:{spelled}"},
            {"op": "Replace", "path": f"{OPEN}:{spelled}", "value": ""},
            {"op": "replace", "value": {OPEN: {spelled: None}}},
        ]
        assert patched(api, user, [clear[number % 3]]).get(OPEN, {}) == left
    assert OPEN not in api.get(f"/Users/{user}").json["schemas"]


speakable = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=10)
"""Names that a filter can hold: no spaces, since what follows a space may be an operator."""


@EXAMPLES
@given(name=speakable, value=text)
@example(name='a"b', value='"')
@example(name="pr", value="pr")
def test_each_attribute_is_found_by_its_value(extended: Api, name: str, value: str):
    api = directory(extended)
    user = created(api, **{OPEN: {name: value}})
    for filter_ in (
        f"{OPEN}:{name} eq {json.dumps(value)}",
        f"not ({OPEN}:{name} ne {json.dumps(value)})",
        f"{OPEN}:{name} pr",
    ):
        found = api.get(f"/Users?filter={quote(filter_)}")
        assert [each["id"] for each in found.json.get("Resources", ())] == [user], found.json


@EXAMPLES
@given(
    value=json_values,
    path=st.sampled_from(
        [OPEN, MIXED, CUSTOM, f"{MIXED}:level", f"{CUSTOM}:badges", f"{CUSTOM}:since", f"{CUSTOM}:guest"]
    )
    | keys.map(lambda key: f"{OPEN}:{key}"),
    op=st.sampled_from(["add", "replace", "remove"]),
    filter_=st.sampled_from(["", "[value eq 1]", '[value eq "a"]', ".value", "["]),
)
def test_no_value_and_no_path_leads_to_a_failure_of_ours(extended: Api, value: Any, path: str, op: str, filter_: str):
    api = directory(extended)
    user = created(api, **{OPEN: {"a": "1"}, CUSTOM: {"badges": ["a"]}})
    before = api.get(f"/Users/{user}").json
    reply = api.patch(
        f"/Users/{user}", {"schemas": [PATCH], "Operations": [{"op": op, "path": path + filter_, "value": value}]}
    )
    assert reply.status in (200, 400), reply.json
    if reply.status == 400:
        assert api.get(f"/Users/{user}").json == before
        assert_readable(reply.detail)
    made = api.post("/Users", {"userName": "v", path.rpartition(":")[0]: value, path: value})
    assert made.status in (201, 400), made.json
