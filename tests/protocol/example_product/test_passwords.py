"""Users with a password: guests, whom an operator created, and who are unknown to the identity provider."""

import re
import time
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from examples.product import passwords
from examples.product.directory import ScimUnavailable
from lambdas.operations.permission_store import PermissionStore
from tests.protocol.example_product.running import ADA, URL, USER, Running

RECOMMENDED = passwords.METHOD
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _hashes_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a thousandth of the work for a hash, which is most of a test's otherwise."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:32:8:3")
    monkeypatch.setattr(passwords, "NO_PASSWORD", generate_password_hash("nobody's", passwords.METHOD))


def test_a_hash_takes_the_work_that_owasp_recommends():
    assert RECOMMENDED == "scrypt:32768:8:3"


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
    product.deliver(f"/Users/{ada}", "urn:serverless-scim:event:permissions:changed")
    assert "/password/" not in product.browser.post("/invitations", data={"user": ada}).text


def test_each_signs_in_as_the_login_method_says_and_a_changed_one_ends_the_session(
    product: Running, guest: str, decisions: PermissionStore
):
    product.browser.post(invite(product, guest), data={"password": PASSWORD})
    sign_in(product)
    assert product.is_signed_in()
    decisions.set_login(guest, "external")
    product.deliver(f"/Users/{guest}", "urn:ietf:params:scim:event:prov:patch:notice")
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
    product.deliver(f"/Users/{guest}", "urn:ietf:params:scim:event:prov:deactivate")
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


def set_password(product: Running, guest: str, password: str = PASSWORD) -> None:
    link = f"/password/{product.product.passwords.invite(guest)}"
    assert product.browser.post(link, data={"password": password}).status_code == 302


def test_a_password_is_accepted_while_the_copy_is_empty_as_after_a_start(product: Running, guest: str):
    set_password(product, guest)
    assert product.directory.users() == []
    assert sign_in(product) == 200


def test_a_guest_who_is_disabled_cannot_sign_in_although_no_event_arrived(product: Running, guest: str):
    set_password(product, guest)
    product.directory.reconcile()
    assert sign_in(product) == 200
    product.change(guest, "active", value=False)
    assert sign_in(product) == 403


def test_a_guest_signs_in_by_the_copy_while_the_endpoint_does_not_answer(
    product: Running, guest: str, monkeypatch: pytest.MonkeyPatch
):
    def unavailable(path: str) -> Any:
        raise ScimUnavailable("500")

    set_password(product, guest)
    product.directory.reconcile()
    monkeypatch.setattr(product.directory, "_get", unavailable)
    assert sign_in(product, name="GUEST@example.com") == 200


def test_a_sign_in_is_to_be_tried_again_while_neither_the_endpoint_answers_nor_the_copy_is_complete(
    product: Running, guest: str, monkeypatch: pytest.MonkeyPatch
):
    def unavailable(path: str) -> Any:
        raise ScimUnavailable("500")

    set_password(product, guest)
    monkeypatch.setattr(product.directory, "_get", unavailable)
    assert [sign_in(product, name=name) for name in ("guest@example.com", "nobody@example.com")] == [503, 503]


def test_a_user_is_found_by_the_name_in_any_case_and_not_by_a_filter_in_its_place(product: Running, guest: str):
    found = product.directory.user_by_name("GUEST@example.com")
    assert found is not None
    assert found["id"] == guest
    assert product.directory.user_by_name('nobody" or userName eq "guest@example.com') is None


def test_a_new_link_replaces_the_earlier_one(product: Running, guest: str):
    passwords = product.product.passwords
    earlier, later = (f"/password/{passwords.invite(user)}" for user in (guest, guest))
    other = f"/password/{passwords.invite('another user')}"
    assert [product.browser.get(each).status_code for each in (earlier, later, other)] == [404, 200, 200]
    assert product.browser.post(earlier, data={"password": PASSWORD}).status_code == 404
    assert product.browser.post(later, data={"password": PASSWORD}).status_code == 302
    assert sign_in(product) == 200


def test_a_new_password_ends_the_sessions_of_the_user_and_of_nobody_else(product: Running, guest: str):
    sessions = product.product.sessions
    set_password(product, guest)
    assert sign_in(product) == 200
    other = sessions.begin("another user", "built-in")
    set_password(product, guest, "another password, again")
    assert not product.is_signed_in()
    assert sessions.get(other)
    assert sign_in(product) == 403, "the old password"
