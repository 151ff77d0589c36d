"""The set-up link from both ends: the operator makes it, the customer's administrator generates the secret and watches."""

from playwright.sync_api import Page, expect

from tests.e2e.console.site import Site
from tests.e2e.console.test_days import simulate
from tests.e2e.scenarios.actors import Entra


def link_of(site: Site, label: str) -> str:
    """A new link, made by an operator."""
    connection = site.endpoint.create_connection(label=label).connection
    page = site.page("tim", f"/connections/{connection.id}")
    page.get_by_role("button", name="Create a set-up link").click()
    link = page.get_by_label("Set-up link", exact=True).input_value()
    page.context.close()
    return link


def customer(site: Site) -> Page:
    """The browser of somebody without an account."""
    return site.context().new_page()


def test_the_administrator_sets_up_and_watches_what_arrives(site: Site) -> None:
    link = link_of(site, "by link")
    scanner = site.context(state=None).request
    for _ in range(2):
        assert scanner.get(link).status == 200  # mail scanners open links
    page = customer(site)
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Okta").click()
    expect(page.get_by_role("main")).to_contain_text("SCIM connector base URL")
    page.get_by_role("button", name="Generate the Secret Token").click()
    endpoint = site.generated(page)
    expect(page.get_by_text("Test Connection: not yet")).to_be_visible()
    simulate(endpoint, "--users", "2", "--groups", "1")
    for milestone in ("Test Connection", "First user", "First group"):
        expect(page.get_by_text(f"{milestone}: arrived")).to_be_visible()
    entra = Entra(endpoint)
    entra.provision("set.up@console.example")
    assert entra.create("set.up@console.example").status == 409
    expect(page.get_by_role("note")).to_contain_text("another resource has this value")

    stranger = customer(site)
    stranger.goto(link)
    expect(stranger.get_by_role("alert")).to_contain_text("used already")
    page.goto(f"{site.url}/setup/steps")
    expect(page.get_by_role("main")).to_contain_text("The secret was generated")
    page.goto(f"{site.url}/users")
    expect(page.get_by_role("button", name="Ada Lovelace")).to_be_visible()


def test_a_revoked_link_says_whom_to_ask(site: Site) -> None:
    connection = site.endpoint.create_connection(label="to be revoked").connection
    page = site.page("tim", f"/connections/{connection.id}")
    page.get_by_role("button", name="Create a set-up link").click()
    link = page.get_by_label("Set-up link", exact=True).input_value()
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
    stranger = customer(site)
    stranger.goto(link)
    expect(stranger.get_by_role("alert")).to_contain_text("Ask the person who sent it")


def test_the_log_holds_the_route_of_a_link_and_never_its_secret(site: Site) -> None:
    from tests.e2e.endpoint import now

    since = now()
    link = link_of(site, "logged")
    page = customer(site)
    page.goto(link)
    record = site.endpoint.wait_for_record(lambda each: each.get("route") == "/setup", since)
    assert record["event"] == "console.request"
    secret = link.rpartition(".")[2]
    assert secret not in "".join(event.message for event in site.endpoint.log(since))
