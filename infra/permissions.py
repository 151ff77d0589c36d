"""What each function may do: its role, written by hand, with the exact actions on the exact resources.

The CDK's ``grant_*`` methods give more than a function needs (``Scan``, ``BatchWriteItem``, ``ListStreams`` on
everything), so none is used.
"""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

TOKENS = ["TOKEN#*"]
"""The partitions that hold hashes of secrets: the authorizer's alone."""

CREDENTIALS = [*TOKENS, "CONNECTION#*", "CONNECTIONS"]
"""The partitions of all that decides who gets in where. A function that a client's bytes reach reads and writes none."""

Statements = Mapping[str, list[iam.PolicyStatement]]


def function_role(scope: Construct, construct_id: str, log_group: logs.ILogGroup, statements: Statements) -> iam.Role:
    """Return a function's role: it writes its log, and does what the statements allow.

    :param statements: Name of a policy to its statements. They are the role's own (inline) policies, so that the
    role is
        never there without them: an event source is refused when its function cannot read it yet.
    """
    write_log = _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])
    policies = {"Log": [write_log], **statements}
    return iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={name: iam.PolicyDocument(statements=list(each)) for name, each in policies.items()},
    )


def scim_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return what the API may do: everything with a directory's items but scanning, and nothing with credentials.

    A transaction needs the permissions of the actions it holds; ``TransactWriteItems`` itself is none.
    """
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
    return _all_but_credentials([f"dynamodb:{action}" for action in actions], table_arn)


def authorizer_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return what the authorizer may do: read a token, and keep when it was last used. No directory's data.

    ``ForAllValues`` is how AWS documents ``dynamodb:LeadingKeys``; a request that names no key satisfies it, but
    GetItem and UpdateItem always name one.
    """
    of_tokens = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": TOKENS}}
    return [_allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], [table_arn], of_tokens)]


def changes_table(table_arn: str, stream_arn: str) -> list[iam.PolicyStatement]:
    """Return what the stream's function may do: read the stream, what users' permission sets follow from, and sweep what is left.

    ``ListStreams`` is checked against ``stream/*`` of the table, as in AWS's own example for a function on a stream.
    """
    sweep = [
        "dynamodb:Query",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:UpdateItem",
    ]
    read = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return [
        *_all_but_credentials(sweep, table_arn),
        _allow(read, [stream_arn]),
        _allow(["dynamodb:ListStreams"], [f"{table_arn}/stream/*"]),
    ]


def dead_letters(queue_arn: str) -> list[iam.PolicyStatement]:
    """Return what Lambda needs, in the function's name, to leave the changes that failed in a queue."""
    return [_allow(["sqs:SendMessage"], [queue_arn])]


def _all_but_credentials(actions: list[str], table_arn: str) -> list[iam.PolicyStatement]:
    """Return what allows actions on every item but those that decide who gets in."""
    deny = iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=actions,
        resources=[table_arn],
        conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": CREDENTIALS}},
    )
    return [_allow(actions, [table_arn]), deny]


def _allow(
    actions: list[str], resources: list[str], conditions: Mapping[str, object] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
