"""Checks one unique value or look-up: where they differ, the resources' documents are right and the items are repaired."""

from scim2_models import ResourceType

from lambdas.store import actions, keys
from lambdas.store.keys import ONLY, Item, Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action
from scimctl.maintenance.verification.differences import Difference, Kind
from scimctl.maintenance.verification.facts import FactReader, UnreadableError
from scimctl.maintenance.verification.findings import Finding, named, unchanged
from scimctl.maintenance.verification.subjects import LookUp, UniqueValue

MOST_CANDIDATES = 90
"""Resources that are compared over one unique value; a snapshot holds 100 items (AWS limit)."""

NO_ID = ""
"""The owner of a unique value whose item names none."""


def check_unique(table: Table, facts: FactReader, subject: UniqueValue) -> Finding | None:
    """Return the inconsistency of a unique value with the documents that may have it, read in one snapshot; None without one."""
    key = Key(subject.pk, ONLY)
    resource_type = _type_of(facts, subject.pk)
    if resource_type is None:
        return None
    name, ids = str(resource_type.name), set(sorted(subject.resource_ids)[:MOST_CANDIDATES])
    while True:
        resources = {each: keys.resource(facts.directory, name, each) for each in sorted(ids) if each}
        item, *found = table.snapshot([key, *resources.values()])
        owner = item.get("id", {}).get("S", NO_ID) if item else None
        if owner is None or owner in ids:
            break
        ids.add(owner)  # and read again, in one snapshot with it
    stored = dict(zip(resources, found, strict=True))
    try:
        having = [each for each, one in stored.items() if one and key in facts.unique_keys(resource_type, one)]
    except UnreadableError:
        return None  # which is reported by itself, and has to be decided first
    if len(having) > 1:
        return _twice(subject, name, owner, having)
    holder = having[0] if having else None
    if holder == owner:
        return None
    checks = tuple(unchanged(resources[each], stored[each]) for each in (holder, owner) if each)
    return _differs(subject, name, owner, holder, checks)


def check_lookup(table: Table, facts: FactReader, subject: LookUp) -> Finding | None:
    """Return the inconsistency of a look-up with its document, both read in one snapshot; None without one."""
    resource_type = _type_of(facts, subject.pk)
    if resource_type is None:
        return None
    key = Key(subject.pk, subject.resource_id)
    resource = keys.resource(facts.directory, str(resource_type.name), subject.resource_id)
    item, stored = table.snapshot([key, resource])
    try:
        has = stored is not None and key in facts.lookup_keys(resource_type, stored)
    except UnreadableError:
        return None  # which is reported by itself, and has to be decided first
    if has == (item is not None):
        return None
    holder, value = f"{resource_type.name} {subject.resource_id}", _readable(subject.pk)
    difference = Difference(
        kind=Kind.LOOKUP_MISSING if has else Kind.LOOKUP_OF_NOBODY,
        key=named(key),
        found="none" if has else "a look-up",
        expected="a look-up" if has else "none",
        sentence=f"{holder} has the {value}, and a filter does not find it."
        if has
        else f"A look-up of the {value} leads to {holder}, which does not have it or does not exist.",
        subject=subject,
    )
    repair = actions.look_up(key) if has else actions.delete_existing(key)
    return Finding(difference, (repair, unchanged(resource, stored)))


def _twice(subject: UniqueValue, name: str, owner: str | None, having: list[str]) -> Finding:
    return Finding(
        Difference(
            kind=Kind.UNIQUE_TWICE,
            key=named(Key(subject.pk, ONLY)),
            found=", ".join(having),
            expected="one of them",
            sentence=f"{len(having)} {name}s have the {_readable(subject.pk)}: {', '.join(having)}. "
            + (f"A filter finds {owner}. " if owner else "A filter finds none of them. ")
            + "Change or delete all but one through SCIM, then verify again.",
            subject=subject,
        )
    )


def _differs(
    subject: UniqueValue, name: str, owner: str | None, holder: str | None, checks: tuple[Action, ...]
) -> Finding:
    """Return the finding on a value whose holder, if any, is not the owner that its item names."""
    key, what = Key(subject.pk, ONLY), _readable(subject.pk)
    if holder is None:
        kind = Kind.UNIQUE_OF_NOBODY
        sentence = (
            f"The {what} is taken by {name} {owner}, which does not have it or does not exist: no resource can take it."
        )
    elif owner is None:
        kind = Kind.UNIQUE_MISSING
        sentence = f"{name} {holder} has the {what}, and a filter does not find it: another could take it."
    else:
        kind = Kind.UNIQUE_OF_ANOTHER
        sentence = f"{name} {holder} has the {what}, and a filter finds {owner}, which does not have it."
    difference = Difference(
        kind=kind,
        key=named(key),
        found=owner or "none",
        expected=holder or "none",
        sentence=sentence,
        subject=subject,
    )
    return Finding(difference, (_give(key, owner, holder), *checks))


def _give(key: Key, owner: str | None, holder: str | None) -> Action:
    """Return the action that gives a unique value to its holder, or frees it, on condition that its owner is unchanged."""
    request: Item = {"ConditionExpression": actions.NEW}
    if owner == NO_ID:
        request["ConditionExpression"] = "attribute_not_exists(id)"
    elif owner is not None:
        request = {"ConditionExpression": "id = :owner", "ExpressionAttributeValues": {":owner": {"S": owner}}}
    if holder is None:
        return {"Delete": {"Key": key_of(key), **request}}
    return {"Put": {"Item": {**key_of(key), "id": {"S": holder}}, **request}}


def _type_of(facts: FactReader, pk: str) -> ResourceType | None:
    """Return the resource type of a value's partition; None for a type that this version does not know."""
    return facts.types.get(pk.split("#")[2])


def _readable(pk: str) -> str:
    """Return the attribute and value of a partition such as ``acme#UNIQUE#User#userName#ann``, as ``userName "ann"``."""
    _, _, _, attribute, value = pk.split("#", 4)
    return f'{attribute} "{value}"'
