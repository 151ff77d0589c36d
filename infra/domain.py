"""A custom host name in the Tenant URL, such as ``https://scim.example.com/v2/<connection>``."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from lambdas.environment.file import Domain


class CustomDomain(Construct):
    """A regional host name for the API's stage, which is then no longer part of the URL.

    API Gateway's own host name (``<id>.execute-api.<region>.amazonaws.com``) keeps working. It opens nothing more: authorizer,
    policy and throttling belong to the stage. And it is needed: administrators who use it change the Tenant URL one by one, and
    it is the only name before the DNS record exists. The access log shows which name each connection uses.

    With a hosted zone, the certificate, its validation and the DNS record are part of the stack.
    """

    def __init__(self, scope: Construct, construct_id: str, domain: Domain, api: apigateway.RestApi) -> None:
        super().__init__(scope, construct_id)
        certificate = domain.certificate or self._issue(domain)
        self.name = apigateway.DomainName(
            self,
            "Name",
            domain_name=domain.name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", certificate),
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
        if domain.hosted_zone:
            self._lead_here(domain.name, domain.hosted_zone)

    @property
    def target(self) -> str:
        """API Gateway's host name, the target of the DNS record."""
        return self.name.domain_name_alias_domain_name

    @property
    def target_zone(self) -> str:
        """The hosted zone id of :attr:`target`, which an alias record needs."""
        return self.name.domain_name_alias_hosted_zone_id

    def _issue(self, domain: Domain) -> str:
        """Return the ARN of a new certificate. CloudFormation creates its validation record and waits for it."""
        validation = acm.CfnCertificate.DomainValidationOptionProperty(
            domain_name=domain.name, hosted_zone_id=domain.hosted_zone
        )
        issued = acm.CfnCertificate(
            self, "Issued", domain_name=domain.name, validation_method="DNS", domain_validation_options=[validation]
        )
        return issued.ref

    def _lead_here(self, name: str, zone: str) -> None:
        alias = route53.CfnRecordSet.AliasTargetProperty(dns_name=self.target, hosted_zone_id=self.target_zone)
        for kind in ("A", "AAAA"):
            route53.CfnRecordSet(self, kind, name=name, type=kind, hosted_zone_id=zone, alias_target=alias)
