"""The desktop client: it signs in without a secret, by a redirect to its own machine, and begins a session of the product."""

import socket
import threading
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import urllib3
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from examples.product import desktop
from tests.protocol.example_product.running import Running, authorize


def desktop_sign_in(issuer: str, person: str, client_id: str = "desktop", opened: list[str] | None = None) -> str:
    """Sign in as a person on a desktop, in whose browser a thread clicks, and return the ID token."""

    def browse(url: str) -> None:
        if opened is not None:
            opened.append(url)
        threading.Thread(target=lambda: urllib3.request("GET", authorize(url, person)), daemon=True).start()

    return desktop.sign_in(issuer, client_id, browse)


def begin_session(product: Running, id_token: str) -> Any:
    return product.browser.post("/api/sessions", headers={"Authorization": f"Bearer {id_token}"})


def test_a_desktop_client_signs_in_without_a_secret_and_is_out_with_the_event(product: Running, issuer: str):
    ada = product.provision()
    begun = begin_session(product, desktop_sign_in(issuer, "ada"))
    assert begun.status_code == 201
    bearer = {"Authorization": f"Bearer {begun.json['token']}"}
    answer = product.browser.get("/api/me", headers=bearer)
    assert answer.json == {"id": ada, "userName": "ada@example.com", "permissions": ["editor"]}
    product.change(ada, "active", value=False)
    product.deliver(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate")
    assert product.browser.get("/api/me", headers=bearer).status_code == 401


def test_no_session_begins_with_a_token_of_another_client_or_person_or_without_one(product: Running, issuer: str):
    product.provision()
    other = desktop_sign_in(issuer, "ada", client_id="other")
    for token, status in ((other, 401), (desktop_sign_in(issuer, "mallory"), 403), ("", 401), ("a.b.c", 401)):
        assert begin_session(product, token).status_code == status


def test_an_id_token_is_no_session(product: Running, issuer: str):
    product.provision()
    answer = product.browser.get("/api/me", headers={"Authorization": f"Bearer {desktop_sign_in(issuer, 'ada')}"})
    assert answer.status_code == 401


def test_the_desktop_client_sends_a_challenge_and_redeems_the_code_with_its_verifier(
    product: Running, issuer: str, monkeypatch: pytest.MonkeyPatch
):
    product.provision()
    opened: list[str] = []
    redeemed: list[dict[str, Any]] = []
    fetch = desktop.OAuth2Session.fetch_token

    def fetch_token(session: Any, url: str, **values: Any) -> Any:
        redeemed.append(values)
        return fetch(session, url, **values)

    monkeypatch.setattr(desktop.OAuth2Session, "fetch_token", fetch_token)
    desktop_sign_in(issuer, "ada", opened=opened)
    sent = dict(parse_qsl(urlsplit(opened[0]).query))
    assert sent["code_challenge_method"] == "S256"
    assert sent["code_challenge"] == create_s256_code_challenge(redeemed[0]["code_verifier"])


def forged_returns(url: str) -> None:
    """Visit a client's redirect URI as other pages and other sign-ins may."""
    redirect = dict(parse_qsl(urlsplit(url).query))["redirect_uri"]
    for path in ("favicon.ico", "?code=forged&state=forged", "?code=forged"):
        urllib3.request("GET", redirect + path)


def test_a_silent_connection_and_the_requests_of_others_do_not_end_the_sign_in(
    issuer: str, monkeypatch: pytest.MonkeyPatch
):
    assert desktop._Handler.timeout == 5
    monkeypatch.setattr(desktop._Handler, "timeout", 0.1)
    silent = socket.socket()

    def browse(url: str) -> None:
        silent.connect(("127.0.0.1", urlsplit(dict(parse_qsl(urlsplit(url).query))["redirect_uri"]).port or 0))

        def click() -> None:
            forged_returns(url)
            urllib3.request("GET", authorize(url, "ada"))

        threading.Thread(target=click, daemon=True).start()

    with silent:
        assert desktop.sign_in(issuer, "desktop", browse).count(".") == 2


def test_a_sign_in_that_the_browser_does_not_return_from_fails_after_its_time(
    issuer: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desktop, "SIGN_IN_SECONDS", 0.5)

    def browse(url: str) -> None:
        threading.Thread(target=forged_returns, args=(url,), daemon=True).start()

    with pytest.raises(desktop.SignInFailed):
        desktop.sign_in(issuer, "desktop", browse)
