"""No value of an attribute is in any log record: two requests that differ in values alone leave the same record.

Keys are names, not values: the record lists the names of ignored attributes as they were sent, as far as they are names
(``test_log.py``).

Looking for a value in a record proves little: ``1`` is in every record, and a value may come out in another case or normal form.
So each request is sent with two values of the same form, to two directories in the same state, and the records are compared.
"""

import itertools
import json
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.protocol.client import Api, Reply
from tests.protocol.conftest import Records

EndpointOf = Callable[[str], Api]

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OPEN = "urn:ietf:params:scim:schemas:extension:2.0:Notes"

ENVIRONMENT = f"""
[users]
unique = ["emails.value", "{ENTERPRISE}:employeeNumber"]
matching = ["nickName"]
required = ["name.familyName"]
[users.allowed]
userType = ["Member", "Guest"]
"roles.value" = ["admin", "viewer"]
[[extensions]]
urn = "{OPEN}"
resource = "User"
open = true
attributes = [
    {{ name = "since", type = "dateTime" }}, {{ name = "level", type = "integer" }}, {{ name = "hired", mutability = "immutable" }},
]
"""

VOLATILE = {
    *("timestamp", "request_id", "milliseconds", "_aws", "directory", "dynamodb_calls", "read_units", "write_units"),
    *("resource_id", "owner"),  # ids, which are random
    *("resource_name", "external_id"),  # the values that identify, which the log has on purpose
}
"""The fields of a record that are not compared."""

values = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "0", "1", "42", "ADA@Example.COM", "Straße", "STRASSE", "é", "e\u0301", "\ufb01", "\u017f"]
    ),
    st.sampled_from(
        ["?", "{}", "{value}", '"', "\\", "a]b", "x" * 300, "\u202e", "\x00", "%s", "2030-01-31T08:00:00Z"]
    ),
    st.text(alphabet=st.characters(categories=["Nd", "Lu", "Lo", "Mn"]), max_size=6),
)
"""Texts of any case, length, normal form and digits, empty ones included."""


def twin(value: str) -> str:
    """Return another value of the same form: each digit and letter is another one of its category, all else is the same."""
    return "".join(map(_another, value))


def _another(letter: str) -> str:
    if letter.isdigit() and letter.isascii():
        return str((int(letter) + 1) % 3)
    if letter.isalpha():
        beside = (chr(ord(letter) + step) for step in (1, -1, 2, -2))
        return next((each for each in beside if unicodedata.category(each) == unicodedata.category(letter)), letter)
    return letter


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def bulk(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [BULK], "Operations": list(operations)}


BASE = {"userName": "ann", "name": {"familyName": "x"}}

Send = Callable[[Api, str, str], Reply]
"""Sends a request about a user, given as a path, with a value."""

PATHS = (
    *(
        "title",
        "active",
        "emails",
        "emails.value",
        "name",
        "name.givenName",
        "userType",
        "roles",
        "id",
        "meta.created",
        "groups",
    ),
    *(f"{ENTERPRISE}:manager", f"{ENTERPRISE}:employeeNumber", f"{OPEN}:since", f"{OPEN}:level", f"{OPEN}:hired"),
    *("phoneNumbers", "x509Certificates", "addresses", "nickName", "userName", "externalId", "nosuch", f"{OPEN}:note"),
)
SHAPES: tuple[Callable[[str], Any], ...] = (
    lambda value: value,
    lambda value: [value],
    lambda value: {"value": value},
    lambda value: [{"value": value, "primary": True}, {"value": f"{value}2", "primary": True}],
    lambda value: {"value": [value, value]},
    lambda value: {"other": value},
)


def creations(path: str, shape: Callable[[str], Any]) -> Send:
    name = path.rpartition(":")[2].partition(".")[0]
    urn = path.rpartition(":")[0]

    def send(api: Api, user: str, value: str) -> Reply:
        content = {name: shape(value)}
        return api.post("/Users", {**BASE, "userName": "bob", **({urn: content} if urn else content)})

    return send


def changes(path: str, shape: Callable[[str], Any], op: str) -> Send:
    return lambda api, user, value: api.patch(user, patch({"op": op, "path": path, "value": shape(value)}))


OTHERS: tuple[Send, ...] = (
    lambda api, user, value: api.patch(user, patch({"op": "remove", "path": f"password eq {quoted(value)}"})),
    lambda api, user, value: api.patch(
        user, patch({"op": "add", "path": f"emails.value eq {quoted(value)}", "value": 1})
    ),
    lambda api, user, value: api.patch(
        user, patch({"op": "add", "path": f"emails[type eq {quoted(value)}].value", "value": []})
    ),
    lambda api, user, value: api.patch(
        user, patch({"op": "add", "path": f"emails[type ne {quoted(value)}].x", "value": 1})
    ),
    lambda api, user, value: api.patch(
        user, patch({"op": "replace", "path": f"title[value eq {quoted(value)}]", "value": 1})
    ),
    lambda api, user, value: api.patch(user, patch({"op": value, "path": "title", "value": value})),
    lambda api, user, value: api.patch(user, patch({"op": "remove", "path": "emails", "value": [{"other": value}]})),
    lambda api, user, value: api.patch(user, patch({"op": "remove", "path": "userName", "value": value})),
    lambda api, user, value: api.patch(user, {"schemas": [value], "Operations": value}),
    lambda api, user, value: api.put(user, {**BASE, "title": [value, value], "active": value}),
    lambda api, user, value: api.put(user, {**BASE, OPEN: {"hired": value}}),
    lambda api, user, value: api.put(user, {"userName": "ann", "title": value}),
    lambda api, user, value: api.get(f"/Users{user[6:]}-x"),
    lambda api, user, value: api.post("/Users/.search", {"filter": f"title eq {quoted(value)}", "count": value}),
    lambda api, user, value: api.post("/Users/.search", {"filter": f"active gt {quoted(value)}"}),
    lambda api, user, value: api.post("/Users/.search", {"filter": f"meta.created gt {quoted(value)}"}),
    lambda api, user, value: api.post("/Users/.search", {"sortBy": value}),
    lambda api, user, value: api.post("/Users/.search", {"attributes": [value], "excludedAttributes": [value]}),
    lambda api, user, value: api.post("/Users/.search", {"cursor": value}),
    lambda api, user, value: api.post("/Users", f'{{"title": {quoted(value)}'.encode("utf-8", "surrogatepass")),
    lambda api, user, value: api.post("/Groups", {"displayName": "g", "members": [{"value": value}]}),
    lambda api, user, value: api.post("/Groups", {"displayName": "g", "members": [{"display": value}]}),
    lambda api, user, value: api.post(
        "/Bulk", bulk({"method": value, "path": f"/Users/{value}", "data": {"title": value}})
    ),
    lambda api, user, value: api.post(
        "/Bulk", bulk({"method": "POST", "path": "/Users", "bulkId": value, "data": {"title": [value]}})
    ),
    lambda api, user, value: api.post("/Bulk", {"schemas": [BULK], "failOnErrors": value, "Operations": value}),
    lambda api, user, value: api.get(f"/Users/{quote_path(value)}"),
    lambda api, user, value: api.delete(f"/Groups/{quote_path(value)}"),
)

REQUESTS: tuple[Send, ...] = (
    *(creations(path, shape) for path in PATHS for shape in SHAPES),
    *(changes(path, shape, op) for path in PATHS for shape in SHAPES for op in ("add", "replace", "remove")),
    *OTHERS,
)

_directories = itertools.count()


def quote_path(value: str) -> str:
    return quote(value.encode("utf-8", "replace").decode(), safe="") or "-"


def outcome(api: Api, records: Records, send: Send, value: str) -> tuple[int, str | None, dict[str, Any]]:
    """Send a request to a new directory; return its status and scimType, and the record without volatile fields."""
    api = Api(api.handler, directory=f"d{next(_directories)}")
    user = f"/Users/{api.post('/Users', BASE).json['id']}"
    records.new()
    reply = send(api, user, value)
    lines = records.new()
    assert [each["event"] for each in lines] == ["scim.request"], lines
    record = {name: field for name, field in lines[0].items() if name not in VOLATILE}
    return reply.status, (reply.json or {}).get("scimType"), record


@pytest.fixture
def api(endpoint_of: EndpointOf) -> Api:
    return endpoint_of(ENVIRONMENT)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(send=st.sampled_from(REQUESTS), value=values)
def test_two_values_leave_the_same_record(api: Api, records: Records, send: Send, value: str) -> None:
    first, second = (outcome(api, records, send, each) for each in (value, twin(value)))
    if first[:2] == second[:2]:
        assert first[2] == second[2]


HELD = (
    *(
        "{name} eq {value}",
        '{name} eq "{value}"',
        "{name} like {value}",
        "{name}={value}",
        "{name} {value}",
        '"{value}" {name}',
    ),
    *(
        "{name}[value eq {value}]",
        '{name}[value eq "{value}"].display',
        "{name}[value eq {value}",
        "{name}[[{value}]{value}]",
    ),
    *(
        '{name}[value eq "{value}]',
        "{name}[value eq {value}]{value}]",
        "({name} eq {value})",
        "{name}(value eq {value})",
    ),
    *('not ({name} eq "{value}")', '{name}["{value}" eq value]', "{name}[a] {value}", '{name}"{value}"', "<{value}>"),
)
"""Paths that hold a value, well-formed or not."""
ANY_NAME = (f"{OPEN}:note",)
"""Below the URN of an open extension any text is an attribute's name, and logged as one, up to what looks like a comparison."""
TOLD = ("Zx9qGeheim0047", "Zx9q Geheim@0047", "Zx9q]Geheim 0047", 'Zx9q"Geheim 0047')


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(HELD),
    name=st.sampled_from(
        ["emails", "foo", "custom:country", "my attr", "password", f"{OPEN}:note", f"{ENTERPRISE}:x", "groups"]
    ),
    value=st.sampled_from(TOLD),
    place=st.sampled_from(["path", "key", "key in an extension", "key of an entry", "key in a body"]),
)
def test_a_value_that_a_path_holds_is_in_no_record(
    api: Api, records: Records, form: str, name: str, value: str, place: str
) -> None:
    path = form.format(name=name, value=value)
    if name in ANY_NAME and form in ("{name} like {value}", "{name} {value}"):
        return
    sent: dict[str, Any] = {
        "path": {"op": "Add", "path": path, "value": "v"},
        "key": {"op": "Add", "value": {path: "v"}},
        "key in an extension": {"op": "Replace", "value": {ENTERPRISE: {path: "v"}}},
        "key of an entry": {"op": "Add", "path": "emails", "value": [{"value": "a", path: "v"}]},
    }.get(place, {})
    send: Send = (
        (lambda api, user, value: api.patch(user, patch(sent)))
        if sent
        else (lambda api, user, value: api.put(user, {**BASE, path: "v", "name": {"familyName": "x", path: "v"}}))
    )
    record = json.dumps(outcome(api, records, send, value)[2])
    assert [each for each in ("Geheim", "0047", "Zx9q") if each in record] == []


SECRET = "Zx9-Geheim-\u017ftraße-0047"


@pytest.mark.parametrize("send", REQUESTS)
def test_a_value_is_in_no_record_in_any_spelling(api: Api, records: Records, send: Send) -> None:
    spellings = {SECRET, SECRET.lower(), SECRET.upper(), SECRET.casefold(), "0047", "geheim", "strasse", "straße"}
    record = json.dumps(outcome(api, records, send, SECRET)[2], ensure_ascii=False)
    assert [each for each in spellings if each in record] == []


def test_a_unique_value_that_is_taken_is_told_by_its_owner(api: Api, records: Records) -> None:
    email = {"emails": [{"value": "grace.private@home.example"}]}
    owner = api.post("/Users", {**BASE, **email}).json["id"]
    records.new()
    reply = api.post("/Users", {**BASE, "userName": "bob", "emails": [{"value": "Grace.Private@Home.Example"}]})
    assert (reply.status, "grace.private@home.example" in reply.detail.lower()) == (409, True)
    record = records.last()
    assert record["owner"] == owner
    assert "grace" not in json.dumps(record).lower()


def test_the_stack_of_a_failure_has_no_message(api: Api, records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **more: Any) -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(SECRET) from cause

    monkeypatch.setattr("lambdas.scim.users.Users.create", fail)
    assert api.post("/Users", BASE).status == 500
    failure, record = records.new()
    assert "ValueError" in failure["exception"]
    assert "KeyError" in failure["exception"]
    assert "test_no_values_in_log.py" in failure["exception"]
    assert SECRET not in json.dumps([failure, record])
