"""The SCIM log: one record for every request, telling who did what to whom, and no one's data."""

import json
from typing import Any

import pytest

from support.tables import TABLE_NAME, create_table
from tests.protocol.client import Api
from tests.protocol.conftest import Records
from tests.protocol.events import event

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def user(name: str = "ann@example.com", **more: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": name, **more}


def test_a_request_leaves_one_record(api: Api, records: Records):
    records.new()
    api.get("/Users")
    found = records.new()
    assert [record["event"] for record in found] == ["scim.request"]


def test_a_creation_is_told_by_who_and_what(api: Api, records: Records):
    made = api.post(
        "/Users", user(externalId="E7", title="Vice President", emails=[{"value": "ann@home.example"}])
    ).json
    record = records.last()
    expected = {
        "level": "INFO",
        "connection": api.connection,
        "directory": "acme",
        "token": "tokenoftheconn22",
        "method": "POST",
        "route": "/Users",
        "resource_type": "User",
        "resource_id": made["id"],
        "resource_name": "ann@example.com",
        "external_id": "E7",
        "status": 201,
        "dynamodb_calls": 1,
    }
    assert {name: record.get(name) for name in expected} == expected
    assert sorted(record["changed"]) == ["emails", "externalId", "title", "userName"]
    assert record["milliseconds"] > 0
    assert record["timestamp"].endswith("+00:00")


def test_a_change_is_told_by_the_names_of_what_it_changes(api: Api, records: Records):
    ann = api.post("/Users", user()).json["id"]
    operations = [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "secret@home.example"},
        {"op": "replace", "value": {"name.givenName": "Secretia", "active": False}},
    ]
    api.patch(f"/Users/{ann}", {"schemas": [PATCH], "Operations": operations})
    record = records.last()
    assert (record["route"], record["resource_id"], record["resource_name"]) == ("/Users/{id}", ann, "ann@example.com")
    assert sorted(record["changed"]) == ["active", "emails.value", "name.givenName"]
    assert record["operations"] == ["replace"]
    assert "secret" not in json.dumps(record).lower()


@pytest.mark.parametrize("disables", [False, "False"])
def test_a_change_of_whether_a_user_is_active_is_in_the_record(api: Api, records: Records, disables: object):
    ann = api.post("/Users", user(active=True)).json["id"]

    def set_active(value: object) -> str | None:
        operations = [{"op": "Replace", "path": "active", "value": value}]
        api.patch(f"/Users/{ann}", {"schemas": [PATCH], "Operations": operations})
        return records.last().get("activity")

    assert [set_active(value) for value in (True, disables, disables, True)] == [None, "disabled", None, "enabled"]
    api.put(f"/Users/{ann}", user(active=False))
    assert records.last()["activity"] == "disabled"


def test_a_refusal_for_a_value_that_is_taken_names_the_owner(api: Api, records: Records):
    ann = api.post("/Users", user()).json["id"]
    assert api.post("/Users", user("ANN@example.com")).status == 409
    assert records.last()["owner"] == ann
    bob = api.post("/Users", user("bob@example.com")).json["id"]
    assert api.put(f"/Users/{bob}", user()).status == 409
    assert records.last()["owner"] == ann


def test_a_refusal_of_a_large_group_for_its_name_names_the_owner(api: Api, records: Records):
    group = {"schemas": [GROUP], "displayName": "Sales"}
    sales = api.post("/Groups", group).json["id"]
    members = [{"value": api.post("/Users", user(f"user{number}")).json["id"]} for number in range(50)]
    assert api.post("/Groups", {**group, "members": members}).status == 409
    assert records.last()["owner"] == sales


def test_a_creation_that_is_refused_is_told_by_whom_it_meant(api: Api, records: Records):
    api.post("/Users", {"schemas": [USER], "DisplayName": "Ada Lovelace", "externalId": "E1", "title": "SECRET"})
    record = records.last()
    assert (record["status"], record["resource_name"], record["external_id"]) == (400, "Ada Lovelace", "E1")
    assert "SECRET" not in json.dumps(record)


def test_who_is_meant_is_unknown_where_a_body_says_it_in_no_way(api: Api, records: Records):
    for body in (b"[", [1], {"userName": ["ann", "bob"], "displayName": None, "externalId": 7}):
        api.post("/Users", body)
        record = records.last()
        assert record["status"] == 400
        assert "resource_name" not in record
        assert "external_id" not in record


def test_what_a_write_ignores_is_named_and_counted_without_its_values(api: Api, records: Records):
    sent = {
        "password": "SECRET1",
        "custom:country": "SECRET2",
        "title": "T",
        "name": {"nick": "SECRET3", "givenName": "G"},
        "emails": [{"value": "a@example.com", "verified": "SECRET4"}],
        "groups": [{"value": "SECRET5"}],
        ENTERPRISE: {"grade": "SECRET6", "manager": {"value": "m", "displayName": "SECRET7"}},
        "id": "SECRET8",
        "meta": {"resourceType": "User"},
        "nothing": None,
    }
    ignored = [
        *("password", "custom:country", "name.nick", "emails.verified", "groups"),
        *(f"{ENTERPRISE}:grade", f"{ENTERPRISE}:manager.displayName"),
    ]
    ann = api.post("/Users", {**user(), **sent}).json["id"]
    record = records.last()
    assert (record["ignored"], record["attributes_ignored"]) == (ignored, len(ignored))
    assert "attributes_ignored" in json.dumps(record["_aws"])
    assert "SECRET" not in json.dumps(record)

    api.put(f"/Users/{ann}", {**user(), **sent})
    assert records.last()["ignored"] == ignored

    operations = [
        {"op": "Add", "path": "my attr", "value": "SECRET1"},
        {"op": "Add", "path": 'foo[value eq "SECRET2"].bar', "value": "SECRET3"},
        {"op": "Add", "path": 'foo2 eq "SECRET4"', "value": "SECRET5"},
        {
            "op": "replace",
            "value": {"name.nick": "SECRET6", 'emails[type eq "work"].verified': "SECRET7", "title": "U"},
        },
        {"op": "remove", "path": "bar"},
        {"op": "replace", "path": "baz", "value": ""},
    ]
    assert api.patch(f"/Users/{ann}", {"schemas": [PATCH], "Operations": operations}).json["title"] == "U"
    record = records.last()
    assert record["ignored"] == ["my?", "foo.bar", "foo2", "name.nick", "emails.verified"]
    assert "SECRET" not in json.dumps(record)


def test_the_display_of_a_member_that_is_in_the_group_is_ignored(api: Api, records: Records):
    ann = api.post("/Users", user()).json["id"]
    members = [{"value": ann, "display": "Ann"}]
    staff = api.post("/Groups", {"displayName": "Staff", "members": members}).json["id"]
    for path in ("members.display", f'members[value eq "{ann}"].display'):
        operation = {"op": "replace", "path": path, "value": "Ada"}
        assert api.patch(f"/Groups/{staff}", {"schemas": [PATCH], "Operations": [operation]}).status == 204
        assert records.last()["ignored"] == ["members.display"]
    assert api.get(f"/Groups/{staff}").json["members"][0]["display"] == "Ann"


def test_a_write_that_is_stored_as_a_whole_ignores_nothing(api: Api, records: Records):
    ann = api.post("/Users", user(title="T", meta={"resourceType": "User"}, id=None, groups=[])).json["id"]
    assert "ignored" not in records.last()
    api.patch(
        f"/Users/{ann}", {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"id": ann, "title": "U"}}]}
    )
    record = records.last()
    assert "ignored" not in record
    assert "attributes_ignored" not in record
    assert "attributes_ignored" not in json.dumps(record["_aws"])


def test_no_value_of_an_attribute_is_in_any_record(api: Api, records: Records):
    secret = {"title": "SECRET1", "emails": [{"value": "SECRET2@x.example", "type": "work"}], "password": "SECRET3"}
    ann = api.post("/Users", user(**secret)).json["id"]
    api.post("/Users", user(**secret))
    api.post("/Users", user("bob", active="SECRET4", emails="SECRET5"))
    api.put(f"/Users/{ann}", user(title="SECRET6", manager=["SECRET7"]))
    api.patch(
        f"/Users/{ann}", {"schemas": [PATCH], "Operations": [{"op": "SECRET8", "path": "title", "value": "SECRET9"}]}
    )
    api.get('/Users?filter=title+eq+"SECRET10"')
    api.get('/Users?filter=title+eq+"SECRET11')
    api.get("/Users?filter=SECRET12")
    api.post("/Users", b'{"title": "SECRET13')
    api.post("/Users/.search", {"filter": 'title eq "SECRET14"'})
    lines = records.new()
    assert len(lines) == 10
    assert "SECRET" not in json.dumps(lines)


def test_no_credentials_are_in_any_record(api: Api, records: Records):
    api.get("/Users", Authorization="Bearer scim_SECRET")
    api.get("/Users/7", Authorization="Basic SECRET")
    assert "SECRET" not in json.dumps(records.new())


def test_a_look_up_is_told_by_the_name_it_looks_for(api: Api, records: Records):
    api.get('/Users?filter=userName+eq+"ann@example.com"+and+active+eq+true')
    record = records.last()
    assert (record["filter"], record["results"]) == ('userName eq "ann@example.com" and active eq ?', 0)


def test_a_refusal_is_told_with_its_reason(api: Api, records: Records):
    api.post("/Users", user())
    api.post("/Users", user())
    record = records.last()
    assert (record["status"], record["scim_type"], record["refused"], record["failed"]) == (409, "uniqueness", 1, 0)
    assert "userName" in record["detail"]


def test_a_refused_caller_leaves_a_record_too(api: Api, records: Records):
    made = event("GET", "/Users")
    del made["requestContext"]["authorizer"]
    api.handler(made, None)
    record = records.last()
    assert (record["status"], record["route"]) == (401, "/Users")
    assert "directory" not in record


def test_an_unforeseen_failure_leaves_its_trace_under_the_request_id(api: Api, records: Records, table: Any):
    table.delete_table(TableName=TABLE_NAME)
    made = event(
        "POST", "/Users", headers=[("Content-Type", "application/json")], body=json.dumps(user(title="SECRET")).encode()
    )
    try:
        api.handler(made, None)
    finally:
        create_table(table)
    failure, record = records.new()
    assert (failure["event"], failure["level"]) == ("scim.failure", "ERROR")
    assert failure["request_id"] == record["request_id"] == made["requestContext"]["requestId"]
    assert "Traceback" in failure["exception"]
    assert "SECRET" not in json.dumps(failure)
    assert (record["status"], record["failed"], record["refused"]) == (500, 1, 0)


def test_megabytes_in_a_name_do_not_make_a_record_of_megabytes(api: Api, records: Records):
    api.post("/Users", user("x" * 100_000))
    api.get(f"/Users/{'y' * 5_000}")
    api.get(f'/Users?filter=userName+eq+"{"z" * 7_000}"')
    api.patch("/Users/7", {"schemas": [PATCH], "Operations": [{"op": "add", "path": "x" * 9_000, "value": 1}]})
    assert all(len(json.dumps(record)) < 5_000 for record in records.new())


def test_a_record_is_its_own_metrics(api: Api, records: Records):
    api.get("/Users/7")
    record = records.last()
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "ServerlessScim"
    assert directive["Dimensions"] == [["environment"]]
    assert record["environment"] == "local"
    for metric in directive["Metrics"]:
        assert isinstance(record[metric["Name"]], (int, float))


def test_a_member_that_was_deleted_is_named_by_its_id(api: Api, records: Records) -> None:
    made, deleted = (api.post("/Users", {"userName": name}).json["id"] for name in ("ann", "bob"))
    api.delete(f"/Users/{deleted}")
    members = [{"value": made}, {"value": deleted}]
    group = api.post("/Groups", {"displayName": "g", "members": members})
    assert [each["value"] for each in group.json["members"]] == [made]
    assert records.last()["ignored"] == [f'members[value eq "{deleted}"]']
    assert api.put(f"/Groups/{group.json['id']}", {"displayName": "g", "members": members}).status == 200
    assert records.last()["ignored"] == [f'members[value eq "{deleted}"]']


def test_a_request_with_a_lone_surrogate_leaves_its_record(api: Api, records: Records):
    assert api.post("/Users", user("a\ud800b")).status == 400
    (record,) = records.new()
    assert (record["event"], record["status"], record["failed"]) == ("scim.request", 400, 0)
    assert (record["scim_type"], record["resource_name"]) == ("invalidSyntax", "a\ud800b")
