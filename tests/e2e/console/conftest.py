"""The consoles of the deployed environments, and the people who sign in to them with the local cloud's OpenID Provider."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsers import chromium
from tests.e2e.console.site import Site
from tests.e2e.endpoint import Endpoint
from tests.e2e.scenarios.actors import Entra

SiteOf = Callable[[str], Site]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, which starts within a second or two."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def site_of(browser: Browser, deployed: Callable[[str], Endpoint]) -> SiteOf:
    """Returns the console of an environment, which is deployed when it is not yet."""
    known: dict[str, Site] = {}

    def site(name: str) -> Site:
        if name not in known:
            known[name] = Site(deployed(name), browser)
        return known[name]

    return site


@pytest.fixture(scope="module")
def site(site_of: SiteOf) -> Site:
    """The console of the forms platform, whose administrators map groups."""
    return site_of("forms-admin")


@pytest.fixture(scope="module")
def entra(site: Site) -> Entra:
    """The Entra ID that is connected with it."""
    return Entra(site.endpoint)
