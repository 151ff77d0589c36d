"""An operator's way to the users and groups of a directory: the same rules and records as an identity provider's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scim2_models import Context, NotFoundException, Resource, ResourceType, SCIMException, SearchRequest

from lambdas.credentials.store import check_directory
from lambdas.environment.rules import OperatorRules
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Problem
from lambdas.operations.requests import OperatorRequest
from lambdas.operations.target import Target
from lambdas.store.directories import Directories
from lambdas.store.reads import Reader, is_id
from lambdas.store.storage import DynamoStorage

PAGE = 200
"""Resources read at once when all are listed."""

NAMES = {"User": ("userName", "externalId", "emails.value"), "Group": ("displayName", "externalId")}
"""By resource type, what an operator may call a resource besides its id: attributes that are looked up, not searched for."""


@dataclass(frozen=True)
class Page:
    """Some of the resources that were found."""

    resources: list[dict[str, Any]]
    """As SCIM shows them; locations and references are relative to the Tenant URL."""

    total: int
    """How many were found in all."""


class Resources:
    """The users and groups of one directory.

    Every method raises :class:`Problem` when the table cannot be reached or a request is refused, in the words that an
    identity provider gets.
    """

    def __init__(self, target: Target, directory: str | None = None) -> None:
        """Take where the environment is deployed, and the directory's id; the environment's own when None.

        :raises InvalidConnectionError: When the directory's id cannot be one.
        """
        self.target = target
        self.directory = target.settings.directory if directory is None else directory
        check_directory(self.directory)
        self.table = target.table()
        self.directories = Directories.open(target.settings, self.table, OperatorRules)
        self.provider = self.directories.provider
        self.service = self.directories.service

    @property
    def place(self) -> str:
        """What to call the directory in messages."""
        return f"directory {self.directory} of environment {self.target.settings.name}"

    # -- Reading ----------------------------------------------------------------------------------------------------

    def pages(
        self, type_name: str, scim_filter: str | None = None, *, leaving_out: str | None = None
    ) -> Iterator[Page]:
        """Give all resources of a type, or those that a filter finds, page by page.

        What a filter finds is one page: it is all looked at before the first is known.

        :param leaving_out: An attribute that is not wanted, which spares reading it.
        """
        resource_type = self._type(type_name)
        query: dict[str, Any] = {"excludedAttributes": [leaving_out]} if leaving_out else {}
        if scim_filter is not None:
            query["filter"] = scim_filter
        with self._told(), self.provider:
            request, _ = self.service.read_search([resource_type], query)
            if scim_filter is None:
                yield from self._all(resource_type, request)
                return
            request.count = None
            found = self._storage().search([resource_type], request)
            yield Page([self._shown(each, request) for each in found.resources], int(found.total or 0))

    def _all(self, resource_type: ResourceType, request: SearchRequest[Any]) -> Iterator[Page]:
        request.cursor, request.count = "", PAGE
        position = None
        while True:
            found = self._storage().search([resource_type], request, position=position)
            yield Page([self._shown(each, request) for each in found.resources], int(found.total or 0))
            position = found.next
            if position is None:
                return

    def find(self, type_name: str, name: str) -> dict[str, Any] | None:
        """Return the resource that an operator calls by its id or one of :data:`NAMES`, whole; None when there is none.

        :raises Problem: When the name is that of several.
        """
        resource_type = self._type(type_name)
        if is_id(name):
            with self._told(), self.provider:
                try:
                    return self._shown(self._storage().get(resource_type, name))
                except NotFoundException:
                    pass  # a name may look like an id
        for attribute in NAMES[type_name]:
            (found,) = self.pages(type_name, f"{attribute} eq {json.dumps(name, ensure_ascii=False)}")
            if len(found.resources) > 1:
                ids = ", ".join(each["id"] for each in found.resources)
                raise Problem(
                    f"{found.total} {type_name.lower()}s have {attribute} {name}: name one by its id, of {ids}."
                )
            if found.resources:
                return found.resources[0]
        return None

    def reader(self) -> Reader:
        """Return what reads the directory's items, for what SCIM does not show; it serves one command."""
        return self._storage().reader

    # -- Changing ---------------------------------------------------------------------------------------------------

    def change(
        self, journal: Journal, method: str, type_name: str, resource_id: str, body: Any = None
    ) -> dict[str, Any]:
        """Change a resource with a SCIM request, and leave the record that a client's request leaves.

        :param body: The body of a PATCH; None for DELETE.
        :return: What a client would get; empty when that is nothing.
        :raises Problem: When it is refused, with the reason; the refusal is in the log as well.
        """
        endpoint = f"{self._type(type_name).endpoint}"
        request = OperatorRequest(journal, self.directories, self.directory)
        with self._told():
            response = request.send(method, f"{endpoint}/{{id}}", f"{endpoint}/{resource_id}", body)
        return response.body or {}

    # -- Both -------------------------------------------------------------------------------------------------------

    def _type(self, name: str) -> ResourceType:
        found = next((each for each in self.provider.resource_types if each.name == name), None)
        if found is None:
            settings = self.target.settings.name
            raise Problem(
                f"Environment {settings} has no {name.lower()}s: {name.lower()}s.served is false in its file."
            )
        return found

    def _storage(self) -> DynamoStorage:
        """Return a new storage: one serves one request."""
        return self.directories.storage(self.directory)

    def _shown(self, resource: Resource[Any], request: SearchRequest[Any] | None = None) -> dict[str, Any]:
        published = self.service.publish("", resource)
        shown: dict[str, Any] = published.model_dump(
            scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=request
        )
        return shown

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what goes wrong into a :class:`Problem`."""
        try:
            with self.target.readable():
                yield
        except SCIMException as refusal:
            raise Problem(f"{refusal.detail}") from refusal
