"""A product that reads again whatever an event names has a copy of the directory, whatever happens to the events on their way.

Hypothesis makes up what happens in the directory, and what happens to the events: a batch of the stream is delivered twice, the
queue keeps no order and delivers some events twice, and the product crashes before it acknowledges.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import NotFoundException, ResourceType, SCIMException

from lambdas.eventing.event import Event
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from tests.examples import examples
from tests.storage.builders import GROUP, USER
from tests.storage.product import SOURCE, ProductDirectory

TYPES = {"Users": USER, "Groups": GROUP}

picks = st.integers(0, 1_000)
names = st.sampled_from(["ann", "bob", "eve", "zoë"])
sets = st.sampled_from(["viewer", "editor", "admin"])
changes = st.one_of(
    st.tuples(st.just("create_user"), names),
    st.tuples(st.just("create_group"), names, st.lists(picks, max_size=3)),
    st.tuples(st.just("set_user"), picks, st.sampled_from(["title", "active", "roles"]), st.integers(0, 3)),
    st.tuples(st.just("rename_group"), picks, names),
    st.tuples(st.just("add"), picks, st.lists(picks, max_size=4)),
    st.tuples(st.just("remove"), picks, st.lists(picks, max_size=4)),
    st.tuples(st.just("delete_user"), picks),
    st.tuples(st.just("delete_group"), picks),
    st.tuples(st.just("sweep"), picks),
    st.tuples(st.just("map"), picks, sets),
    st.tuples(st.just("unmap"), picks),
    st.tuples(st.just("assign"), picks, sets),
    st.tuples(st.just("login"), picks),
    st.tuples(
        st.just("publish"),
    ),
    st.tuples(
        st.just("consume"),
    ),
)


class NothingThereError(Exception):
    """There is no resource that a change could happen to."""


@dataclass
class Life:
    """What happens in a directory: resources are chosen by number, modulo how many there are."""

    directory: ProductDirectory
    users: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def happen(self, what: str, *arguments: Any) -> None:
        """Let one thing happen, if there is something that it can happen to."""
        try:
            getattr(self, what)(*arguments)
        except (SCIMException, NothingThereError):
            return  # refused, such as a second group of a name

    def create_user(self, name: str) -> None:
        self.users.append(self.directory.user(name, active=True))

    def create_group(self, name: str, members: list[int]) -> None:
        self.groups.append(self.directory.group(name, *self._users(members)))

    def set_user(self, user: int, attribute: str, value: int) -> None:
        values = {"title": f"T{value}", "active": bool(value % 2), "roles": [{"value": "admin"}] if value % 2 else None}
        self._replace(USER, self._one(self.users, user), attribute, values[attribute])

    def rename_group(self, group: int, name: str) -> None:
        chosen = self._one(self.groups, group)
        storage = self.directory.storage
        head = storage.get_head(GROUP, chosen)
        head["displayName"] = name
        storage.update_group(GROUP, chosen, head, None)

    def add(self, group: int, members: list[int]) -> None:
        self.directory.change(self._one(self.groups, group), add=self._users(members))

    def remove(self, group: int, members: list[int]) -> None:
        self.directory.change(self._one(self.groups, group), remove=self._users(members))

    def delete_user(self, user: int) -> None:
        chosen = self._one(self.users, user)
        self.directory.storage.delete(USER, chosen)
        self.users.remove(chosen)

    def delete_group(self, group: int) -> None:
        chosen = self._one(self.groups, group)
        self.directory.storage.delete(GROUP, chosen)
        self.groups.remove(chosen)
        self.deleted.append(chosen)

    def sweep(self, group: int) -> None:
        chosen = self._one(self.deleted, group)
        sweep_group(self.directory.table, self.directory.id, chosen)
        self.deleted.remove(chosen)

    def map(self, group: int, permission_set: str) -> None:
        self.directory.permissions.map_group(self._one(self.groups, group), [permission_set])

    def unmap(self, group: int) -> None:
        self.directory.permissions.unmap_group(self._one(self.groups, group))

    def assign(self, user: int, permission_set: str) -> None:
        self.directory.permissions.assign(self._one(self.users, user), [permission_set])

    def login(self, user: int) -> None:
        self.directory.permissions.set_login(self._one(self.users, user), "built-in")

    def _replace(self, resource_type: ResourceType, resource_id: str, attribute: str, value: Any) -> None:
        storage = self.directory.storage
        resource = storage.get(resource_type, resource_id)
        resource[attribute] = value
        storage.update(resource_type, resource)

    def _users(self, numbers: list[int]) -> list[str]:
        return sorted({self._one(self.users, each) for each in numbers})

    @staticmethod
    def _one(ids: list[str], number: int) -> str:
        if not ids:
            raise NothingThereError
        return ids[number % len(ids)]


@dataclass
class Consumer:
    """The vendor's product: reads again what an event names, stores it, acknowledges. It knows events as JSON only."""

    directory: ProductDirectory
    copy: dict[str, Any] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)

    def receive(self, events: Sequence[Event], chance: random.Random) -> None:
        """Put events on the queue, some of them twice, in no order."""
        for event in events:
            message = json.dumps(event.claims(SOURCE))
            self.queue += [message] * chance.choice([1, 1, 2])
        chance.shuffle(self.queue)

    def work(self, chance: random.Random, *, until_empty: bool = False) -> None:
        """Take events from the queue, and crash at any step of it."""
        while self.queue and (until_empty or chance.random() < 0.7):
            claims = json.loads(self.queue[0])
            for uri in self._named(claims):
                if chance.random() < 0.1:
                    return  # crashed; the event is still in the queue
                self._read_again(uri)
            if chance.random() < 0.1:
                return
            self.queue.pop(0)

    @staticmethod
    def _named(claims: dict[str, Any]) -> list[str]:
        (payload,) = claims["events"].values()
        return [claims["sub_id"]["uri"], *(f"/Users/{each}" for each in payload.get("users", ()))]

    def _read_again(self, uri: str) -> None:
        _, kind, resource_id = uri.split("/")
        try:
            self.copy[uri] = self.directory.as_read(TYPES[kind], resource_id)
        except NotFoundException:
            self.copy.pop(uri, None)


def everything(directory: ProductDirectory) -> dict[str, Any]:
    """The real directory, as the product would read it now."""
    found = {}
    for kind, resource_type in TYPES.items():
        for resource in directory.search(resource_type, count=1000).resources:
            found[f"/{kind}/{resource.id}"] = directory.as_read(resource_type, resource.id)
    return found


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=examples(30))
@given(history=st.lists(changes, max_size=40), seed=st.integers(0, 2**32))
def test_a_product_that_reads_again_what_events_name_has_a_copy_of_the_directory(
    new_table: Callable[[], Table], history: list[tuple[Any, ...]], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    directory = ProductDirectory.on(new_table())
    life, consumer = Life(directory), Consumer(directory)
    for start in ("ann", "bob"):
        life.create_user(start)
        life.create_group(start, [0])
    for what, *arguments in history:
        if what == "publish":
            consumer.receive(directory.events(), chance)
        elif what == "consume":
            consumer.work(chance)
        else:
            life.happen(what, *arguments)
    while life.deleted:
        life.sweep(0)
    consumer.receive(directory.events(), chance)
    start = chance.randrange(len(directory.taken) + 1)
    consumer.receive(directory.translate(directory.taken[start:]), chance)  # Lambda delivers from a failure on
    while consumer.queue:
        consumer.work(chance, until_empty=True)
    assert consumer.copy == everything(directory)
