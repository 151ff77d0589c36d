"""A console on moto's AWS, with an OpenID Provider in process."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import pytest
import urllib3
from moto import mock_aws
from oidc_provider_mock import User, run_server_in_thread

from lambdas.console.app import Console
from lambdas.console.pages import ALL
from lambdas.console.settings import ConsoleSettings
from lambdas.console.sign_in import flow
from lambdas.environment.file import EndpointSettings, load
from lambdas.environment.file.console import Console as ConsoleFile
from support.console_browser import BASE, Browser
from support.tables import create_table

PEOPLE = {"ada": ["Administrator"], "tim": ["SystemTechnician"], "nora": []}
LOG_GROUP = "/scim/console-tests"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The issuer of an OpenID Provider with an administrator, a technician and somebody without a role."""
    users = [
        User(sub=name, claims={"roles": roles, "email": f"{name}@vendor.example"}) for name, roles in PEOPLE.items()
    ]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


ConsoleOf = Callable[[EndpointSettings], Console]


@pytest.fixture
def console_of(issuer: str) -> Iterator[ConsoleOf]:
    """Returns the console of an environment, over a new table and an empty log."""
    with mock_aws():
        clients: dict[str, Any] = {
            each: boto3.client(each, "eu-central-1", aws_access_key_id="testing", aws_secret_access_key="testing")
            for each in ("dynamodb", "logs", "sqs", "ssm")
        }

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

        yield build


@pytest.fixture
def console(console_of: ConsoleOf) -> Console:
    """The console of the environment ``local``, with permission sets."""
    return console_of(load("forms-admin", "local"))


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
