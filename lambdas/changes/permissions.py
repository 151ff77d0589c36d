"""Logs each user whose permission sets changed: the sets before and after, and why.

A change may come from an identity provider or from an operator, from a group's members, a user's roles or its state. Each writes
the user's item, so the table's stream has a record of it. A change of a mapping, which concerns many users without writing their
items, has a log record of its own; a change of the environment's file is a deployment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from lambdas import records
from lambdas.environment.permission_sets import Grant
from lambdas.environment.product import Product
from lambdas.records import Kind
from lambdas.store.items import Stored
from lambdas.store.keys import Item
from lambdas.store.table import Table
from lambdas.store.user_groups import UserGroups, grants_of

USERS = "#USER"
"""The suffix of the partition key of a directory's users."""


@dataclass(frozen=True)
class ChangedUser:
    """A user's item before and after a change; None before a creation and after a deletion."""

    directory: str
    before: Stored | None
    after: Stored | None

    @property
    def present(self) -> Stored:
        """The item after the change; of a deleted user, the one before."""
        stored = self.after or self.before
        assert stored is not None  # noqa: S101 -- a record of the stream has one of them
        return stored


def changed_user(record: dict[str, Any]) -> ChangedUser | None:
    """Return the changed user of a stream record; None for a record of another item."""
    change: dict[str, Any] = record.get("dynamodb", {})
    partition = str(change.get("Keys", {}).get("pk", {}).get("S", ""))
    before, after = _stored(change.get("OldImage")), _stored(change.get("NewImage"))
    if not partition.endswith(USERS) or (before is None and after is None):
        return None
    return ChangedUser(partition.removesuffix(USERS), before, after)


class PermissionLog:
    """Logs changes of users' permission sets."""

    def __init__(self, table: Table, logger: Logger, environment: str, product: Product) -> None:
        """Set the table, Powertools' logger, the environment's name, and the permission sets of its file."""
        self.table = table
        self.logger = logger
        self.environment = environment
        self.product = product

    def record(self, user: ChangedUser) -> None:
        """Write a log record when a user's permission sets changed: 1 BatchGetItem when the user was or is in groups.

        Groups and mappings are read now, shortly after the change.
        """
        if not self.product.computes_entitlements:
            return
        facts = UserGroups(self.table, user.directory, self.product)
        before, after = self._grants(facts, user.before), self._grants(facts, user.after)
        if _ids(before) == _ids(after):
            return
        self.logger.info(
            "A user's permission sets changed",
            extra=records.record(
                Kind.PERMISSIONS,
                environment=self.environment,
                directory=user.directory,
                resource_type="User",
                resource_id=user.present.id,
                resource_name=user.present.name,
                before=_ids(before),
                after=_ids(after),
                reasons={each.set.id: [str(reason) for reason in each.reasons] for each in after},
            ),
        )

    def _grants(self, facts: UserGroups, stored: Stored | None) -> list[Grant]:
        if stored is None:
            return []
        return grants_of(stored, facts.existing_or_deleted(stored.groups), self.product)


def _stored(image: Item | None) -> Stored | None:
    return Stored.from_item(image) if image else None


def _ids(grants: Sequence[Grant]) -> list[str]:
    return [each.set.id for each in grants]
