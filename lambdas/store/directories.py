"""The directories of an environment: the one place where its file, the protocol and the table are put together."""

from typing import Self

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas.environment.file import EndpointSettings
from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.environment.rules import EnvironmentRules
from lambdas.retrying import request_time
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.guard import GuardCounter
from lambdas.store.items import ByHand
from lambdas.store.secrets import cursor_secret
from lambdas.store.storage import DynamoStorage
from lambdas.store.system_groups import SystemGroups
from lambdas.store.table import Table


class Directories:
    """The directories of one environment, open for requests; built once and shared by all of them."""

    def __init__(
        self,
        table: Table,
        provider: DirectoryProvider,
        products: tuple[Product, Product],
        groups: SystemGroups,
        rules: EnvironmentRules,
        guard: GuardCounter | None = None,
    ) -> None:
        self.table = table
        self.provider = provider
        self.product, self.reader_product = products
        self.system_groups = groups
        self.guard = guard
        self.service = DirectoryService(provider, cursor_secret(table), rules)

    @classmethod
    def open(
        cls, environment: EndpointSettings, table: Table, rules: type[EnvironmentRules] = EnvironmentRules
    ) -> Self:
        """Return the directories of an environment.

        :param environment: The environment's checked file.
        :param rules: The rules for the kind of caller: an identity provider's by default, or an operator's.
        """
        provider = build_provider(environment)
        groups = SystemGroups(environment.permissions)
        products = (Product.of(environment), Product.of(environment, reader=True))
        guard = GuardCounter(table, environment.guard) if environment.guard else None
        return cls(table, provider, products, groups, rules(environment, provider), guard)

    def handle(
        self,
        directory: str,
        request: ScimRequest,
        trace: Trace,
        *,
        reader: bool = False,
        by_hand: ByHand | None = None,
        connection: str | None = None,
    ) -> ScimResponse:
        """Serve a request to one directory, within the time that a request has.

        :param directory: The directory's id, such as ``acme``.
        :param trace: Records what the request was about.
        :param reader: Whether the caller is the product, which sees some values trimmed.
        :param by_hand: What a user that this request creates has beside its attributes; None unless an operator creates it.
        :param connection: The id of the caller's connection, whose deprovisioned users are counted; None for an operator.
        :raises SCIMException: When the request is refused; ``service.error_response`` makes the response.
        """
        with request_time():
            storage = self.storage(directory, reader=reader, by_hand=by_hand, connection=connection)
            return DirectoryHandler(self.service, storage, trace).handle(request)

    def storage(
        self,
        directory: str,
        *,
        reader: bool = False,
        by_hand: ByHand | None = None,
        connection: str | None = None,
    ) -> DynamoStorage:
        """Return a new storage of one directory, which serves one request; its system groups exist."""
        product = self.reader_product if reader else self.product
        guard = self.guard.of(directory, connection) if self.guard and connection else None
        storage = DynamoStorage(self.table, directory, self.provider, product, by_hand=by_hand, guard=guard)
        self.system_groups.ensure(storage.reader, storage.writer)
        return storage
