"""Finds and repairs every inconsistency between a directory's items.

The table stores some facts twice: counts and ids, unique values and the documents that have them, look-ups and documents, member
items and their members' ``groups``. Both sides agree unless an operator writes to the table directly or restores a part of a
backup, or a release has a bug.
"""

from collections.abc import Sequence

from lambdas.scim.discovery import DirectoryProvider
from lambdas.store.table import Table
from scimctl.maintenance.verification.checks import check
from scimctl.maintenance.verification.differences import Difference, Kind
from scimctl.maintenance.verification.facts import FactReader
from scimctl.maintenance.verification.repairs import REQUEST_SECONDS, repair_all
from scimctl.maintenance.verification.survey import Progress, Survey

__all__ = ["REQUEST_SECONDS", "Difference", "Kind", "Progress", "repair", "verify"]


def _in_silence(_: str) -> None:
    """Report no progress."""


def verify(
    table: Table, directory: str, provider: DirectoryProvider, progress: Progress = _in_silence
) -> list[Difference]:
    """Return every inconsistency in a directory; requests under way cause no false ones.

    It reads the whole table, and a second time when something may be inconsistent: 1 MB in a call, 256 read units for each. It
    keeps about 64 bytes for each fact of which it has read one side.

    :param directory: The directory's id.
    :param provider: The description of its resources, with their unique attributes and look-up attributes.
    :param progress: Receives each step.
    :raises OutOfTimeError: When the table did not answer in time.
    """
    facts = FactReader(directory, provider)
    with provider:
        suspicions = list(Survey(table, facts, progress).suspicions())
        findings = []
        for number, subject in enumerate(suspicions, 1):
            progress(f"{number:,} of {len(suspicions):,} suspicions checked")
            findings.append(check(table, facts, subject))
    found = [finding.difference for finding in findings if finding]
    return sorted(found, key=lambda each: (each.harmless, each.kind, each.key))


def repair(
    table: Table,
    directory: str,
    provider: DirectoryProvider,
    differences: Sequence[Difference],
    progress: Progress = _in_silence,
    *,
    patience: float = REQUEST_SECONDS,
) -> list[Difference]:
    """Repair what :func:`verify` found; return the differences that an operator has to decide.

    :param patience: Seconds before the memberships of groups that do not exist are swept; see :data:`REQUEST_SECONDS`.
    :raises OutOfTimeError: When the table did not answer in time. What was repaired until then stays repaired; call it again.
    """
    with provider:
        return repair_all(table, FactReader(directory, provider), differences, progress, patience)
