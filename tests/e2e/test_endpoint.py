"""The deployed endpoint as its first visitors treat it: wrong tokens, wrong paths, wrong bodies, two customers side by side."""

import base64
import json

import pytest

from tests.e2e.conformance import check_conformance
from tests.e2e.endpoint import NO_TOKEN, Endpoint, Reply, now

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


def is_scim_error(reply: Reply, status: int) -> None:
    """Check that a reply is a SCIM Error with a detail that helps (RFC 7644 section 3.12)."""
    assert reply.status == status, reply.content
    assert reply.headers["content-type"].startswith("application/scim+json")
    assert reply.json["schemas"] == [ERROR]
    assert reply.json["status"] == str(status)
    assert len(reply.json["detail"]) > 20


@pytest.fixture(scope="module")
def acme(endpoint: Endpoint) -> Endpoint:
    """A directory of this file's own."""
    return endpoint.seen_by(endpoint.create_connection(directory="first-visitors"))


@pytest.fixture(scope="module")
def globex(endpoint: Endpoint) -> Endpoint:
    """Another directory in the same table."""
    return endpoint.seen_by(endpoint.create_connection(directory="first-visitors-2"))


@pytest.mark.parametrize("token", [NO_TOKEN, "nonsense", "scim_aaaabbbbccccdddd_" + "x" * 49])
def test_without_a_right_token_the_answer_is_401_and_tells_how_to_ask(acme: Endpoint, token: str) -> None:
    reply = acme.send("GET", "/Users", token=token)
    is_scim_error(reply, 401)
    assert reply.headers["www-authenticate"].startswith("Bearer")


def test_a_token_with_one_wrong_character_is_401(acme: Endpoint) -> None:
    wrong = acme.token[:-1] + ("0" if acme.token[-1] != "0" else "1")
    is_scim_error(acme.send("GET", "/Users", token=wrong), 401)


def test_a_token_of_another_connection_is_403_also_after_it_was_used_on_its_own(
    acme: Endpoint, globex: Endpoint
) -> None:
    assert globex.send("GET", "/Users").status == 200
    is_scim_error(acme.send("GET", "/Users", token=globex.token), 403)
    is_scim_error(acme.send("POST", "/Users", {"userName": "intruder"}, token=globex.token), 403)
    assert acme.send("GET", '/Users?filter=userName+eq+"intruder"').json["totalResults"] == 0


def test_basic_credentials_of_the_connection_are_accepted(acme: Endpoint) -> None:
    connection = acme.tenant_url.rpartition("/")[2]
    credentials = base64.b64encode(f"{connection}:{acme.token}".encode()).decode()
    reply = acme.send("GET", "/Users", token=NO_TOKEN, headers={"Authorization": f"Basic {credentials}"})
    assert reply.status == 200


@pytest.mark.parametrize("path", ["/Nothing", "/Users/x/y", "/users/../Groups/x/z"])
def test_an_unknown_path_is_404(acme: Endpoint, path: str) -> None:
    is_scim_error(acme.send("GET", path), 404)


def test_a_wrong_method_is_405_with_the_right_ones(acme: Endpoint) -> None:
    reply = acme.send("PUT", "/Users", {"userName": "ann"})
    is_scim_error(reply, 405)
    assert reply.headers["allow"] == "GET, POST"


def test_a_body_that_is_said_to_be_plain_text_is_415(acme: Endpoint) -> None:
    is_scim_error(acme.send("POST", "/Users", b"hello", headers={"Content-Type": "text/plain"}), 415)


def test_broken_json_is_400_invalid_syntax(acme: Endpoint) -> None:
    reply = acme.send("POST", "/Users", b'{"userName": "ann"')
    is_scim_error(reply, 400)
    assert reply.json["scimType"] == "invalidSyntax"


def test_a_body_of_7_megabytes_is_413(acme: Endpoint) -> None:
    is_scim_error(acme.send("POST", "/Users", b'{"userName":"ann","x":"' + b"x" * 7_000_000 + b'"}'), 413)


@pytest.mark.parametrize(
    ("path", "attribute", "size"),
    [("/Users", "userName", 205_000), ("/Groups", "displayName", 250_000), ("/Users", "title", 400_000)],
)
def test_a_value_that_no_item_of_the_table_holds_is_400_and_names_the_attribute(
    acme: Endpoint, path: str, attribute: str, size: int
) -> None:
    body = {"userName": "long@example.com", attribute: "x" * size} if path == "/Users" else {attribute: "x" * size}
    reply = acme.send("POST", path, body)
    is_scim_error(reply, 400)
    assert (reply.json["scimType"], attribute in reply.json["detail"]) == ("invalidValue", True)


def test_a_user_posted_twice_is_409_and_named(acme: Endpoint) -> None:
    assert acme.send("POST", "/Users", {"userName": "twice@example.com"}).status == 201
    reply = acme.send("POST", "/Users", {"userName": "TWICE@example.com"})
    is_scim_error(reply, 409)
    assert reply.json["scimType"] == "uniqueness"


def test_an_unknown_id_is_404(acme: Endpoint) -> None:
    is_scim_error(acme.send("GET", f"/Users/{UNKNOWN_ID}"), 404)


def test_the_location_of_a_resource_is_where_it_is_found(acme: Endpoint) -> None:
    created = acme.send("POST", "/Users", {"userName": "located@example.com"})
    location = created.json["meta"]["location"]
    assert location.startswith(acme.tenant_url)
    assert created.headers["location"] == location
    assert acme.send("GET", location).json == created.json


def test_a_page_of_more_than_100_kilobytes_arrives_compressed_where_the_client_takes_it(acme: Endpoint) -> None:
    for number in range(3):
        acme.send("POST", "/Users", {"userName": f"large{number}@example.com", "title": "x" * 60_000})
    plain = acme.send("GET", "/Users?filter=title+pr")
    packed = acme.send("GET", "/Users?filter=title+pr", headers={"Accept-Encoding": "gzip"})
    assert len(plain.content) > 100_000
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 10


def test_two_customers_with_the_same_names_see_nothing_of_each_other(acme: Endpoint, globex: Endpoint) -> None:
    made: dict[str, dict[str, str]] = {}
    for name, side in (("acme", acme), ("globex", globex)):
        user = side.send(
            "POST", "/Users", {"userName": "same@example.com", "externalId": "1", "displayName": name}
        ).json["id"]
        group = side.send("POST", "/Groups", {"displayName": "Same", "members": [{"value": user}]}).json["id"]
        made[name] = {"user": user, "group": group}
    theirs = made["globex"]
    for method, path, body in (
        ("GET", f"/Users/{theirs['user']}", None),
        ("GET", f"/Groups/{theirs['group']}", None),
        ("PUT", f"/Users/{theirs['user']}", {"userName": "taken"}),
        ("PATCH", f"/Users/{theirs['user']}", {"Operations": [{"op": "replace", "path": "active", "value": False}]}),
        ("PATCH", f"/Groups/{theirs['group']}", {"Operations": [{"op": "remove", "path": "members"}]}),
        ("DELETE", f"/Users/{theirs['user']}", None),
        ("DELETE", f"/Groups/{theirs['group']}", None),
    ):
        is_scim_error(acme.send(method, path, body), 404)
    stranger = {"Operations": [{"op": "add", "path": "members", "value": [{"value": theirs["user"]}]}]}
    is_scim_error(acme.send("PATCH", f"/Groups/{made['acme']['group']}", stranger), 400)
    for query in (
        'userName+eq+"same@example.com"',
        'externalId+eq+"1"',
        f'id+eq+"{theirs["user"]}"',
        'displayName+eq+"globex"',
    ):
        found = acme.send("GET", f"/Users?filter={query}").json["Resources"]
        assert theirs["user"] not in {each["id"] for each in found}
    assert theirs["group"] not in {each["id"] for each in acme.send("GET", "/Groups").json["Resources"]}
    assert globex.send("GET", f"/Users/{theirs['user']}").json["displayName"] == "globex"


def test_a_deleted_group_leaves_its_members_and_is_swept_from_the_table(acme: Endpoint) -> None:
    users = [acme.send("POST", "/Users", {"userName": f"swept{number}@example.com"}).json["id"] for number in range(3)]
    group = acme.send("POST", "/Groups", {"displayName": "Swept", "members": [{"value": each} for each in users]}).json[
        "id"
    ]
    assert acme.send("GET", f"/Users/{users[0]}").json["groups"][0]["display"] == "Swept"

    since = now()
    assert acme.send("DELETE", f"/Groups/{group}").status == 204
    assert all("groups" not in acme.send("GET", f"/Users/{each}").json for each in users)

    swept = acme.wait_for_record(
        lambda record: record.get("event") == "scim.sweep" and record.get("group") == group, since, 60
    )
    assert swept["memberships_swept"] == len(users)
    table = acme.client("dynamodb")
    left = table.query(
        TableName=acme.state.outputs["TableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"first-visitors#MEMBERS#{group}"}},
    )
    assert left["Count"] == 0


def test_every_request_leaves_one_record_and_no_record_holds_a_token(acme: Endpoint) -> None:
    since = now()
    acme.send("POST", "/Users", {"userName": "logged@example.com", "title": "Confidential title"})
    record = acme.wait_for_record(lambda each: each.get("resource_name") == "logged@example.com", since)
    assert record["event"] == "scim.request"
    assert record["status"] == 201
    assert record["dynamodb_calls"] == 1
    assert set(record["changed"]) == {"userName", "title"}
    everything = json.dumps(acme.records(since))
    assert "Confidential" not in everything
    assert acme.token not in everything


@pytest.mark.full
def test_no_check_of_the_conformance_suite_fails_on_the_deployed_stack(endpoint: Endpoint) -> None:
    side = endpoint.seen_by(endpoint.create_connection(directory="conformance"))
    found = check_conformance(side)
    assert found.failed == {}
    assert found.passed > 100
