"""A finding: a current inconsistency, with the transaction that repairs it."""

from dataclasses import dataclass

from lambdas.store.keys import Item, Key, key_of
from lambdas.store.transactions import Action
from scimctl.maintenance.verification.differences import Difference


@dataclass(frozen=True)
class Finding:
    """A disagreement that is there at this moment."""

    difference: Difference

    repair: tuple[Action, ...] = ()
    """The transaction that repairs it, conditional on what it was decided from; empty when a person has to decide."""


def named(key: Key) -> str:
    """Return a key as an operator reads it, ``pk / sk``."""
    return f"{key.pk} / {key.sk}"


def still_absent(key: Key) -> Action:
    """Let a repair take place only while an item does not exist."""
    return {"ConditionCheck": {"Key": key_of(key), "ConditionExpression": "attribute_not_exists(pk)"}}


def still_there(key: Key) -> Action:
    """Let a repair take place only while an item exists."""
    return {"ConditionCheck": {"Key": key_of(key), "ConditionExpression": "attribute_exists(pk)"}}


def unchanged(key: Key, resource: Item | None) -> Action:
    """Let a repair take place only while a resource has the version that it was decided from, or does not exist as then."""
    if resource is None:
        return still_absent(key)
    return {
        "ConditionCheck": {
            "Key": key_of(key),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": resource["version"]},
        }
    }
