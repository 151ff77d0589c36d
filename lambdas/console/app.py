"""The console: which page answers which request, and what every request must fulfil before a page sees it."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from lambdas import records
from lambdas.console import responses
from lambdas.console.cookies import session_cookie
from lambdas.console.rendering import Renderer
from lambdas.console.requests import Request
from lambdas.console.security import is_csrf_token, is_same_origin
from lambdas.console.settings import ConsoleSettings
from lambdas.console.sign_in.provider import Provider
from lambdas.console.sign_in.secret import ClientSecret
from lambdas.console.target import target_of
from lambdas.console.urls import ROOT, path_below
from lambdas.credentials.connections import InvalidConnectionError
from lambdas.credentials.sessions import Role, Sessions
from lambdas.environment.file import EndpointSettings
from lambdas.environment.file.console import Console as ConsoleFile
from lambdas.operations.problems import Incomplete, Problem
from lambdas.operations.target import Target
from lambdas.records import Kind
from lambdas.retrying import OutOfTimeError, request_time
from lambdas.stacks import stack_of
from lambdas.store.schema import NewerSchemaError, SchemaCheck
from lambdas.store.table import Table

Page = Callable[..., Response[str]]
"""A page: takes the request and the variable parts of its path."""

MAX_QUERY = 1_000
"""The longest query of a page that is kept while its reader signs in."""

DONE = {
    "client-revoked": "The client is revoked, with its secrets and access tokens.",
    "created": "The user is created by hand. No sync changes it until the identity provider provisions the same user name.",
    "assigned": "The permission sets of the user are saved.",
    "deleted": "Deleted.",
    "disabled": "Disabled.",
    "enabled": "Enabled.",
    "link-revoked": "The set-up link is revoked.",
    "login": "The login method is saved.",
    "mapped": "The mapping is saved. It takes effect at the next read of each user.",
    "sessions-ended": "All sessions of the person have ended.",
    "released": "The connection is released. The identity provider sends what was held again in its next cycle.",
    "redriven": "The failed events are on their way to the receiver.",
    "resent": "The event is on its way to the receiver. Its outcome appears below within seconds; reload the page.",
    "tested": "A test event is on its way to the receiver. Its outcome appears below within seconds; reload the page.",
    "revoked": "The token is revoked. Cached checks may accept it for up to a minute.",
}
"""What a page says after a change, by the address's ``done``: no text of an address is ever shown."""

logger = Logger(use_rfc3339=True, utc=True, location=None)


class Console:
    """The console of one environment: built once, when the function starts."""

    def __init__(self, environment: EndpointSettings, settings: ConsoleSettings, connect: Callable[[str], Any]) -> None:
        """Build the console.

        :param environment: The environment's checked file; it must have a table ``[console]``.
        :param connect: Returns a botocore client of a service.
        :raises ValueError: When the file has no console.
        """
        if environment.console is None:
            raise ValueError(f"environment {environment.name} has no [console]")
        self.environment = environment
        self.file: ConsoleFile = environment.console
        self.settings = settings
        self.connect = connect
        self.table = Table(connect("dynamodb"), settings.table_name)
        self.schema = SchemaCheck(self.table)
        self.sessions = Sessions(self.table)
        self.provider = Provider(self.file.issuer, self.file.client_id)
        self.secret = ClientSecret(connect("ssm"), settings.secret_name)
        self.renderer = Renderer(environment.name)
        self.resolver = APIGatewayRestResolver()
        self.resolver.not_found(self._not_found)
        self._request: Request | None = None

    # -- Pages --------------------------------------------------------------------------------------------------------

    def page(self, method: str, path: str, role: Role | None) -> Callable[[Page], Page]:
        """Return a decorator that serves a page.

        :param path: The path below ``/console``, with variable parts such as ``<user_id>``; empty for the start page.
        :param role: The least role that may see it; None for pages before sign-in.
        """

        def serve(page: Page) -> Page:
            def answer(**parts: str) -> Response[str]:
                return self._answer(page, role, parts)

            answer.__name__ = f"{method}_{page.__name__}".lower()
            self.resolver.route(f"{ROOT}{path}", method=[method])(answer)
            return page

        return serve

    def serve(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one request of API Gateway and leave a record of it."""
        started = time.perf_counter()
        self._request = request = Request.of(event, self.settings.addressing)
        path = path_below(event)
        answer: dict[str, Any] = self.resolver.resolve({**event, "path": path}, context)
        self._record(request, path, int(answer["statusCode"]), started)
        return answer

    def show(self, template: str, request: Request, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response[str]:
        """Return a page made from a template, with what every template needs."""
        body = self.renderer.render(template, self._values(request) | values)
        return responses.html(body, status, form_targets=self._provider_origin())

    def target(self, request: Request) -> Target:
        """Return what operations act on, in the name of the operator."""
        return target_of(self.environment, self.settings, self.connect, request.urls.base, request.signed_in.name)

    # -- What every request must fulfil -------------------------------------------------------------------------------

    def _answer(self, page: Page, role: Role | None, parts: Mapping[str, str]) -> Response[str]:
        request = self._request
        assert request is not None  # noqa: S101 -- set by serve
        try:
            with request_time():
                return self._checked(request, page, role, parts)
        except NewerSchemaError as newer:
            return self._problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "Not available", str(newer))
        except (Problem, InvalidConnectionError, OutOfTimeError) as problem:
            # The customer's administrator has no session here, and learns nothing of the vendor's account.
            text = str(problem) if request.session else "This did not work. Try again in a moment."
            title = "Not completed" if isinstance(problem, Incomplete) else "Not done"
            return self._problem(request, HTTPStatus.CONFLICT, title, text)
        except Exception as exception:  # a bug: the operator sees a page, the log gets the trace
            self._log_failure(request, exception)
            text = "The console failed. The request id finds the trace in the log."
            return self._problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Failed", text)

    def _checked(self, request: Request, page: Page, role: Role | None, parts: Mapping[str, str]) -> Response[str]:
        self.schema.require()
        refused = self._refusal(request, role) if role is not None else None
        return refused or page(request, **parts)

    def _log_failure(self, request: Request, exception: Exception) -> None:
        logger.error(
            Kind.FAILURE.value,
            **records.record(
                Kind.FAILURE,
                environment=self.environment.name,
                request_id=request.id,
                exception_name=type(exception).__name__,
                exception=stack_of(exception),
            ),
        )

    def _refusal(self, request: Request, role: Role) -> Response[str] | None:
        """Return the answer to a request without a session, without the role, or with a forged form; None when it may continue."""
        session = self.sessions.read(request.cookies.get(session_cookie(self.environment.name), ""))
        if session is None:
            if request.method == "GET" and not request.is_partial:
                return responses.redirect(
                    f"{request.urls.base}{ROOT}/sign-in?{urlencode({'to': self._asked(request)})}"
                )
            return self._refuse(request, HTTPStatus.UNAUTHORIZED, "Your session has ended. Sign in again.")
        request.session = session
        if role is Role.ADMINISTRATOR and session.role is not Role.ADMINISTRATOR:
            return self._refuse(request, HTTPStatus.FORBIDDEN, "This page is for administrators.")
        if request.method != "GET" and not self._is_own_form(request):
            return self._refuse(
                request,
                HTTPStatus.FORBIDDEN,
                "The form did not come from this console, or is too old. Nothing was changed.",
            )
        return None

    @staticmethod
    def _asked(request: Request) -> str:
        """Return the page that a request asks for, with its filters, so that a linked page opens after signing in."""
        path = path_below(request.event)
        query = urlencode({name: value for name, value in request.query.items() if name != "done"})
        return f"{path}?{query}" if query and len(query) <= MAX_QUERY else path

    def _is_own_form(self, request: Request) -> bool:
        has_token = is_csrf_token(request.signed_in, request.form.get("csrf", ""))
        return has_token and is_same_origin(request.headers, request.urls.origin)

    def _refuse(self, request: Request, status: HTTPStatus, problem: str) -> Response[str]:
        return self._problem(request, status, status.phrase, problem)

    def _problem(self, request: Request, status: HTTPStatus, title: str, problem: str) -> Response[str]:
        """Return the page of a problem, or the part of a page that htmx puts in its place."""
        template = "_problem.html" if request.is_partial else "problem.html"
        return self.show(template, request, status, title=title, problem=problem)

    def _not_found(self, _: NotFoundError) -> Response[str]:
        request = self._request
        assert request is not None  # noqa: S101 -- set by serve
        request.session = self.sessions.read(request.cookies.get(session_cookie(self.environment.name), ""))
        return self._refuse(request, HTTPStatus.NOT_FOUND, "There is no such page.")

    # -- What templates and records need ------------------------------------------------------------------------------

    def _values(self, request: Request) -> dict[str, Any]:
        session = request.session
        return {
            "root": f"{request.urls.prefix}{ROOT}",
            "session": session,
            "is_administrator": session is not None and session.role is Role.ADMINISTRATOR,
            "csrf": session.csrf if session else "",
            "here": path_below(request.event),
            "has_sets": bool(self.environment.permissions.sets),
            "has_groups": self.environment.groups.served,
            "has_guard": self.environment.guard is not None,
            "has_webhooks": bool(self.environment.webhooks),
            "done": request.query.get("done", ""),
            "done_texts": DONE,
        }

    def _provider_origin(self) -> str:
        scheme, _, rest = self.file.issuer.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    def _record(self, request: Request, path: str, status: int, started: float) -> None:
        """Log a request: the route and never the query, which may name people."""
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        logger.info(
            Kind.CONSOLE.value,
            **records.record(
                Kind.CONSOLE,
                environment=self.environment.name,
                request_id=request.id,
                method=request.method,
                route="/setup" if path.startswith(f"{ROOT}/setup") else path,
                status=status,
                operator=request.session.name if request.session else None,
                milliseconds=milliseconds,
            ),
        )
