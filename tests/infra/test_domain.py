"""The vendor's own host name, and the API's own beside it."""

import pytest
from aws_cdk.assertions import Template

from lambdas.environment import file as settings
from tests.infra.conftest import Assembly, stack_of

KINDS = ("AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping")


@pytest.fixture(scope="module")
def without() -> dict:
    """The template of the worked example without its host name."""
    example = settings.load("example").model_copy(update={"domain": None})
    return Template.from_stack(stack_of(example)).to_json()


def test_the_host_name_of_the_file_is_served_with_its_certificate_and_tls_1_2_at_least(aws: Assembly):
    domain = aws.only("AWS::ApiGateway::DomainName")
    assert {key: value for key, value in domain.items() if key != "Tags"} == {
        "DomainName": "scim.example.com",
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "RegionalCertificateArn": settings.load("example").domain.certificate,
        "SecurityPolicy": "TLS_1_2",
    }


def test_the_host_name_leads_to_the_stage_without_a_path(aws: Assembly):
    (domain,) = aws.all("AWS::ApiGateway::DomainName")
    (api,) = aws.all("AWS::ApiGateway::RestApi")
    (stage,) = aws.all("AWS::ApiGateway::Stage")
    mapping = aws.only("AWS::ApiGateway::BasePathMapping")
    assert mapping == {"DomainName": {"Ref": domain}, "RestApiId": {"Ref": api}, "Stage": {"Ref": stage}}


def test_tenant_urls_begin_with_the_host_name_and_the_dns_has_to_lead_to_the_target(aws: Assembly):
    (domain,) = aws.all("AWS::ApiGateway::DomainName")
    outputs = aws.json["Outputs"]
    assert outputs["BaseUrl"]["Value"] == "https://scim.example.com"
    assert outputs["DomainTarget"]["Value"] == {"Fn::GetAtt": [domain, "RegionalDomainName"]}
    assert all(isinstance(each["Description"], str) for each in outputs.values()), "CloudFormation takes nothing else"


def test_a_base_path_stands_between_the_host_name_and_v2():
    example = settings.load("example")
    domain = example.domain.model_copy(update={"base_path": "api/scim"})
    template = Template.from_stack(stack_of(example.model_copy(update={"domain": domain}))).to_json()
    kinds = {each["Type"]: name for name, each in template["Resources"].items()}
    assert "AWS::ApiGateway::BasePathMapping" not in kinds
    assert template["Resources"][kinds["AWS::ApiGatewayV2::ApiMapping"]]["Properties"] == {
        "ApiId": {"Ref": kinds["AWS::ApiGateway::RestApi"]},
        "ApiMappingKey": "api/scim",
        "DomainName": {"Ref": kinds["AWS::ApiGateway::DomainName"]},
        "Stage": {"Ref": kinds["AWS::ApiGateway::Stage"]},
    }
    assert template["Outputs"]["BaseUrl"]["Value"] == "https://scim.example.com/api/scim"


def test_the_host_name_of_the_api_goes_on_working_for_who_pasted_it_before(aws: Assembly):
    assert not aws.only("AWS::ApiGateway::RestApi").get("DisableExecuteApiEndpoint")


def test_without_a_host_name_of_ones_own_the_url_is_the_stage_of_the_api(without: dict):
    kinds = {each["Type"] for each in without["Resources"].values()}
    assert not kinds & set(KINDS)
    assert "DomainTarget" not in without["Outputs"]
    scheme, _, host, *_, stage = without["Outputs"]["BaseUrl"]["Value"]["Fn::Join"][1]
    assert scheme == "https://"
    assert host.startswith(".execute-api.eu-central-1.")
    assert without["Resources"][stage["Ref"]]["Type"] == "AWS::ApiGateway::Stage"


def test_the_local_cloud_has_none():
    local = settings.load("example", "local")
    assert local.domain is None
    template = Template.from_stack(stack_of(local))
    for kind in KINDS:
        template.resource_count_is(kind, 0)
