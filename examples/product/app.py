"""The web application: sign-on, pages by permission, and the receiver of webhooks."""

from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, redirect, render_template, request, session, url_for
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug.wrappers import Response

from examples.product.access import may_sign_in_externally, permissions
from examples.product.directory import Directory, Resource, ScimUnavailable
from examples.product.events import handle
from examples.product.sessions import Sessions
from examples.product.settings import Settings
from examples.product.tokens import IdTokens, TokenRefused


def create_app(settings: Settings, directory: Directory, sessions: Sessions) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.cookie_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="product",
    )
    id_tokens = IdTokens(settings.issuer, settings.desktop_client_id)
    oauth = OAuth(app)
    oauth.register(
        "provider",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )

    def current_user() -> Resource | None:
        user_id = sessions.user_of(session.get("id"))
        user = directory.user(user_id) if user_id else None
        return user if may_sign_in_externally(user) else None

    @app.get("/")
    def home() -> Any:
        user = current_user()
        if user is None:
            return redirect(url_for("sign_in"))
        return render_template("home.html", user=user, permissions=sorted(permissions(user)))

    @app.get("/pages/<permission>")
    def page(permission: str) -> Any:
        user = current_user()
        if user is None:
            return redirect(url_for("sign_in"))
        if permission not in permissions(user):
            abort(403)
        return render_template("page.html", permission=permission)

    @app.get("/sign-in")
    def sign_in() -> Any:
        return oauth.provider.authorize_redirect(url_for("signed_in", _external=True))

    @app.get("/signin-oidc")
    def signed_in() -> Any:
        """Finish a sign-in. Authlib checks state, nonce, and the ID token's signature, issuer, audience and expiry."""
        try:
            claims = oauth.provider.authorize_access_token()["userinfo"]
        except OAuthError:
            return _refused("The sign-in failed. Try again.")
        user = provisioned_user(claims, settings.tenant, directory)
        if user is None:
            return _refused("Your account is not provisioned, is disabled, or signs in with a password.")
        session.clear()
        session["id"] = sessions.begin(user["id"])
        return redirect(url_for("home"))

    @app.post("/sign-out")
    def sign_out() -> Any:
        sessions.end(session.pop("id", None))
        return redirect(url_for("home"))

    @app.get("/api/me")
    def me() -> Any:
        """Answer a desktop or mobile client, which presents its ID token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = id_tokens.check(token if scheme == "Bearer" else "")
        except TokenRefused:
            abort(401)
        user = provisioned_user(claims, settings.tenant, directory)
        if user is None:
            abort(403)
        return {"id": user["id"], "permissions": sorted(permissions(user))}

    @app.post("/hooks/scim")
    @app.post("/hooks/scim/<_webhook>")
    def receive_webhook(_webhook: str = "") -> tuple[str, int]:
        try:
            event = Webhook(settings.webhook_secret).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError:
            return "", 401
        try:
            handle(event, directory, sessions)
        except ScimUnavailable:
            return "", 503
        return "", 204

    return app


def provisioned_user(claims: dict[str, Any], tenant: str, directory: Directory) -> Resource | None:
    """Return the user of an ID token who may sign in, or None.

    The user is found by tenant and object id. E-mail address and user name in a token prove nothing: an administrator of any
    tenant can set them.
    """
    if claims.get("tid") != tenant or not claims.get("oid"):
        return None
    user = directory.user_by_object_id(claims["oid"])
    return user if may_sign_in_externally(user) else None


def _refused(reason: str) -> Response:
    return Response(render_template("refused.html", reason=reason), status=403, mimetype="text/html")
