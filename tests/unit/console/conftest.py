"""A console on moto's AWS, with an OpenID Provider in process."""

import functools
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import jinja2
import pytest
import urllib3
from oidc_provider_mock import User, run_server_in_thread

from lambdas.console.app import Console
from lambdas.console.pages import ALL
from lambdas.console.settings import ConsoleSettings
from lambdas.console.sign_in import flow
from lambdas.environment.file import EndpointSettings, load
from lambdas.environment.file.console import Console as ConsoleFile
from support.console_browser import BASE, Browser
from support.engines import client_for
from support.tables import create_table
from tests.unit.shared_tables import aws_with

PEOPLE = {"ada": ["Administrator"], "tim": ["SystemTechnician"], "nora": []}
LOG_GROUP = "/scim/console-tests"


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    """Let all consoles share what Jinja compiles: a third of a test's time otherwise."""
    compile_template = jinja2.Environment.compile
    compiled: dict[tuple[Any, ...], Any] = {}

    def compiled_once(environment: jinja2.Environment, *template: Any) -> Any:
        if template not in compiled:
            compiled[template] = compile_template(environment, *template)
        return compiled[template]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compiled_once)
        yield


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The issuer of an OpenID Provider with an administrator, a technician and somebody without a role."""
    users = [
        User(sub=name, claims={"roles": roles, "email": f"{name}@vendor.example"}) for name, roles in PEOPLE.items()
    ]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


ConsoleOf = Callable[[EndpointSettings], Console]


@pytest.fixture(scope="module")
def clients(engine: str | None) -> Iterator[dict[str, Any]]:
    """Clients of AWS by service, shared: making them costs more than a test."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    with aws_with(engine):
        services = ("logs", "sqs", "ssm")
        made = {each: boto3.client(each, "eu-central-1", **keys) for each in services}  # type: ignore[call-overload]
        yield {**made, "dynamodb": client_for(engine)}


@pytest.fixture
def console_of(issuer: str, clients: dict[str, Any]) -> ConsoleOf:
    """Returns the console of an environment, over a new table and an empty log."""

    def build(environment: EndpointSettings) -> Console:
        table = f"table-{uuid.uuid4()}"
        group = f"{LOG_GROUP}-{uuid.uuid4()}"
        create_table(clients["dynamodb"], table)
        clients["logs"].create_log_group(logGroupName=group)
        clients["logs"].create_log_stream(logGroupName=group, logStreamName="scim")
        clients["ssm"].put_parameter(Name="/scim/test/console", Value="secret", Type="SecureString", Overwrite=True)
        file = ConsoleFile(authority=issuer, client_id="console")
        console = Console(
            environment.model_copy(update={"console": file}),
            ConsoleSettings(table, group, "/scim/test/console", "host"),
            clients.__getitem__,
        )
        flow.add_routes(console)
        for each in ALL:
            each.add_routes(console)
        return console

    return build


forms_admin = functools.cache(lambda: load("forms-admin", "local"))
"""The settings of a worked environment with permission sets, read once."""


@pytest.fixture
def console(console_of: ConsoleOf) -> Console:
    """The console of the environment ``local``, with permission sets."""
    return console_of(forms_admin())


@pytest.fixture
def browser(console: Console) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(console)


def authorize(url: str, person: str) -> str:
    """Sign in at the provider's page as a person would, and return the URL of the console that it redirects to."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(parse_qsl(parts.query))}"
    answer = urllib3.request(
        "POST",
        page,
        body=urlencode({"sub": person}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        redirect=False,
    )
    assert answer.status in (302, 303), answer.data
    return str(answer.headers["Location"])


def sign_in(browser: Browser, person: str, to: str = "/console") -> Any:
    """Sign in as a person and return the answer of the callback."""
    begun = browser.get(f"/console/sign-in?to={to}")
    assert begun.status == 303
    back = authorize(begun.location, person)
    assert back.startswith(BASE)
    return browser.get(back)


@pytest.fixture
def ada(console: Console) -> Browser:
    """The browser of an administrator."""
    browser = Browser(console)
    assert sign_in(browser, "ada").status == 303
    return browser


@pytest.fixture
def tim(console: Console) -> Browser:
    """The browser of a technician."""
    browser = Browser(console)
    assert sign_in(browser, "tim").status == 303
    return browser
