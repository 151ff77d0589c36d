"""The OpenID Provider of the local cloud: its people, its page, and nothing of a debugger or another host."""

import base64
import html
import json
import re
from urllib.parse import parse_qs, urlsplit

from scimctl.local import checks, provider


def page(path: str) -> str:
    answer = provider.build().test_client().get(path)
    assert answer.status_code == 200
    return str(answer.text)


AUTHORIZE = (
    "/oauth2/authorize?response_type=code&client_id=console&redirect_uri=http://127.0.0.1/x&scope=openid&state=s"
)


def test_each_person_is_a_button_with_the_role():
    text = page(AUTHORIZE)
    for sub, (name, roles) in provider.PEOPLE.items():
        button = re.search(rf'<button name="sub" value="{sub}">{name}\n<small>(.*)</small>', text)
        assert button
        assert button[1] == (roles[0] if roles else "no role")


def test_a_products_page_has_its_users_and_no_operators():
    text = page(AUTHORIZE.replace("client_id=console", "client_id=product"))
    shown = re.findall(r'<button name="sub" value="(\w+)">(.*)\n<small>(.*)</small>', text)
    assert [(sub, html.unescape(name)) for sub, name, _ in shown] == [
        (s, each.name) for s, each in provider.USERS.items()
    ]
    assert provider.PEOPLE.keys().isdisjoint(provider.USERS)


def test_a_public_client_redeems_its_code_without_a_secret_for_the_claims_of_entra():
    browser = provider.build().test_client()
    url = AUTHORIZE.replace("client_id=console", "client_id=desktop")
    code = parse_qs(urlsplit(browser.post(url, data={"sub": "grace"}).location).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "desktop",
        "redirect_uri": "http://127.0.0.1/x",
    }
    redeemed = browser.post("/oauth2/token", data=form)
    assert redeemed.status_code == 200, redeemed.text
    part = redeemed.json["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    grace = provider.USERS["grace"]
    assert (claims["tid"], claims["oid"], claims["aud"]) == (provider.TENANT, grace.object_id, ["desktop"])


def test_the_stranger_has_all_of_a_users_claims_but_the_tenant():
    grace, mallory = provider.USERS["grace"], provider.USERS["mallory"]
    assert (mallory.user_name, mallory.object_id) == (grace.user_name, grace.object_id)
    assert mallory.tenant != grace.tenant


def test_pages_load_nothing_from_another_host():
    for path in (AUTHORIZE, "/oauth2/end_session?post_logout_redirect_uri=http://127.0.0.1/x"):
        assert not re.search(r'(?:href|src)="https?://', page(path))


def test_no_browser_can_run_code_in_it():
    app = provider.build()
    assert not app.debug
    assert "Debugged" not in type(app.wsgi_app).__name__


def test_its_port_is_the_one_after_the_local_cloud_s_when_that_is_free():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert checks.free_port_near(port) > port
        assert checks.free_port_near(port + 1, first=port) > port, "the last one is taken"


def test_its_port_is_the_last_one_when_that_is_free():
    free = checks.free_port_near(25000)
    assert checks.free_port_near(26000, first=free) == free
