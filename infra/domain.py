"""The vendor's own host name in the Tenant URL, as in ``https://scim.example.com/v2/<connection>``."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct

from lambdas.environment.file import Domain


class CustomDomain(Construct):
    """A regional host name that leads to the API's stage, which then is no part of the URL.

    The API's own host name (``<id>.execute-api.<region>.amazonaws.com``) goes on working beside it. It opens nothing more:
    authorizer, policy and throttling belong to the stage, by whichever name a request came. And it is needed: an environment
    that gets a host name later has administrators who pasted the other one, and they move one by one, without a stop; and
    before the record is in the DNS it is the only name there is. Who still uses it is in the access log.
    """

    def __init__(self, scope: Construct, construct_id: str, domain: Domain, api: apigateway.RestApi) -> None:
        """Take the name and the certificate of the environment's file, and the API, whose stage is mapped at the root."""
        super().__init__(scope, construct_id)
        self.name = apigateway.DomainName(
            self,
            "Name",
            domain_name=domain.name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate),
            endpoint_type=apigateway.EndpointType.REGIONAL,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
            mapping=api,
        )
        self.base_url = f"https://{domain.name}"
        """What comes before ``/v2``."""

    @property
    def target(self) -> str:
        """The host name of API Gateway's that the DNS has to lead to."""
        return self.name.domain_name_alias_domain_name
