"""Set-up links, as an operator makes and revokes them."""

from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.set_up.links import SetUpLinks
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.operations.connections import Connections


def add_routes(console: Console) -> None:
    """Serve the two actions."""
    links = SetUpLinks(console.table)

    @console.page("POST", "/connections/<connection_id>/set-up-link", Role.TECHNICIAN)
    def make(request: Request, connection_id: str) -> Response[str]:
        """Create a link and show it once."""
        connections = Connections(console.target(request))
        connection = connections.connection(connection_id).connection
        link = links.make(connection.id, request.signed_in.name)
        connections.record("create set-up link", connection)
        url = f"{request.urls.base}{ROOT}/setup?link={quote(link)}"
        return console.show("set_up_link.html", request, title="Set-up link", url=url, connection=connection)

    @console.page("POST", "/connections/<connection_id>/revoke-set-up-link", Role.TECHNICIAN)
    def revoke(request: Request, connection_id: str) -> Response[str]:
        """End the connection's link."""
        connections = Connections(console.target(request))
        connection = connections.connection(connection_id).connection
        links.revoke(connection.id)
        connections.record("revoke set-up link", connection)
        return responses.redirect(f"{request.urls.base}{ROOT}/connections/{connection_id}?done=link-revoked")
