"""Checks one suspicion: both sides are read again, and a suspicion whose sides agree is no finding.

Both sides are read in one snapshot, so a request under way is never reported as an inconsistency. Each repair is conditional on
what the check read, so it never undoes a later request.
"""

from lambdas.store import keys
from lambdas.store.table import Table
from scimctl.maintenance.verification.counts import check_count
from scimctl.maintenance.verification.differences import Difference, Kind
from scimctl.maintenance.verification.facts import FactReader, UnreadableError
from scimctl.maintenance.verification.findings import Finding, named
from scimctl.maintenance.verification.memberships import check_membership, check_rest
from scimctl.maintenance.verification.subjects import Count, Document, LookUp, Membership, Rest, Subject, UniqueValue
from scimctl.maintenance.verification.values import check_lookup, check_unique


def check(table: Table, facts: FactReader, subject: Subject) -> Finding | None:
    """Return the inconsistency of a subject, found by strongly consistent reads; None when its items agree.

    :raises OutOfTimeError: When the items kept changing until the time for attempts was up.
    """
    match subject:
        case Membership():
            return check_membership(table, facts.directory, subject)
        case UniqueValue():
            return check_unique(table, facts, subject)
        case LookUp():
            return check_lookup(table, facts, subject)
        case Count():
            return check_count(table, facts.directory, subject)
        case Rest():
            return check_rest(table, facts.directory, subject)
        case Document():
            return _check_document(table, facts, subject)


def _check_document(table: Table, facts: FactReader, subject: Document) -> Finding | None:
    """Return the finding on a document that cannot be read; None when it can."""
    key = keys.resource(facts.directory, subject.resource_type, subject.resource_id)
    item = table.get(key)
    if item is None:
        return None
    try:
        facts.unique_keys(facts.types[subject.resource_type], item)
    except UnreadableError as error:
        return Finding(
            Difference(
                kind=Kind.UNREADABLE,
                key=named(key),
                found=f"a document that raises {error}",
                expected=f"a {subject.resource_type}",
                sentence=f"{subject.resource_type} {subject.resource_id} cannot be read: requests for it fail. Restore the item "
                "from a backup, or delete it and let the identity provider send it again.",
                subject=subject,
            )
        )
    return None
