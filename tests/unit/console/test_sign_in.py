"""Signing in to the console: who gets in, and everything that must not work."""

import time
from types import SimpleNamespace

import pytest
from joserfc.jwk import KeySet

from lambdas.console.app import Console
from lambdas.console.sign_in import logins, provider
from lambdas.credentials import sessions
from support.console_browser import BASE, Browser
from tests.unit.console.conftest import authorize, sign_in


def test_a_page_leads_to_the_identity_provider_and_back_to_itself_with_its_filters(browser: Browser):
    first = browser.get("/console/log?show=all")
    assert first.location == f"{BASE}/console/sign-in?to=%2Fconsole%2Flog%3Fshow%3Dall"
    begun = browser.get(first.location)
    answer = browser.get(authorize(begun.location, "tim"))
    assert (answer.status, answer.location) == (303, f"{BASE}/console/log?show=all")
    assert '<option value="all" selected>' in browser.get(answer.location).text


def test_the_authorization_request_has_state_nonce_and_pkce(browser: Browser):
    location = browser.get("/console/sign-in").location
    for each in ("state=", "nonce=", "code_challenge=", "code_challenge_method=S256", "response_type=code"):
        assert each in location


def test_somebody_without_a_role_is_refused_and_told_which_roles_there_are(browser: Browser):
    answer = sign_in(browser, "nora")
    assert answer.status == 403
    assert "no role in this console" in answer.text
    assert "SystemTechnician" in answer.text
    assert browser.get("/console").status == 303


def test_somebody_without_a_role_may_use_another_account(console: Console, browser: Browser):
    """Without asking for it, a provider with single sign-on would return the same account again."""
    assert "/console/sign-in?another=1" in sign_in(browser, "nora").text
    asked = browser.get("/console/sign-in?another=1").location
    assert "prompt=login" in asked
    assert browser.get(authorize(asked, "ada")).status == 303
    assert "ada@vendor.example" in browser.get("/console/environment").text
    assert "prompt" not in Browser(console).get("/console/sign-in").location


def test_cookies_are_bound_to_the_host_and_unreadable_for_scripts(browser: Browser):
    answer = sign_in(browser, "ada")
    (session,) = [each for each in answer.headers["set-cookie"] if "Max-Age=28800" in each]
    assert session.startswith("__Host-scim-forms-admin=")
    for each in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert each in session


def test_a_state_is_used_once(browser: Browser):
    back = authorize(browser.get("/console/sign-in").location, "ada")
    assert browser.get(back).status == 303
    assert browser.get(back).status == 400


def test_a_state_of_another_browser_is_refused(console: Console, browser: Browser):
    """An attacker who sends the victim a link of the attacker's own sign-in must not sign the victim in."""
    back = authorize(browser.get("/console/sign-in").location, "ada")
    victim = Browser(console)
    assert victim.get(back).status == 400
    assert victim.cookies == {}


def test_a_code_that_was_redeemed_is_refused(console: Console, browser: Browser):
    back = authorize(browser.get("/console/sign-in").location, "ada")
    code = back.partition("code=")[2].partition("&")[0]
    assert browser.get(back).status == 303
    second = Browser(console)
    state = second.get("/console/sign-in").location.partition("state=")[2].partition("&")[0]
    assert second.get(f"/console/sign-in/callback?code={code}&state={state}").status == 403


def test_a_sign_in_that_took_too_long_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    back = authorize(browser.get("/console/sign-in").location, "ada")
    later = time.time() + logins.SECONDS + 1
    monkeypatch.setattr(logins.time, "time", lambda: later)
    assert browser.get(back).status == 400


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/other", "/console\\@evil.example", "/console/sign-in"]
)
def test_only_pages_of_the_console_are_returned_to(browser: Browser, to: str):
    assert sign_in(browser, "ada", to).location == f"{BASE}/console"


def test_a_tampered_session_cookie_is_no_session(ada: Browser):
    (name,) = ada.cookies
    ada.cookies[name] = ada.cookies[name][:-1] + ("A" if ada.cookies[name][-1] != "A" else "B")
    assert ada.get("/console").status == 303


def test_a_session_ends_after_half_an_hour_without_requests(ada: Browser, monkeypatch: pytest.MonkeyPatch):
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.IDLE_SECONDS + 1)
    assert ada.get("/console").status == 303


def test_a_session_in_use_ends_after_eight_hours(ada: Browser, monkeypatch: pytest.MonkeyPatch):
    now = time.time()
    for minutes in range(20, 8 * 60, 20):
        monkeypatch.setattr(sessions.time, "time", lambda at=now + minutes * 60: at)
        assert ada.get("/console/environment").status == 200, minutes
    monkeypatch.setattr(sessions.time, "time", lambda: now + 8 * 3600 + 1)
    assert ada.get("/console/environment").status == 303


def test_signing_out_ends_the_session_here_and_at_the_provider(ada: Browser):
    cookies = dict(ada.cookies)
    answer = ada.post("/console/sign-out", {"csrf": ada.get("/console/environment").csrf})
    assert answer.status == 303
    ada.cookies = cookies
    assert ada.get("/console/environment").status == 303


def test_signing_out_everywhere_ends_every_session_of_the_person(console: Console, ada: Browser, tim: Browser):
    other = Browser(console)
    sign_in(other, "ada")
    ada.post("/console/sign-out", {"csrf": ada.get("/console/environment").csrf, "everywhere": "1"})
    assert other.get("/console/environment").status == 303
    assert tim.get("/console/environment").status == 200
    again = Browser(console)
    time.sleep(0.01)
    sign_in(again, "ada")
    assert again.get("/console/environment").status == 200


def test_a_provider_that_is_down_gets_a_page_that_says_so(console: Console, browser: Browser):
    console.provider.issuer = "http://localhost:9"
    answer = browser.get("/console/sign-in")
    assert answer.status == 502
    assert "cannot be reached" in answer.text


def test_without_a_stored_secret_the_page_says_how_to_store_it(console: Console, browser: Browser):
    console.secret.name = "/scim/test/none"
    answer = sign_in(browser, "ada")
    assert answer.status == 503
    assert "scimctl console secret" in answer.text


def test_a_key_that_the_provider_rotated_is_read_again(console: Console, browser: Browser):
    assert sign_in(browser, "ada").status == 303
    console.provider._keys = KeySet.generate_key_set("RSA", 2048, count=1)
    console.provider._keys_read = time.monotonic() - provider.REFETCH_SECONDS - 1
    assert sign_in(Browser(console), "ada").status == 303


def test_an_unknown_key_causes_one_read_a_minute(console: Console, browser: Browser):
    assert sign_in(browser, "ada").status == 303
    console.provider._keys = KeySet.generate_key_set("RSA", 2048, count=1)
    answer = sign_in(Browser(console), "ada")
    assert answer.status == 403
    assert "signature is not valid" in answer.text


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_off_gets_a_page_that_says_so(
    console: Console, browser: Browser, monkeypatch: pytest.MonkeyPatch, hours: int
):
    back = authorize(browser.get("/console/sign-in").location, "ada")
    wrong = SimpleNamespace(time=lambda: time.time() + hours * 3600, monotonic=time.monotonic)
    monkeypatch.setattr(provider, "time", wrong)
    answer = browser.get(back)
    assert answer.status == 403
    assert "clock" in answer.text
