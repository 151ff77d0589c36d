"""Which tests run together in one worker: those that share something that takes long to make, such as a local cloud.

pytest-xdist has ``--dist loadgroup`` for that. Its release 3.8.0 marks groups in an attribute that pytest 9.2 no longer has, so
that it scatters them without a word.
"""

import re

from xdist.scheduler import LoadScopeScheduling

CROWDS = {"test_console_costs.py", "test_costs.py", "test_large_answers.py"}
"""Files of the storage tier that share a directory of 100,000 users."""

OWN_CLOUD = {"test_local_cloud.py": "TestARunningOne", "test_side_by_side.py": "TestBesideEachOther"}
"""Files of the end-to-end tier that start local clouds of their own, with the class in each that uses the one of all others."""


class ByWhatIsShared(LoadScopeScheduling):
    """Sends all tests of a group to one worker, the largest groups first, and every other test to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the name of the group that a test belongs to; a test that shares nothing is a group of its own."""
    path, _, test = nodeid.partition("::")
    _, tier, *folders = path.split("/")
    file = folders.pop()
    if tier == "e2e" and not (file in OWN_CLOUD and not test.startswith(OWN_CLOUD[file])):
        return "e2e scenarios" if folders else "e2e endpoint"
    if tier == "storage" and file == "test_faults.py" and (operation := re.search(r"\[(.*)-\w+\]$", test)):
        return f"faults of {operation[1]}"
    if tier == "storage" and file in CROWDS:
        return "crowds"
    return {"e2e": path, "storage": path, "infra": "infra"}.get(tier, nodeid)
