"""A finding: a current inconsistency, with the transaction that repairs it."""

from dataclasses import dataclass

from lambdas.store.keys import Item, Key, key_of
from lambdas.store.transactions import Action
from scimctl.maintenance.verification.differences import Difference


@dataclass(frozen=True)
class Finding:
    """An inconsistency that a check confirmed, with its repair."""

    difference: Difference

    repair: tuple[Action, ...] = ()
    """The transaction that repairs it, conditional on what the check read; empty when an operator has to decide."""


def named(key: Key) -> str:
    """Return a key as text: ``pk / sk``."""
    return f"{key.pk} / {key.sk}"


def still_absent(key: Key) -> Action:
    """Return the condition that an item does not exist."""
    return {"ConditionCheck": {"Key": key_of(key), "ConditionExpression": "attribute_not_exists(pk)"}}


def still_there(key: Key) -> Action:
    """Return the condition that an item exists."""
    return {"ConditionCheck": {"Key": key_of(key), "ConditionExpression": "attribute_exists(pk)"}}


def unchanged(key: Key, resource: Item | None) -> Action:
    """Return the condition that a resource still has the version that was read, or still does not exist."""
    if resource is None:
        return still_absent(key)
    return {
        "ConditionCheck": {
            "Key": key_of(key),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": resource["version"]},
        }
    }
