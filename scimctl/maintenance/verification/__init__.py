"""Finds and repairs every inconsistency between a directory's items.

In an intact directory everything that is told twice is told alike: counts and ids, unique values and the documents that have
them, look-ups and documents, member items and their members' ``groups``. Only an operator can break it, with a write past the
store, a partial restore of a backup, or an older release's mistake.
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
    """Return every disagreement in a directory; a directory in use gives no false ones.

    It reads the whole table, and once more when something may disagree: 1 MB in a call, 256 read units for each. It keeps some
    64 bytes for each fact whose other side it did not meet yet.

    :param directory: The directory's id.
    :param provider: The description of its resources, which tells what is unique and looked up.
    :param progress: Told what is being done.
    :raises OutOfTimeError: When the table did not answer in time.
    """
    facts = FactReader(directory, provider)
    with provider:
        suspicions = list(Survey(table, facts, progress).suspicions())
        findings = []
        for number, subject in enumerate(suspicions, 1):
            progress(f"{number:,} of {len(suspicions):,} suspicions looked at")
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
    """Repair what :func:`verify` found, and return what is left because a person has to decide.

    :param patience: Seconds before the memberships of groups that do not exist are swept; see :data:`REQUEST_SECONDS`.
    :raises OutOfTimeError: When the table did not answer in time; what was mended until then stays so, and it may be called again.
    """
    with provider:
        return repair_all(table, FactReader(directory, provider), differences, progress, patience)
