"""The IAM policy of each function: exact actions on exact resources.

The CDK's ``grant_*`` methods allow more than a function needs (``Scan``, ``BatchWriteItem``, ``ListStreams`` on all streams), so
they are not used.
"""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

TOKENS = ["TOKEN#*"]
"""The partitions with hashes of tokens, for the authorizer alone."""

CLIENTS = ["CLIENT#*"]
"""The partitions of OAuth clients, with hashes of their secrets and access tokens."""

ISSUER_KEYS = ["JWKS#*"]
"""The partitions with the public keys of issuers of assertions."""

SIGN_INS = ["SESSION#*", "SETUP#*", "LOGIN#*"]
"""The partitions of the console's sessions, set-up links and sign-ins."""

CREDENTIALS = [*TOKENS, *CLIENTS, *ISSUER_KEYS, *SIGN_INS, "CONNECTION#*", "CONNECTIONS"]
"""The partitions that decide about access. Functions that process clients' data can neither read nor write them."""

SCHEMA = ["SCHEMA"]
"""The partition of the item that names the version of what is stored."""

OPERATORS = [*SCHEMA, "DIRECTORIES"]
"""The partitions that only operators at a terminal write: the schema and the list of directories. Functions may read them."""

Statements = Mapping[str, list[iam.PolicyStatement]]


def function_role(scope: Construct, construct_id: str, log_group: logs.ILogGroup, statements: Statements) -> iam.Role:
    """Return a function's role, which can write the log and whatever the statements allow.

    :param statements: From the name of a policy to its statements. They are inline policies, so that the role never exists
        without them: Lambda refuses an event source that its function cannot read yet.
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
    """Return the statements of the API: all item actions except scanning, and no access to credentials.

    A transaction needs the IAM actions of its items; ``TransactWriteItems`` is not an IAM action.
    """
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
    return _all_but_credentials([f"dynamodb:{action}" for action in actions], table_arn)


def authorizer_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of the authorizer: read a token or an OAuth client and update a token's last use, without access to
    directories.

    AWS documents ``dynamodb:LeadingKeys`` with ``ForAllValues``. A request without a key would satisfy it, but GetItem and
    UpdateItem always have one.
    """
    return [
        _allow(["dynamodb:GetItem"], [table_arn], _only([*TOKENS, *CLIENTS])),
        _allow(["dynamodb:UpdateItem"], [table_arn], _only(TOKENS)),
    ]


def token_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of the token endpoint: read and update OAuth clients and the keys of issuers, and read the schema."""
    return [
        _allow(["dynamodb:GetItem"], [table_arn], _only([*CLIENTS, *ISSUER_KEYS, *SCHEMA])),
        _allow(["dynamodb:UpdateItem"], [table_arn], _only([*CLIENTS, *ISSUER_KEYS])),
    ]


def changes_table(table_arn: str, stream_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of the stream's function: read the stream, read users and groups, and sweep memberships."""
    sweep = [
        "dynamodb:Query",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:UpdateItem",
        "dynamodb:ConditionCheckItem",
    ]
    return [*_all_but_credentials(sweep, table_arn), *_read_stream(table_arn, stream_arn)]


def events_table(table_arn: str, stream_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of the function that publishes change events: read the stream, groups, mappings and members."""
    return [
        *_all_but_credentials(["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"], table_arn),
        *_read_stream(table_arn, stream_arn),
    ]


def publish(bus_arn: str) -> list[iam.PolicyStatement]:
    """Return the statement of a function that publishes on the environment's bus (:mod:`lambdas.eventing.publisher`)."""
    return [_allow(["events:PutEvents"], [bus_arn])]


def webhooks_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return the statement with which the deliveries of webhooks are stored, and nothing else of the table is reached."""
    return [_allow(["dynamodb:PutItem"], [table_arn], _only(["WEBHOOK#*"]))]


def consume(queue_arns: list[str]) -> list[iam.PolicyStatement]:
    """Return the statement of a function that Lambda calls with the messages of queues, and that decides when they return."""
    actions = ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl"]
    return [_allow([f"sqs:{each}" for each in actions], queue_arns)]


def deliver_again(queue_arns: list[str], dead_letter_arns: list[str]) -> list[iam.PolicyStatement]:
    """Return the statements of the console for webhooks: send an event to their queues, move events back from the queues of failed
    ones, and count both. It receives nothing that is on its way to a receiver.
    """
    count = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
    return [
        _allow([*count, "sqs:SendMessage"], queue_arns),
        _allow([*count, "sqs:DeleteMessage", "sqs:ReceiveMessage"], dead_letter_arns),
    ]


def parameters(arns: list[str]) -> list[iam.PolicyStatement]:
    """Return the permission to read some parameters."""
    return [_allow(["ssm:GetParameter"], arns)]


def watch_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of the watch: read connections and their credentials, and keep what was reported. It reaches no
    directory.
    """
    return [
        _allow(["dynamodb:Query"], [table_arn], _only(["CONNECTIONS"])),
        _allow(["dynamodb:BatchGetItem"], [table_arn], _only(["CONNECTION#*", *TOKENS, *CLIENTS])),
        _allow(["dynamodb:GetItem", "dynamodb:PutItem"], [table_arn], _only(["WATCH"])),
    ]


def call(function_arn: str) -> iam.PolicyStatement:
    """Return the statement with which a schedule calls a function."""
    return _allow(["lambda:InvokeFunction"], [function_arn])


def console_table(table_arn: str) -> list[iam.PolicyStatement]:
    """Return the permissions of the console: everything an operator does to items, credentials included, except scans.

    It is the one function that makes credentials for people who sign in. It may not write the schema. The list of directories is
    not denied to it: the transaction that creates a connection checks that list beside its writes.
    """
    actions = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
    return [_allow([f"dynamodb:{action}" for action in actions], [table_arn]), _deny_writing(table_arn, SCHEMA)]


def console_log(log_group: logs.ILogGroup) -> list[iam.PolicyStatement]:
    """Return the permission to search the environment's log, and to record what operators change.

    The ARN with ``:*``, as AWS documents it for all actions on a log group, and the plain one of the service authorization
    reference, which the local cloud checks.
    """
    name = {"service": "logs", "resource": "log-group", "resource_name": log_group.log_group_name}
    plain = cdk.Stack.of(log_group).format_arn(**name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME)
    actions = ["logs:FilterLogEvents", "logs:CreateLogStream", "logs:PutLogEvents"]
    return [_allow(actions, [log_group.log_group_arn, plain])]


def parameter(arn: str) -> list[iam.PolicyStatement]:
    """Return the permission to read one parameter: a SecureString under the account's own key needs no further one (AWS)."""
    return [_allow(["ssm:GetParameter"], [arn])]


def dead_letters(queue_arn: str) -> list[iam.PolicyStatement]:
    """Return the statement with which Lambda sends failed changes to a queue, with the function's role."""
    return [_allow(["sqs:SendMessage"], [queue_arn])]


def _read_stream(table_arn: str, stream_arn: str) -> list[iam.PolicyStatement]:
    """Return the statements of a function on the table's stream.

    ``ListStreams`` applies to ``stream/*`` of the table, as in AWS's example for a function on a stream.
    """
    read = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return [_allow(read, [stream_arn]), _allow(["dynamodb:ListStreams"], [f"{table_arn}/stream/*"])]


def _only(partitions: list[str]) -> Mapping[str, object]:
    """Return the condition that a request reaches these partitions alone."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions}}


def _all_but_credentials(actions: list[str], table_arn: str) -> list[iam.PolicyStatement]:
    """Return statements that allow actions on all items except credentials."""
    deny = iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=actions,
        resources=[table_arn],
        conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": CREDENTIALS}},
    )
    return [_allow(actions, [table_arn]), deny, _deny_writing(table_arn, OPERATORS)]


def _deny_writing(table_arn: str, partitions: list[str]) -> iam.PolicyStatement:
    """Return the statement that keeps a function from changing what stops all functions, or closes a directory."""
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        resources=[table_arn],
        conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": partitions}},
    )


def _allow(
    actions: list[str], resources: list[str], conditions: Mapping[str, object] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
