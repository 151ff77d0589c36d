"""The outputs of an environment's stack, which operators and scimctl read."""

import aws_cdk as cdk

from infra.release import release
from infra.stack_parts import StackParts
from lambdas.store import schema


def add_outputs(stack: StackParts) -> None:
    """Add the outputs of a stack."""
    api, domain = stack.scim_api, stack.domain
    outputs = {
        "BaseUrl": (
            domain.base_url if domain else api.base_url,
            "The part of a Tenant URL before /v2/ and the connection's id",
        ),
        "TableName": (stack.directory.table.table_name, "The table of directories, connections and tokens"),
        "LogGroupName": (stack.log.group.log_group_name, "The SCIM log"),
        "ApiId": (api.api.rest_api_id, "The REST API"),
        "Schema": (str(schema.CURRENT), "The newest schema of stored data that the functions support"),
        "Version": (release(), "The version of serverless-scim that the stack runs"),
    }
    if stack.environment_file.console:
        outputs["ConsoleUrl"] = (f"{outputs['BaseUrl'][0]}/console", "The console")
    if domain:
        outputs["DomainTarget"] = (domain.target, "The target of the host name's DNS record: a CNAME or an alias")
        outputs["DomainTargetZone"] = (domain.target_zone, "The hosted zone id that an alias record needs")
    for name, (value, description) in outputs.items():
        cdk.CfnOutput(stack, name, value=value, description=description)
