"""The OpenID Provider of the local cloud, with which people sign in to the consoles: a page with one button for each person.

It checks no password and listens on 127.0.0.1 only.
"""

import threading
from typing import Any

PEOPLE = {
    "ada": ("Ada Lovelace", ["Administrator"]),
    "tim": ("Tim Berners-Lee", ["SystemTechnician"]),
    "nora": ("Nora Newcomer", []),
}
"""The people, by the claim ``sub``: the name, and the roles of the ID token."""

CLIENT_ID = "console"
"""The consoles' client id; the provider accepts any."""

CLIENT_SECRET = "local"  # noqa: S105 -- the provider accepts any
"""The consoles' client secret."""

_PAGES = {
    "_base.html": """<!doctype html><html lang="en"><meta charset="utf-8"><title>Local sign-in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body { font: 1rem/1.5 -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; max-width: 26rem;
margin: 12vh auto; padding: 0 1rem } h1 { font-size: 1.375rem } button { display: block; width: 100%; padding: .7rem 1rem;
margin: .5rem 0; font: inherit; text-align: left; cursor: pointer }
small { display: block; opacity: .75 }</style><main>{% block content %}{% endblock %}</main></html>""",
    "authorization_form.html": """{% extends "_base.html" %}{% block content %}<h1>Sign in to the local console</h1>
<p>This is the identity provider of the local cloud. It asks for no password.</p>
<form method="post">{% for sub, (name, roles) in people.items() %}<button name="sub" value="{{ sub }}">{{ name }}
<small>{{ roles | join(", ") or "no role" }}</small></button>{% endfor %}</form>{% endblock %}""",
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
    from jinja2 import ChoiceLoader, DictLoader

    users = [
        oidc_provider_mock.User(
            sub=sub, claims={"roles": roles, "name": name, "preferred_username": f"{sub}@vendor.example"}
        )
        for sub, (name, roles) in PEOPLE.items()
    ]
    app = oidc_provider_mock.app(user_claims=users)
    app.debug = False  # its debugger runs code from a browser
    app.wsgi_app = app.wsgi_app.app
    app.jinja_loader = ChoiceLoader([DictLoader(_PAGES), *filter(None, [app.jinja_loader])])
    app.jinja_env.globals["people"] = PEOPLE
    return app
