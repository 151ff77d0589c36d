"""The web application: pages by permission set, signing in and out, and the receiver of webhooks."""

from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request, session, url_for
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from examples.product import api, built_in, external
from examples.product.access import permissions
from examples.product.directory import ScimUnavailable
from examples.product.events import handle
from examples.product.product import Product


def create_app(product: Product) -> Flask:
    """Return the application."""
    settings = product.settings
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.cookie_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.url.startswith("https:"),
        SESSION_COOKIE_NAME="product",
    )
    external.add_routes(app, product)
    built_in.add_routes(app, product)
    api.add_routes(app, product)

    @app.before_request
    def refuse_forms_of_other_sites() -> None:
        """Refuse a form of another site (cross-site request forgery). Browsers send the site's origin with each POST."""
        if request.method == "POST" and request.headers.get("Origin", settings.url) != settings.url:
            abort(403)

    @app.after_request
    def protect(response: Response) -> Response:
        """Keep pages out of caches, which would show them after the session ended, and out of frames and scripts of other sites."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
        return response

    @app.get("/")
    def home() -> Any:
        user = product.current_user()
        if user is None:
            return redirect(url_for("sign_in"))
        invites = settings.administrators in permissions(user)
        return render_template("home.html", user=user, permissions=sorted(permissions(user)), invites=invites)

    @app.get("/pages/<permission>")
    def page(permission: str) -> Any:
        user = product.current_user()
        if user is None:
            return redirect(url_for("sign_in"))
        if permission not in permissions(user):
            abort(403)
        return render_template("page.html", permission=permission)

    @app.get("/sign-in")
    def sign_in() -> Any:
        return render_template("sign_in.html")

    @app.post("/sign-out")
    def sign_out() -> Any:
        product.sessions.end(session.pop("id", None))
        return redirect(url_for("sign_in"))

    @app.post("/hooks/scim")
    @app.post("/hooks/scim/<_webhook>")
    def receive_webhook(_webhook: str = "") -> tuple[str, int]:
        try:
            event = Webhook(settings.webhook_secret).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError:
            return "", 401
        handle(event, product.directory, product.sessions)
        return "", 204

    @app.errorhandler(ScimUnavailable)
    def unavailable(_: ScimUnavailable) -> tuple[str, int]:
        """Answer 503; a webhook that gets it is delivered again."""
        return "The directory cannot be reached. Try again later.", 503

    return app
