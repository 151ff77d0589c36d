"""The REST API: its routes, its token check, and every refusal of its own as a SCIM Error."""

import json
import re
from typing import Any

import pytest

from infra.api import CREDENTIALS, ROUTES
from infra.gateway_responses import REFUSALS
from tests.infra.conftest import Assembly, Resource

KINDS = {
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
}
"""Every kind of gateway response that API Gateway has (AWS::ApiGateway::GatewayResponse)."""

EXPECTED_ROUTES = {
    "",
    "/Users",
    "/Users/{id}",
    "/Users/.search",
    "/Groups",
    "/Groups/{id}",
    "/Groups/.search",
    "/.search",
    "/Bulk",
    "/Me",
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/{id}",
    "/Schemas",
    "/Schemas/{id}",
}


def path_of(assembly: Assembly, resource_id: str) -> str:
    resources = assembly.all("AWS::ApiGateway::Resource")
    parent = resources[resource_id]["ParentId"].get("Ref")
    return (path_of(assembly, parent) if parent else "") + "/" + resources[resource_id]["PathPart"]


def methods(assembly: Assembly) -> dict[str, Resource]:
    """Every method of the API, by its path; the root's is ``/``."""
    found = assembly.all("AWS::ApiGateway::Method").values()
    return {
        path_of(assembly, each["ResourceId"]["Ref"]) if "Ref" in each["ResourceId"] else "/": each for each in found
    }


def scim_methods(assembly: Assembly) -> dict[str, Resource]:
    prefix = "/v2/{connection}"
    return {path.removeprefix(prefix): each for path, each in methods(assembly).items() if path.startswith(prefix)}


def refusals(assembly: Assembly) -> dict[str, Resource]:
    return {each["ResponseType"]: each for each in assembly.all("AWS::ApiGateway::GatewayResponse").values()}


def errors(refusal: Resource) -> list[dict[str, Any]]:
    return [json.loads(body) for body in refusal["ResponseTemplates"].values()]


def test_every_route_of_scim_is_there_and_no_other(either: Assembly):
    assert scim_methods(either).keys() == EXPECTED_ROUTES == {f"/{route}".rstrip("/") for route in ROUTES}


def test_every_route_takes_any_method_behind_the_authorizer_and_leads_to_the_api_alias(either: Assembly):
    (authorizer,) = either.all("AWS::ApiGateway::Authorizer")
    function_id, _ = either.function("api")
    (alias,) = [
        key for key, each in either.all("AWS::Lambda::Alias").items() if each["FunctionName"] == {"Ref": function_id}
    ]
    for method in scim_methods(either).values():
        assert method["HttpMethod"] == "ANY"
        assert method["AuthorizationType"] == "CUSTOM"
        assert method["AuthorizerId"] == {"Ref": authorizer}
        assert method["Integration"]["Type"] == "AWS_PROXY"
        assert f'{{"Ref": "{alias}"}}' in json.dumps(method["Integration"]["Uri"])


def test_the_authorizer_is_called_by_its_alias_and_remembers_for_as_long_as_the_file_says(
    aws: Assembly, local: Assembly
):
    for assembly, seconds in ((aws, 60), (local, 5)):
        authorizer = assembly.only("AWS::ApiGateway::Authorizer")
        function_id, _ = assembly.function("authorizer")
        aliases = assembly.all("AWS::Lambda::Alias").items()
        (alias,) = [key for key, each in aliases if each["FunctionName"] == {"Ref": function_id}]
        assert f'{{"Ref": "{alias}"}}' in json.dumps(authorizer["AuthorizerUri"])
        assert authorizer["Type"] == "TOKEN"
        assert authorizer["IdentityValidationExpression"] == CREDENTIALS
        assert authorizer["AuthorizerResultTtlInSeconds"] == seconds


@pytest.mark.parametrize(
    "header",
    [
        "Bearer scim_3k5w2mzn7qxrb4ty_abcDEF0123456789",
        "bearer scim_3k5w2mzn7qxrb4ty_abcDEF0123456789",
        "BEARER  a.b-c~d+e/f=",
        "Basic dXNlcjpwYXNzd29yZA==",
        "basic dXNlcjpwYXNzd29yZA==",
        "Bearer scim_3k5w2mzn7qxrb4ty_abcDEF 0123456789",
        "Bearer Bearer scim_3k5w2mzn7qxrb4ty_abcDEF0123456789",
        "Bearer Secret Token: scim_3k5w2mzn7qxrb4ty_abcDEF0123456789",
    ],
)
def test_a_header_that_may_hold_a_token_reaches_the_authorizer(header: str):
    assert re.fullmatch(CREDENTIALS, header)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Digest abc", "scim_abc", "Bearer a b", "Bearer ä", "xBearer a"]
)
def test_a_header_that_holds_no_token_is_refused_without_a_call(header: str):
    assert not re.fullmatch(CREDENTIALS, header)


def test_an_unknown_path_is_a_scim_404_that_calls_no_function_and_needs_no_token(either: Assembly):
    for path in ("/", "/{proxy+}", "/v2", "/oauth2"):
        method = methods(either)[path]
        assert method["HttpMethod"] == "ANY"
        assert method["AuthorizationType"] == "NONE"
        assert method["Integration"]["Type"] == "MOCK"
        assert method["Integration"]["ContentHandling"] == "CONVERT_TO_TEXT"
        (answer,) = method["Integration"]["IntegrationResponses"]
        assert answer["ContentHandling"] == "CONVERT_TO_TEXT", "all media types are binary, and a template needs text"
        assert answer["StatusCode"] == "404"
        assert answer["ResponseParameters"]["method.response.header.Content-Type"] == "'application/scim+json'"
        for body in answer["ResponseTemplates"].values():
            assert json.loads(body)["status"] == "404"


def test_nothing_else_is_open_to_requests_without_a_token_than_the_token_endpoint(aws: Assembly, local: Assembly):
    metadata = {"/.well-known", "/.well-known/oauth-authorization-server"}
    for assembly, more in ((aws, metadata), (local, set())):
        unauthenticated = {path for path, each in methods(assembly).items() if each["AuthorizationType"] == "NONE"}
        assert unauthenticated == {"/", "/{proxy+}", "/v2", "/oauth2", "/oauth2/token"} | more


def test_every_path_of_the_api_answers_every_method(either: Assembly):
    """``{proxy+}`` does not cover a resource without a method: with an Authorization header, API Gateway answers a 403 itself."""
    every = {path_of(either, key) for key in either.all("AWS::ApiGateway::Resource")} | {"/"}
    answered = {
        path_of(either, each["ResourceId"]["Ref"]) if "Ref" in each["ResourceId"] else "/"
        for each in either.all("AWS::ApiGateway::Method").values()
        if each["HttpMethod"] == "ANY"
    }
    assert answered == every


def test_the_token_endpoint_invokes_its_own_function_and_no_authorizer(either: Assembly):
    function_id, _ = either.function("token")
    aliases = either.all("AWS::Lambda::Alias").items()
    (alias,) = [key for key, each in aliases if each["FunctionName"] == {"Ref": function_id}]
    found = [
        each
        for each in either.all("AWS::ApiGateway::Method").values()
        if "Ref" in each["ResourceId"] and path_of(either, each["ResourceId"]["Ref"]) == "/oauth2/token"
    ]
    assert sorted(each["HttpMethod"] for each in found) == ["ANY", "POST"]
    for method in found:
        assert "AuthorizerId" not in method
        assert f'{{"Ref": "{alias}"}}' in json.dumps(method["Integration"]["Uri"])


def test_no_kind_of_refusal_is_left_as_api_gateway_words_it(either: Assembly):
    assert refusals(either).keys() == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_refusal_is_a_scim_error_for_either_media_type(aws: Assembly, kind: str):
    refusal = refusals(aws)[kind]
    assert refusal["ResponseTemplates"].keys() == {"application/json", "application/scim+json"}
    assert refusal["ResponseParameters"]["gatewayresponse.header.Content-Type"] == "'application/scim+json'"
    for error in errors(refusal):
        assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert error["status"] == refusal["StatusCode"]
        assert len(error["detail"].split()) >= 8, "an administrator is told what to do"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("UNAUTHORIZED", "401"),
        ("ACCESS_DENIED", "403"),
        ("MISSING_AUTHENTICATION_TOKEN", "404"),
        ("REQUEST_TOO_LARGE", "413"),
        ("UNSUPPORTED_MEDIA_TYPE", "415"),
        ("THROTTLED", "429"),
        ("QUOTA_EXCEEDED", "429"),
        ("BAD_REQUEST_BODY", "400"),
        ("AUTHORIZER_FAILURE", "503"),
        ("AUTHORIZER_CONFIGURATION_ERROR", "503"),
        ("INTEGRATION_TIMEOUT", "504"),
        ("INTEGRATION_FAILURE", "503"),
        ("DEFAULT_5XX", "503"),
    ],
)
def test_a_refusal_has_the_status_of_its_kind(aws: Assembly, kind: str, status: str):
    assert refusals(aws)[kind]["StatusCode"] == status


def test_who_sends_no_valid_token_is_told_what_is_asked_for(aws: Assembly):
    for kind in ("UNAUTHORIZED", "EXPIRED_TOKEN", "INVALID_SIGNATURE"):
        headers = refusals(aws)[kind]["ResponseParameters"]
        assert headers["gatewayresponse.header.WWW-Authenticate"] == "'Bearer realm=\"scim\"'"


def test_who_sends_too_much_is_told_when_to_come_back(aws: Assembly):
    for kind in ("THROTTLED", "QUOTA_EXCEEDED"):
        assert refusals(aws)[kind]["ResponseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_a_temporary_failure_is_503_with_retry_after_and_no_challenge(aws: Assembly):
    """A function that times out, crashes or is throttled is DEFAULT_5XX; a 401 would make Microsoft Entra ID stop the job."""
    for kind in ("AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR", "INTEGRATION_FAILURE", "DEFAULT_5XX"):
        assert refusals(aws)[kind]["StatusCode"] == "503"
        headers = refusals(aws)[kind]["ResponseParameters"]
        assert headers["gatewayresponse.header.Retry-After"] == "'5'"
        assert "gatewayresponse.header.WWW-Authenticate" not in headers


def test_no_refusal_repeats_anything_of_the_request():
    assert not [refusal for refusal in REFUSALS if "$" in refusal.body()]


def test_the_stage_is_throttled_as_the_file_says(aws: Assembly):
    stage = aws.only("AWS::ApiGateway::Stage")
    assert stage["StageName"] == "scim"
    setting, of_tokens = stage["MethodSettings"]
    assert (setting["ThrottlingRateLimit"], setting["ThrottlingBurstLimit"]) == (100, 200)
    assert (setting["HttpMethod"], setting["ResourcePath"]) == ("*", "/*")
    # "~1" is a slash inside a path (RFC 6901), as API Gateway writes it.
    assert (of_tokens["HttpMethod"], of_tokens["ResourcePath"]) == ("POST", "/~1oauth2~1token")
    assert (of_tokens["ThrottlingRateLimit"], of_tokens["ThrottlingBurstLimit"]) == (20, 50)


def test_the_access_log_goes_to_the_environment_log_and_tells_no_secret(either: Assembly):
    log = either.only("AWS::ApiGateway::Stage")["AccessLogSetting"]
    (log_group,) = either.all("AWS::Logs::LogGroup")
    assert f'{{"Ref": "{log_group}"}}' in json.dumps(log["DestinationArn"])
    record = json.loads(log["Format"])
    assert record["event"] == "api.access"
    assert record["environment"] == either.name
    assert not [value for value in record.values() if "error.message" in value or "header" in value.lower()]


def test_compressed_answers_of_the_function_reach_the_client_as_bytes(either: Assembly):
    assert either.only("AWS::ApiGateway::RestApi")["BinaryMediaTypes"] == ["*/*"]


def test_one_permission_for_each_function_behind_the_api_is_enough_however_many_routes_there_are(either: Assembly):
    assert len(either.all("AWS::Lambda::Permission")) == 3


def test_the_role_of_the_log_outlives_the_stack_because_the_account_keeps_naming_it(aws: Assembly):
    for kind in ("AWS::ApiGateway::Account", "AWS::IAM::Role"):
        found = {key: each for key, each in aws.json["Resources"].items() if each["Type"] == kind}
        (kept,) = [each for key, each in found.items() if key.startswith(("ScimApiAccount", "ScimApiCloudWatchRole"))]
        assert kept["DeletionPolicy"] == kept["UpdateReplacePolicy"] == "Retain"
