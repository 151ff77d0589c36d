"""SCIM configuration: connections and their tokens, as an operator generates and ends them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.connections import State, Token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.sessions import Role
from lambdas.operations.clients import TOKEN_PATH
from lambdas.operations.connections import Connections, ConnectionWithTokens, GeneratedToken
from lambdas.operations.problems import Problem

GRACE = timedelta(days=7)
"""How long a rotated token is accepted beside the new one."""


def add_routes(console: Console) -> None:
    """Serve the pages of connections."""

    def operations(request: Request) -> Connections:
        return Connections(console.target(request))

    def back(request: Request, connection: str, done: str) -> Response[str]:
        return responses.redirect(f"{request.urls.base}{ROOT}/connections/{connection}?done={done}")

    def secret(request: Request, generated: GeneratedToken, title: str) -> Response[str]:
        return console.show(
            "secret.html",
            request,
            title=title,
            tenant_url=generated.tenant_url,
            secret_token=generated.secret_token,
            connection=generated.connection,
            token=generated.token,
        )

    @console.page("GET", "/connections", Role.TECHNICIAN)
    def listed(request: Request) -> Response[str]:
        """List the connections."""
        target = console.target(request)
        held = [
            {"connection": each.connection, "tokens": each.tokens, "url": target.tenant_url(each.connection.id)}
            for each in operations(request).all()
        ]
        return console.show(
            "connections.html", request, title="SCIM configuration", held=held, now=datetime.now(UTC), State=State
        )

    @console.page("GET", "/connections/<connection_id>", Role.TECHNICIAN)
    def one(request: Request, connection_id: str) -> Response[str]:
        """Show one connection."""
        connections = operations(request)
        held = connections.connection(connection_id)
        values: dict[str, Any] = {
            "connection": held.connection,
            "tokens": held.tokens,
            "clients": connections.clients.clients(held.connection.clients),
            "token_endpoint": console.target(request).base_url + TOKEN_PATH,
            "tenant_url": console.target(request).tenant_url(connection_id),
            "now": datetime.now(UTC),
            "State": State,
        }
        return console.show("connection.html", request, title=held.connection.label or "Connection", **values)

    @console.page("POST", "/connections", Role.TECHNICIAN)
    def generate(request: Request) -> Response[str]:
        """Generate a connection and show its secret, once."""
        label = request.form.get("label", "").strip()
        generated = operations(request).generate(label=label, scope=scope_of(request))
        return secret(request, generated, "Connection generated")

    @console.page("POST", "/connections/<connection_id>/regenerate", Role.TECHNICIAN)
    def regenerate(request: Request, connection_id: str) -> Response[str]:
        """Replace a connection: a new URL and a new token, and the old ones end."""
        connections = operations(request)
        held = connections.connection(connection_id)
        return secret(request, connections.regenerate(held.connection), "Connection regenerated")

    @console.page("POST", "/connections/<connection_id>/tokens", Role.TECHNICIAN)
    def add_token(request: Request, connection_id: str) -> Response[str]:
        """Add a token to a connection and show its secret, once."""
        connections = operations(request)
        held = connections.connection(connection_id)
        return secret(request, connections.add_token(held, scope=scope_of(request)), "Token created")

    @console.page("POST", "/connections/<connection_id>/rotate/<token_id>", Role.TECHNICIAN)
    def rotate(request: Request, connection_id: str, token_id: str) -> Response[str]:
        """Replace a token; the old one stays valid for a week."""
        connections = operations(request)
        held = connections.connection(connection_id)
        generated, _ = connections.rotate(held, _token_of(held, token_id), grace=GRACE)
        return secret(request, generated, "Token rotated")

    @console.page("POST", "/connections/<connection_id>/revoke/<token_id>", Role.TECHNICIAN)
    def revoke(request: Request, connection_id: str, token_id: str) -> Response[str]:
        """End a token at once."""
        connections = operations(request)
        held = connections.connection(connection_id)
        connections.revoke(held.connection, _token_of(held, token_id))
        return back(request, connection_id, "revoked")

    @console.page("POST", "/connections/<connection_id>/state", Role.TECHNICIAN)
    def set_state(request: Request, connection_id: str) -> Response[str]:
        """Enable or disable a connection."""
        connections = operations(request)
        wanted = State.ENABLED if request.form.get("state") == "enabled" else State.DISABLED
        connections.set_state(connections.connection(connection_id).connection, wanted)
        return back(request, connection_id, wanted.value)

    @console.page("POST", "/connections/<connection_id>/delete", Role.ADMINISTRATOR)
    def delete(request: Request, connection_id: str) -> Response[str]:
        """Delete a connection and its tokens."""
        connections = operations(request)
        connections.delete(connections.connection(connection_id).connection)
        return responses.redirect(f"{request.urls.base}{ROOT}/connections?done=deleted")


def scope_of(request: Request) -> Scope:
    """Return the scope that a form asks for."""
    return Scope.READ if request.form.get("scope") == "read" else Scope.PROVISION


def _token_of(held: ConnectionWithTokens, token_id: str) -> Token:
    """Return a token of a connection. Raises Problem when the connection does not have it."""
    token = next((each for each in held.tokens if each.id == token_id), None)
    if token is None:
        raise Problem(f"The connection has no token {token_id}: it was revoked.")
    return token
