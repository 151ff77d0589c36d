"""The end-to-end tier: the real stack, deployed once for all tests to a local cloud that enforces IAM."""

import os
from collections.abc import Callable, Iterator

import pytest

from scimctl.local_state import read_states
from tests.e2e.endpoint import FIVE, SECRETS, Endpoint
from tests.e2e.local_cloud import LocalCloud, free_port
from tests.scheduling import group_of


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of a test that looks at what all others left."""
    config.addinivalue_line("markers", "last: runs when all other tests are done")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run such tests last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[LocalCloud]:
    """A running local cloud of this test run only. Tests share it: none stops it or empties it."""
    cloud = LocalCloud(tmp_path_factory.mktemp("cloud") / ".local", free_port(), receiver=free_port())
    names = ["local", *_needed_here(request.session)]
    started = cloud.up(*(part for name in names for part in ("--environment", name)))
    try:
        assert started.returncode == 0, f"scimctl local up failed:\n{started.stdout}{started.stderr}"
        yield cloud
    finally:
        cloud.abandon()


def _needed_here(session: pytest.Session) -> list[str]:
    """Return the environments that the other tests of the first test's group need, which takes one deployment with the first.

    They are those of a whole run; a run of a few files deploys each environment on first use.
    """
    first, collected = os.environ["PYTEST_CURRENT_TEST"], {item.path.name for item in session.items}
    needed = {"e2e scenarios": ("test_all_five.py", FIVE), "e2e endpoint": ("test_side_by_side.py", ["example"])}
    file, names = needed.get(group_of(first), ("", []))
    return names if file in collected and {"test_check.py", "test_probe.py"} <= collected else []


@pytest.fixture(scope="session")
def endpoint(local_cloud: LocalCloud) -> Endpoint:
    """The deployed endpoint. Its own directory is shared by all tests: one that counts makes a directory of its own,
    with `endpoint.seen_by(endpoint.create_connection(directory="..."))`.
    """
    endpoint = Endpoint.of(local_cloud.directory)
    SECRETS.add(endpoint.token)
    return endpoint


@pytest.fixture(scope="session")
def deployed(local_cloud: LocalCloud, request: pytest.FixtureRequest) -> Callable[[str], Endpoint]:
    """Gives the endpoint of an environment by its name, such as `deployed("compliance")`.

    It is deployed from its own file, with the local cloud or on first use, beside the others of this run, and is then shared by
    all tests that ask for it: none of them destroys it. Of the five worked environments, all are deployed at once when tests of
    all of them are to run.
    """
    known: dict[str, Endpoint] = {}
    together = FIVE if any(item.path.name == "test_all_five.py" for item in request.session.items) else []

    def endpoint_of(environment: str) -> Endpoint:
        if environment not in known:
            there = {each.environment for each in read_states(local_cloud.directory)}
            names = together if environment in together else [environment]
            if not there.issuperset(names):
                done = local_cloud.deploy(*names)
                assert done.returncode == 0, f"scimctl local deploy {names} failed:\n{done.stdout}{done.stderr}"
            for name in names:
                fresh = Endpoint.of(local_cloud.directory, name)
                SECRETS.add(fresh.token)
                _assert_apart(fresh, [Endpoint.of(local_cloud.directory), *known.values()])
                known[name] = fresh
        return known[environment]

    return endpoint_of


def _assert_apart(endpoint: Endpoint, others: list[Endpoint]) -> None:
    """Check that an environment shares no table, API or log group with any other of this run."""
    own = endpoint.target()
    for other in (each.target() for each in others if each.state.environment != endpoint.state.environment):
        assert own.table_name != other.table_name
        assert own.base_url != other.base_url
        assert own.log_group != other.log_group
