"""Every request that the deployed console refuses, sent raw: whatever a browser would not send."""

import re
import time
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from lambdas.credentials.sessions import PARTITION
from scimctl.local.provider import PEOPLE
from tests.e2e.console.site import Site
from tests.e2e.endpoint import Reply

FORM = "application/x-www-form-urlencoded"


@dataclass
class Raw:
    """Requests with a person's cookies, written by hand."""

    site: Site
    cookies: dict[str, str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.site.endpoint.state.port}"

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Reply:
        return self.send("POST", path, urlencode(form).encode(), {"Content-Type": FORM, **headers})

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        return self.site.endpoint.send(method, self.site.url + path, body, token="", headers=sent)

    def csrf(self) -> str:
        found = re.search(rb'name="csrf" value="([^"]+)"', self.get("/connections").content)
        assert found
        return found[1].decode()


@pytest.fixture
def ada(site: Site) -> Raw:
    return Raw(site, site.cookies("ada"))


@pytest.fixture
def tim(site: Site) -> Raw:
    return Raw(site, site.cookies("tim"))


def connections(raw: Raw) -> int:
    return len(raw.site.endpoint.access().all())


def test_a_form_is_accepted_only_with_the_session_s_token_from_the_console_s_own_origin(ada: Raw, tim: Raw) -> None:
    csrf, before = ada.csrf(), connections(ada)
    forged = [
        ({"csrf": csrf}, {"Origin": "https://evil.example"}),
        ({"csrf": csrf}, {"Origin": "null"}),
        ({"csrf": csrf}, {}),
        ({"csrf": csrf}, {"Origin": ada.origin, "Sec-Fetch-Site": "cross-site"}),
        ({}, {"Origin": ada.origin}),
        ({"csrf": "x" * 43}, {"Origin": ada.origin}),
        ({"csrf": tim.csrf()}, {"Origin": ada.origin}),
    ]
    for form, headers in forged:
        reply = ada.post("/connections", {"label": "forged", **form}, **headers)
        assert reply.status == 403, (form, headers)
    assert connections(ada) == before
    assert ada.post("/connections", {"label": "own", "csrf": csrf}, Origin=ada.origin).status == 200


def test_a_technician_s_form_for_administrators_is_refused(tim: Raw) -> None:
    sent = {"csrf": tim.csrf(), "userName": "made.by.tim@console.example"}
    assert tim.post("/new-user", sent, Origin=tim.origin).status == 403
    connection = tim.site.endpoint.create_connection().connection.id
    path = f"/connections/{connection}/delete"
    assert tim.post(path, {"csrf": tim.csrf()}, Origin=tim.origin).status == 403
    assert tim.site.endpoint.access().connection(connection)


def test_a_tampered_cookie_is_no_session(ada: Raw) -> None:
    (name,) = [each for each in ada.cookies if not each.endswith("-login")]
    value = ada.cookies[name]
    for wrong in (value[:-1] + ("A" if value[-1] != "A" else "B"), "", "x" * 5000, f"{value}; x"):
        reply = Raw(ada.site, {name: wrong}).get("/connections")
        if not wrong.startswith(value):
            assert reply.status == 303, wrong
    assert ada.get("/connections").status == 200


def test_a_session_that_was_idle_too_long_leads_to_signing_in(site: Site) -> None:
    page = site.sign_in("ada")
    expect(page.get_by_role("navigation")).to_be_visible()
    (session,) = [each["value"] for each in page.context.cookies() if "login" not in each["name"]]
    key = {"pk": {"S": PARTITION}, "sk": {"S": sha256(session.encode()).hexdigest()}}
    target = site.endpoint.target()
    target.client("dynamodb").update_item(
        TableName=target.table_name,
        Key=key,
        UpdateExpression="SET seen = :then",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":then": {"N": str(time.time() - 31 * 60)}},
    )
    page.goto(f"{site.url}/users")
    expect(page.get_by_role("button", name=PEOPLE["ada"][0])).to_be_visible()


def test_a_state_and_a_code_are_used_once_and_in_one_browser(site: Site) -> None:
    page = site.context().new_page()
    callbacks, back = list[str](), f"{site.url}/sign-in/callback?"
    page.on("request", lambda request: callbacks.append(request.url) if back in request.url else None)
    page.goto(site.url)
    login = {each["name"]: each["value"] for each in page.context.cookies()}
    page.get_by_role("button", name=PEOPLE["ada"][0]).click()
    expect(page.get_by_role("navigation")).to_be_visible()
    (callback,) = callbacks
    path = callback.removeprefix(site.url)
    assert Raw(site, login).get(path).status == 400  # the same state again, in the same browser
    assert Raw(site, {}).get(path).status == 400  # and in another
    second = site.context().new_page()
    second.goto(site.url)
    state = re.search(r"[?&]state=([^&]+)", second.url)
    code = re.search(r"[?&]code=([^&]+)", callback)
    assert state
    assert code
    second.goto(f"{site.url}/sign-in/callback?state={state[1]}&code={code[1]}")
    expect(second.get_by_role("alert")).to_contain_text("refused the code")
    assert second.get_by_role("navigation").count() == 0


def test_without_a_session_a_form_is_refused_and_a_page_leads_to_signing_in(site: Site) -> None:
    nobody = Raw(site, {})
    assert nobody.post("/connections", {"label": "x"}, Origin=nobody.origin).status == 401
    assert nobody.get("/users").status == 303


def test_every_page_forbids_what_no_page_needs(ada: Raw) -> None:
    headers = ada.get("/users").headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    for each in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert each in policy
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
