"""A custom host name in the Tenant URL, such as ``https://scim.example.com/v2/<connection>``."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct

from lambdas.environment.file import Domain


class CustomDomain(Construct):
    """A regional host name for the API's stage, which is then no longer part of the URL.

    API Gateway's own host name (``<id>.execute-api.<region>.amazonaws.com``) keeps working. It opens nothing more: authorizer,
    policy and throttling belong to the stage. And it is needed: administrators who use it change the Tenant URL one by one, and
    it is the only name before the DNS record exists. The access log shows which name each connection uses.
    """

    def __init__(self, scope: Construct, construct_id: str, domain: Domain, api: apigateway.RestApi) -> None:
        super().__init__(scope, construct_id)
        self.name = apigateway.DomainName(
            self,
            "Name",
            domain_name=domain.name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate),
            endpoint_type=apigateway.EndpointType.REGIONAL,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
            mapping=None if domain.base_path else api,
        )
        if domain.base_path:
            # A path of several levels takes API Gateway's second version of mappings, which serves REST APIs as well.
            apigatewayv2.CfnApiMapping(
                self,
                "Mapping",
                api_id=api.rest_api_id,
                domain_name=self.name.domain_name,
                stage=api.deployment_stage.stage_name,
                api_mapping_key=domain.base_path,
            )
        self.base_url = domain.base_url
        """The part of a Tenant URL before ``/v2``."""

    @property
    def target(self) -> str:
        """API Gateway's host name, the target of the DNS record."""
        return self.name.domain_name_alias_domain_name

    @property
    def target_zone(self) -> str:
        """The hosted zone id of :attr:`target`, which an alias record needs."""
        return self.name.domain_name_alias_hosted_zone_id
