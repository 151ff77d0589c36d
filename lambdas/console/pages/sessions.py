"""Who is signed in to the console: an administrator sees everybody, and ends the sessions of a person who should not be."""

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.operations.sessions import OperatorSessions


def add_routes(console: Console) -> None:
    """Serve the list and its action."""

    @console.page("GET", "/sessions", Role.ADMINISTRATOR)
    def listed(request: Request) -> Response[str]:
        """List the people who are signed in."""
        people = OperatorSessions(console.target(request)).all()
        return console.show("sessions.html", request, title="Signed-in operators", people=people)

    @console.page("POST", "/sessions/end", Role.ADMINISTRATOR)
    def end(request: Request) -> Response[str]:
        """End all sessions of a person; of oneself as well."""
        sessions = OperatorSessions(console.target(request))
        sessions.end(sessions.of_subject(request.form.get("subject", "")))
        return responses.redirect(f"{request.urls.base}{ROOT}/sessions?done=sessions-ended")
