"""What a client wrote is what the protocol gets to read: URL, query, headers, body."""

import gzip
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import InvalidValueException, NotFoundException
from scim2_server.errors import UnsupportedMediaTypeException
from scim2_server.requests import ScimRequest

from lambdas.api.callers import read_caller
from lambdas.api.event import route_of
from lambdas.api.requests import read_request
from lambdas.api.settings import Addressing
from tests.protocol.events import HOST, event

CONNECTION = "aaaabbbbccccdddd"
JSON = [("Content-Type", "application/scim+json")]


def request_of(method: str, target: str, *, addressing: Addressing = "host", **more: Any) -> ScimRequest:
    made = event(method, target, **more)
    return read_request(made, read_caller(made), addressing)


def query_of(query: str) -> dict[str, str]:
    return dict(request_of("GET", f"/Users?{query}").query)


# -- The URL -----------------------------------------------------------------------


def test_the_base_url_is_the_stage_that_the_client_used():
    assert request_of("GET", "/Users").base_url == f"https://{HOST}/scim/v2/{CONNECTION}"


def test_the_base_url_is_the_custom_domain_that_the_client_used():
    request = request_of("GET", "/Users", host="scim.example.com", prefix="")
    assert request.base_url == f"https://scim.example.com/v2/{CONNECTION}"


def test_the_base_url_keeps_the_base_path_of_a_custom_domain():
    request = request_of("GET", "/Users/7", host="api.example.com", prefix="/identity/v2")
    assert request.base_url == f"https://api.example.com/identity/v2/v2/{CONNECTION}"
    assert request.url == f"https://api.example.com/identity/v2/v2/{CONNECTION}/Users/7"


def test_the_base_url_of_the_local_cloud_is_the_path_that_reaches_it():
    request = request_of("GET", "/Users", addressing="path", host="127.0.0.1:4566")
    assert request.base_url == f"http://127.0.0.1:4566/restapis/a1b2c3d4e5/scim/_user_request_/v2/{CONNECTION}"


def test_the_local_clouds_event_is_read_though_it_tells_less():
    made = event("GET", "/Schemas/urn%3Ax?count=1", host="127.0.0.1:4566", headers=[("If-Match", "x")])
    made["pathParameters"]["id"] = "urn:x"
    del made["requestContext"]["domainName"]
    for headers in ("headers", "multiValueHeaders"):
        made[headers] = {name.lower(): value for name, value in made[headers].items()}
    request = read_request(made, read_caller(made), "path")
    assert request.base_url.startswith("http://127.0.0.1:4566/restapis/")
    assert (request.path, request.query, request.header("If-Match")) == ("/Schemas/urn:x", {"count": "1"}, "x")


def test_the_path_is_relative_to_the_connection():
    assert request_of("GET", "/Users/7").path == "/Users/7"
    assert request_of("GET", "").path == "/"


def test_a_trailing_slash_changes_nothing():
    assert request_of("GET", "/Users/").path == "/Users"


def test_an_id_is_decoded_whether_the_gateway_did_it_or_not():
    encoded = event("GET", "/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser")
    decoded = event("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")
    paths = {read_request(each, read_caller(each), "host").path for each in (encoded, decoded)}
    assert paths == {"/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"}


def test_an_encoded_slash_makes_a_path_that_no_route_has():
    assert request_of("GET", "/Users/a%2Fb").path == "/Users/a/b"


def test_an_id_that_is_no_utf_8_is_an_id_that_nobody_has():
    assert request_of("GET", "/Users/%FF").path == "/Users/�"


def test_an_id_that_looks_like_a_placeholder_is_an_id():
    assert request_of("GET", "/Users/{connection}").path == "/Users/{connection}"


def test_a_connection_that_the_url_writes_in_another_way_has_no_base_url():
    made = event("GET", "/Users")
    made["requestContext"]["path"] = "/scim/v2/%61aaabbbbccccdddd/Users"
    with pytest.raises(NotFoundException):
        read_request(made, read_caller(made), "host")


def test_the_route_is_the_resource_that_the_gateway_chose():
    assert route_of(event("GET", "/Users/7")) == "/Users/{id}"
    assert route_of(event("GET", "")) == "/"


# -- The query ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ('filter=userName+eq+"a%40b.c"', 'userName eq "a@b.c"'),  # Entra: raw quotes, spaces as +
        ("filter=userName%20eq%20%22a%40b.c%22", 'userName eq "a@b.c"'),  # Okta
        ('filter=userName+eq+"a%2Bb@c.d"', 'userName eq "a+b@c.d"'),
        ('filter=userName+eq+"50%2525"', 'userName eq "50%25"'),  # decoded once, not until nothing is left
        ('filter=emails[type+eq+"work"].value+eq+"x"', 'emails[type eq "work"].value eq "x"'),
        ("filter=emails%5Btype%20eq%20%22work%22%5D", 'emails[type eq "work"]'),
        ("filter=displayName+eq+%22J%C3%BCrgen%22", 'displayName eq "Jürgen"'),
        ('filter=displayName+eq+"a=b"', 'displayName eq "a=b"'),
    ],
)
def test_the_query_is_decoded_exactly_once(query: str, value: str):
    assert query_of(query) == {"filter": value}


@given(st.text(max_size=30))
def test_any_filter_value_survives_both_ways_of_encoding_it(value: str):
    encodable = value.encode("utf-8", errors="ignore").decode()
    assert query_of(f"filter={quote_plus(encodable)}").get("filter", "") == encodable
    assert query_of(f"filter={quote(encodable)}").get("filter", "") == encodable


def test_a_flag_without_a_value_is_ignored():
    assert query_of("aadOptscim062020") == {}
    assert query_of("aadOptscim062020&count=1") == {"count": "1"}


def test_unknown_parameters_are_ignored():
    assert query_of("api-version=2&startIndex=3") == {"startIndex": "3"}


def test_parameter_names_are_taken_in_any_case():
    assert query_of("startindex=3&excludedattributes=members") == {"startIndex": "3", "excludedAttributes": "members"}


def test_a_list_in_pieces_is_one_list():
    assert query_of("attributes=userName&attributes=emails,name") == {"attributes": "userName,emails,name"}


def test_a_parameter_given_twice_with_one_value_has_that_value():
    assert query_of("count=5&count=5") == {"count": "5"}


def test_a_parameter_with_two_values_is_refused():
    with pytest.raises(InvalidValueException, match="2 different values of filter"):
        query_of('filter=userName+eq+"a"&filter=userName+eq+"b"')


def test_a_request_without_query_has_none():
    assert dict(request_of("GET", "/Users").query) == {}


# -- Headers -----------------------------------------------------------------------


def test_headers_are_read_whatever_their_case():
    request = request_of("GET", "/Users", headers=[("if-none-match", 'W/"3"')])
    assert request.header("If-None-Match") == 'W/"3"'


def test_a_repeated_header_has_all_its_values():
    request = request_of("GET", "/Users", headers=[("If-Match", 'W/"1"'), ("If-Match", 'W/"2"')])
    assert request.header("If-Match") == 'W/"1", W/"2"'


def test_credentials_go_no_further_than_the_event():
    request = request_of("GET", "/Users", headers=[("Authorization", "Bearer scim_x"), ("cookie", "a=b")])
    assert request.header("Authorization") is None
    assert request.header("Cookie") is None


def test_the_caller_is_the_subject():
    subject = request_of("GET", "/Users").subject
    assert (subject.directory, subject.connection) == ("acme", CONNECTION)


# -- The body ----------------------------------------------------------------------


@pytest.mark.parametrize("base64_body", [True, False])
def test_the_body_is_the_clients_bytes_however_the_gateway_passes_them(base64_body: bool):
    body = '{"userName":"Jürgen+1"}'.encode()
    assert request_of("POST", "/Users", headers=JSON, body=body, base64_body=base64_body).body == body


def test_bytes_that_are_no_utf_8_are_kept_for_the_protocol_to_refuse():
    assert request_of("POST", "/Users", headers=JSON, body=b'"\xff"').body == b'"\xff"'


def test_a_lone_surrogate_in_a_text_body_is_kept_for_the_protocol_to_refuse():
    made = event("POST", "/Users", headers=JSON, body=b"x", base64_body=False)
    made["body"] = '"\ud800"'
    assert read_request(made, read_caller(made), "host").body == b'"\xed\xa0\x80"'


def test_no_body_is_an_empty_one():
    assert request_of("DELETE", "/Users/7").body == b""


def test_a_compressed_body_is_refused():
    with pytest.raises(UnsupportedMediaTypeException, match="compressed"):
        request_of("POST", "/Users", headers=[*JSON, ("Content-Encoding", "gzip")], body=gzip.compress(b"{}"))


def test_a_body_that_the_gateway_has_decompressed_is_taken():
    request = request_of("POST", "/Users", headers=[*JSON, ("Content-Encoding", "gzip")], body=b' {"userName": "a"}')
    assert request.body == b' {"userName": "a"}'
