"""cdk-nag's AwsSolutions rules, checked at every synthesis, and the findings that we live with, each with its
reason."""

from typing import NamedTuple

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct


class Finding(NamedTuple):
    """A rule that is not followed."""

    rule: str
    reason: str


API = (
    Finding(
        "AwsSolutions-APIG2",
        "Requests are validated by the function, which answers with SCIM Errors that name the attribute.",
    ),
    Finding(
        "AwsSolutions-APIG3",
        "Every request needs a 256-bit token and is throttled; a WebACL is the account's to attach.",
    ),
    Finding(
        "AwsSolutions-APIG6",
        "Execution logs hold headers and bodies, so people's data; the access log has what is needed.",
    ),
    Finding(
        "AwsSolutions-COG4",
        "Identity providers bring a secret token, which a Lambda authorizer checks; none signs in to Cognito.",
    ),
    Finding("AwsSolutions-APIG4", "Only the answer to unknown paths needs no token: a fixed 404 that calls nothing."),
    Finding(
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        "API Gateway refuses to take an account's logging role with fewer permissions than this policy of AWS's.",
    ),
)
"""Findings on the API."""

STREAM = "AwsSolutions-IAM5[Resource::<{table}.Arn>/stream/*]"
"""A finding's id, with the table's logical id to be filled in."""

LISTS_STREAMS = "ListStreams is asked about all streams of a table; the other actions name the one there is."

DEAD_LETTERS = (Finding("AwsSolutions-SQS3", "It is the dead-letter queue itself."),)
"""Findings on the dead-letter queue."""

FUNCTION = (
    Finding("AwsSolutions-L1", "Python 3.13 is what the locks, the compiled files and the tests are made for."),
    Finding("Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish", "The alias publishes a version."),
)
"""Findings on each function."""

TRACED = (
    Finding("AwsSolutions-IAM5[Resource::*]", "X-Ray's PutTraceSegments and PutTelemetryRecords know no resources."),
)
"""Findings on each role when tracing is on."""


def acknowledge(construct: IConstruct, *findings: Finding) -> None:
    """Note that a construct, and all below it, does not follow some rules."""
    rules = [cdk.Acknowledgment(id=finding.rule, reason=finding.reason) for finding in findings]
    cdk.Validations.of(construct).acknowledge(*rules)


def check(app: cdk.App) -> None:
    """Let the synthesis fail, with the findings, when a rule is broken that is not acknowledged."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
