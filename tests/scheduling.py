"""Which tests run together in one worker: those that share something that takes long to make, such as a local cloud.

pytest-xdist has ``--dist loadgroup`` for that. Its release 3.8.0 marks groups in an attribute that pytest 9.2 no longer has, so
that it scatters them without a word.
"""

import re

from xdist.scheduler import LoadScopeScheduling

CROWDS = {"test_console_costs.py", "test_costs.py", "test_large_answers.py"}
"""Files of the storage tier that share a directory of 100,000 users."""

OWN_CLOUD = {
    "test_fleet.py": None,
    "test_local_cloud.py": "TestARunningOne",
    "test_side_by_side.py": "TestBesideEachOther",
}
"""Files of the end-to-end tier that start local clouds of their own, with the class in each that uses the one of all others."""

OF_A_SCENARIO = {"test_events.py", "test_guard.py", "test_webhooks.py"}
"""Files of the end-to-end tier that use an environment of the scenarios, which is so deployed once."""


class ByWhatIsShared(LoadScopeScheduling):
    """Sends all tests of a group to one worker, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the name of the group that a test belongs to: what it shares, or its file, whose fixtures are then made once.

    A test of the protocol tier is a group of its own.
    """
    path, _, test = nodeid.partition("::")
    _, tier, *folders = path.split("/")
    file = folders.pop()
    if tier == "e2e" and not _starts_a_cloud(file, test):
        return "e2e scenarios" if folders or file in OF_A_SCENARIO else "e2e endpoint"
    if tier == "storage" and file == "test_faults.py" and (operation := re.search(r"\[(.*)-\w+\]$", test)):
        return f"faults of {operation[1]}"
    if tier == "storage" and file in CROWDS:
        return "crowds"
    return {"protocol": nodeid, "infra": "infra"}.get(tier, path)


def _starts_a_cloud(file: str, test: str) -> bool:
    """Return whether a test of the end-to-end tier uses a local cloud of its file."""
    shared = OWN_CLOUD.get(file)
    return file in OWN_CLOUD and not (shared and test.startswith(shared))
