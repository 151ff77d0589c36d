"""The days of the two roles, in a browser, on the deployed stack with IAM enforced."""

import json
import os
import subprocess
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lambdas.operations.problems import NotFound
from scimctl.local.provider import PEOPLE
from tests.e2e.console.site import SECONDS, Site, confirm, settled
from tests.e2e.endpoint import SECRETS, Endpoint
from tests.e2e.local_cloud import COMMAND_SECONDS, SCIMCTL
from tests.e2e.scenarios.actors import Entra

SCIMPROBE = SCIMCTL.with_name("scimprobe")


def simulate(endpoint: Endpoint, *options: str) -> dict[str, Any]:
    """Provision as Entra ID does, with scimprobe and nothing but what the console showed."""
    command = [str(SCIMPROBE), "simulate", endpoint.tenant_url, *options, "--output", "json"]
    variables = os.environ | {"SCIM_TOKEN": endpoint.token}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def tabs(page: Page) -> list[str]:
    return page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()


def test_somebody_without_a_role_stays_outside(site: Site) -> None:
    page = site.sign_in("nora")
    expect(page.get_by_role("alert")).to_contain_text("no role in this console")
    expect(page.get_by_role("alert")).to_contain_text("SystemTechnician")
    assert tabs(page) == []


def test_a_technician_has_the_configuration_and_the_log_and_no_pages_of_people(site: Site) -> None:
    tim = site.page("tim")
    assert tabs(tim) == ["Overview", "SCIM configuration", "Guard", "SCIM log", "Webhooks", "Activity", "Environment"]
    settled(tim)
    for path in ("/users", "/groups", "/permission-sets", "/permission-sets/people", "/new-user", "/sessions"):
        tim.goto(f"{site.url}{path}")
        expect(tim.get_by_role("alert")).to_contain_text("for administrators")


def test_a_technician_rotates_a_token_with_grace_and_ends_the_connection(site: Site) -> None:
    tim = site.page("tim", "/connections")
    tim.get_by_label("Label").fill("Entra ID, to be rotated")
    tim.get_by_role("button", name="Generate").click()
    first = site.generated(tim)
    assert first.send("GET", "/Users?count=0").status == 200
    tim.get_by_role("link", name="Done").click()
    confirm(tim, "Rotate")
    second = site.generated(tim)
    assert first.token != second.token
    assert [each.send("GET", "/Users?count=0").status for each in (first, second)] == [200, 200]
    tim.get_by_role("link", name="Done").click()
    confirm(tim, "Regenerate")
    third = site.generated(tim)
    assert second.tenant_url != third.tenant_url
    assert third.send("GET", "/Users?count=0").status == 200
    with pytest.raises(NotFound):  # a cached check may still accept the old token for a minute
        site.endpoint.access().connection(second.tenant_url.rpartition("/")[2])
    tim.get_by_role("link", name="Done").click()
    confirm(tim, "Disable")
    expect(tim.get_by_role("status")).to_contain_text("Disabled")
    assert tim.get_by_role("button", name="Delete").count() == 0


def test_an_oauth_client_gets_access_tokens_at_the_shown_endpoint(site: Site) -> None:
    tim = site.page("tim", "/connections")
    tim.get_by_label("Label").fill("OAuth")
    tim.get_by_role("button", name="Generate").click()
    tim.get_by_role("link", name="Done").click()
    tim.get_by_role("button", name="Create a client with a secret").click()
    client = site.generated(tim, "Client Secret")
    endpoint, client_id = (
        tim.get_by_label(each, exact=True).input_value() for each in ("Token Endpoint", "Client Identifier")
    )
    form = f"grant_type=client_credentials&client_id={client_id}&client_secret={client.token}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    granted = site.endpoint.send("POST", endpoint, form, token="", headers=headers)
    assert granted.status == 200, granted.content
    token = granted.json["access_token"]
    SECRETS.add(token)
    assert client.send("GET", "/Users?count=0", token=token).status == 200


def test_from_generating_to_an_explained_failure(site: Site) -> None:
    """Generate, simulate with the shown token, see the users, map a group, see the effect, explain a failure, disable."""
    ada = site.page("ada", "/connections")
    ada.get_by_label("Label").fill("Entra ID, by click")
    ada.get_by_role("button", name="Generate").click()
    endpoint = site.generated(ada)
    simulate(endpoint, "--users", "4", "--groups", "1")
    ada.goto(f"{site.url}/users")
    expect(ada.get_by_role("row").nth(1)).to_be_visible()

    entra = Entra(endpoint)
    user = entra.provision("grace.hopper@console.example")
    entra.provision_group("Console sales", user)
    ada.goto(f"{site.url}/users")
    ada.get_by_role("searchbox").fill("grace.hopper@console.example")
    ada.get_by_role("button", name="Find").click()
    ada.get_by_role("link", name="grace.hopper@console.example").click()
    expect(ada.get_by_role("main")).to_contain_text("Console sales")

    ada.goto(f"{site.url}/groups?q=Console+sales")
    ada.get_by_role("link", name="Console sales").click()
    expect(ada.get_by_role("link", name="grace.hopper@console.example")).to_be_visible()
    ada.get_by_label("View forms").check()
    ada.get_by_role("button", name="Preview the change").click()
    row = ada.get_by_role("row").filter(has_text="grace.hopper@console.example")
    expect(row).to_contain_text("View forms")
    assert "entitlements" not in entra.read(user)
    ada.get_by_role("button", name="Save the mapping").click()
    expect(ada.get_by_role("status")).to_contain_text("mapping is saved")
    ada.goto(f"{site.url}/users/{user}")
    expect(ada.get_by_role("main")).to_contain_text("mapped group Console sales")
    assert entra.read(user)["entitlements"] == [{"value": "forms.view", "display": "View forms"}]

    assert entra.create("grace.hopper@console.example").status == 409
    ada.goto(f"{site.url}/log?user=grace.hopper%40console.example&show=failed")
    row = ada.get_by_role("row").filter(has_text="409").first
    expect(row).to_contain_text("create user")
    row.get_by_role("link").first.click()
    expect(ada.get_by_role("note")).to_contain_text("another resource has this value")

    ada.goto(f"{site.url}/users/{user}")
    confirm(ada, "Disable")
    expect(ada.get_by_role("status")).to_contain_text("Disabled")
    assert entra.read(user)["active"] is False
    ada.goto(f"{site.url}/activity")
    for action in ("create connection", "map group", "disable user"):
        expect(ada.get_by_role("row").filter(has_text=action).first).to_contain_text("ada@vendor.example")


def test_a_webhook_is_tested_and_its_event_sent_again(site: Site) -> None:
    """With the console's own role at the queues, which IAM enforces."""
    tim = site.page("tim", "/webhooks")
    tim.get_by_role("link", name="sign-in").click()
    tim.get_by_role("button", name="Send a test event").click()
    expect(tim.get_by_role("status")).to_contain_text("on its way")
    row = tim.get_by_role("row").filter(has_text="feed:add").first
    deadline = time.monotonic() + SECONDS
    while not row.count():
        assert time.monotonic() < deadline, "the test event was not attempted"
        tim.wait_for_timeout(500)
        tim.reload()
    row.get_by_role("button", name="Resend").click()
    expect(tim.get_by_role("status")).to_contain_text("on its way")


def test_an_administrator_sees_who_is_signed_in_and_is_asked_before_ending_sessions(site: Site) -> None:
    site.page("tim", None).context.close()
    ada = site.page("ada", "/sessions")
    row = ada.get_by_role("row").filter(has_text="tim@vendor.example")
    expect(row).to_contain_text("Technician")
    row.locator("summary").click()
    expect(row.get_by_role("button", name="End all sessions")).to_be_visible()
    expect(row).to_contain_text("remove the role at the identity provider first")


def test_a_tried_sign_in_shows_the_claims_and_leaves_the_session(site: Site) -> None:
    tim = site.page("tim", "/environment")
    tim.get_by_role("button", name="Try a sign-in").click()
    tim.get_by_role("button", name=PEOPLE["nora"][0]).click()
    expect(tim.get_by_role("alert")).to_contain_text("gives no role")
    expect(tim.get_by_role("main")).to_contain_text("nora@vendor.example")
    tim.get_by_role("link", name="Done").click()
    expect(tim.get_by_role("main")).to_contain_text("tim@vendor.example")


def test_signing_out_ends_the_session_here_and_asks_the_provider(site: Site) -> None:
    page = site.sign_in("ada")
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out of the local identity provider").click()
    expect(page.get_by_role("main")).to_contain_text("You are signed out")
    page.goto(site.url)
    expect(page.get_by_role("button", name=PEOPLE["ada"][0])).to_be_visible()
