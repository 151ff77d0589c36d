"""Finding the ids that the keys of a filter give: many keys in batches or at once, not one after another."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from lambdas.scim.ids import is_id
from lambdas.store import keys
from lambdas.store.planner import AccessPath, AnyOf, ById, ByLookup, ByMember, ByUnique
from lambdas.store.table import Table

PARALLEL_QUERIES = 8
"""Queries that run at once. Each waits some 4 ms for DynamoDB and takes 1 ms of the processor; botocore pools 10 connections."""


class KeyLookups:
    """Reads the keys of one directory, for one request."""

    def __init__(self, table: Table, directory: str) -> None:
        self.table = table
        self.directory = directory

    def ids(self, resource_type: str, path: AccessPath) -> set[str]:
        """Return the ids that an access path gives.

        Unique values and members are 1 call for each 100 of them, look-up values 1 Query each, :data:`PARALLEL_QUERIES` at once.

        :param resource_type: ``User`` or ``Group``.
        """
        paths = list(dict.fromkeys(_each(path)))
        found = {each.id for each in paths if isinstance(each, ById)}
        found |= self._owners(resource_type, [each for each in paths if isinstance(each, ByUnique)])
        found |= self._groups_of([each.member_id for each in paths if isinstance(each, ByMember)])
        return found | self._looked_up(resource_type, [each for each in paths if isinstance(each, ByLookup)])

    def _owners(self, resource_type: str, paths: Sequence[ByUnique]) -> set[str]:
        """Return the resources that own unique values: 1 GetItem for one, 1 BatchGetItem for each 100."""
        wanted = [keys.unique(self.directory, resource_type, each.attribute, each.value) for each in paths]
        if len(wanted) == 1:
            owner = self.table.get(wanted[0])
            return {owner["id"]["S"]} if owner else set()
        return {item["id"]["S"] for item in self.table.batch_get(wanted)}

    def _groups_of(self, members: Sequence[str]) -> set[str]:
        """Return the groups that users or groups are direct members of: 1 BatchGetItem for each 50 of them."""
        both = [
            keys.resource(self.directory, name, each) for each in members if is_id(each) for name in ("User", "Group")
        ]
        items = self.table.batch_get(both, attributes=("groups",))
        return {each for item in items for each in item.get("groups", {}).get("SS", ())}

    def _looked_up(self, resource_type: str, paths: Sequence[ByLookup]) -> set[str]:
        """Return the resources that have look-up values: 1 Query for each value."""
        partitions = [keys.lookups(self.directory, resource_type, each.attribute, each.value) for each in paths]
        if len(partitions) <= 1:
            return {each for pk in partitions for each in self._listed(pk)}
        with ThreadPoolExecutor(min(PARALLEL_QUERIES, len(partitions))) as pool:
            # The context has the request's clock, which ends retries.
            running = [pool.submit(copy_context().run, self._listed, pk) for pk in partitions]
            return {each for query in running for each in query.result()}

    def _listed(self, pk: str) -> list[str]:
        return [item["sk"]["S"] for item in self.table.query(pk, attributes=("sk",))]


def _each(path: AccessPath) -> Iterator[ById | ByUnique | ByLookup | ByMember]:
    """Yield the keys of an access path."""
    if isinstance(path, AnyOf):
        for one in path.paths:
            yield from _each(one)
    else:
        yield path
