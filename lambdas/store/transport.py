"""A shorter way through botocore for the calls that the store makes; ``docs/contributor/transport.md`` has the reasons and figures.

botocore prepares and signs a call as always: parameters, endpoint, credentials. The first attempt is then sent here, and a plain
success ends here. Everything else (an error, no answer, a wrong checksum) is handed back to botocore as the outcome of its own
first attempt, so that parsing errors, retrying and raising stay botocore's. All of it goes through events of botocore that its
Stubber and moto use as well.
"""

import json
import os
import threading
import uuid
from binascii import crc32
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ConnectionError as UnreachableError
from botocore.exceptions import HTTPClientError
from botocore.utils import get_environ_proxies

from lambdas.store.http_connections import HttpAnswer, HttpConnections

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OPERATIONS = frozenset(
    [
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    ]
)
"""The operations of a request; every other operation is botocore's alone."""

BINARY = (b'"B":', b'"BS":')
"""In an answer, the types of values that botocore decodes. JSON text inside a value has a backslash before its quotes."""

CHECKSUM = "x-amz-crc32"
"""The header with DynamoDB's checksum of an answer."""

CERTIFICATES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
"""Environment variables that choose other certificate authorities than botocore's."""


Send = Callable[[str, Mapping[str, str], bytes], HttpAnswer]
"""Sends a signed request, by URL, headers and body, and returns its answer."""


class DirectTransport:
    """Makes the first attempts of a client's calls. Threads may share it."""

    def __init__(self, client: "DynamoDBClient") -> None:
        """Take over the first attempts of a client. Use :func:`direct_transport`, which knows where that is right."""
        config: Any = client.meta.config
        self.events = client.meta.events
        self.connections = HttpConnections(
            config.connect_timeout,
            config.read_timeout,
            keepalive=bool(config.tcp_keepalive),
            most=config.max_pool_connections,
        )
        self.send: Send = self.connections.post
        self._handed_back = threading.local()
        self.events.register_last("before-call", self._attempt)  # after every other handler of the event
        self.events.register_first("before-send.dynamodb", self._replay)

    def _attempt(self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> Any:
        """Return the answer and its content when the first attempt succeeds; None leaves the call to botocore."""
        if model.name not in OPERATIONS:
            return None
        invocation = str(uuid.uuid4())
        context["retries"] = {**context.get("retries", {}), "attempt": 1, "invocation-id": invocation}
        url, headers = params["url"], params["headers"]
        headers = {"Host": urlsplit(url).netloc, **headers}
        request = AWSRequest(params["method"], url, headers=headers, data=params["body"])
        request.context = context
        name = f"request-created.dynamodb.{model.name}"
        self.events.emit(name, request=request, operation_name=model.name)  # signs it
        outcome: HttpAnswer | Exception
        try:
            outcome = self.send(url, dict(request.headers.items()), params["body"])
            content = self._content(outcome)
        except (UnreachableError, HTTPClientError) as error:
            outcome, content = error, None
        if content is None or isinstance(outcome, Exception):
            self._handed_back.outcome = invocation, outcome
            return None
        return _response(url, outcome), content

    @staticmethod
    def _content(answer: HttpAnswer) -> dict[str, Any] | None:
        """Return the content of a plain success as botocore does; None for every other answer."""
        checksum = str(crc32(answer.content))
        if answer.status != 200 or answer.headers.get(CHECKSUM, checksum) != checksum:
            return None
        if any(each in answer.content for each in BINARY):
            return None
        try:
            content = dict(json.loads(answer.content))
        except (TypeError, ValueError):
            return None
        metadata = {"HTTPStatusCode": answer.status, "HTTPHeaders": answer.headers, "RetryAttempts": 0}
        if "x-amzn-requestid" in answer.headers:
            metadata["RequestId"] = answer.headers["x-amzn-requestid"]
        content["ResponseMetadata"] = metadata
        return content

    def _replay(self, request: Any, **_: Any) -> Any:
        """Return or raise what the first attempt of a call led to, in place of botocore's first attempt; None for any other."""
        invocation, outcome = getattr(self._handed_back, "outcome", ("", None))
        if outcome is None or request.headers.get("amz-sdk-invocation-id") != invocation.encode():
            return None
        del self._handed_back.outcome
        if isinstance(outcome, Exception):
            raise outcome
        return _response(request.url, outcome)


def direct_transport(client: "DynamoDBClient") -> DirectTransport | None:
    """Make a client's calls take the shorter way, and return the transport; None where only botocore knows the way.

    That is behind a proxy, with other certificates than botocore's own, and in another retry mode than ``standard``: the mode
    ``adaptive`` measures every attempt.
    """
    config: Any = client.meta.config
    url = client.meta.endpoint_url
    proxies = get_environ_proxies(url) if config.proxies is None else config.proxies
    unusual = (
        proxies.get(urlsplit(url).scheme),
        config.client_cert or (url.startswith("https:") and any(map(os.environ.get, CERTIFICATES))),
        config.retries["mode"] != "standard",
    )
    return None if any(unusual) else DirectTransport(client)


def _response(url: str, answer: HttpAnswer) -> AWSResponse:
    headers: Any = answer.headers
    return AWSResponse(url, answer.status, headers, answer)
