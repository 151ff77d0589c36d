"""Which clients reach the API: address ranges and a web application firewall."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_wafv2 as wafv2

ELSEWHERE = (
    " The operator also restricts the addresses that may send requests; this request may come from another address."
)
"""The addition to the text of a 403 where addresses are restricted: API Gateway does not distinguish the reasons."""


def resource_policy(sources: tuple[str, ...]) -> iam.PolicyDocument | None:
    """Return the API's resource policy, which refuses requests from other address ranges; None to accept all.

    API Gateway evaluates it before the authorizer, so a refused request invokes nothing.
    """
    if not sources:
        return None
    statements = [
        iam.PolicyStatement(
            sid=sid,
            effect=effect,
            principals=[iam.AnyPrincipal()],
            actions=["execute-api:Invoke"],
            resources=["execute-api:/*"],
            conditions=conditions,
        )
        for sid, effect, conditions in (
            ("Invoke", iam.Effect.ALLOW, None),
            ("FromElsewhere", iam.Effect.DENY, {"NotIpAddress": {"aws:SourceIp": list(sources)}}),
        )
    ]
    return iam.PolicyDocument(statements=statements)


def attach_web_acl(api: apigateway.RestApi, arn: str | None) -> None:
    """Put a web ACL in front of the API's stage."""
    if arn:
        wafv2.CfnWebACLAssociation(api, "WebAcl", resource_arn=api.deployment_stage.stage_arn, web_acl_arn=arn)
