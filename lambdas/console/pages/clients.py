"""OAuth clients of a connection: created, rotated and revoked, for identity providers that use OAuth 2.0 instead of a token."""

from datetime import timedelta

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.clients import Client
from lambdas.credentials.sessions import Role
from lambdas.operations.clients import Clients, CreatedClient
from lambdas.operations.problems import Problem

GRACE = timedelta(days=7)
"""How long a rotated secret is accepted beside the new one."""


def add_routes(console: Console) -> None:
    """Serve the actions on clients; the page of their connection lists them."""

    def client_of(clients: Clients, connection_id: str, client_id: str) -> Client:
        client = clients.client(client_id)
        if client.connection != connection_id:
            raise Problem(f"The connection has no client {client_id}.")
        return client

    def shown(request: Request, created: CreatedClient, title: str) -> Response[str]:
        return console.show("client.html", request, title=title, created=created, client=created.client)

    @console.page("POST", "/connections/<connection_id>/clients", Role.TECHNICIAN)
    def create(request: Request, connection_id: str) -> Response[str]:
        """Create a client with a secret, which is shown once, or a federated one."""
        clients, form = Clients(console.target(request)), request.form
        held = clients.connections.connection(connection_id)
        label = form.get("label", "").strip()
        if form.get("kind") != "federated":
            return shown(request, clients.create(held, label=label), "OAuth client created")
        issuer, subject, audience = (form.get(name, "").strip() for name in ("issuer", "subject", "audience"))
        created = clients.federate(held, issuer=issuer, subject=subject, audience=audience, label=label)
        return shown(request, created, "Federated client created")

    @console.page("POST", "/connections/<connection_id>/clients/<client_id>/rotate", Role.TECHNICIAN)
    def rotate(request: Request, connection_id: str, client_id: str) -> Response[str]:
        """Give a client a new secret; the old one stays valid for a week."""
        clients = Clients(console.target(request))
        rotated = clients.rotate(client_of(clients, connection_id, client_id), grace=GRACE)
        return shown(request, rotated, "Client secret rotated")

    @console.page("POST", "/connections/<connection_id>/clients/<client_id>/revoke", Role.TECHNICIAN)
    def revoke(request: Request, connection_id: str, client_id: str) -> Response[str]:
        """Delete a client; its secrets and access tokens end."""
        clients = Clients(console.target(request))
        clients.revoke(client_of(clients, connection_id, client_id))
        return responses.redirect(f"{request.urls.base}{ROOT}/connections/{connection_id}?done=client-revoked")
