"""A desktop client: a public client with PKCE and a loopback redirect (RFC 8252). `python -m examples.product.desktop URL`.

The client has no secret. It opens the system's browser and receives the code on a port of 127.0.0.1 that it chooses.
"""

import sys
import time
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import urllib3
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

SIGN_IN_SECONDS = 300
CONNECTION_SECONDS = 5
POLL_SECONDS = 1


class SignInFailed(Exception):  # noqa: N818 -- an outcome that the client shows
    """The browser came back without a code, or not at all."""


def sign_in(issuer: str, client_id: str, open_browser: Callable[[str], object] = webbrowser.open) -> str:
    """Let a person sign in, and return the ID token for the product's API.

    :raises SignInFailed: When the person did not sign in.
    """
    metadata = urllib3.request("GET", f"{issuer}/.well-known/openid-configuration").json()
    with _Callback() as callback:
        session = OAuth2Session(
            client_id,
            scope="openid profile",
            redirect_uri=f"http://127.0.0.1:{callback.server_port}/",
            code_challenge_method="S256",
            token_endpoint_auth_method="none",  # noqa: S106 -- a public client has no secret
        )
        verifier = generate_token(48)
        url, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
        open_browser(url)
        code = callback.wait_for(state)
        token = session.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
    return str(token["id_token"])


class _Callback(HTTPServer):
    """Receives the browser on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.query: dict[str, list[str]] = {}

    def wait_for(self, state: str) -> str:
        """Return the code. Requests of another sign-in, or of none, are ignored.

        :raises SignInFailed: When the browser does not return in time, or returns without a code.
        """
        deadline = time.monotonic() + SIGN_IN_SECONDS
        while self.query.get("state") != [state] and (left := deadline - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if self.query.get("state") != [state] or "code" not in self.query:
            raise SignInFailed("The browser did not return from this sign-in.")
        return self.query["code"][0]


class _Handler(BaseHTTPRequestHandler):
    server: _Callback
    timeout = CONNECTION_SECONDS  # browsers open connections ahead of need and send nothing

    def do_GET(self) -> None:
        self.server.query = parse_qs(urlsplit(self.path).query)
        content = b"You can close this window."
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Print nothing: the address holds the code."""


def main(url: str = "http://127.0.0.1:8765") -> str:
    """Sign in to the product at a URL, print the user's permissions, and return when the product ends the session."""
    provider = urllib3.request("GET", f"{url}/api/sign-in").json()
    id_token = sign_in(provider["issuer"], provider["client_id"])
    begun = urllib3.request("POST", f"{url}/api/sessions", headers={"Authorization": f"Bearer {id_token}"})
    if begun.status != 201:
        return "The product does not let you in."
    session = {"Authorization": f"Bearer {begun.json()['token']}"}
    shown = None
    while (answer := urllib3.request("GET", f"{url}/api/me", headers=session)).status == 200:
        if answer.json() != shown:
            shown = answer.json()
            sys.stdout.write(f"{shown['userName']}: {', '.join(shown['permissions']) or 'no permission sets'}\n")
            sys.stdout.flush()
        time.sleep(POLL_SECONDS)
    return "The product ended your session."


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
