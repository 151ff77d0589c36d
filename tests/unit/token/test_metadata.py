"""The metadata of the authorization server (RFC 8414)."""

import json

from tests.unit.token.endpoint import Endpoint, request

PATH = "/.well-known/oauth-authorization-server"


def test_the_metadata_names_the_host_and_what_its_token_endpoint_supports(dynamodb):
    endpoint = Endpoint(dynamodb, domain="https://scim.example.com")
    answer = endpoint.endpoint.serve(request("", method="GET", resource=PATH))
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


def test_without_a_host_name_there_is_no_metadata(endpoint):
    reply = endpoint.endpoint.serve(request("", method="GET", resource=PATH))
    assert reply["statusCode"] == 405
