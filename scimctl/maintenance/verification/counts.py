"""Looking at one count: the number kept of the ids that begin with two hex digits, against the ids."""

from itertools import takewhile

from lambdas.retrying import Backoff
from lambdas.store import keys
from lambdas.store.keys import Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action
from scimctl.maintenance.verification.differences import Difference, Kind
from scimctl.maintenance.verification.findings import Finding, named
from scimctl.maintenance.verification.subjects import Count

Look = tuple[frozenset[str], int | None]
"""The ids, and the number kept of them; None when none is kept."""


def check_count(table: Table, directory: str, subject: Count) -> Finding | None:
    """Compare a count with the ids that it counts.

    No single read shows both, so they are read until they agree, or until two looks in a row show the same disagreement. A
    creation or deletion moves both in one transaction, and an id is never used twice.

    :raises OutOfTimeError: When creations and deletions left no quiet moment in the time for attempts.
    """
    last: Look | None = None
    pause = Backoff()
    while True:
        look = _look(table, directory, subject)
        if look is not None:
            ids, kept = look
            if len(ids) == (kept or 0):
                return None
            if look == last:
                return _finding(directory, subject, len(ids), kept)
        last = look
        pause.wait()


def _look(table: Table, directory: str, subject: Count) -> Look | None:
    """Return the ids and their count, or None when ids came or went meanwhile."""
    before = _ids(table, directory, subject)
    item = table.get(_key(directory, subject))
    after = _ids(table, directory, subject)
    return (before, int(item["n"]["N"]) if item and "n" in item else None) if before == after else None


def _ids(table: Table, directory: str, subject: Count) -> frozenset[str]:
    pk = keys.resources(directory, subject.resource_type)
    found = (item["sk"]["S"] for item in table.query(pk, start=subject.prefix, attributes=("sk",)))
    return frozenset(takewhile(lambda sk: sk.startswith(subject.prefix), found))


def _key(directory: str, subject: Count) -> Key:
    return keys.count(directory, subject.resource_type, subject.prefix)


def _finding(directory: str, subject: Count, number: int, kept: int | None) -> Finding:
    key = _key(directory, subject)
    difference = Difference(
        kind=Kind.COUNT,
        key=named(key),
        found="no count" if kept is None else str(kept),
        expected=str(number),
        sentence=f"{number} {subject.resource_type}s have an id that begins with {subject.prefix}, and {kept or 0} are "
        "counted: totalResults is wrong, and pages by startIndex repeat or miss some.",
        subject=subject,
    )
    return Finding(difference, (_set(key, number, kept),))


def _set(key: Key, number: int, kept: int | None) -> Action:
    """Set a count that must still be what it was: every creation and deletion in between would have changed it."""
    values = {":number": {"N": str(number)}}
    condition = "attribute_not_exists(n)"
    if kept is not None:
        condition, values = "n = :kept", values | {":kept": {"N": str(kept)}}
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "SET n = :number",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
    }
