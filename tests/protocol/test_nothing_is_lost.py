"""A write that answers 2xx stored what it was sent, or its record in the SCIM log names what it ignored.

Over all attributes that ``/Schemas`` announces and some that it does not, every form of a path and of a value.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.protocol.accounting import Account, Announced, Declared
from tests.protocol.client import Api
from tests.protocol.extended import EXTENSIONS, GROUP, MIXED, OPEN
from tests.protocol.requests_at_random import PATCH

EXAMPLES = settings(
    max_examples=examples(75),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FRESH = itertools.count()
"""Numbers for directories: every example has an empty one."""

UNKNOWN = [
    "foo",
    "custom:country",
    "my attr",
    "foo.bar.baz",
    "_x",
    "urn:example:unknown:1.0:User:a",
    'foo[type eq "x"]',
]
UNKNOWN_PARTS = ["foo", "$ref", "display", "my attr"]

STORED = {
    "userName": "stored@example.com",
    "title": "Stored",
    "name": {"givenName": "Stored"},
    "emails": [{"type": "work", "value": "w@example.com"}, {"type": "home", "value": "h@example.com", "display": "H"}],
    "roles": [{"value": "r", "primary": True}],
}
"""A user who has something of every shape."""

texts = st.sampled_from(["a", "B b", "7", "true", "x@example.com", "Ü", "2030-01-31T08:00:00Z", "../Users/1", "stored"])
spellings = st.sampled_from([str, str, str.lower, str.upper, str.swapcase])
"""Names of attributes in any case (RFC 7643 section 2.1)."""
scalars = texts | st.booleans() | st.integers(-9, 99) | st.none() | st.just("")
wild = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["value", "type", "foo", "$ref"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def fitting(declared: Declared) -> st.SearchStrategy[Any]:
    """Draw a value of an attribute in one of the forms in which clients send it."""
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": texts | st.integers(0, 99),
        "boolean": st.sampled_from([True, False, "True", "false"]),
        "integer": st.integers(-9, 99) | st.sampled_from(["3", "-7"]),
        "decimal": st.integers(0, 9) | st.sampled_from(["1.5", 2.25]),
        "dateTime": st.sampled_from(
            ["2030-01-31T08:00:00Z", "2030-01-31T09:00:00.0000000+01:00", "2030-01-31T08:00:00"]
        ),
        "reference": texts,
        "binary": st.sampled_from(["QUJD", "QQ=="]),
    }
    if declared.type == "complex":
        parts = {each.name: fitting(each) for each in declared.sub_attributes.values()}
        one = st.fixed_dictionaries({}, optional={**parts, "foo": scalars})
        if "value" in declared.sub_attributes:
            one |= texts
    else:
        one = simple.get(declared.type, texts)
    if declared.multi_valued:
        return st.lists(one, max_size=2) | one
    return one | one.map(lambda value: [value]) | one.map(lambda value: [{"$ref": None, "value": value}])


@st.composite
def named(draw: st.DrawFn, announced: Announced) -> tuple[str, Declared | None]:
    """Draw an attribute: the path that its schema gives it, and what is announced of it."""
    if draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(UNKNOWN)), None
    urn = draw(st.sampled_from(["", "", *announced.extensions]))
    attributes = announced.extensions[urn] if urn else announced.attributes
    name = draw(st.sampled_from([*attributes, *(["any name"] if urn in announced.open or not attributes else [])]))
    declared = attributes.get(name) or Declared(name, "open", False, "readWrite")
    return (f"{urn}:" if urn else "") + declared.name, declared


@st.composite
def operations(
    draw: st.DrawFn, announced: Announced, member: str = ""
) -> tuple[dict[str, Any], Callable[..., Iterator[str]]]:
    """Draw one operation of a PATCH, and what gives the paths that are lost of it.

    :param member: The id of a user, in place of one of the texts: a group takes no other member.
    """
    path, declared = draw(named(announced))
    spell = draw(spellings)
    op = draw(st.sampled_from(["add", "Add", "replace", "Replace"]))
    form = draw(st.sampled_from(["path", "path", "part", "filter", "key", "key of a part", "object"]))
    parts = declared.sub_attributes if declared else {}
    part = (
        draw(st.sampled_from([*parts, *UNKNOWN_PARTS])) if parts and form in ("part", "filter", "key of a part") else ""
    )
    target = parts.get(part) if part else declared
    fits = draw(st.integers(0, 3)) and target is not None
    value = with_member(draw(fitting(target) if fits and target else wild), member)
    name = target.name if part and target else part

    if form == "object" and ":" in path and declared is not None:
        urn = next(each for each in announced.extensions if path.startswith(f"{each}:"))
        content = {spell(path[len(urn) + 1 :]): value}
        sent = draw(st.sampled_from([{"path": spell(urn), "value": content}, {"value": {spell(urn): content}}]))
        return {"op": op, **sent}, lambda account, stored: account.lost_of_extension(urn, content, stored.get(urn))
    inside = f"{path}.{name}" if part else path
    if form == "filter" and part and declared and declared.multi_valued:
        selection = draw(st.sampled_from(['type eq "work"', '(type eq "work" and (value ew "m"))', 'value eq "new"']))
        written = f"{spell(path)}[{selection}].{spell(name)}"
        if "type" not in parts or "value" not in parts:
            written = spell(inside)
    else:
        written = spell(inside)
    sent = {"value": {written: value}} if form.startswith("key") else {"path": written, "value": value}

    def lost(account: Account, stored: dict[str, Any]) -> Iterator[str]:
        held = _at(announced, path, stored)
        if not part:
            return account.lost(path, declared, value, held)
        entries = held if isinstance(held, list) else [held] if held is not None else []
        losses = [list(account.lost(inside, target, value, (entry or {}).get(name))) for entry in entries or [{}]]
        return iter(min(losses, key=len))

    return {"op": op, **sent}, lost


def with_member(value: Any, member: str) -> Any:
    if isinstance(value, dict):
        return {key: with_member(item, member) for key, item in value.items()}
    if isinstance(value, list):
        return [with_member(each, member) for each in value]
    return member if value == "stored" and member else value


def _at(announced: Announced, path: str, stored: dict[str, Any]) -> Any:
    urn = next((each for each in announced.extensions if path.lower().startswith(f"{each}:".lower())), None)
    if urn is None:
        return stored.get(path)
    held = stored.get(urn, {})
    return next((held[key] for key in held if key.lower() == path[len(urn) + 1 :].lower()), None)


@pytest.fixture
def extended(endpoint_of: Callable[[str], Api]) -> Api:
    return endpoint_of(EXTENSIONS.read_text(encoding="utf-8"))


@pytest.fixture
def users(extended: Api) -> Announced:
    return Announced.by(extended, "User", frozenset({OPEN, MIXED}))


@pytest.fixture
def groups(extended: Api) -> Announced:
    return Announced.by(extended, "Group", frozenset({GROUP}))


def fresh(api: Api) -> Api:
    return Api(api.handler, directory=f"lossless-{next(FRESH)}")


def patch_of(operation: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [operation]}


@EXAMPLES
@given(data=st.data())
def test_of_a_patch_of_a_user_nothing_is_lost_silently(
    extended: Api, users: Announced, records: Any, data: st.DataObject
) -> None:
    operation, lost = data.draw(operations(users))
    api = fresh(extended)
    user = api.post("/Users", STORED).json["id"]
    reply = api.patch(f"/Users/{user}", patch_of(operation))
    assert reply.status in (200, 400), reply.json
    if reply.status == 200:
        account = Account(users, ignored_in(records.last()), added=operation["op"].lower() == "add")
        assert list(lost(account, api.get(f"/Users/{user}").json)) == []


@EXAMPLES
@given(data=st.data())
def test_of_a_patch_of_a_group_nothing_is_lost_silently(
    extended: Api, groups: Announced, records: Any, data: st.DataObject
) -> None:
    api = fresh(extended)
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    operation, lost = data.draw(
        operations(groups, ann)
    )  # the $ref of a member follows from its value, whatever is sent
    group = api.post("/Groups", {"displayName": "Stored", "members": [{"value": ann}]}).json["id"]
    reply = api.patch(f"/Groups/{group}", patch_of(operation))
    assert reply.status in (204, 400), reply.json
    if reply.status == 204:
        added = operation["op"].lower() == "add"
        account = Account(
            groups, ignored_in(records.last()), frozenset({"members.display", "members.$ref"}), added=added
        )
        assert list(lost(account, api.get(f"/Groups/{group}").json)) == []


@st.composite
def whole(draw: st.DrawFn, announced: Announced) -> dict[str, Any]:
    """Draw the body of a POST or PUT."""
    chosen = draw(st.lists(named(announced), max_size=4, unique_by=lambda each: each[0].lower()))
    spell = draw(spellings)
    body: dict[str, Any] = {spell("userName"): "sent@example.com", spell("displayName"): "Sent"}
    for path, declared in chosen:
        value = draw(fitting(declared) if declared and draw(st.integers(0, 3)) else wild)
        urn = next((each for each in announced.extensions if path.startswith(f"{each}:")), None)
        if urn is None:
            body[spell(path)] = value
        else:
            body[spell(urn)] = {**body.get(spell(urn), {}), spell(path[len(urn) + 1 :]): value}
    return body


def ignored_in(record: dict[str, Any]) -> list[str]:
    """Return what a record says was ignored, when the metric counts as much."""
    ignored: list[str] = record.get("ignored", [])
    metrics = [each["Name"] for group in record["_aws"]["CloudWatchMetrics"] for each in group["Metrics"]]
    assert record.get("attributes_ignored", 0) == len(ignored)
    assert ("attributes_ignored" in metrics) == bool(ignored)
    return ignored


@EXAMPLES
@given(data=st.data())
def test_of_a_creation_or_replacement_nothing_is_lost_silently(
    extended: Api, users: Announced, records: Any, data: st.DataObject
) -> None:
    body = data.draw(whole(users))
    api = fresh(extended)
    if data.draw(st.booleans()):
        stored = api.post("/Users", STORED).json["id"]
        reply = api.put(f"/Users/{stored}", body)
    else:
        reply = api.post("/Users", body)
    assert reply.status in (200, 201, 400), reply.json
    if reply.status != 400:
        account = Account(users, ignored_in(records.last()))
        assert account.lost_of_document(body, api.get(f"/Users/{reply.json['id']}").json) == []


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "name", "value": {"value": "x", "familyName": "F"}},
        {"op": "add", "path": "name.value", "value": "x"},
        {"op": "add", "value": {"name.value": "x"}},
    ],
)
def test_a_sub_attribute_value_that_a_name_does_not_have_is_recorded_as_ignored(
    api: Api, records: Any, operation: dict[str, Any]
) -> None:
    """Most complex attributes have a ``value``; the sub-attributes of a name are others."""
    created = api.post("/Users", {"userName": "ann", "name": {"value": "x", "givenName": "A"}})
    assert (created.status, records.last()["ignored"]) == (201, ["name.value"])
    changed = api.patch(f"/Users/{created.json['id']}", patch_of(operation))
    assert (changed.status, records.last()["ignored"]) == (200, ["name.value"])
    assert "value" not in changed.json["name"]


def test_a_type_that_no_member_has_is_recorded_as_ignored(extended: Api, records: Any) -> None:
    ann = extended.post("/Users", {"userName": "ann"}).json["id"]
    group = f"/Groups/{extended.post('/Groups', {'displayName': 'Staff'}).json['id']}"
    member = {"value": ann, "type": "person"}
    assert extended.patch(group, patch_of({"op": "add", "path": "members", "value": [member]})).status == 204
    assert ignored_in(records.last()) == ["members.type"]
    (stored,) = extended.get(group).json["members"]
    assert stored["type"] == "User"
