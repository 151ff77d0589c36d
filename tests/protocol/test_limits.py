"""Every limit of the protocol has a name, an error that tells it, and a test on both of its sides."""

import pytest

from lambdas.scim import limits
from lambdas.store.limits import MAX_DOCUMENT_BYTES, MAX_INDEXED_VALUES
from tests.protocol.client import Api, Reply

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def refused(reply: Reply, status: int, scim_type: str | None, *words: str) -> None:
    """Check that a reply is a SCIM Error of this kind, whose detail holds these words."""
    assert (reply.status, reply.json.get("scimType")) == (status, scim_type), reply.json
    assert all(word in reply.detail for word in words), reply.detail


def filter_of(conditions: int) -> str:
    return " or ".join(['title eq "x"'] * conditions)


def test_a_filter_of_200_conditions_is_evaluated_and_one_more_is_refused(api: Api) -> None:
    assert limits.MAX_FILTER_NODES == 200
    for conditions, ok in ((200, True), (201, False)):
        reply = api.post("/Users/.search", {"schemas": [SEARCH], "filter": filter_of(conditions)})
        assert reply.status == 200 if ok else reply.status == 400, reply.json
    refused(reply, 400, "invalidFilter", "201", "200")


def test_a_condition_written_inside_a_string_is_none(api: Api) -> None:
    text = " and ".join(["x"] * 300)
    assert api.post("/Users/.search", {"schemas": [SEARCH], "filter": f'title eq "{text}"'}).status == 200


def test_a_filter_longer_than_the_limit_is_refused(api: Api) -> None:
    quotes = len('title eq ""')
    for length, ok in ((limits.MAX_FILTER_LENGTH, True), (limits.MAX_FILTER_LENGTH + 1, False)):
        reply = api.post("/Users/.search", {"schemas": [SEARCH], "filter": f'title eq "{"x" * (length - quotes)}"'})
        assert (reply.status == 200) == ok
    refused(reply, 400, "invalidFilter", "8,001", "8,000")


def test_a_filter_nested_too_deeply_is_refused(api: Api) -> None:
    deep = "not (" * 100 + 'title eq "x"' + ")" * 100
    refused(api.post("/Users/.search", {"schemas": [SEARCH], "filter": deep}), 400, "invalidFilter")


@pytest.mark.parametrize("name", ["attributes", "excludedAttributes"])
def test_a_list_of_attributes_is_read_up_to_the_limit(api: Api, name: str) -> None:
    for number, ok in ((limits.MAX_ATTRIBUTES, True), (limits.MAX_ATTRIBUTES + 1, False)):
        reply = api.post("/Users/.search", {"schemas": [SEARCH], name: ["title"] * number})
        assert (reply.status == 200) == ok
    refused(reply, 400, "invalidValue", name, "201", "200")


def test_a_patch_of_more_operations_than_the_limit_is_refused_and_changes_nothing(api: Api) -> None:
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    operation = {"op": "replace", "path": "title", "value": "x"}
    reply = api.patch(
        f"/Users/{ann}", {"schemas": [PATCH], "Operations": [operation] * (limits.MAX_PATCH_OPERATIONS + 1)}
    )
    refused(reply, 400, "tooMany", "1,001", "1,000")
    assert "title" not in api.get(f"/Users/{ann}").json


def test_a_body_is_read_up_to_the_limit_and_refused_beyond(api: Api) -> None:
    empty = len(b'{"userName":"ann","x":""}')
    fits = b'{"userName":"ann","x":"' + b"x" * (limits.MAX_BODY_BYTES - empty) + b'"}'
    assert len(fits) == limits.MAX_BODY_BYTES
    assert api.post("/Users", fits).status == 201
    refused(api.post("/Users", fits + b" "), 413, None, "4,500,001", "4,500,000")


def test_json_is_read_to_32_levels_and_refused_beyond(api: Api) -> None:
    def nested(levels: int) -> bytes:
        return b'{"userName":"ann","x":' + b"[" * (levels - 2) + b"1" + b"]" * (levels - 2) + b"}"

    assert api.post("/Users", nested(limits.MAX_JSON_DEPTH)).status == 201
    refused(api.post("/Users", nested(limits.MAX_JSON_DEPTH + 1)), 400, "invalidSyntax", "32 levels")


def test_a_bulk_request_of_more_operations_than_announced_is_refused_whole(api: Api) -> None:
    announced = api.get("/ServiceProviderConfig").json["bulk"]["maxOperations"]
    assert announced == limits.MAX_BULK_OPERATIONS
    operations = [{"method": "DELETE", "path": f"/Users/{number}"} for number in range(announced + 1)]
    refused(api.post("/Bulk", {"schemas": [BULK], "Operations": operations}), 413, None, "500")


def test_a_bulk_payload_larger_than_announced_is_refused_whole(api: Api) -> None:
    announced = api.get("/ServiceProviderConfig").json["bulk"]["maxPayloadSize"]
    assert announced == limits.MAX_BULK_BYTES
    data = {"userName": "ann", "title": "x" * announced}
    body = {"schemas": [BULK], "Operations": [{"method": "POST", "path": "/Users", "bulkId": "a", "data": data}]}
    refused(api.post("/Bulk", body), 413, None, "1000000")
    assert api.get("/Users").json["totalResults"] == 0


def test_a_page_holds_no_more_than_announced(api: Api) -> None:
    announced = api.get("/ServiceProviderConfig").json
    assert announced["filter"]["maxResults"] == announced["pagination"]["maxPageSize"] == limits.MAX_PAGE_SIZE
    for number in range(3):
        api.post("/Groups", {"displayName": f"Group {number}"})
    page = api.get("/Groups?count=100000").json
    assert (page["itemsPerPage"], page["totalResults"]) == (3, 3)


@pytest.mark.parametrize(
    ("method", "value"),
    [("post", "x" * 310_000), ("patch", "x" * 310_000), ("put", "x" * 310_000), ("post", "ü" * 155_000)],
)
def test_a_resource_larger_than_a_table_item_holds_is_refused_by_its_bytes(api: Api, method: str, value: str) -> None:
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    reply = {
        "post": lambda: api.post("/Users", {"userName": "bob", "title": value}),
        "put": lambda: api.put(f"/Users/{ann}", {"userName": "ann", "title": value}),
        "patch": lambda: api.patch(
            f"/Users/{ann}", {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": value}]}
        ),
    }[method]()
    refused(reply, 400, "invalidValue", f"{MAX_DOCUMENT_BYTES:,}")
    assert api.get("/Users").json["totalResults"] == 1


def test_a_long_list_of_addresses_is_refused_by_their_number(api: Api) -> None:
    beside_the_user_name = MAX_INDEXED_VALUES - 1
    for number, status in ((beside_the_user_name, 201), (beside_the_user_name + 1, 400)):
        emails = [{"value": f"{each}@example.com"} for each in range(number)]
        reply = api.post("/Users", {"userName": f"ann{number}", "emails": emails})
        assert reply.status == status, reply.json
    refused(reply, 400, "invalidValue", str(MAX_INDEXED_VALUES + 1), str(MAX_INDEXED_VALUES), "emails")


def test_a_list_of_ten_thousand_roles_is_kept_or_refused_but_no_failure(api: Api) -> None:
    reply = api.post("/Users", {"userName": "ann", "roles": [{"value": f"role {each}"} for each in range(10_000)]})
    assert reply.status in (201, 400)


def test_a_name_longer_than_a_key_is_kept_found_and_unique(api: Api) -> None:
    name = "n" * 3_000
    assert api.post("/Users", {"userName": name}).status == 201
    refused(api.post("/Users", {"userName": name.upper()}), 409, "uniqueness")
    found = api.post("/Users/.search", {"schemas": [SEARCH], "filter": f'userName eq "{name}"'})
    assert found.json["totalResults"] == 1
