"""Sign-on of the web application through the identity provider: OpenID Connect with a client secret and PKCE."""

from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template, url_for

from examples.product.access import EXTERNAL, login_method
from examples.product.directory import Directory, Resource
from examples.product.product import Product


def add_routes(app: Flask, product: Product) -> None:
    """Add the routes of the sign-on; the redirect URI is ``/signin-oidc``."""
    settings = product.settings
    oauth = OAuth(app)
    oauth.register(
        "provider",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )

    @app.get("/sign-in/external")
    def sign_in_externally() -> Any:
        return oauth.provider.authorize_redirect(f"{settings.url}/signin-oidc")

    @app.get("/signin-oidc")
    def signed_in() -> Any:
        """Finish a sign-in. Authlib checks state, nonce, and the ID token's signature, issuer, audience and expiry."""
        try:
            claims = oauth.provider.authorize_access_token()["userinfo"]
        except OAuthError:
            return render_template("sign_in.html", error="The sign-in failed. Try again."), 403
        user = provisioned_user(claims, settings.tenant, product.directory)
        if user is None:
            error = "Your account is not provisioned, is disabled, or signs in with a password."
            return render_template("sign_in.html", error=error), 403
        product.begin_session(user, EXTERNAL)
        return redirect(url_for("home"))


def provisioned_user(claims: dict[str, Any], tenant: str, directory: Directory) -> Resource | None:
    """Return the user of an ID token who may sign in, or None.

    The user is found by tenant and object id. E-mail address and user name in a token prove nothing: an administrator of any
    tenant can set them.
    """
    if claims.get("tid") != tenant or not claims.get("oid"):
        return None
    user = directory.user_by_object_id(claims["oid"])
    return user if login_method(user) == EXTERNAL else None
