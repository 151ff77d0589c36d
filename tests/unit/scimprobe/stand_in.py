"""A right SCIM endpoint for tests of scimprobe: scim2-server in memory, extended to read Entra's dialects, over HTTP.

It is not our endpoint, so that scimprobe is tested apart from it. `Fault`s make it a wrong one.
"""

import contextlib
import functools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Union
from urllib.parse import parse_qsl, urlsplit

from scim2_models import (
    ListResponse,
    PatchOp,
    Resource,
    ResourceType,
    ResponseParameters,
    Schema,
    ScimPolicy,
    ScimProvider,
    SearchRequest,
)
from scim2_server.handler import ScimHandler
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from scim2_server.storage import SearchPage
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
    parametrize,
)

from tests.servers import in_a_thread

TOKEN = "secret-of-the-stand-in"
BASE = "/scim/v2"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@dataclass(frozen=True)
class Received:
    """One request as it was on the wire."""

    line: str
    """The request line, such as `GET /scim/v2/Users?... HTTP/1.1`."""

    headers: list[tuple[str, str]]
    body: bytes

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


Answer = tuple[int, dict[str, str], Any]
Fault = Callable[[Received, Callable[[Received], Answer]], Answer]
"""Takes a request and the right endpoint, and returns a wrong answer."""


class Directory(InMemoryStorage):
    """Users know their groups, and nobody is a member who is gone."""

    def get(self, resource_type: ResourceType, resource_id: str, **options: Any) -> Resource[Any]:
        with self.lock:
            return self._with_groups(super().get(resource_type, resource_id, **options))

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        with self.lock:
            page = super().search(resource_types, search_request, position=position)
            page.resources = [self._with_groups(resource) for resource in page.resources]
            return page

    def delete(self, resource_type: ResourceType, resource_id: str, **options: Any) -> None:
        with self.lock:
            super().delete(resource_type, resource_id, **options)
            for group in list(self._resources.get("Group", {}).values()):
                group.members = [each for each in group.members or [] if each.value != resource_id] or None

    def _with_groups(self, resource: Resource[Any]) -> Resource[Any]:
        if resource.meta.resource_type == "User":
            groups = [
                group
                for group in self._resources.get("Group", {}).values()
                if any(member.value == resource.id for member in group.members or [])
            ]
            found = type(resource).model_fields["groups"].annotation.__args__[0].__args__[0]
            resource.groups = [found(value=group.id, display=group.display_name) for group in groups] or None
        return resource


@functools.cache
def build_service() -> ScimService:
    """The protocol core, reading tolerantly; a group's displayName is unique."""
    schemas = load_default_schemas()
    for attribute in schemas["urn:ietf:params:scim:schemas:core:2.0:Group"].attributes:
        if attribute.name == "displayName":
            attribute.uniqueness = "server"
    provider = ScimProvider.from_discovery(
        schemas.values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
        policy=ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
        ),
    )
    return ScimService(provider, secret="0" * 32)


def read_entra(body: Any) -> Any:
    """What scim2-models cannot read of Entra: a manager as a string or in an array."""
    for operation in body.get("Operations", []) if isinstance(body, dict) else []:
        if operation.get("path") in ("manager", f"{ENTERPRISE}:manager") and "value" in operation:
            operation["path"] = f"{ENTERPRISE}:manager"
            value = operation["value"]
            operation["value"] = (
                {"value": value} if isinstance(value, str) else value[0] if isinstance(value, list) else value
            )
    return body


def read_query(query: str) -> dict[str, str]:
    """The parameters, with the filters on references as scim2-models reads them."""
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if "filter" in parameters:
        parameters["filter"] = (
            parameters["filter"]
            .replace(" manager eq", f" {ENTERPRISE}:manager.value eq")
            .replace(" members eq", " members.value eq")
        )
        parameters["filter"] = re.sub(r"^(\w+ eq) ([^\s\"]+)$", r'\1 "\2"', parameters["filter"])
    return parameters


@functools.cache
def kept_models() -> list[type]:
    """Return the generic models that the service asks for. pydantic makes them anew, in 10 ms each, when nothing refers to them."""
    resources = [build_service().provider.model_for(name) for name in ("User", "Group")]
    either = Union[tuple(resources)]  # noqa: UP007 - a type that is made of values
    return [
        *(parametrize(model, each) for model in (PatchOp, SearchRequest, ResponseParameters) for each in resources),
        *(parametrize(ListResponse, each) for each in (*resources, either, Schema, ResourceType)),
    ]


@dataclass
class StandIn:
    """The endpoint while it is served."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    fault: Fault | None = None

    def __post_init__(self) -> None:
        self.storage = Directory()
        self.service = build_service()
        kept_models()
        self.handler = ScimHandler(self.service, self.storage)

    def serve(self, received: Received) -> Answer:
        """Answer a request, wrongly when there is a fault."""
        self.received.append(received)
        return self.fault(received, self.right) if self.fault else self.right(received)

    def right(self, received: Received) -> Answer:
        """Answer a request as a right endpoint does."""
        parts = urlsplit(received.target)
        try:
            body = json.dumps(read_entra(json.loads(received.body))).encode() if received.body else b""
        except ValueError:
            body = received.body  # for the handler to refuse
        method = "GET" if received.method == "PATCH" and b'"Operations": []' in body else received.method
        if ("Authorization", f"Bearer {TOKEN}") not in received.headers:
            error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "401", "detail": "No."}
            return 401, {"Content-Type": "application/scim+json"}, error
        request = ScimRequest(
            method, self.url, parts.path.removeprefix(BASE), read_query(parts.query), received.headers, body
        )
        try:
            response: ScimResponse = self.handler.handle(request)
        except Exception as exception:
            response = self.service.error_response(exception)
        return int(response.status), response.headers, response.body


@contextlib.contextmanager
def serving(fault: Fault | None = None, port: int = 0) -> Iterator[StandIn]:
    """Serve the stand-in on 127.0.0.1 as long as the block runs."""
    stand_in = StandIn(fault=fault)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, answer = stand_in.serve(Received(self.requestline, self.headers.items(), body))
            content = b"" if answer is None else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - http.server's names

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}{BASE}"
    with in_a_thread(server):
        yield stand_in
