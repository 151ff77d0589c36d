"""What API Gateway or parallel functions could break of what clients send, replayed over HTTP against the deployed endpoint."""

import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from tests.e2e.endpoint import Endpoint
from tests.protocol.replay import Answer, Script, Send, replay, scripts

DEPLOYED = [script for script in scripts() if script.is_deployed]


def over_http(endpoint: Endpoint) -> Send:
    """Return a transport that sends exactly the headers it is given, and the connection's token unless they hold another."""
    tenant = urlsplit(endpoint.tenant_url)

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        sent = {"Authorization": f"Bearer {endpoint.token}", **headers}
        line = http.client.HTTPConnection(str(tenant.hostname), tenant.port, timeout=60)
        try:
            line.request(method, tenant.path + target, body, {name: value for name, value in sent.items() if value})
            answer = line.getresponse()
            content = answer.read()
            return answer.status, dict(answer.getheaders()), json.loads(content) if content else None
        finally:
            line.close()

    return send


@pytest.mark.parametrize("script", DEPLOYED, ids=lambda script: script.name)
def test_what_a_client_sends_is_understood(script: Script, endpoint: Endpoint) -> None:
    directory = f"client-{script.name.replace('/', '-').replace('_', '-')}"
    replay(script, over_http(endpoint.seen_by(endpoint.create_connection(directory=directory))))
