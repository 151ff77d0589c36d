"""What the environment's file says, in words; and the current sign-in."""

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.sign_in.sessions import Role
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
