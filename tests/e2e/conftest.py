"""The end-to-end tier: the real stack, deployed once for all tests to a local cloud that enforces IAM."""

from collections.abc import Iterator

import pytest

from tests.e2e.endpoint import SECRETS, Endpoint
from tests.e2e.local_cloud import LocalCloud, free_port


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of a test that looks at what all others left."""
    config.addinivalue_line("markers", "last: runs when all other tests are done")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run such tests last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running local cloud of this test run only. Tests share it: none stops it or empties it."""
    cloud = LocalCloud(tmp_path_factory.mktemp("cloud") / ".local", free_port())
    started = cloud.up()
    try:
        assert started.returncode == 0, f"scimctl local up failed:\n{started.stdout}{started.stderr}"
        yield cloud
    finally:
        cloud.down()


@pytest.fixture(scope="session")
def endpoint(local_cloud: LocalCloud) -> Endpoint:
    """The deployed endpoint. Its own directory is shared by all tests: one that counts makes a directory of its own,
    with `endpoint.seen_by(endpoint.create_connection(directory="..."))`.
    """
    endpoint = Endpoint.of(local_cloud.directory)
    SECRETS.add(endpoint.token)
    return endpoint
