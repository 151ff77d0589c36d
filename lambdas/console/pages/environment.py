"""What the environment's file says, in words; how to sign in to the console, and a try of it that shows the claims."""

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT, TRY_SIGN_IN
from lambdas.credentials.sessions import Role
from lambdas.environment.summary import behavior


def add_routes(console: Console) -> None:
    """Serve the page."""

    @console.page("GET", "/environment", Role.TECHNICIAN)
    def environment(request: Request) -> Response[str]:
        """Show what the environment is."""
        return console.show(
            "environment.html",
            request,
            title="Environment",
            sections=behavior(console.environment),
            sign_on={
                "Redirect URI": request.urls.redirect_uri,
                "Authority": console.file.issuer,
                "Client ID": console.file.client_id,
                "Role of administrators": console.file.administrators,
                "Role of technicians": console.file.technicians,
            },
        )

    @console.page("POST", "/environment/try-sign-in", Role.TECHNICIAN)
    def try_sign_in(request: Request) -> Response[str]:
        """Sign in once more, to see what the identity provider sends; the session stays as it is."""
        return responses.redirect(f"{request.urls.base}{ROOT}/sign-in?to={TRY_SIGN_IN}")
