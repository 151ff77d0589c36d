"""A deployed environment whose AWS answers as each test says, and asserts what it is asked."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.environment import file as settings
from lambdas.operations.target import Service, Target
from scimctl.guide import guide
from scimctl.proof import outcomes
from scimctl.proof.deployed import Deployed
from tests.servers import in_a_thread

REGION = "eu-central-1"
STACK = {
    "AWS::CloudWatch::Alarm": {"AlarmsAuthorizerFailures751039C3": "scim-example-AlarmsAuthorizerFailures-1"},
    "AWS::IAM::Role": {
        "ScimRoleCFEC12A7": "scim-example-ScimRole-1",
        "AuthorizerRole8EA4615E": "scim-example-AuthorizerRole-1",
        "ChangesRole43E5F37B": "scim-example-ChangesRole-1",
        "TokenRole35AAC2A0": "scim-example-TokenRole-1",
    },
}
"""The stack's resources: type, logical id and physical id."""


class Aws:
    """Clients of AWS that answer what a test has added, in its order, and refuse any other request."""

    def __init__(self) -> None:
        self.stubs: dict[str, Stubber] = {}
        self.clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self.clients:
            keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
            self.clients[service] = boto3.client(service, REGION, **keys)
            self.stubs[service] = Stubber(self.clients[service])
            self.stubs[service].activate()
        return self.clients[service]

    def answers(self, service: str, operation: str, answer: dict[str, Any], expected: dict[str, Any]) -> None:
        """Expect one request, and answer it."""
        self.client(service)
        self.stubs[service].add_response(operation, answer, expected)

    def refuses(self, service: str, operation: str, code: str, message: str = "") -> None:
        """Answer one request by an error."""
        self.client(service)
        self.stubs[service].add_client_error(operation, code, message)

    def was_asked_everything(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def aws() -> Iterator[Aws]:
    found = Aws()
    yield found
    found.was_asked_everything()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "PAUSE", 0.0)
    monkeypatch.setattr(outcomes, "SECONDS", 0.2)


@dataclass
class Endpoint:
    """An HTTP server that answers as a test says."""

    answer: Callable[[str, str, dict[str, str]], tuple[int, dict[str, str], dict[str, Any]]]
    """From method, path and headers (names in lower case) to status, headers and body."""

    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


def scim_error(status: int, **headers: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """A SCIM Error as API Gateway answers it."""
    schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"schemas": schemas, "status": str(status), "detail": "No."}
    return status, {"Content-Type": "application/scim+json", **named}, body


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint(lambda _method, _path, _headers: scim_error(404))


@pytest.fixture
def base_url(endpoint: Endpoint) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.rfile.read(int(headers.get("content-length", 0)))
            endpoint.seen.append((self.command, self.path, headers))
            status, answered, body = endpoint.answer(self.command, self.path, headers)
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**answered, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815 -- http.server calls methods by these names

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_port}/scim"


@pytest.fixture
def deployed(aws: Aws, base_url: str) -> Deployed:
    environment = settings.load("example")
    target = Target(
        settings=environment,
        table_name="scim-example-Table-1",
        base_url=base_url,
        log_group_name="/scim/example",
        place="stack scim-example in eu-central-1",
        connect=aws.client,
        operator_name=lambda: "arn:aws:iam::123456789012:user/ann",
        service=Service.SCIMCTL,
        guide=guide("example"),
        warn=lambda _: None,
    )
    return Deployed(environment, target)


@pytest.fixture
def stack(aws: Aws) -> None:
    """Answer which resources the stack has, once."""
    summaries = [
        {
            "ResourceType": kind,
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": "2027-01-31T12:00:00Z",
        }
        for kind, resources in STACK.items()
        for logical, physical in resources.items()
    ]
    answer = {"StackResourceSummaries": summaries}
    aws.answers("cloudformation", "list_stack_resources", answer, {"StackName": "scim-example"})
