"""Our protocol core over scim2-server's memory storage: for an extension that no environment declares yet.

The extension is built from its schema at run time, as those of an environment's file are.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from scim2_models import Extension, ResourceType, Schema, SCIMException, ScimProvider
from scim2_server.handler import ScimHandler
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest

from lambdas.scim.models import EnterpriseUser, Group, User
from lambdas.scim.provider import POLICY, build_config
from lambdas.scim.service import DirectoryService
from tests.protocol.replay import Answer, Send

EXTENSION = Path(__file__).parent / "clients" / "extension.schema.json"


@cache
def provider_with_extension() -> ScimProvider:
    """Return a provider whose users have the enterprise extension and the one of :data:`EXTENSION`."""
    extension = Extension.from_schema(Schema.model_validate(json.loads(EXTENSION.read_text())))
    return ScimProvider(
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
    service = DirectoryService(provider_with_extension(), b"secret of the tests")
    handler = ScimHandler(service, InMemoryStorage())

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        path, _, query = target.partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        request = ScimRequest(method, "https://scim.example.com", unquote(path), parameters, dict(headers), body or b"")
        try:
            response = handler.handle(request)
        except SCIMException as error:
            response = service.error_response(error)
        return int(response.status), dict(response.headers), response.body

    return send
