"""The example product beside the deployed stack with IAM enforced: started by its one command, used in a real browser.

Users are provisioned with Entra ID's requests, sign in at the local cloud's OpenID Provider, and leave by webhooks.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from scimctl.local import provider
from scimctl.local_state import PROJECT
from tests.e2e.browsers import chromium
from tests.e2e.endpoint import Endpoint
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.scenarios.actors import Entra, Operator

ENVIRONMENT, DIRECTORY = "forms-admin", "example-product"

START_SECONDS = 120

SECONDS = 60
"""How long anything may take: the functions of the local cloud start in seconds when the machine is busy."""


@dataclass
class Example:
    """The running product."""

    url: str
    browser: Browser
    entra: Entra
    operator: Operator
    lines: list[str]
    """What the command printed."""

    def page(self) -> Page:
        """A page in a browser profile of its own."""
        context = self.browser.new_context()
        context.set_default_timeout(SECONDS * 1000)
        return context.new_page()

    def sign_in(self, person: str, page: Page | None = None) -> Page:
        """Sign in as one of the provider's users; the page shows what comes of it."""
        page = page or self.page()
        page.goto(self.url)
        page.get_by_role("link", name="Sign in with your organization").click()
        choose(page, person)
        page.wait_for_url(f"{self.url}/**")
        return page

    def user(self, person: str) -> str:
        """The id of a provisioned user."""
        return str(self.entra.match("User", provider.USERS[person].user_name)[0]["id"])


def choose(page: Page, person: str) -> None:
    """Click a person at the provider."""
    user = provider.USERS[person]
    page.get_by_role("button", name=f"{user.name} {user.note}").click()


@pytest.fixture(scope="module")
def example(local_cloud: LocalCloud, deployed: Callable[[str], Endpoint]) -> Iterator[Example]:
    endpoint = deployed(ENVIRONMENT)
    url = f"http://127.0.0.1:{local_cloud.receiver}"
    job = endpoint.seen_by(endpoint.create_connection(directory=DIRECTORY))
    command = [sys.executable, "-m", "examples.product.local", "--environment", ENVIRONMENT, "--directory", DIRECTORY]
    with (
        subprocess.Popen(
            [*command, "--url", url],
            cwd=PROJECT,
            env=local_cloud.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
        chromium() as browser,
    ):
        try:
            lines = until(process, "Press Ctrl-C")
            yield Example(url, browser, Entra(job), Operator(local_cloud, ENVIRONMENT), lines)
        finally:
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0, output
    labels = [each.connection.label for each in endpoint.access().all()]
    assert "make example" not in labels, "it deletes the connections that it made"
    assert local_cloud.processes(), "and leaves a local cloud that ran before"


def until(process: "subprocess.Popen[str]", text: str) -> list[str]:
    """The lines that a command prints, up to one with a text."""
    assert process.stdout is not None
    lines: list[str] = []
    overdue = threading.Timer(START_SECONDS, process.kill)
    overdue.start()
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if text in line:
                return lines
    finally:
        overdue.cancel()
    raise AssertionError("\n".join(lines))


def is_out(page: Page, url: str) -> float:
    """Wait until the product asks for a sign-in, and return the seconds."""
    began = time.monotonic()
    while page.goto(url) and page.get_by_role("heading", name="Sign in").count() == 0:
        assert time.monotonic() - began < SECONDS
        time.sleep(0.2)
    return time.monotonic() - began


def test_the_command_prints_the_addresses_and_who_can_sign_in(example: Example) -> None:
    printed = "\n".join(example.lines)
    for each in (example.url, "examples.product.desktop", "/console", *(one.name for one in provider.USERS.values())):
        assert each in printed


def test_a_users_whole_life_from_provisioning_to_the_end_of_the_session(example: Example) -> None:
    person = provider.USERS["edsger"]
    page = example.sign_in("edsger")
    expect(page.get_by_role("alert")).to_contain_text("not provisioned")

    user = example.entra.provision(person.user_name, {"externalId": person.object_id, "displayName": person.name})
    group = example.entra.provision_group("Example inspectors", user)
    example.operator.run(f"permissions map 'Example inspectors' forms.view --directory {DIRECTORY}")
    example.sign_in("edsger", page)
    expect(page.get_by_role("heading")).to_have_text(f"Welcome, {person.name}")
    page.get_by_role("link", name="forms.view").click()
    expect(page.get_by_role("heading")).to_have_text("forms.view")
    forbidden = page.goto(f"{example.url}/pages/users.manage")
    assert forbidden is not None
    assert forbidden.status == 403

    example.entra.remove(group, user)
    deadline = time.monotonic() + SECONDS
    while (answer := page.goto(f"{example.url}/pages/forms.view")) and answer.status != 403:
        assert time.monotonic() < deadline, "the page of a left group is still there"
        time.sleep(0.2)

    # Entra ID disables a user who is unassigned from the application.
    example.entra.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"})
    seconds = is_out(page, example.url)
    sys.stdout.write(f"Out after {seconds:.1f} s.\n")
    example.sign_in("edsger", page)
    expect(page.get_by_role("alert")).to_contain_text("is disabled")


@pytest.mark.parametrize("person", ["joan", "mallory"])
def test_a_disabled_user_and_one_of_another_tenant_with_the_same_address_stay_outside(
    example: Example, person: str
) -> None:
    assert provider.USERS["mallory"].user_name == provider.USERS["grace"].user_name
    page = example.sign_in(person)
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(example.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_desktop_client_signs_in_by_its_own_machine_and_ends_with_the_session(example: Example) -> None:
    command = [sys.executable, "-m", "examples.product.desktop", example.url]
    variables = os.environ | {"BROWSER": "echo %s"}  # prints the URL that a browser would open
    with subprocess.Popen(
        command, cwd=PROJECT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as client:
        (url,) = until(client, "/oauth2/authorize?")
        page = example.page()
        page.goto(url)
        choose(page, "alan")
        expect(page.locator("body")).to_have_text("You can close this window.")
        assert page.url.startswith("http://127.0.0.1:")
        assert until(client, "alan.turing@example.com") == ["alan.turing@example.com: forms.view"]
        example.entra.patch(f"/Users/{example.user('alan')}", {"op": "Replace", "path": "active", "value": "False"})
        until(client, "The product ended your session.")
        assert client.wait(SECONDS) == 1


def test_a_guest_sets_a_password_with_a_link_and_signs_in(example: Example) -> None:
    administrator = example.sign_in("grace")
    administrator.get_by_role("link", name="Invite users").click()
    administrator.get_by_role("listitem").filter(has_text="guest@example.com").get_by_role("button").click()
    link = administrator.get_by_role("status").locator("code").inner_text()

    guest = example.page()
    guest.goto(link)
    guest.get_by_label("New password").fill("correct horse battery staple")
    guest.get_by_role("button", name="Set the password").click()
    guest.get_by_label("User name").fill("guest@example.com")
    guest.get_by_label("Password").fill("correct horse battery staple")
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("heading")).to_have_text("Welcome, guest@example.com")
    example.operator.run(f"users disable guest@example.com --directory {DIRECTORY}")
    is_out(guest, example.url)
