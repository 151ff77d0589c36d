"""The desktop client: it signs in without a secret, by a redirect to its own machine, and begins a session of the product."""

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
    product.tell(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate")
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
