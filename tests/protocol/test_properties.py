"""What holds for every request: what was accepted is returned, dialects agree, a refusal changed nothing, nothing is a 5xx."""

import itertools
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.protocol.client import Api
from tests.protocol.requests_at_random import (
    ENTERPRISE,
    Change,
    change_sets,
    entra,
    entra_flag,
    json_values,
    users,
    wild_operations,
)

EXAMPLES = settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FRESH = itertools.count()
"""Numbers for directories: every example has an empty one."""


ATTRIBUTES = ["userName", "title", "emails", "emails.value", "externalId", "name.familyName", "meta.created", "active"]
FOREIGN = [
    "pydantic",
    "validation error",
    "Input should",
    "type=",
    "input_value",
    "NoneType",
    "Traceback",
    "instance of",
]
CLASSES = ["[User", "Error(", "EnterpriseUser]", "PatchOperation", "SearchRequest", "BulkRequest", "GroupMember"]


def directory(api: Api) -> Api:
    """Return a client of a directory that nothing is in."""
    return Api(api.handler, directory=f"example-{next(FRESH)}")


def without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in ("id", "meta", *names)}


@EXAMPLES
@given(user=users)
def test_what_was_accepted_is_returned(api: Api, user: dict[str, Any]) -> None:
    api = directory(api)
    created = api.post("/Users", user)
    assert created.status == 201, created.json
    read = api.get(f"/Users/{created.json['id']}").json
    assert read == created.json
    assert without(read, "schemas") == {"active": True, **user}


@EXAMPLES
@given(user=users, sets=st.lists(change_sets(), min_size=1, max_size=3))
@example(user={"userName": "a"}, sets=[[Change("name.givenName", None)]])
@example(user={"userName": "a"}, sets=[[Change(f"{ENTERPRISE}:manager", "m")], [Change("active", False)]])
def test_both_dialects_lead_to_the_same_state(api: Api, user: dict[str, Any], sets: list[list[Change]]) -> None:
    states = []
    for dialect in (entra, entra_flag):
        one = directory(api)
        made = one.post("/Users", user).json["id"]
        statuses = [one.patch(f"/Users/{made}", dialect(each)).status for each in sets]
        assert statuses == [200] * len(sets)
        states.append(without(one.get(f"/Users/{made}").json))
    assert states[0] == states[1]


@EXAMPLES
@given(user=users, sets=st.lists(change_sets(), min_size=1, max_size=3))
def test_a_patch_sent_again_changes_nothing(api: Api, user: dict[str, Any], sets: list[list[Change]]) -> None:
    api = directory(api)
    made = api.post("/Users", user).json["id"]
    for each in sets:
        first = api.patch(f"/Users/{made}", entra(each)).json
        assert api.patch(f"/Users/{made}", entra(each)).json == first


@EXAMPLES
@given(user=users, operations=wild_operations)
def test_a_refused_patch_changed_nothing_and_no_patch_is_a_failure_of_ours(
    api: Api, user: dict[str, Any], operations: list[Any]
) -> None:
    api = directory(api)
    made = api.post("/Users", user).json["id"]
    before = api.get(f"/Users/{made}").json
    reply = api.patch(
        f"/Users/{made}", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    )
    assert reply.status in (200, 400, 409), reply.json
    if reply.status != 200:
        assert api.get(f"/Users/{made}").json == before
        assert_readable(reply.detail)


@EXAMPLES
@given(operations=wild_operations)
def test_a_refused_patch_of_a_group_changed_nothing(api: Api, operations: list[Any]) -> None:
    api = directory(api)
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    staff = api.post("/Groups", {"displayName": "Staff", "members": [{"value": ann}]}).json["id"]
    before = api.get(f"/Groups/{staff}").json
    reply = api.patch(
        f"/Groups/{staff}", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    )
    assert reply.status in (204, 400, 409), reply.json
    if reply.status != 204:
        assert api.get(f"/Groups/{staff}").json == before
        assert_readable(reply.detail)
    members = {each["value"] for each in api.get(f"/Groups/{staff}").json.get("members", [])}
    assert (staff in {each["value"] for each in api.get(f"/Users/{ann}").json.get("groups", [])}) == (ann in members)


@EXAMPLES
@given(body=json_values, target=st.sampled_from(["/Users", "/Groups", "/Bulk", "/.search", "/Users/.search"]))
def test_no_json_leads_to_a_failure_of_ours(api: Api, body: Any, target: str) -> None:
    reply = directory(api).post(target, body)
    assert reply.status in (200, 201, 400, 409), reply.json
    if reply.status >= 400:
        assert_readable(reply.detail)


@EXAMPLES
@given(
    attribute=st.sampled_from(
        ["userName", "title", "emails", "emails.value", "externalId", "name.familyName", "meta.created", "active"]
    ),
    operator=st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "le", "pr", "xx", ""]),
    value=st.sampled_from(['"x"', "x", "true", "null", "5", '"', '"a\\"b"', "", '"\\u00e9"', "(", "]"]),
    tail=st.sampled_from(
        ["", " and active eq true", " or (title pr)", " and not (title pr)", ")", " and", '[type eq "x"]']
    ),
)
def test_no_filter_leads_to_a_failure_of_ours(api: Api, attribute: str, operator: str, value: str, tail: str) -> None:
    body = {"filter": f"{attribute} {operator} {value}{tail}"}
    reply = directory(api).post("/Users/.search", body)
    assert reply.status in (200, 400), reply.json
    if reply.status == 400:
        assert reply.json["scimType"] in ("invalidFilter", "invalidPath", "invalidValue")
        assert_readable(reply.detail)


def assert_readable(detail: str) -> None:
    """Check that a detail is a sentence for an administrator: no text of a library, no name of a class."""
    assert detail
    for foreign in FOREIGN + CLASSES:
        assert foreign not in detail, detail
