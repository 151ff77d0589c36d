"""The screenshots of README and docs, made anew by ``make screenshots`` so that they show the pages as they are."""

from pathlib import Path

import pytest

from tests.e2e.console.site import Site, settled
from tests.e2e.scenarios.actors import Entra

PEOPLE = ["ada.lovelace", "grace.hopper", "katherine.johnson", "lise.meitner", "marie.curie", "radia.perlman"]
PICTURES = {
    "overview": "",
    "configuration": "/connections",
    "users": "/users",
    "user": "/users/{user}",
    "log": "/log?show=all",
}
MAX_BYTES = 200_000


@pytest.fixture(scope="module")
def user(site: Site, entra: Entra) -> str:
    """A user among others, in a group, and a failure in the log."""
    ids = [entra.provision(f"{name}@contoso.example") for name in PEOPLE]
    entra.provision_group("Contoso field service", *ids)
    entra.provision_group("Contoso back office", ids[1])
    assert entra.create(f"{PEOPLE[0]}@contoso.example").status == 409
    return ids[1]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_page_is_pictured(
    site: Site, user: str, request: pytest.FixtureRequest, tmp_path: Path, name: str, dark: bool
) -> None:
    folder = Path(str(request.config.getoption("--screenshots") or tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page = settled(site.page("ada", PICTURES[name].format(user=user), dark=dark))
    picture = folder / f"console-{name}{'-dark' if dark else ''}.png"
    page.screenshot(path=picture)
    page.context.close()
    assert 10_000 < picture.stat().st_size < MAX_BYTES
