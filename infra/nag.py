"""cdk-nag's AwsSolutions rules, checked at every synthesis, and the acknowledged findings, each with its reason."""

from typing import NamedTuple

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct


class Finding(NamedTuple):
    """An acknowledged finding."""

    rule: str
    reason: str


API = (
    Finding(
        "AwsSolutions-APIG2",
        "Requests are validated by the function, which answers with SCIM Errors that name the attribute.",
    ),
    Finding(
        "AwsSolutions-APIG3",
        "Every request needs a 256-bit token and is throttled; the environment file can name a WebACL.",
    ),
    Finding(
        "AwsSolutions-APIG6",
        "Execution logs contain headers and bodies, which are personal data; the access log has the rest.",
    ),
    Finding(
        "AwsSolutions-COG4",
        "Identity providers send a token, which a Lambda authorizer checks; they cannot sign in to Cognito.",
    ),
    Finding(
        "AwsSolutions-APIG4",
        "Unknown paths need no token; their answer is a fixed 404. The token endpoint checks credentials in its function.",
    ),
    Finding(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        "API Gateway does not accept a logging role with fewer actions than this AWS managed policy.",
    ),
)
"""Findings on the API."""

CONSOLE = (
    Finding("AwsSolutions-APIG4", "People sign in to the console by OpenID Connect; the function checks each request."),
    Finding("AwsSolutions-COG4", "Operators have accounts at the vendor's identity provider, not in Cognito."),
)
"""Findings on the console's routes."""
ROLLOUT = (
    Finding(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
        "AWS's own policy for CodeDeploy to shift aliases; its resources are not known before a deployment.",
    ),
)
"""Findings on the canary rollout."""

BACKUPS = (
    Finding(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]",
        "AWS's own policy for AWS Backup, which the service requires.",
    ),
)
"""Findings on the backup plan."""

STREAM = "AwsSolutions-IAM5[Resource::<{table}.Arn>/stream/*]"
"""The id of a finding, with a placeholder for the table's logical id."""

LISTS_STREAMS = "ListStreams applies to all streams of a table; the other actions name the stream."

DEAD_LETTERS = (Finding("AwsSolutions-SQS3", "This is the dead-letter queue."),)
"""Findings on the dead-letter queue."""

LOCAL_QUEUE = (Finding("AwsSolutions-SQS4", "The local cloud has no TLS."),)
"""Findings on each queue in the local cloud."""

FUNCTION = (
    Finding("AwsSolutions-L1", "The locks, the compiled files and the tests are for Python 3.13."),
    Finding("Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish", "The alias publishes a version."),
)
"""Findings on each function."""

TRACED = (
    Finding(
        "AwsSolutions-IAM5[Resource::*]", "X-Ray's PutTraceSegments and PutTelemetryRecords do not support resources."
    ),
)
"""Findings on each role with tracing."""


def acknowledge(construct: IConstruct, *findings: Finding) -> None:
    """Acknowledge findings on a construct and everything below it."""
    rules = [cdk.Acknowledgment(id=finding.rule, reason=finding.reason) for finding in findings]
    cdk.Validations.of(construct).acknowledge(*rules)


def check(app: cdk.App) -> None:
    """Fail the synthesis on a finding that is not acknowledged."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
