"""Checks one count: the stored number of ids that begin with two hex digits, against the ids."""

from itertools import takewhile

from lambdas.retrying import Backoff
from lambdas.store import keys
from lambdas.store.keys import Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action
from scimctl.maintenance.verification.differences import Difference, Kind
from scimctl.maintenance.verification.findings import Finding, named
from scimctl.maintenance.verification.subjects import Count

Reading = tuple[frozenset[str], int | None]
"""The ids, and their stored count; None when no count is stored."""


def check_count(table: Table, directory: str, subject: Count) -> Finding | None:
    """Return the finding on a count that differs from the number of ids; None when they are equal.

    No single read returns both, so they are read until they agree, or until two readings in a row show the same difference. A
    creation or deletion changes both in one transaction, and an id is never used twice.

    :raises OutOfTimeError: When resources were created or deleted in every reading until the time for attempts was up.
    """
    last: Reading | None = None
    pause = Backoff()
    while True:
        reading = _read(table, directory, subject)
        if reading is not None:
            ids, stored = reading
            if len(ids) == (stored or 0):
                return None
            if reading == last:
                return _finding(directory, subject, len(ids), stored)
        last = reading
        pause.wait()


def _read(table: Table, directory: str, subject: Count) -> Reading | None:
    """Return the ids and their count; None when resources were created or deleted meanwhile."""
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


def _finding(directory: str, subject: Count, number: int, stored: int | None) -> Finding:
    key = _key(directory, subject)
    difference = Difference(
        kind=Kind.COUNT,
        key=named(key),
        found="no count" if stored is None else str(stored),
        expected=str(number),
        sentence=f"{number} {subject.resource_type}s have an id that begins with {subject.prefix}, and {stored or 0} are "
        "counted: totalResults is wrong, and pages by startIndex repeat or miss some.",
        subject=subject,
    )
    return Finding(difference, (_set(key, number, stored),))


def _set(key: Key, number: int, stored: int | None) -> Action:
    """Return the action that sets a count, on condition that it was not changed: each creation and deletion changes it."""
    values = {":number": {"N": str(number)}}
    condition = "attribute_not_exists(n)"
    if stored is not None:
        condition, values = "n = :stored", values | {":stored": {"N": str(stored)}}
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "SET n = :number",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
    }
