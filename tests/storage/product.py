"""A directory with permission sets, its stream, and what its vendor's product sees of it."""

from dataclasses import dataclass, field
from typing import Any

from scim2_models import Context, ResourceType

from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.eventing.event import Event, Source
from lambdas.events.changes import read_change
from lambdas.events.translation import Translator
from lambdas.operations.permission_store import PermissionStore
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table
from support.environments import SETS, environment_of
from support.streams import Record, StreamedClient
from tests.storage.builders import Directory

ENVIRONMENT = environment_of(
    '[permissions]\nsources = ["groups", "roles", "operator"]\ndefault = ["viewer"]\n'
    + SETS
    + '[login]\ndefault = "external"\n'
)
PRODUCT = Product.of(ENVIRONMENT)
PROVIDER = build_provider(ENVIRONMENT)
SOURCE = Source("acme", "https://scim.example.com/v2")


@dataclass
class ProductDirectory(Directory):
    """One directory whose environment has permission sets and login methods."""

    full: bool = False
    taken: list[Record] = field(default_factory=list)
    """All records of the stream so far."""

    @classmethod
    def on(cls, table: Table, *, full: bool = False) -> "ProductDirectory":
        return cls(Table(StreamedClient(table.client), table.name), provider=PROVIDER, full=full)

    @property
    def storage(self) -> DynamoStorage:
        return DynamoStorage(self.table, self.id, self.provider, PRODUCT)

    @property
    def permissions(self) -> PermissionStore:
        return PermissionStore(self.table, self.id)

    def stream(self) -> list[Record]:
        """Return the stream's records since the last call."""
        client: Any = self.table.client
        fresh: list[Record] = client.take()
        self.taken += fresh
        return fresh

    def translate(self, records: list[Record]) -> list[Event]:
        """Return the events of stream records."""
        changes = [change for each in records if (change := read_change(each)) is not None]
        translator = Translator(self.table, PRODUCT, SOURCE, full=self.full)
        events = translator.translate(changes)
        assert translator.unreadable == []
        return events

    def events(self) -> list[Event]:
        """Return the events of what happened since the last call."""
        return self.translate(self.stream())

    def as_read(self, resource_type: ResourceType, resource_id: str) -> dict[str, Any]:
        """Return a resource as a GET of the product shows it."""
        shown = self.storage.get(resource_type, resource_id)
        return shown.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
