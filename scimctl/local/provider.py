"""The OpenID Provider of the local cloud, for signing in to the consoles and to a product: a page with one button for each person.

It checks no password and listens on 127.0.0.1 only.
"""

import threading
import uuid
from dataclasses import dataclass
from typing import Any

PEOPLE = {
    "ada": ("Ada Lovelace", ["Administrator"]),
    "tim": ("Tim Berners-Lee", ["SystemTechnician"]),
    "nora": ("Nora Newcomer", []),
}
"""The operators, by the claim ``sub``: the name, and the roles of the ID token."""

TENANT = "8f6d1b7e-3a70-4f0e-9f64-2f3f6c1d2b11"
"""The claim ``tid`` of the customer's users."""


@dataclass(frozen=True)
class User:
    """A user of a product, with the claims of Entra ID."""

    name: str
    user_name: str
    note: str
    """What distinguishes the user, for the page."""

    tenant: str = TENANT
    """The claim ``tid``."""

    @property
    def object_id(self) -> str:
        """The claim ``oid``, which a provisioned user has as ``externalId``."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.user_name))


USERS = {
    "grace": User("Grace Hopper", "grace.hopper@example.com", "every permission set"),
    "alan": User("Alan Turing", "alan.turing@example.com", "one permission set"),
    "joan": User("Joan Clarke", "joan.clarke@example.com", "disabled"),
    "edsger": User("Edsger Dijkstra", "edsger.dijkstra@example.com", "not provisioned"),
    "mallory": User(
        "Mallory",
        "grace.hopper@example.com",
        "another tenant, Grace's e-mail address",
        str(uuid.uuid5(uuid.NAMESPACE_DNS, "mallory")),
    ),
}
"""The users of a product, by the claim ``sub``."""

CLIENT_ID = "console"
"""The consoles' client id; every other client is a product's."""

CLIENT_SECRET = "local"  # noqa: S105 -- the provider accepts any
"""The consoles' client secret."""

_PAGES = {
    "_base.html": """<!doctype html><html lang="en"><meta charset="utf-8"><title>Local sign-in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body { font: 1rem/1.5 -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; max-width: 26rem;
margin: 12vh auto; padding: 0 1rem } h1 { font-size: 1.375rem } button { display: block; width: 100%; padding: .7rem 1rem;
margin: .5rem 0; font: inherit; text-align: left; cursor: pointer }
small { display: block; opacity: .75 }</style><main>{% block content %}{% endblock %}</main></html>""",
    "authorization_form.html": """{% extends "_base.html" %}{% block content %}<h1>Sign in</h1>
<p>This is the identity provider of the local cloud. It asks for no password.</p>
<form method="post">{% for sub, name, note in people_of(client_id) %}<button name="sub" value="{{ sub }}">{{ name }}
<small>{{ note }}</small></button>{% endfor %}</form>{% endblock %}""",
    "end_session_form.html": """{% extends "_base.html" %}{% block content %}<h1>Sign out</h1>
<form method="post" action="{{ end_session_confirm_url }}">{% if redirect_uri %}<input type="hidden" name="redirect_uri"
value="{{ redirect_uri }}">{% endif %}<button>Sign out of the local identity provider</button></form>{% endblock %}""",
}
"""Pages in the place of the package's, which load a style sheet from another host."""


def authority_on(port: int) -> str:
    """Return the provider's issuer, which is the consoles' authority."""
    return f"http://127.0.0.1:{port}"


def serve_beside(port: int) -> None:
    """Serve the provider in a thread, which ends with the process."""
    threading.Thread(target=_serve, args=(port,), daemon=True, name="provider").start()


def _serve(port: int) -> None:
    from werkzeug.serving import make_server

    make_server("127.0.0.1", port, build(), threaded=True).serve_forever()


def build() -> Any:
    """Return the provider as a WSGI application."""
    import os
    import warnings

    os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # HTTP, which never leaves this machine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package about its own dependencies
        import oidc_provider_mock
        from oidc_provider_mock import _app as provider
    from jinja2 import ChoiceLoader, DictLoader

    # A desktop client has no secret (RFC 8252); the package's library knows such clients, and the package does not name them.
    provider.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
    users = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in _claims().items()]
    app = oidc_provider_mock.app(user_claims=users)
    app.debug = False  # its debugger runs code from a browser
    app.wsgi_app = app.wsgi_app.app
    app.jinja_loader = ChoiceLoader([DictLoader(_PAGES), *filter(None, [app.jinja_loader])])
    app.jinja_env.globals["people_of"] = _people_of
    return app


def _claims() -> dict[str, dict[str, Any]]:
    """Return the claims of everyone, by ``sub``."""
    operators = {
        sub: {"roles": roles, "name": name, "preferred_username": f"{sub}@vendor.example"}
        for sub, (name, roles) in PEOPLE.items()
    }
    users = {
        sub: {
            "tid": each.tenant,
            "oid": each.object_id,
            "name": each.name,
            "preferred_username": each.user_name,
            "email": each.user_name,
        }
        for sub, each in USERS.items()
    }
    return operators | users


def _people_of(client_id: str) -> list[tuple[str, str, str]]:
    """Return who can sign in to a client: ``sub``, name and note."""
    if client_id == CLIENT_ID:
        return [(sub, name, ", ".join(roles) or "no role") for sub, (name, roles) in PEOPLE.items()]
    return [(sub, each.name, each.note) for sub, each in USERS.items()]
