"""Extensions that a file declares, and what they meet: rules, order, search, bulk, the log, another file."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from lambdas.scim.limits import MAX_PATCH_PATHS
from tests.protocol.client import Api
from tests.protocol.conftest import Records
from tests.protocol.extended import CUSTOM, EXTENSIONS, GROUP, MIXED, OPEN
from tests.protocol.growth import LINEAR, growth

EndpointOf = Callable[[str], Api]


@pytest.fixture
def extended(endpoint_of: EndpointOf) -> Api:
    """The endpoint of the environment with the extensions of the scripts."""
    return endpoint_of(EXTENSIONS.read_text(encoding="utf-8"))


def declared(attribute: str) -> str:
    """Return an extension with one attribute, as TOML."""
    return f'[[extensions]]\nurn = "{CUSTOM}"\nattributes = [{{ name = "level", {attribute} }}]\n'


def names(api: Api, query: str) -> list[str]:
    """Return the user names that a search finds, in its order."""
    reply = api.get(f"/Users?attributes=userName&{query}")
    assert reply.status == 200, reply.json
    return [each["userName"] for each in reply.json.get("Resources", [])]


# -- Searches ---------------------------------------------------------------------------------------------------------


def test_users_are_sorted_by_attributes_declared_or_not(extended: Api):
    for name, level, room in (("a", "10", "C"), ("b", "9", "a"), ("c", None, "B")):
        extended.post("/Users", {"userName": name, MIXED: {"level": level, "room": room}})
    assert names(extended, f"sortBy={MIXED}:level") == ["b", "a", "c"]
    assert names(extended, f"sortBy={MIXED}:ROOM") == ["b", "c", "a"]
    assert names(extended, f"sortBy={MIXED}:room&sortOrder=descending") == ["a", "c", "b"]
    assert sorted(names(extended, f"sortBy={OPEN}:nobody")) == ["a", "b", "c"]


def test_a_search_in_a_body_reads_the_names_of_open_extensions_too(extended: Api):
    extended.post("/Users", {"userName": "a", OPEN: {"cost centre": "7", "room": "1"}})
    search = {"filter": f'{OPEN}:Cost Centre eq "7"', "attributes": [f"{OPEN}:ROOM"], "sortBy": f"{OPEN}:cost centre"}
    (found,) = extended.post("/Users/.search", search).json["Resources"]
    assert found[OPEN] == {"room": "1"}
    assert extended.post("/.search", search).json["totalResults"] == 1


@pytest.mark.parametrize(
    "filter_", [f"{OPEN}:", f"{OPEN}: eq 7", f"{OPEN}:a eq", f"{OPEN}:a b c", f"{OPEN}:(eq eq", f'{OPEN}:" eq "']
)
def test_a_filter_that_names_nothing_is_refused_or_finds_nobody(extended: Api, filter_: str):
    reply = extended.get(f"/Users?filter={quote(filter_)}")
    assert (reply.status, (reply.json or {}).get("scimType", "invalidFilter")) in (
        (200, "invalidFilter"),
        (400, "invalidFilter"),
    )
    assert "k$" not in json.dumps(reply.json)


def test_unique_and_matching_attributes_may_be_undeclared(endpoint_of: EndpointOf, records: Records):
    rules = f'[users]\nunique = ["{OPEN}:Badge"]\nmatching = ["{OPEN}:costCentre"]\n[[extensions]]\nurn = "{OPEN}"\nopen = true\n'
    api = endpoint_of(rules)
    assert api.post("/Users", {"userName": "a", OPEN: {"badge": "1", "CostCentre": "7"}}).status == 201
    assert api.post("/Users", {"userName": "b", OPEN: {"BADGE": "1"}}).status == 409
    records.new()
    assert names(api, f"filter={OPEN}:costcentre+eq+%227%22") == ["a"]
    assert records.last()["dynamodb_calls"] == 2


# -- Changes ----------------------------------------------------------------------------------------------------------


def test_bulk_writes_extensions_as_single_requests_do(extended: Api):
    bulk = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "a", OPEN: {"a.b": 7}}},
            {"method": "POST", "path": "/Users", "bulkId": "v", "data": {"userName": "b", OPEN: {"": 7}}},
        ],
    }
    first, second = extended.post("/Bulk", bulk).json["Operations"]
    assert (first["status"], second["status"]) == ("201", "400")
    assert extended.get(f"/Users/{first['location'].rpartition('/')[2]}").json[OPEN] == {"a.b": "7"}


def test_a_patch_that_brings_an_extension_beyond_its_limit_changes_nothing(extended: Api):
    made = extended.post("/Users", {"userName": "a", OPEN: {str(number): "v" for number in range(199)}}).json["id"]
    before = extended.get(f"/Users/{made}").json
    add = [{"op": "add", "path": f"{OPEN}:{name}", "value": "v"} for name in ("one", "too many")]
    assert extended.patch(f"/Users/{made}", {"Operations": add[:1]}).status == 200
    refused = extended.patch(f"/Users/{made}", {"Operations": [{"op": "replace", "path": "title", "value": "T"}, *add]})
    assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")
    assert refused.detail == f"{OPEN} would have 201 undeclared attributes; the limit is 200. Send fewer."
    after = extended.get(f"/Users/{made}").json
    assert after[OPEN] == before[OPEN] | {"one": "v"}
    assert "title" not in after


def test_the_same_change_again_is_no_change(extended: Api):
    made = extended.post(
        "/Users", {"userName": "a", OPEN: {"a": "1"}, CUSTOM: {"since": "2030-01-31T08:00:00.0Z"}}
    ).json
    operations = [
        {"op": "Add", "path": f"{OPEN}:A", "value": 1},
        {"op": "Replace", "value": {OPEN: {"a": "1"}, f"{CUSTOM}:since": "2030-01-31T08:00:00.0Z"}},
        {"op": "Remove", "path": f"{OPEN}:b"},
    ]
    again = extended.patch(f"/Users/{made['id']}", {"Operations": operations}).json
    assert again == made


def test_a_request_with_very_many_names_is_refused_soon(extended: Api):
    made = extended.post("/Users", {"userName": "a"}).json["id"]

    def refuse(size: int) -> None:
        many = {f"name {number}": "v" for number in range(size)}
        patch = {"Operations": [{"op": "add", "value": {OPEN: many}}]}
        bulk = {"Operations": [{"method": "PATCH", "path": f"/Users/{made}", "data": patch}]}
        assert extended.post("/Users", {"userName": "b", OPEN: many}).status == 400
        refused = extended.patch(f"/Users/{made}", patch)
        assert (refused.json["scimType"], refused.detail) == (
            "tooMany",
            f"The PATCH writes {size + 1:,} attributes; the limit is 5,000. Send several requests.",
        )
        assert extended.post("/Bulk", bulk).json["scimType"] == "tooMany"

    assert growth(refuse, 24_000) < LINEAR


def test_the_work_for_as_many_names_as_are_read_is_linear(extended: Api):
    made = extended.post("/Users", {"userName": "a"}).json["id"]

    def refuse(size: int) -> None:
        many = {f"{OPEN}:name {number}": "v" for number in range(size)}
        refused = extended.patch(f"/Users/{made}", {"Operations": [{"op": "replace", "value": many}]})
        assert refused.json["scimType"] == "invalidValue"

    assert growth(refuse, MAX_PATCH_PATHS) < LINEAR


# -- What is told -----------------------------------------------------------------------------------------------------


def test_the_log_names_what_changed_as_clients_spell_it_and_tells_no_value(extended: Api, records: Records):
    made = extended.post("/Users", {"userName": "a", OPEN: {"a": "1"}}).json["id"]
    records.new()
    operations = [
        {"op": "Add", "path": f"{OPEN}:Büro (alt)", "value": "confidential"},
        {"op": "replace", "value": {f"{OPEN}:a.b": "confidential", f"{CUSTOM}:cost.centre": "confidential"}},
    ]
    extended.patch(f"/Users/{made}", {"Operations": operations})
    record = records.last()
    assert record["changed"] == [f"{OPEN}:Büro (alt)", f"{OPEN}:a.b", f"{CUSTOM}:cost.centre"]
    assert "confidential" not in json.dumps(record)


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        ("level", "high", "level must be a whole number, not this text"),
        ("levels", ["1", "high"], "levels[1] must be a whole number, not this text"),
        ("score", "1e999", "score must be a number of at most 308 digits, not a number"),
        ("since", "2030-01-31", "since must be a date and time such as 2030-01-31T08:00:00Z, not this text"),
        ("cost.centre", True, "cost.centre must be a string, not a boolean"),
        ("badges", [{"value": ["a", "b"]}], "badges[0].value must be a string, not a list"),
    ],
)
def test_what_does_not_fit_is_told_with_the_name_that_clients_use(extended: Api, path: str, value: Any, detail: str):
    made = extended.post("/Users", {"userName": "a"}).json["id"]
    refused = extended.patch(
        f"/Users/{made}", {"Operations": [{"op": "replace", "path": f"{CUSTOM}:{path}", "value": value}]}
    )
    assert (refused.status, refused.detail) == (400, f"{CUSTOM}:{detail}")
    refused = extended.post("/Users", {"userName": "b", CUSTOM: {path: value}})
    assert (refused.status, refused.detail) == (400, f"{CUSTOM}:{detail}")


def test_an_immutable_attribute_is_set_once(extended: Api):
    made = extended.post("/Users", {"userName": "a"}).json["id"]
    hired = {"op": "add", "path": f"{CUSTOM}:hired", "value": "2030"}
    assert extended.patch(f"/Users/{made}", {"Operations": [hired]}).status == 200
    assert (
        extended.patch(f"/Users/{made}", {"Operations": [{**hired, "value": "2031"}]}).json["scimType"] == "mutability"
    )
    refused = extended.put(f"/Users/{made}", {"userName": "a", CUSTOM: {"hired": "2031"}})
    assert refused.detail == (
        "hired is immutable: it cannot be changed once it has a value. Leave it out, or send the stored value."
    )
    assert extended.put(f"/Users/{made}", {"userName": "a"}).json[CUSTOM] == {"hired": "2030"}


def test_schemas_tell_of_each_attribute_and_that_an_open_extension_is_there(extended: Api):
    schemas = {each["id"]: each for each in extended.get("/Schemas").json["Resources"]}
    told = {
        each["name"]: (each["type"], each["multiValued"], each["mutability"]) for each in schemas[CUSTOM]["attributes"]
    }
    assert told["badges"] == ("complex", True, "readWrite")
    assert told["levels"] == ("integer", True, "readWrite")
    assert told["since"] == ("dateTime", False, "readWrite")
    assert told["hired"] == ("string", False, "immutable")
    assert told["cost.centre"] == ("string", False, "readWrite")
    assert schemas[OPEN]["description"] == "Whatever else an administrator types."
    assert [each["name"] for each in schemas[GROUP]["attributes"]] == ["cost centre", "site"]


# -- Another file than the one that resources were stored with --------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "value", "after", "shown"),
    [
        ('type = "string"', "3", 'type = "integer"', 3),
        ('type = "string"', "high", 'type = "integer"', None),
        ('type = "integer"', 3, 'type = "string"', "3"),
        ('type = "string"', "a", "multi_valued = true", ["a"]),
        ("multi_valued = true", ["a", "b"], 'multi_valued = true, shape = "objects"', [{"value": "a"}, {"value": "b"}]),
        ('multi_valued = true, shape = "objects"', ["a"], "multi_valued = true", ["a"]),
        ("multi_valued = true", ["a", "b"], 'type = "string"', None),
        ('type = "string"', "tomorrow", 'type = "dateTime"', None),
    ],
)
def test_what_was_stored_before_the_file_changed_is_shown_as_far_as_it_fits(
    endpoint_of: EndpointOf, before: str, value: Any, after: str, shown: Any
):
    stored = endpoint_of(declared(before)).post("/Users", {"userName": "a", CUSTOM: {"level": value}}).json["id"]
    api = endpoint_of(declared(after))
    assert api.get(f"/Users/{stored}").json.get(CUSTOM, {}).get("level") == shown
    assert names(api, "filter=title+pr+or+active+pr+or+userName+sw+%22a%22") == ["a"]
    disabled = api.patch(f"/Users/{stored}", {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]})
    assert disabled.json["active"] is False


def test_an_extension_that_was_closed_shows_what_it_declares_and_one_that_was_opened_shows_all_of_it(
    endpoint_of: EndpointOf,
):
    opened = endpoint_of(f'[[extensions]]\nurn = "{CUSTOM}"\nopen = true\n')
    closed = endpoint_of(declared('type = "integer"'))
    first = opened.post("/Users", {"userName": "a", CUSTOM: {"Level": "3", "other": "x"}}).json["id"]
    assert closed.get(f"/Users/{first}").json[CUSTOM] == {"level": 3}
    second = closed.post("/Users", {"userName": "b", CUSTOM: {"level": 4}}).json["id"]
    assert opened.get(f"/Users/{second}").json[CUSTOM] == {"level": "4"}
