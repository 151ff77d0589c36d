"""What operators do on the pages: users by hand, OAuth clients, previews, a tried sign-in, a set-up with an OAuth client."""

import csv
import io
import json

import pytest

from lambdas.console.app import Console
from lambdas.console.pages.new_user import attributes_of
from lambdas.environment.file import load
from support.console_browser import Browser
from tests.unit.console.conftest import ConsoleOf, authorize, sign_in
from tests.unit.console.test_pages import generate, provision, records

MICROSOFT = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"


@pytest.fixture
def mobile(console_of: ConsoleOf) -> Browser:
    """The browser of an administrator of the forms platform for mobile teams, which requires and allows attributes."""
    browser = Browser(console_of(load("forms-mobile", "local")))
    assert sign_in(browser, "ada").status == 303
    return browser


def guest(browser: Browser, **changed: str) -> dict[str, str]:
    values = {"userName": "guest@mobile.example", "name.givenName": "G", "name.familyName": "T", "userType": "Premium"}
    return {"csrf": browser.get("/console/new-user").csrf, "emails.value": "guest@mobile.example", **values, **changed}


def test_the_form_of_a_user_asks_for_what_the_environment_requires(mobile: Browser):
    text = mobile.get("/console/new-user").text
    assert 'name="userType"' in text
    for value in ("<option>Premium</option>", "<option selected>Standard</option>"):
        assert value in text


def test_a_user_created_by_hand_signs_in_with_a_password_and_is_recorded(mobile: Browser):
    created = mobile.post("/console/new-user", guest(mobile))
    assert created.status == 303
    text = mobile.get(created.location).text
    assert "by hand" in text
    assert '<option value="built-in" selected>' in text
    (made,) = [each for each in records(mobile.console) if each.get("route") == "/Users"]
    assert (made["operator"], made["status"]) == ("ada@vendor.example", 201)


def test_a_refused_user_keeps_what_was_entered_and_says_why(mobile: Browser):
    assert mobile.post("/console/new-user", guest(mobile)).status == 303
    again = mobile.post("/console/new-user", guest(mobile, displayName="<b>Kept</b>"))
    assert again.status == 409
    assert 'role="alert"' in again.text
    assert 'value="&lt;b&gt;Kept&lt;/b&gt;"' in again.text


def test_entered_texts_become_attributes_by_their_paths():
    entered = {"userName": " a ", "name.givenName": "G", "emails.value": "a@b", "urn:x:y:z:folder": "N", "title": " "}
    assert attributes_of(entered) == {
        "active": True,
        "userName": "a",
        "name": {"givenName": "G"},
        "emails": [{"value": "a@b", "type": "work", "primary": True}],
        "urn:x:y:z": {"folder": "N"},
    }


def test_the_csv_has_the_source_and_no_formulas(console: Console, ada: Browser):
    provision(console, ada, "User", userName="=cmd|x", displayName="+1")
    (_, row) = csv.reader(io.StringIO(ada.get("/console/users.csv").text))
    assert (row[0], row[1], row[-1]) == ("'=cmd|x", "'+1", "provisioned")


def test_a_client_is_created_rotated_and_revoked_and_its_secret_shown_once(console: Console, tim: Browser):
    path = f"/console/connections/{generate(tim, label='OAuth').value_of('user-name')}"
    created = tim.post(f"{path}/clients", {"csrf": tim.get(path).csrf, "kind": "secret"})
    client, secret = created.value_of("client-id"), created.value_of("client-secret")
    assert created.value_of("token-endpoint").endswith("/scim/oauth2/token")
    assert client in tim.get(path).text
    assert secret not in tim.get(path).text
    rotated = tim.post(f"{path}/clients/{client}/rotate", {"csrf": tim.get(path).csrf})
    assert rotated.value_of("client-secret") != secret
    assert tim.post(f"{path}/clients/{client}/revoke", {"csrf": tim.get(path).csrf}).status == 303
    assert client not in tim.get(path).text
    assert secret not in json.dumps(records(console))


def test_a_client_of_another_connection_is_not_changed(tim: Browser):
    path, other = (f"/console/connections/{generate(tim, label=each).value_of('user-name')}" for each in "ab")
    client = tim.post(f"{path}/clients", {"csrf": tim.get(path).csrf}).value_of("client-id")
    assert tim.post(f"{other}/clients/{client}/revoke", {"csrf": tim.get(path).csrf}).status == 409
    assert client in tim.get(path).text


def test_a_federated_client_has_no_secret_and_a_wrong_issuer_is_explained(tim: Browser):
    path = f"/console/connections/{generate(tim, label='OAuth').value_of('user-name')}"
    audience = "22222222-2222-3333-4444-555555555555"
    form = {"csrf": tim.get(path).csrf, "kind": "federated", "issuer": MICROSOFT, "subject": audience}
    created = tim.post(f"{path}/clients", {**form, "audience": audience})
    assert created.status == 200, created.text
    assert 'id="client-secret"' not in created.text
    wrong = tim.post(f"{path}/clients", {**form, "audience": audience, "issuer": "https://evil.example"})
    assert wrong.status == 409
    assert "issuer" in wrong.text


def test_a_preview_names_the_members_who_gain_or_lose_and_changes_nothing(console: Console, ada: Browser):
    both = provision(console, ada, "User", userName="both@example.com")
    one = provision(console, ada, "User", userName="one@example.com")
    sales = provision(console, ada, "Group", displayName="Sales", members=[{"value": both}, {"value": one}])
    support = provision(console, ada, "Group", displayName="Support", members=[{"value": both}])
    view, edit = console.environment.permissions.sets[:2]
    for group in (sales, support):
        path = f"/console/groups/{group}"
        assert ada.post(f"{path}/sets", {"csrf": ada.get(path).csrf, "set": view.id}).status == 303
    path = f"/console/groups/{sales}"
    text = ada.post(f"{path}/preview", {"csrf": ada.get(path).csrf, "set": edit.id}).text
    rows = {each.partition("</td>")[0]: each for each in text.split('data-label="User" class="main">')[1:]}
    assert edit.name in rows["both@example.com"]
    assert view.name not in rows["both@example.com"]
    assert view.name in rows["one@example.com"]
    assert "mapped group Sales" in ada.get(f"/console/users/{one}").text


def test_a_tried_sign_in_shows_the_claims_and_begins_no_session(console: Console, tim: Browser):
    begun = tim.post("/console/environment/try-sign-in", {"csrf": tim.get("/console/environment").csrf})
    shown = tim.get(authorize(tim.get(begun.location).location, "nora"))
    assert shown.status == 200
    assert "gives no role" in shown.text
    assert "nora@vendor.example" in shown.text
    assert "tim@vendor.example" in tim.get("/console/environment").text
    stranger = Browser(console)
    answer = stranger.get(authorize(stranger.get(begun.location).location, "ada"))
    assert answer.status == 200
    assert stranger.get("/console/environment").status == 303  # it was no sign-in


@pytest.mark.parametrize("then", ["revoke-set-up-link", "set-up-link"])
def test_revoking_or_replacing_a_link_ends_the_session_that_it_was_exchanged_for(
    console: Console, ada: Browser, then: str
):
    path = f"/console/connections/{generate(ada, label='Entra ID').value_of('user-name')}"
    link = ada.post(f"{path}/set-up-link", {"csrf": ada.get(path).csrf}).value_of("link").replace("&amp;", "&")
    customer = Browser(console)
    assert customer.post("/console/setup", {"link": link.partition("link=")[2]}).status == 303
    csrf = customer.get("/console/setup/steps").csrf
    ada.post(f"{path}/{then}", {"csrf": ada.get(path).csrf})
    assert customer.get("/console/setup/steps").status == 410
    assert customer.post("/console/setup/generate", {"csrf": csrf}).status == 410


def test_a_set_up_link_generates_an_oauth_client_instead_of_a_token(console: Console, ada: Browser):
    path = f"/console/connections/{generate(ada, label='Entra ID').value_of('user-name')}"
    link = ada.post(f"{path}/set-up-link", {"csrf": ada.get(path).csrf}).value_of("link").replace("&amp;", "&")
    customer = Browser(console)
    assert customer.post("/console/setup", {"link": link.partition("link=")[2]}).status == 303
    csrf = customer.get("/console/setup/steps").csrf
    made = customer.post("/console/setup/generate", {"csrf": csrf, "kind": "client"})
    assert made.value_of("client-secret")
    assert made.value_of("client-identifier") in ada.get(path).text
    assert customer.post("/console/setup/generate", {"csrf": csrf, "kind": "token"}).status == 409
