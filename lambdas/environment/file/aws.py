"""The table ``[aws]``: where an environment is deployed, and under which rules of its account."""

import difflib
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from lambdas.environment.file import arns
from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.regions import ALL_REGIONS
from lambdas.environment.file.section import Section

LOCAL_ACCOUNT = "000000000000"
"""The AWS account id of the local cloud."""

LOCAL_REGION = "us-east-1"
"""The AWS region of the local cloud."""

MAX_TAGS = 48
"""The tags of a file: AWS allows 50 for a resource, and the stack adds two of its own."""

OWN_TAGS = ("scim:environment", "scim:version")
"""The tags that the stack adds."""


def _existing_region(region: str) -> str:
    if region not in ALL_REGIONS:
        near = difflib.get_close_matches(region, sorted(ALL_REGIONS), n=1)
        hint = f'did you mean "{near[0]}"?' if near else 'such as "eu-central-1"'
        raise mistake(f'aws.region is "{region}"; it must be the name of an AWS region with Lambda; {hint}')
    return region


def _own_tag(key: str) -> str:
    if key.lower().startswith(("aws:", "scim:")):
        raise ValueError("reserved")
    return key


TagKey = Annotated[str, StringConstraints(pattern=r"^[\w .:/=+@-]+$", max_length=128), AfterValidator(_own_tag)]
TagValue = Annotated[str, StringConstraints(pattern=r"^[\w .:/=+@-]*$", max_length=256)]


class Aws(Section):
    """The AWS account and region of an environment, and the account's rules."""

    account: Annotated[
        str,
        StringConstraints(pattern=r"^\d{12}$"),
        Field(description='the 12 digits of the AWS account, in quotes, such as "123456789012"'),
    ]
    region: Annotated[
        str,
        AfterValidator(_existing_region),
        Field(description='the name of an AWS region, in quotes, such as "eu-central-1"'),
    ]
    retain_data: Annotated[
        bool,
        Field(
            description="true or false: whether the table and the log group are retained when the stack is deleted, "
            "and the table is protected against deletion"
        ),
    ] = True
    termination_protection: Annotated[
        bool,
        Field(
            default_factory=lambda data: data.get("retain_data", True),
            description="true or false: whether the stack is protected against deletion; the default is retain_data",
        ),
    ]
    """Deleting a stack deletes its API, and with it the host name in every Tenant URL without a ``[domain]``."""

    tags: Annotated[
        dict[TagKey, TagValue],
        Field(
            max_length=MAX_TAGS,
            description=f'a table of at most {MAX_TAGS} tags, such as CostCenter = "1234"; a key has up to 128 letters, digits '
            'and "_.:/=+@-", and does not start with "aws:" or "scim:"',
        ),
    ] = {}
    """Tags of every resource that supports tags, besides :data:`OWN_TAGS`."""

    permissions_boundary: Annotated[
        Annotated[str, StringConstraints(pattern=arns.POLICY)] | None,
        Field(
            description="the ARN of the IAM policy that bounds every role of the stack, such as "
            '"arn:aws:iam::123456789012:policy/boundary"'
        ),
    ] = None
    kms_key: Annotated[
        Annotated[str, StringConstraints(pattern=arns.KEY)] | None,
        Field(
            description="the ARN of a customer managed KMS key in the environment's account and region, such as "
            '"arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"'
        ),
    ] = None
    """The key of the table, the log group, the topic and the dead-letter queue. The key's policy must allow CloudWatch Logs and
    CloudWatch to use it (docs/operator/environments.md)."""

    api_gateway_log_role: Annotated[
        bool,
        Field(
            description="true or false: whether the stack sets the role with which API Gateway writes logs, which is one setting "
            "for the whole account and region"
        ),
    ] = True
    """False where the account has such a role already: the last stack that sets it wins."""
