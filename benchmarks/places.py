"""A directory to send requests to: ours on a DynamoDB engine, or the same one in scim2-server's memory storage."""

import json
from abc import ABC, abstractmethod
from typing import Any, cast

from scim2_models import Meta, Resource
from scim2_server.handler import ScimHandler
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.provider import build_provider
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.meter import Meter
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table
from support.datasets import SPARE, Dataset, resource_id, user_values
from support.tables import TABLE_NAME

BASE_URL = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/scim/v2/abcdefghijklmnop"
"""As long as a real one: it is in every reference of every answer."""

PROVIDER = build_provider()
SERVICE = DirectoryService(PROVIDER, lambda: b"0" * 32)


class Place(ABC):
    """A directory that requests are sent to."""

    def __init__(self, dataset: Dataset) -> None:
        """Set the resources of the directory."""
        self.dataset = dataset

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> ScimResponse:
        """Send a request, and return its response.

        :param path: Below the base URL, such as ``/Users``.
        :param body: The JSON value of the body.
        :param query: The query's parameters.
        :raises SCIMException: When it is refused.
        """
        return self.serve(request(method, path, body, **query))

    @abstractmethod
    def serve(self, request: ScimRequest) -> ScimResponse:
        """Serve a request as a function does that has nothing but what it was imported with."""


class TablePlace(Place):
    """A directory on a DynamoDB engine, served by our handler."""

    def __init__(self, client: Any, dataset: Dataset) -> None:
        """Set the client of the engine that holds the dataset."""
        super().__init__(dataset)
        self.table = Table(client, TABLE_NAME)

    def serve(self, request: ScimRequest) -> ScimResponse:
        """Serve a request; its calls and units are in :attr:`meter` afterwards."""
        self.table.meter.reset()
        storage = DynamoStorage(self.table, self.dataset.directory, PROVIDER)
        return DirectoryHandler(SERVICE, storage, Trace()).handle(request)

    @property
    def meter(self) -> Meter:
        """The cost of the last request."""
        return self.table.meter

    def group_items(self) -> list[Item]:
        """Return what makes the group ``Everyone`` visible: the group, its name, its count."""
        directory, group = self.dataset.directory, self.dataset.group
        wanted = [
            keys.resource(directory, "Group", group),
            keys.unique(directory, "Group", "displayName", "everyone"),
            keys.count(directory, "Group", group),
        ]
        return [self.table.client.get_item(TableName=TABLE_NAME, Key=key_of(key))["Item"] for key in wanted]

    def put(self, items: list[Item]) -> None:
        """Put items as they are."""
        for item in items:
            self.table.client.put_item(TableName=TABLE_NAME, Item=item)


class MemoryPlace(Place):
    """The same directory in scim2-server's memory storage, served by scim2-server's handler over the same protocol rules."""

    def __init__(self, dataset: Dataset) -> None:
        """Fill the storage, without the checks that creating each resource would make."""
        super().__init__(dataset)
        storage = InMemoryStorage()
        storage.resources = [*map(_user, range(dataset.users)), _group(dataset)]
        self.handler = ScimHandler(SERVICE, storage)

    def serve(self, request: ScimRequest) -> ScimResponse:
        """Serve a request."""
        return self.handler.handle(request)


def request(method: str, path: str, body: Any = None, **query: Any) -> ScimRequest:
    """Return a request as API Gateway's event would give it."""
    return ScimRequest(
        method,
        BASE_URL,
        path,
        {name: str(value) for name, value in query.items()},
        [("Accept", "application/scim+json"), ("Content-Type", "application/scim+json")],
        b"" if body is None else json.dumps(body).encode(),
    )


def _user(number: int) -> Resource[Any]:
    return _stored("User", resource_id(number), user_values(number))


def _group(dataset: Dataset) -> Resource[Any]:
    members = map(resource_id, range(SPARE, SPARE + dataset.members))
    values = [{"value": each, "$ref": f"Users/{each}", "type": "User"} for each in members]
    return _stored("Group", dataset.group, {"displayName": "Everyone", "members": values})


def _stored(name: str, its_id: str, values: dict[str, Any]) -> Resource[Any]:
    model = cast("type[Resource[Any]]", PROVIDER.model_for(name))
    resource = model.model_validate(values)
    resource.id = its_id
    resource.meta = Meta(resource_type=name, version='W/"1"')
    return resource
