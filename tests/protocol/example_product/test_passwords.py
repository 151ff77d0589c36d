"""Users with a password: guests, whom an operator created, and who are unknown to the identity provider."""

import re
import time

import pytest

from lambdas.operations.permission_store import PermissionStore
from tests.protocol.example_product.running import ADA, URL, USER, Running

PASSWORD = "correct horse battery staple"


@pytest.fixture
def guest(product: Running, decisions: PermissionStore) -> str:
    body = {"schemas": [USER], "userName": "Guest@example.com", "active": True}
    guest = str(product.api.post("/Users", body).json["id"])
    decisions.set_login(guest, "built-in")
    return guest


def invite(product: Running, guest: str) -> str:
    """Make a link as an administrator, sign out, and return the link's path."""
    product.provision("admin")
    product.sign_in("ada")
    page = product.browser.post("/invitations", data={"user": guest})
    product.browser.post("/sign-out")
    (link,) = re.findall(rf"{URL}(/password/[\w-]+)", page.text)
    return str(link)


def sign_in(product: Running, password: str = PASSWORD, name: str = "guest@example.com") -> int:
    form = {"name": name, "password": password}
    return product.browser.post("/sign-in/password", data=form, follow_redirects=True).status_code


def test_a_guest_sets_a_password_with_a_link_of_an_administrator_once(product: Running, guest: str):
    link = invite(product, guest)
    assert sign_in(product) == 403
    assert product.browser.post(link, data={"password": "too short"}).status_code == 200
    assert product.browser.post(link, data={"password": PASSWORD}).status_code == 302
    assert product.browser.post(link, data={"password": "another password, again"}).status_code == 404
    assert sign_in(product, "another password, again") == 403
    assert sign_in(product) == 200
    assert product.is_signed_in()


def test_a_link_is_made_by_administrators_only_and_for_users_with_a_password_only(product: Running, guest: str):
    ada = product.provision("editor")
    assert product.browser.post("/invitations", data={"user": guest}).status_code == 302
    product.sign_in("ada")
    assert product.browser.post("/invitations", data={"user": guest}).status_code == 403
    product.change(ada, "roles", [{"value": "admin", "primary": True}])
    product.tell(f"/Users/{ada}", "urn:serverless-scim:event:permissions:changed")
    assert "/password/" not in product.browser.post("/invitations", data={"user": ada}).text


def test_each_signs_in_as_the_login_method_says_and_a_changed_one_ends_the_session(
    product: Running, guest: str, decisions: PermissionStore
):
    product.browser.post(invite(product, guest), data={"password": PASSWORD})
    sign_in(product)
    assert product.is_signed_in()
    decisions.set_login(guest, "external")
    product.tell(f"/Users/{guest}", "urn:ietf:params:scim:event:prov:patch:notice")
    assert not product.is_signed_in()
    assert sign_in(product) == 403

    ada = product.directory.user_by_object_id(ADA)
    assert ada is not None
    decisions.set_login(ada["id"], "built-in")
    assert product.sign_in("ada") == 403


def test_a_disabled_guest_is_out_and_stays_out(product: Running, guest: str):
    product.browser.post(invite(product, guest), data={"password": PASSWORD})
    sign_in(product)
    product.change(guest, "active", value=False)
    product.tell(f"/Users/{guest}", "urn:ietf:params:scim:event:prov:deactivate")
    assert not product.is_signed_in()
    assert sign_in(product) == 403


def test_five_failures_lock_a_name_known_or_not_for_a_quarter_of_an_hour(
    product: Running, guest: str, monkeypatch: pytest.MonkeyPatch
):
    product.browser.post(invite(product, guest), data={"password": PASSWORD})
    for name in ("guest@example.com", "nobody@example.com"):
        assert [sign_in(product, "wrong", name) for _ in range(6)] == [403] * 5 + [429]
    assert sign_in(product) == 429, "the right password is not checked either"
    later = time.time() + 15 * 60 + 1
    monkeypatch.setattr("examples.product.passwords.time.time", lambda: later)
    assert sign_in(product) == 200
