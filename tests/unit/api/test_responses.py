"""What the client gets: compact JSON, compressed only when that reaches it, and never more than Lambda can return."""

import base64
import gzip
import json
import random
from http import HTTPStatus
from typing import Any

import pytest
from scim2_models import TooManyException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas.api.responses import COMPRESS_FROM_BYTES, MAX_ANSWER_BYTES, accepts_gzip, write_answer

ANY = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"}


def request(method: str = "GET", **headers: str) -> ScimRequest:
    return ScimRequest(method, "https://scim.example.com/v2/c", "/Users", headers=headers)


def page(size: int) -> dict[str, Any]:
    """Return a body whose JSON has more than ``size`` bytes."""
    return {"Resources": ["x" * size]}


def body_of(answer: dict[str, Any]) -> Any:
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return json.loads(gzip.decompress(body) if answer["headers"].get("Content-Encoding") == "gzip" else body)


def test_the_body_is_compact_json_in_utf_8():
    answer = write_answer(ScimResponse(HTTPStatus.OK, {"name": "Jürgen 😀", "n": [1, 2]}), request())
    assert answer["body"] == '{"name":"Jürgen 😀","n":[1,2]}'
    assert answer["isBase64Encoded"] is False
    assert answer["statusCode"] == 200


def test_every_answer_says_that_it_is_scim():
    for status, body in ((HTTPStatus.OK, {"a": 1}), (HTTPStatus.NO_CONTENT, None)):
        assert write_answer(ScimResponse(status, body), request())["headers"]["Content-Type"] == "application/scim+json"


def test_an_answer_without_body_has_an_empty_one():
    answer = write_answer(ScimResponse(HTTPStatus.NO_CONTENT, None, {"ETag": 'W/"2"'}), request())
    assert (answer["statusCode"], answer["body"], answer["headers"]["ETag"]) == (204, "", 'W/"2"')


def test_the_answer_to_head_has_no_body():
    assert write_answer(ScimResponse(HTTPStatus.METHOD_NOT_ALLOWED, {"a": 1}), request("HEAD"))["body"] == ""


# -- Compression -------------------------------------------------------------------


def test_a_large_answer_is_compressed_for_a_client_that_accepts_it():
    answer = write_answer(ScimResponse(HTTPStatus.OK, page(COMPRESS_FROM_BYTES)), request(**ANY))
    assert answer["isBase64Encoded"] is True
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert answer["headers"]["Vary"] == "Accept-Encoding"
    assert body_of(answer) == page(COMPRESS_FROM_BYTES)


def test_a_small_answer_is_not_compressed():
    answer = write_answer(ScimResponse(HTTPStatus.OK, page(1_000)), request(**ANY))
    assert "Content-Encoding" not in answer["headers"]
    assert body_of(answer) == page(1_000)


@pytest.mark.parametrize(
    "headers", [{"Accept": "*/*"}, {"Accept": "*/*", "Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "gzip"}]
)
def test_a_large_answer_is_plain_for_a_client_that_compressed_bytes_might_not_reach(headers: dict[str, str]):
    answer = write_answer(ScimResponse(HTTPStatus.OK, page(COMPRESS_FROM_BYTES)), request(**headers))
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["Vary"] == "Accept-Encoding"
    assert body_of(answer) == page(COMPRESS_FROM_BYTES)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("deflate, *;q=0.1", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("gzip;q=nonsense", False),
        ("identity", False),
        ("br", False),
        ("gzipped", False),
        (";;,,", False),
    ],
)
def test_accept_encoding_is_weighed(header: str | None, accepted: bool):
    assert accepts_gzip(header) is accepted


# -- Lambda's limit ----------------------------------------------------------------


def test_an_answer_larger_than_lambda_can_return_says_what_to_ask_instead():
    with pytest.raises(TooManyException, match="excludedAttributes=members") as refused:
        write_answer(ScimResponse(HTTPStatus.OK, page(MAX_ANSWER_BYTES)), request())
    assert refused.value.status == 400


def test_quotes_count_twice_because_lambda_escapes_them():
    quotes = {"Resources": ["a"] * (MAX_ANSWER_BYTES // 5)}  # ["a","a",...]: 4 bytes each, 6 when escaped
    with pytest.raises(TooManyException):
        write_answer(ScimResponse(HTTPStatus.OK, quotes), request())


def test_compression_carries_what_would_not_fit():
    answer = write_answer(ScimResponse(HTTPStatus.OK, page(3 * MAX_ANSWER_BYTES)), request(**ANY))
    assert len(answer["body"]) < MAX_ANSWER_BYTES


def test_what_does_not_fit_compressed_either_is_refused():
    incompressible = base64.b64encode(random.Random(1).randbytes(MAX_ANSWER_BYTES)).decode()  # noqa: S311
    with pytest.raises(TooManyException):
        write_answer(ScimResponse(HTTPStatus.OK, {"Resources": [incompressible]}), request(**ANY))


def test_a_write_that_was_done_is_answered_without_the_members_rather_than_with_an_error():
    members = [{"value": f"{i:036}"} for i in range(150_000)]
    group = {"id": "7", "displayName": "all", "members": members}
    answer = write_answer(ScimResponse(HTTPStatus.CREATED, group), request("POST"))
    assert (answer["statusCode"], body_of(answer)) == (201, {"id": "7", "displayName": "all"})


def test_an_error_to_a_request_that_could_not_be_read_is_plain():
    answer = write_answer(ScimResponse(HTTPStatus.FORBIDDEN, {"status": "403"}), None)
    assert (answer["statusCode"], body_of(answer)) == (403, {"status": "403"})
