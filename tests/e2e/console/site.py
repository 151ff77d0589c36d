"""A deployed console in a browser: its pages, signed in as one of the local cloud's people."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from scimctl.local.provider import PEOPLE
from scimctl.local_state import PROJECT
from tests.e2e.endpoint import SECRETS, Endpoint

SECONDS = 60
"""How long an element may take to appear: the functions of the local cloud start in seconds when the machine is busy."""

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = "axe.run().then(found => found.violations.map(each => each.id + ' ' + each.nodes.map(n => n.html).join()))"

expect.set_options(timeout=SECONDS * 1000)


@dataclass
class Site:
    """The console of one environment."""

    endpoint: Endpoint
    browser: Browser
    _states: dict[str, Any] = field(default_factory=dict)
    """The cookies of each person who has signed in."""

    @property
    def url(self) -> str:
        """The console's address."""
        return f"{self.endpoint.state.base_url}/console"

    def context(self, *, width: int = 1280, dark: bool = False, state: Any = None) -> BrowserContext:
        """A new browser profile, with the cookies of a person or without any."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 860},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # a color that changes slowly is not the one to judge
            storage_state=state,
        )
        context.set_default_timeout(SECONDS * 1000)
        return context

    def sign_in(self, person: str) -> Page:
        """Open the console in a new profile and sign in as a person; the page shows what comes of it."""
        page = self.context().new_page()
        page.goto(self.url)
        page.get_by_role("button", name=PEOPLE[person][0]).click()
        page.wait_for_url(f"{self.endpoint.state.base_url}/**")
        return page

    def page(self, person: str, path: str | None = "", **look: Any) -> Page:
        """A page of the console in a profile of its own, signed in as a person; an empty one without a path."""
        if person not in self._states:
            signed_in = self.sign_in(person)
            expect(signed_in.get_by_role("navigation")).to_be_visible()
            self._states[person] = signed_in.context.storage_state()
            signed_in.context.close()
        page = self.context(state=self._states[person], **look).new_page()
        if path is not None:
            page.goto(self.url + path)
        return page

    def cookies(self, person: str) -> dict[str, str]:
        """The cookies of a person who has signed in, by name."""
        self.page(person, None).context.close()
        return {each["name"]: each["value"] for each in self._states[person]["cookies"]}

    def generated(self, page: Page, label: str = "Secret Token") -> Endpoint:
        """The endpoint as an identity provider reaches it with the values that a page shows."""
        tenant_url, token = (page.get_by_label(each, exact=True).input_value() for each in ("Tenant URL", label))
        SECRETS.add(token)
        return Endpoint(self.endpoint.state, self.endpoint.state_directory, tenant_url, token)


def confirm(page: Page, action: str) -> None:
    """Click an action that asks first, and confirm it."""
    page.locator("summary", has_text=action).first.click()
    page.get_by_role("button", name=action, exact=True).click()


def settled(page: Page) -> Page:
    """The page, once the parts that wait for the log are there."""
    expect(page.locator(".waiting")).to_have_count(0)
    return page


def violations(page: Page) -> list[str]:
    """What axe-core finds against the accessibility of a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(VIOLATIONS)
    return found
