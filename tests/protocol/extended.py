"""Our protocol core with an extension that no environment declares yet, over our store or scim2-server's memory storage.

The extension is built from its schema at run time, as those of an environment's file are.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from scim2_models import Extension, ResourceType, Schema, SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas.scim.description import DirectoryProvider
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.models import EnterpriseUser, Group, User
from lambdas.scim.provider import POLICY, build_config
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table
from tests.protocol.replay import Answer, Send
from tests.tables import TABLE_NAME

EXTENSION = Path(__file__).parent / "clients" / "extension.schema.json"


@cache
def provider_with_extension() -> DirectoryProvider:
    """Return a provider whose users have the enterprise extension and the one of :data:`EXTENSION`."""
    extension = Extension.from_schema(Schema.model_validate(json.loads(EXTENSION.read_text())))
    return DirectoryProvider(
        models=[User, EnterpriseUser, extension, Group],
        resource_types=[
            ResourceType.from_resource(User[EnterpriseUser | extension]),
            ResourceType.from_resource(Group),
        ],
        config=build_config(),
        policy=POLICY,
    )


def memory_endpoint() -> Send:
    """Return an empty directory in memory."""
    service = _service()
    return _endpoint(service, ScimHandler(service, InMemoryStorage()).handle)


def store_endpoint(client: Any, directory: str = "extended") -> Send:
    """Return an empty directory on the table of a DynamoDB client."""
    service, table = _service(), Table(client, TABLE_NAME)

    def handle(request: ScimRequest) -> ScimResponse:
        storage = DynamoStorage(table, directory, provider_with_extension())
        return DirectoryHandler(service, storage, Trace()).handle(request)

    return _endpoint(service, handle)


def _service() -> DirectoryService:
    return DirectoryService(provider_with_extension(), lambda: b"secret of the tests")


def _endpoint(service: DirectoryService, handle: Callable[[ScimRequest], ScimResponse]) -> Send:
    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        path, _, query = target.partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        request = ScimRequest(method, "https://scim.example.com", unquote(path), parameters, dict(headers), body or b"")
        try:
            response = handle(request)
        except SCIMException as error:
            response = service.error_response(error)
        return int(response.status), dict(response.headers), response.body

    return send
