"""The customer's administrator's page: steps with the real values, one token, and what has arrived so far."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.cookies import cookie
from lambdas.console.guide import SET_UP_GUIDE
from lambdas.console.log_search import until
from lambdas.console.requests import Request
from lambdas.console.security import is_same_origin
from lambdas.console.set_up.links import SESSION_SECONDS, SetUp, SetUpLinks
from lambdas.console.target import target_of
from lambdas.console.urls import ROOT
from lambdas.operations.clients import Clients
from lambdas.operations.connections import Connections
from lambdas.operations.log import descriptions
from lambdas.operations.log.causes import cause_of
from lambdas.operations.log.events import LogEvent, is_failure
from lambdas.operations.log.pages import SECONDS, newest
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.operations.target import Target

LABEL = "set-up link"
"""The label of what is generated."""

PROVIDERS = {"entra": "Microsoft Entra ID", "okta": "Okta", "other": "Another identity provider"}


def add_routes(console: Console) -> None:
    """Serve the pages behind a set-up link. None of them needs a sign-in to the console."""
    links = SetUpLinks(console.table)
    cookie_name = f"__Host-scim-{console.environment.name}-setup"

    def target(request: Request, set_up: SetUp) -> Target:
        name = f"set-up link of {set_up.made_by}"
        return target_of(console.environment, console.settings, console.connect, request.urls.base, name)

    def session(request: Request) -> SetUp | None:
        return links.session(request.cookies.get(cookie_name, ""))

    def shown(request: Request, provider: str, **values: Any) -> Response[str]:
        return console.show(
            "set_up_steps.html",
            request,
            title="Set up provisioning",
            provider=provider if provider in PROVIDERS else "other",
            providers=PROVIDERS,
            **values,
        )

    def ended(request: Request) -> Response[str]:
        return console.show("set_up_ended.html", request, HTTPStatus.GONE, title="This link has ended")

    @console.page("GET", "/setup", None)
    def opened(request: Request) -> Response[str]:
        """Show a button: opening a link changes nothing."""
        link = request.query.get("link", "")
        if not links.is_valid(link):
            return ended(request)
        return console.show("set_up_begin.html", request, title="Set up provisioning", link=link)

    @console.page("POST", "/setup", None)
    def begin(request: Request) -> Response[str]:
        """Exchange the link for a session, once."""
        is_own = is_same_origin(request.headers, request.urls.origin)
        set_up = links.open(request.form.get("link", "")) if is_own else None
        if set_up is None:
            return ended(request)
        return responses.redirect(
            f"{request.urls.base}{ROOT}/setup/steps", cookies=[cookie(cookie_name, set_up.id, SESSION_SECONDS)]
        )

    @console.page("GET", "/setup/steps", None)
    def steps(request: Request) -> Response[str]:
        """Show the steps for the chosen identity provider."""
        set_up = session(request)
        if set_up is None:
            return ended(request)
        values = _values(console, target(request, set_up), set_up)
        return shown(request, request.query.get("provider", "entra"), generated=[], **values)

    @console.page("POST", "/setup/generate", None)
    def generate(request: Request) -> Response[str]:
        """Generate the token, once, and show it."""
        set_up = session(request)
        if set_up is None:
            return ended(request)
        is_own = is_same_origin(request.headers, request.urls.origin) and request.form.get("csrf") == set_up.csrf
        if not is_own or not links.use(set_up):
            problem = "The token was generated already. Ask the person who sent the link for another one."
            return console.show("problem.html", request, HTTPStatus.CONFLICT, title="Not done", problem=problem)
        generated = _generated(target(request, set_up), set_up.connection, request.form.get("kind") == "client")
        values = _values(console, target(request, set_up), set_up) | {"has_generated": True}
        return shown(request, request.form.get("provider", "entra"), generated=generated, **values)

    @console.page("GET", "/setup/progress", None)
    def progress(request: Request) -> Response[str]:
        """Show what has arrived through the connection since the link was opened."""
        set_up = session(request)
        if set_up is None:
            return ended(request)
        found = newest(
            LogReader.of(target(request, set_up)),
            Selection(connection=set_up.connection),
            until=until(""),
            oldest=datetime.fromtimestamp(set_up.began, UTC),
            limit=2_000,
            seconds=SECONDS,
        )
        template = "_progress.html" if request.is_partial else "progress.html"
        arrived = milestones_of(found.events)
        return console.show(
            template, request, title="What has arrived", milestones=arrived, failure=failure_of(found.events)
        )


def _generated(target: Target, connection_id: str, is_client: bool) -> list[tuple[str, str]]:
    """Generate a token, or an OAuth client, and return what the administrator enters, with its labels."""
    if is_client:
        clients = Clients(target)
        created = clients.create(clients.connections.connection(connection_id), label=LABEL)
        return [
            ("Token Endpoint", created.token_endpoint),
            ("Client Identifier", created.client.id),
            ("Client Secret", str(created.client_secret)),
        ]
    connections = Connections(target)
    token = connections.add_token(connections.connection(connection_id), label=LABEL)
    return [("Secret Token", token.secret_token), ("User Name", connection_id), ("Password", token.secret_token)]


def milestones_of(events: list[LogEvent]) -> list[dict[str, Any]]:
    """Return the steps of a set-up, each with the time when it first succeeded.

    :param events: The records of one connection, the newest first.
    """
    wanted = {
        "Test Connection": ("find user", "find group", "list users", "list groups"),
        "First user": ("create user",),
        "First group": ("create group",),
    }
    succeeded = [each for each in reversed(events) if not is_failure(each.record)]
    return [
        {
            "name": name,
            "at": next((each.at for each in succeeded if descriptions.action(each.record) in actions), None),
        }
        for name, actions in wanted.items()
    ]


def failure_of(events: list[LogEvent]) -> dict[str, Any] | None:
    """Return the newest failure with its reason and remedy; None when there is none."""
    failed = next((each for each in events if is_failure(each.record)), None)
    if failed is None:
        return None
    cause = cause_of(failed.record)
    shown = cause.of(failed.record, SET_UP_GUIDE) if cause else None
    return {
        "at": failed.at,
        "action": descriptions.action(failed.record),
        "why": shown.why if shown else descriptions.outcome_of(failed.record),
        "remedy": shown.remedy if shown else "",
    }


def _values(console: Console, target: Target, set_up: SetUp) -> dict[str, Any]:
    return {
        "tenant_url": target.tenant_url(set_up.connection),
        "set_up_csrf": set_up.csrf,
        "has_generated": set_up.has_generated,
        "made_by": set_up.made_by,
        "permissions": console.environment.permissions,
        "groups_served": console.environment.groups.served,
        "creates_groups": console.environment.groups.created_by_clients,
    }
