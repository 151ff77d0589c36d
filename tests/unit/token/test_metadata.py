"""The metadata of the authorization server (RFC 8414)."""

import json
from typing import Any

from tests.unit.token.endpoint import Endpoint, request

PATH = "/.well-known/oauth-authorization-server"


def get(endpoint: Endpoint, host: str, path: str) -> dict[str, Any]:
    event = request("", method="GET", resource=PATH)
    event["requestContext"] |= {"domainName": host, "path": path}
    return endpoint.endpoint.serve(event)


def test_the_metadata_names_the_host_and_what_its_token_endpoint_supports(endpoint):
    answer = get(endpoint, "scim.example.com", PATH)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    document = json.loads(answer["body"])
    assert document["issuer"] == "https://scim.example.com"
    assert document["token_endpoint"] == "https://scim.example.com/oauth2/token"
    assert document["grant_types_supported"] == ["client_credentials"]
    assert set(document["token_endpoint_auth_methods_supported"]) == {
        "client_secret_post",
        "client_secret_basic",
        "private_key_jwt",
    }
    assert document["token_endpoint_auth_signing_alg_values_supported"] == ["RS256"]
    assert document["response_types_supported"] == []


def test_under_the_url_of_a_stage_there_is_no_metadata(endpoint):
    answer = get(endpoint, "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", f"/scim{PATH}")
    assert answer["statusCode"] == 404
