"""The product's API for a desktop or mobile client, which signs in as a public client."""

from typing import Any

from flask import Flask, abort, request

from examples.product.access import EXTERNAL, permissions
from examples.product.external import provisioned_user
from examples.product.product import Product
from examples.product.tokens import IdTokens, TokenRefused


def add_routes(app: Flask, product: Product) -> None:
    """Add the routes of the API."""
    settings = product.settings
    id_tokens = IdTokens(settings.issuer, settings.desktop_client_id)

    @app.get("/api/sign-in")
    def how_to_sign_in() -> Any:
        """Return what the client needs for its sign-on; nothing of it is secret."""
        return {"issuer": settings.issuer, "client_id": settings.desktop_client_id}

    @app.post("/api/sessions")
    def begin_api_session() -> Any:
        """Exchange an ID token for a session of the product, which an event can end; an ID token lives on."""
        try:
            claims = id_tokens.check(_bearer())
        except TokenRefused:
            abort(401)
        user = provisioned_user(claims, settings.tenant, product.directory)
        if user is None:
            abort(403)
        return {"token": product.sessions.begin(user["id"], EXTERNAL)}, 201

    @app.get("/api/me")
    def me() -> Any:
        user = product.user_of(_bearer())
        if user is None:
            abort(401)
        return {"id": user["id"], "userName": user["userName"], "permissions": sorted(permissions(user))}


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""
