"""A stand-in for CloudFormation, which moto has only with packages that nothing else needs: answers DescribeStacks,
ListStackResources, GetTemplate, DescribeStackEvents, CreateStack and DeleteStack."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from tests.servers import in_a_thread

NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


@dataclass
class StandIn:
    """What it knows and was asked."""

    stacks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a stack to its outputs."""

    resources: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a stack to its resources: physical id to type."""

    templates: dict[str, str] = field(default_factory=dict)
    """Name of a stack to its template."""

    states: dict[str, str] = field(default_factory=dict)
    """Name of a stack to its status, where that is not ``CREATE_COMPLETE``."""

    failed: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a stack to its resources that failed just now: logical id to reason."""

    broken: set[str] = field(default_factory=set)
    """Names of stacks whose creation fails."""

    buckets: set[str] = field(default_factory=set)
    """Names of S3 buckets, all of them empty, for what looks after those that a stack retained."""

    account: str = "123456789012"
    error: tuple[int, str, str] | None = None
    """Status, code and message with which it answers instead."""

    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, stack: str, region: str) -> tuple[int, str]:
        self.asked.append(stack)
        if self.error:
            return self.error[0], _error(*self.error[1:])
        if stack not in self.stacks:
            return 400, _error("ValidationError", f"Stack with id {stack} does not exist")
        outputs = "".join(
            f"<member><OutputKey>{escape(key)}</OutputKey><OutputValue>{escape(value)}</OutputValue></member>"
            for key, value in self.stacks[stack].items()
        )
        return 200, (
            f'<DescribeStacksResponse xmlns="{NAMESPACE}"><DescribeStacksResult><Stacks><member>'
            f"<StackName>{stack}</StackName>"
            f"<StackId>arn:aws:cloudformation:{region}:{self.account}:stack/{stack}/1</StackId>"
            f"<CreationTime>2026-11-22T09:00:00Z</CreationTime>"
            f"<StackStatus>{self.states.get(stack, 'CREATE_COMPLETE')}</StackStatus>"
            f"<Outputs>{outputs}</Outputs>"
            f"</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
        )

    def list_resources(self, stack: str) -> tuple[int, str]:
        members = "".join(
            f"<member><PhysicalResourceId>{escape(name)}</PhysicalResourceId><ResourceType>{kind}</ResourceType>"
            "<LogicalResourceId>X</LogicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
            "<LastUpdatedTimestamp>2026-11-22T09:00:00Z</LastUpdatedTimestamp></member>"
            for name, kind in self.resources.get(stack, {}).items()
        )
        return 200, (
            f'<ListStackResourcesResponse xmlns="{NAMESPACE}"><ListStackResourcesResult>'
            f"<StackResourceSummaries>{members}</StackResourceSummaries>"
            "</ListStackResourcesResult></ListStackResourcesResponse>"
        )

    def events(self, stack: str) -> tuple[int, str]:
        if stack not in self.stacks:
            return 400, _error("ValidationError", f"Stack with id {stack} does not exist")
        now = datetime.now(UTC) + timedelta(seconds=1)
        members = "".join(
            f"<member><StackId>1</StackId><EventId>1</EventId><StackName>{stack}</StackName><LogicalResourceId>{name}"
            f"</LogicalResourceId><ResourceType>AWS::SQS::Queue</ResourceType><Timestamp>{now:%Y-%m-%dT%H:%M:%S}Z</Timestamp>"
            f"<ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>{escape(reason)}</ResourceStatusReason></member>"
            for name, reason in self.failed.get(stack, {}).items()
        )
        return 200, (
            f'<DescribeStackEventsResponse xmlns="{NAMESPACE}"><DescribeStackEventsResult><StackEvents>{members}</StackEvents>'
            "</DescribeStackEventsResult></DescribeStackEventsResponse>"
        )

    def create(self, stack: str) -> tuple[int, str]:
        if stack in self.stacks:
            return 400, _error("AlreadyExistsException", f"Stack [{stack}] already exists")
        self.stacks[stack] = {}
        if stack in self.broken:
            self.states[stack] = "CREATE_FAILED"
        return 200, (
            f'<CreateStackResponse xmlns="{NAMESPACE}"><CreateStackResult><StackId>1</StackId></CreateStackResult>'
            "</CreateStackResponse>"
        )

    def delete(self, stack: str) -> tuple[int, str]:
        self.stacks.pop(stack, None)
        self.states.pop(stack, None)
        return 200, f'<DeleteStackResponse xmlns="{NAMESPACE}"></DeleteStackResponse>'

    def template(self, stack: str) -> tuple[int, str]:
        body = escape(self.templates[stack])
        return 200, (
            f'<GetTemplateResponse xmlns="{NAMESPACE}"><GetTemplateResult>'
            f"<TemplateBody>{body}</TemplateBody></GetTemplateResult></GetTemplateResponse>"
        )


def _error(code: str, message: str) -> str:
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error></ErrorResponse>"
    )


@contextmanager
def serving() -> Iterator[StandIn]:
    """Serve on a free port of 127.0.0.1."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            # Credential=<key>/<date>/<region>/<service>/aws4_request
            region = self.headers["Authorization"].split("Credential=")[1].split("/")[2]
            stack = form["StackName"][0]
            others = {
                "CreateStack": stand_in.create,
                "DeleteStack": stand_in.delete,
                "DescribeStackEvents": stand_in.events,
                "GetTemplate": stand_in.template,
                "ListStackResources": stand_in.list_resources,
            }
            other = others.get(form["Action"][0])
            status, body = other(stack) if other else stand_in.answer(stack, region)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write(body.encode())

        def do_GET(self) -> None:
            bucket = self.path.split("?")[0].strip("/")
            error = "<Error><Code>NoSuchBucket</Code></Error>"
            body = "<ListVersionsResult></ListVersionsResult>" if bucket in stand_in.buckets else error
            self.send_response(200 if bucket in stand_in.buckets else 404)
            self.end_headers()
            self.wfile.write(body.encode())

        def do_DELETE(self) -> None:
            stand_in.buckets.remove(self.path.strip("/"))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    with in_a_thread(server):
        yield stand_in
