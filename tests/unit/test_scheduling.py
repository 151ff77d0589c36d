"""Tests that share a local cloud, a template or a directory run in one worker; all others wherever there is room."""

import pytest

from tests.scheduling import group_of


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/e2e/test_tokens.py::test_a", "e2e endpoint"),
        ("tests/e2e/test_local_cloud.py::TestARunningOne::test_a", "e2e endpoint"),
        ("tests/e2e/test_local_cloud.py::test_a", "tests/e2e/test_local_cloud.py"),
        ("tests/e2e/test_side_by_side.py::TestBesideEachOther::test_a", "e2e endpoint"),
        ("tests/e2e/test_side_by_side.py::test_a", "tests/e2e/test_side_by_side.py"),
        ("tests/e2e/test_fleet.py::test_a", "tests/e2e/test_fleet.py"),
        ("tests/e2e/scenarios/test_devices.py::test_a", "e2e scenarios"),
        ("tests/e2e/test_events.py::test_a", "e2e scenarios"),
        ("tests/infra/test_api.py::test_a[aws]", "infra"),
        ("tests/storage/test_costs.py::test_a[x]", "crowds"),
        ("tests/storage/test_faults.py::test_a[PATCH group, add 60-LOST_ONCE]", "faults of PATCH group, add 60"),
        ("tests/storage/test_search.py::test_a", "tests/storage/test_search.py"),
        ("tests/unit/api/test_events.py::test_a[b]", "tests/unit/api/test_events.py"),
        ("tests/protocol/test_log.py::test_a[b]", "tests/protocol/test_log.py::test_a[b]"),
    ],
)
def test_a_test_belongs_to_the_group_that_shares_what_it_needs(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group
