"""Repairs what a verification found, safe while requests run.

Where two items differ, member items are right over ``groups``, documents over unique values and look-ups, ids over counts. A
difference is checked again before each attempt, and repaired by one transaction that is conditional on what the check read.
"""

import time
from collections.abc import Sequence

from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed
from scimctl.maintenance.verification.checks import check
from scimctl.maintenance.verification.differences import Difference
from scimctl.maintenance.verification.facts import FactReader
from scimctl.maintenance.verification.subjects import Rest
from scimctl.maintenance.verification.survey import Progress

ATTEMPTS = 10
"""Attempts at a repair that conflicts with requests under way; after them the difference is reported."""

REQUEST_SECONDS = 30.0
"""Seconds after which every request has ended (API Gateway's limit is 29). A large new group's members are written before the
group, so members without a group are swept only after this time."""


def repair_all(
    table: Table, facts: FactReader, differences: Sequence[Difference], progress: Progress, patience: float
) -> list[Difference]:
    """Repair differences and return those that remain.

    :param patience: Seconds to wait before anything is swept: :data:`REQUEST_SECONDS` unless no request can be under way.
    """
    left: list[Difference] = []
    harmless = [each for each in differences if each.harmless]
    others = [each for each in differences if not each.harmless]
    for number, each in enumerate(others, 1):
        progress(f"{number:,} of {len(others):,} repaired")
        left += _mend(table, facts, each)
    if harmless:
        progress(f"waiting {patience:.0f} s for requests under way before sweeping")
        time.sleep(patience)
    for number, each in enumerate(harmless, 1):
        progress(f"{number:,} of {len(harmless):,} swept")
        left += _mend(table, facts, each)
    return left


def _mend(table: Table, facts: FactReader, difference: Difference) -> list[Difference]:
    """Repair one difference; return the difference that remains, if any."""
    for _ in range(ATTEMPTS):
        finding = check(table, facts, difference.subject)
        if finding is None:
            return []
        difference = finding.difference
        if isinstance(difference.subject, Rest):
            sweep_group(table, facts.directory, difference.subject.group_id)
        elif finding.repair:
            try:
                table.transact(finding.repair)
            except ConditionFailed:
                continue  # a request changed it meanwhile: check again
        else:
            break
    return [difference]
