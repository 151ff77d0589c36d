"""Answers for API Gateway: compact JSON, compressed where it pays, within Lambda's limit."""

import base64
import gzip
import json
from typing import Any

from pydantic_core import to_json
from scim2_models import TooManyException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas.scim.detail import Detail

Answer = dict[str, Any]
"""The result of a Lambda proxy integration of an API Gateway REST API."""

COMPRESS_FROM_BYTES = 100_000
"""Bytes from which an answer is compressed; for smaller ones the processor's time costs more than the transfer."""

COMPRESSION_LEVEL = 5
"""zlib's level, 1 to 9. A page of users shrinks to a twentieth at 5."""

MAX_ANSWER_BYTES = 6_291_556 - 65_536
"""Bytes of the JSON string that holds a body: Lambda's limit for a synchronous answer, less room for the headers."""


_WRITES = frozenset({"POST", "PUT", "PATCH"})


def write_answer(response: ScimResponse, request: ScimRequest | None) -> Answer:
    """Return the answer for a response.

    :param request: The request; None when it could not be read.
    :raises TooManyException: When the answer would be larger than Lambda can return.
    """
    headers = dict(response.headers)
    payload = _payload_of(response)
    if not payload or (request is not None and request.method == "HEAD"):
        return _answer(response, headers, "")
    if len(payload) > COMPRESS_FROM_BYTES and request is not None:
        headers["Vary"] = "Accept-Encoding"
        if _may_compress(request):
            headers["Content-Encoding"] = "gzip"
            packed = base64.b64encode(gzip.compress(payload, COMPRESSION_LEVEL, mtime=0)).decode("ascii")
            return _answer(response, headers, _checked(packed), base64_encoded=True)
    text = payload.decode("utf-8")
    if not _fits(text) and request is not None and request.method in _WRITES and _drop_members(response):
        return write_answer(response, request)
    return _answer(response, headers, _checked(text))


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Return whether a client accepts gzip, by its ``Accept-Encoding`` (RFC 9110 section 12.5.3).

    A coding with ``q=0`` is not acceptable; ``*`` stands for every coding not named. Without the header any coding is acceptable
    by the RFC, but clients that leave it out rarely can decompress.
    """
    weights: dict[str, float] = {}
    for entry in (accept_encoding or "").split(","):
        coding, *parameters = (part.strip().lower() for part in entry.split(";"))
        weights[coding] = min(
            (_weight(parameter) for parameter in parameters if parameter.startswith("q=")), default=1.0
        )
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def _may_compress(request: ScimRequest) -> bool:
    """Return whether a compressed body reaches the client as such.

    API Gateway decodes the base64 of an answer only when the first media type of the request's ``Accept`` is among the API's
    ``binaryMediaTypes``, so the stack sets ``*/*``. Its behaviour without ``Accept`` is not documented, and its emulators pass
    the base64 on as text: such a client gets plain JSON.
    """
    return bool(request.header("Accept")) and accepts_gzip(request.header("Accept-Encoding"))


def _payload_of(response: ScimResponse) -> bytes:
    if response.body is None:
        return b""
    return to_json(response.body)  # in a fourth of the time of the standard library's


def _answer(response: ScimResponse, headers: dict[str, str], body: str, *, base64_encoded: bool = False) -> Answer:
    return {"statusCode": int(response.status), "headers": headers, "body": body, "isBase64Encoded": base64_encoded}


def _fits(body: str) -> bool:
    """Return whether a body fits into Lambda's answer as a JSON string, in which every quote takes two bytes."""
    if len(body) * 4 <= MAX_ANSWER_BYTES:
        return True
    return len(json.dumps(body, ensure_ascii=False).encode("utf-8")) <= MAX_ANSWER_BYTES


def _checked(body: str) -> str:
    if not _fits(body):
        raise TooManyException(
            detail=Detail(
                "The answer exceeds 6 MB. Request fewer resources with count, exclude the members of groups with "
                "excludedAttributes=members, request only their ids with attributes=members.value, or accept compressed answers "
                "with Accept-Encoding: gzip."
            )
        )
    return body


def _drop_members(response: ScimResponse) -> bool:
    """Remove the members from the answer to a write that succeeded, because an error would say that it failed.

    :return: Whether there were any.
    """
    return response.body is not None and response.status < 300 and response.body.pop("members", None) is not None
