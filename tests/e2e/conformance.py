"""scim2-tester, the conformance suite, over HTTP against a deployed endpoint."""

from dataclasses import dataclass

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import ScimProvider
from scim2_tester import CheckResult, Status, check_server

from tests.e2e.endpoint import Endpoint


@dataclass(frozen=True)
class Conformance:
    """What the suite found."""

    passed: int
    """How many checks succeeded."""

    failed: dict[str, str]
    """What did not, with the reason: resource type, check and, where it is about one, attribute."""


def check_conformance(endpoint: Endpoint) -> Conformance:
    """Run all checks; the suite learns what is served from `/Schemas`, `/ResourceTypes` and `/ServiceProviderConfig`."""
    headers = {"Authorization": f"Bearer {endpoint.token}"}
    with Client(base_url=endpoint.tenant_url, headers=headers, timeout=60) as client:
        results = check_server(SyncSCIMClient(client, provider=ScimProvider()))
    return Conformance(
        passed=sum(each.status is Status.SUCCESS for each in results),
        failed={
            _name(each): str(each.reason) for each in results if each.status not in (Status.SUCCESS, Status.SKIPPED)
        },
    )


def _name(result: CheckResult) -> str:
    attribute = result.data.get("urn") if isinstance(result.data, dict) else None
    return " ".join(filter(None, (result.resource_type, result.title, attribute)))
