"""The guard against mass deprovisioning: what it counted for each connection, and its release."""

from datetime import timedelta

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.operations.guard import GuardOperations, GuardState
from lambdas.operations.problems import Problem

HOURS = (1, 2, 8, 24)
"""How long a release can last, in hours."""


def add_routes(console: Console) -> None:
    """Serve the page and the release, where the environment's file has a guard."""
    settings = console.environment.guard
    if settings is None:
        return

    @console.page("GET", "/guard", Role.TECHNICIAN)
    def shown(request: Request) -> Response[str]:
        """Show the counters of all connections."""
        return console.show(
            "guard.html",
            request,
            title="Guard",
            settings=settings,
            guarded=GuardOperations(console.target(request)).all(),
            hours=HOURS,
            State=GuardState,
        )

    @console.page("POST", "/guard/<connection_id>/release", Role.ADMINISTRATOR)
    def release(request: Request, connection_id: str) -> Response[str]:
        """Let a connection deprovision users without a limit for some hours."""
        hours = request.form.get("hours", "")
        if hours not in map(str, HOURS):
            raise Problem(f"A release lasts {', '.join(map(str, HOURS[:-1]))} or {HOURS[-1]} hours.")
        GuardOperations(console.target(request)).release(connection_id, timedelta(hours=int(hours)))
        return responses.redirect(f"{request.urls.base}{ROOT}/guard?done=released")
