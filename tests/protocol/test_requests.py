"""Requests as a new user, a broken client or an attacker sends them: each gets the right status and an error that helps."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.scim.limits import MAX_BODY_BYTES
from support.tables import TABLE_NAME, create_table
from tests.examples import examples
from tests.protocol.client import SCIM, Api, Reply
from tests.protocol.events import HOST, caller, event

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
UNKNOWN = "2819c223-7f76-453a-919d-413861904646"


def user(name: str = "ann@example.com", **more: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": name, **more}


def is_scim_error(reply: Reply, status: int, scim_type: str | None = None) -> None:
    """Check that a reply is a SCIM Error as RFC 7644 section 3.12 has it, and tells something."""
    assert reply.status == status, reply.body
    assert reply.headers["Content-Type"] == SCIM
    assert reply.json["schemas"] == [ERROR]
    assert reply.json["status"] == str(status)
    assert reply.json.get("scimType") == scim_type, reply.json
    assert len(reply.detail) > 15
    for inside in ("Traceback", "pydantic", "botocore", "scim2", "lambdas", "acme", "PK", "#USER"):
        assert inside not in reply.body.decode(), reply.body


# -- Where a request goes ----------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("DELETE", "/Users", "GET, POST"),
        ("PUT", "/Groups", "GET, POST"),
        ("POST", f"/Users/{UNKNOWN}", "DELETE, GET, PATCH, PUT"),
        ("GET", "/Bulk", "POST"),
        ("DELETE", "/ServiceProviderConfig", "GET"),
        ("PATCH", f"/Schemas/{USER}", "GET"),
        ("OPTIONS", "/Users", "GET, POST"),
        ("BREW", "/Users", "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(api: Api, method: str, target: str, allowed: str):
    reply = api.call(method, target)
    is_scim_error(reply, 405)
    assert reply.headers["Allow"] == allowed
    assert allowed in reply.detail


@pytest.mark.parametrize("target", ["/Users/.search", "/Groups/.search", "/.search"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_search_endpoint_takes_post_only(api: Api, method: str, target: str):
    reply = api.call(method, target)
    is_scim_error(reply, 405)
    assert reply.headers["Allow"] == "POST"


def test_a_wrong_method_without_body_is_told_the_right_ones(api: Api):
    reply = api.call("HEAD", "/Users")
    assert (reply.status, reply.headers["Allow"], reply.body) == (405, "GET, POST", b"")


@pytest.mark.parametrize(
    "target",
    [
        "/Things",
        "/Things/7",
        "/Users/7/emails",
        "/Users/7%2Femails",
        "/v2/Users",
        "/users/7/",
        "/Users/.search/7",
        "/%00",
    ],
)
def test_an_unknown_path_is_not_found(api: Api, target: str):
    is_scim_error(api.get(target), 404)


@pytest.mark.parametrize(
    "resource_id", [UNKNOWN, "7", "x" * 3_000, "%00", "%FF", "..", "%2e%2e", "*", "%25", "%F0%9F%98%80"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_unknown_id_is_not_found_and_the_answer_tells_why_that_may_be(api: Api, method: str, resource_id: str):
    bodies = {
        "PUT": user(),
        "PATCH": {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": True}]},
    }
    is_scim_error(api.call(method, f"/Users/{resource_id}", bodies.get(method)), 404)


def test_an_unknown_schema_is_not_found(api: Api):
    is_scim_error(api.get("/Schemas/urn:example:none"), 404)


def test_a_schema_is_found_by_its_encoded_name(api: Api):
    assert api.get("/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser").json["id"] == USER


# -- Who asks ----------------------------------------------------------------------


def test_without_an_authorizer_nothing_is_served(api: Api):
    made = event("GET", "/Users")
    del made["requestContext"]["authorizer"]
    answer = api.handler(made, None)
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (401, "401")
    assert "Bearer" in answer["headers"]["WWW-Authenticate"]


def test_a_token_of_another_connection_is_refused(api: Api):
    made = event("GET", "/Users", authorizer=caller(connection="eeeeffffgggghhhh", directory="globex"))
    assert api.handler(made, None)["statusCode"] == 403


def test_a_reading_token_reads_and_changes_nothing(api: Api):
    ann = api.post("/Users", user()).json["id"]
    api.scope = "read"
    assert api.get(f"/Users/{ann}").status == 200
    assert api.post("/Users/.search", {"filter": 'userName eq "ann@example.com"'}).json["totalResults"] == 1
    for refused in (
        api.post("/Users", user("bob")),
        api.delete(f"/Users/{ann}"),
        api.post("/Bulk", {"Operations": []}),
    ):
        is_scim_error(refused, 403)
    assert api.get("/Users").json["totalResults"] == 1


# -- What a body is ----------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data", "application/jsonx", "json"]
)
@pytest.mark.parametrize(("method", "target"), [("POST", "/Users"), ("POST", "/Users/.search"), ("POST", "/Bulk")])
def test_a_body_that_is_said_to_be_no_json_is_refused(api: Api, method: str, target: str, content_type: str):
    reply = api.call(method, target, user(), headers={"Content-Type": content_type})
    is_scim_error(reply, 415)
    assert "json" in reply.detail


@pytest.mark.parametrize(
    "content_type", [SCIM, "application/json", "application/scim+json; charset=utf-8", "Application/JSON", ""]
)
def test_a_body_is_json_under_any_of_its_names(api: Api, content_type: str):
    assert api.post("/Users", user(), Content_Type=content_type).status == 201


BROKEN = {
    "nothing": b"",
    "spaces": b"  \n ",
    "cut off": b'{"schemas": ["urn:ietf',
    "no json": b"userName=ann",
    "two values": b'{"userName": "a"} {"userName": "b"}',
    "a comma too much": b'{"userName": "ann",}',
    "single quotes": b"{'userName': 'ann'}",
    "no utf-8": b'{"userName": "\xff\xfe"}',
    "utf-16": '{"userName": "ann"}'.encode("utf-16"),
    "a zero byte": b'{"userName": "ann"}\x00',
    "a lone surrogate": rb'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "\ud800"}',
    "a surrogate in a name": rb'{"\udfff": 1, "userName": "ann"}',
    "not a number": b'{"userName": "ann", "x": NaN}',
    "infinity": b'{"userName": "ann", "x": -Infinity}',
    "a number beyond any": b'{"userName": "ann", "x": 1e999}',
    "a number of 5,000 digits": b'{"userName": "ann", "x": ' + b"9" * 5_000 + b"}",
    "500 levels of lists": b'{"userName": "ann", "x": ' + b"[" * 500 + b"]" * 500 + b"}",
    "100,000 levels": b"[" * 100_000,
    "500 levels of objects": b'{"a":' * 500 + b"1" + b"}" * 500,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize(
    ("method", "target"), [("POST", "/Users"), ("PATCH", f"/Users/{UNKNOWN}"), ("POST", "/.search")]
)
def test_a_body_that_is_no_json_is_invalid_syntax(api: Api, method: str, target: str, body: bytes):
    is_scim_error(api.call(method, target, body), 400, "invalidSyntax")


@pytest.mark.parametrize("body", [b"[]", b'"ann"', b"7", b"-0", b"true", b"null", b"[{}]"])
@pytest.mark.parametrize(
    ("method", "target"), [("POST", "/Users"), ("POST", "/Groups"), ("POST", "/Bulk"), ("POST", "/.search")]
)
def test_json_that_is_no_object_is_invalid_syntax(api: Api, method: str, target: str, body: bytes):
    is_scim_error(api.call(method, target, body), 400, "invalidSyntax")


def test_a_byte_order_mark_is_passed_over(api: Api):
    assert api.post("/Users", b"\xef\xbb\xbf" + json.dumps(user()).encode()).status == 201


@pytest.mark.parametrize("second", ["userName", "username", "USERNAME"])
def test_an_attribute_that_is_given_twice_is_refused(api: Api, second: str):
    reply = api.post("/Users", f'{{"schemas": ["{USER}"], "userName": "first", "{second}": "last"}}'.encode())
    is_scim_error(reply, 400, "invalidSyntax")
    assert f'"{second}"' in reply.detail


def test_huge_numbers_in_an_attribute_that_nobody_knows_are_passed_over(api: Api):
    body = f'{{"schemas": ["{USER}"], "userName": "ann", "x": {"9" * 300}, "y": 1e300}}'.encode()
    assert api.post("/Users", body).status == 201


def test_a_boolean_where_text_belongs_is_reported_by_its_path(api: Api):
    reply = api.post("/Users", f'{{"schemas": ["{USER}"], "userName": true}}'.encode())
    is_scim_error(reply, 400, "invalidValue")
    assert "userName" in reply.detail


def test_a_number_where_text_belongs_is_read_as_text_whatever_its_size(api: Api):
    reply = api.post("/Users", f'{{"schemas": ["{USER}"], "userName": {"9" * 300}}}'.encode())
    assert reply.json["userName"] == "9" * 300


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_body_that_arrives_compressed_is_refused(api: Api, coding: str):
    reply = api.post("/Users", gzip.compress(json.dumps(user()).encode()), Content_Encoding=coding)
    is_scim_error(reply, 415)
    assert "compressed" in reply.detail


def test_a_body_of_7_megabytes_is_too_large_and_the_answer_says_how_much_is_not(api: Api):
    reply = api.post("/Users", json.dumps(user(title="x" * 7_000_000)).encode())
    is_scim_error(reply, 413)
    assert f"{MAX_BODY_BYTES:,}" in reply.detail


def test_a_resource_larger_than_an_item_is_refused(api: Api):
    reply = api.post("/Users", user(title="x" * 450_000))
    assert reply.status in (400, 413)
    is_scim_error(reply, reply.status, reply.json.get("scimType"))


@settings(max_examples=examples(75), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=80),
        st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["schemas", "userName", "emails", "members", "op", "path", "value", "Operations", "meta"]
                    )
                    | st.text(max_size=8),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    call=st.sampled_from(
        [
            ("POST", "/Users"),
            ("PUT", "/Users/{id}"),
            ("PATCH", "/Users/{id}"),
            ("POST", "/Groups"),
            ("PATCH", "/Groups/{id}"),
            ("POST", "/Users/.search"),
            ("POST", "/.search"),
            ("POST", "/Bulk"),
        ]
    ),
)
def test_no_body_leads_to_a_failure_of_ours(api: Api, body: bytes, call: tuple[str, str]):
    method, target = call
    place = target.partition("/{")[0]
    found = api.get(f"{place}?count=1").json["Resources"] if "{id}" in target else []
    reply = api.call(method, target.replace("{id}", found[0]["id"] if found else UNKNOWN), body)
    assert reply.status < 500, (method, target, body, reply.body)
    assert reply.headers["Content-Type"] == SCIM


# -- What a query is ---------------------------------------------------------------


def test_a_plus_in_a_name_is_found_and_a_plus_in_the_query_is_a_space(api: Api):
    api.post("/Users", user("a+b@example.com"))
    assert api.get('/Users?filter=userName+eq+"a%2Bb@example.com"').json["totalResults"] == 1
    assert api.get('/Users?filter=userName+eq+"a+b@example.com"').json["totalResults"] == 0


def test_a_random_name_is_an_empty_list_and_not_an_error(api: Api):
    reply = api.get(f'/Users?filter=externalId+eq+"{UNKNOWN}"&aadOptscim062020')
    assert reply.status == 200
    assert reply.json == {"schemas": [LIST], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}


@pytest.mark.parametrize(
    ("query", "scim_type"),
    [
        ("filter=", "invalidFilter"),
        ("filter=userName", "invalidFilter"),
        ('filter=userName+xx+"a"', "invalidFilter"),
        ('filter=userName+eq+"a', "invalidFilter"),
        ("count=many", "invalidValue"),
        ("startIndex=1.5", "invalidValue"),
        ("count=1&count=2", "invalidValue"),
        ("cursor=forged", "invalidCursor"),
        ("attributes=userName&excludedAttributes=name", "invalidValue"),
    ],
)
def test_a_query_that_means_nothing_is_refused(api: Api, query: str, scim_type: str):
    is_scim_error(api.get(f"/Users?{query}"), 400, scim_type)


@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["filter", "attributes", "excludedAttributes", "sortBy", "sortOrder", "startIndex", "count", "cursor"]
    ),
    value=st.text(max_size=30)
    | st.sampled_from(['userName eq "', "emails[", "-1", "0", "99999999999999999999", "id,,", "urn:"]),
)
def test_no_query_leads_to_a_failure_of_ours(api: Api, name: str, value: str):
    reply = api.get(f"/Users?{name}={quote(value.encode('utf-8', 'replace').decode())}")
    assert reply.status < 500, (name, value, reply.body)


# -- What comes back ---------------------------------------------------------------


def test_a_user_posted_twice_is_a_conflict_that_names_what_is_taken(api: Api):
    assert api.post("/Users", user()).status == 201
    reply = api.post("/Users", user("ANN@EXAMPLE.COM"))
    is_scim_error(reply, 409, "uniqueness")
    assert "userName" in reply.detail
    assert api.get("/Users").json["totalResults"] == 1


def test_a_group_posted_twice_is_a_conflict_that_names_what_is_taken(api: Api):
    assert api.post("/Groups", {"schemas": [GROUP], "displayName": "All"}).status == 201
    reply = api.post("/Groups", {"schemas": [GROUP], "displayName": "all"})
    is_scim_error(reply, 409, "uniqueness")
    assert "displayName" in reply.detail


def test_locations_are_under_the_url_that_the_client_used(api: Api):
    reply = api.post("/Users", user())
    assert reply.headers["Location"] == reply.json["meta"]["location"]
    assert reply.json["meta"]["location"] == f"https://{HOST}/scim/v2/{api.connection}/Users/{reply.json['id']}"


def test_a_delete_answers_with_nothing(api: Api):
    ann = api.post("/Users", user()).json["id"]
    reply = api.delete(f"/Users/{ann}")
    assert (reply.status, reply.body) == (204, b"")
    is_scim_error(api.get(f"/Users/{ann}"), 404)


def test_a_large_page_is_compressed_for_a_client_that_accepts_it(api: Api):
    for number in range(30):
        api.post("/Users", user(f"user{number}", title="x" * 5_000))
    plain = api.get("/Users?count=30")
    packed = api.get("/Users?count=30", Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json == plain.json


def test_an_unforeseen_failure_tells_the_request_id_and_nothing_else(api: Api, table: Any):
    table.delete_table(TableName=TABLE_NAME)
    try:
        made = event("GET", "/Users")
        answer = api.handler(made, None)
    finally:
        create_table(table)
    reply = Reply(answer["statusCode"], answer["headers"], answer["body"].encode())
    is_scim_error(reply, 500)
    assert made["requestContext"]["requestId"] in reply.detail
    assert "ResourceNotFound" not in reply.detail
