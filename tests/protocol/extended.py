"""The endpoint of an environment that declares extensions, over our store or scim2-server's memory storage."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from scim2_models import SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest

from lambdas.environment.file import Environment
from lambdas.environment.provider import build_provider
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.service import DirectoryService
from support.environments import environment_of
from tests.protocol.replay import Answer, Send

EXTENSIONS = Path(__file__).parent / "clients" / "extensions.toml"
"""The tables of the environment's file."""

CUSTOM = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"
OPEN = "urn:ietf:params:scim:schemas:extension:2.0:Metadata"
MIXED = "urn:ietf:params:scim:schemas:extension:2.0:Profile"
GROUP = "urn:ietf:params:scim:schemas:extension:2.0:GroupMetadata"


def extended_environment() -> Environment:
    """Return the environment, checked as any is before it is deployed."""
    return environment_of(EXTENSIONS.read_text(encoding="utf-8"))


@cache
def extended_provider() -> DirectoryProvider:
    """Return the description of its service."""
    return build_provider(extended_environment())


def memory_endpoint() -> Send:
    """Return an empty directory in memory."""
    service = DirectoryService(extended_provider(), lambda: b"secret of the tests")
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
