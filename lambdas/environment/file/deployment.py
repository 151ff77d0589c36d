"""How an environment is deployed and operated: the part of its file that AWS sees."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lambdas.environment.file.section import Section

LOCAL_ACCOUNT = "000000000000"
"""The AWS account that the local cloud plays."""

LOCAL_REGION = "us-east-1"
"""The AWS region that the local cloud plays."""

LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""The numbers of days that CloudWatch Logs can keep records for (PutRetentionPolicy)."""


def _retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError("not a retention period of CloudWatch Logs")
    return days


class Aws(Section):
    """Where the environment lives in AWS."""

    account: Annotated[
        str,
        StringConstraints(pattern=r"^\d{12}$"),
        Field(description='the 12 digits of the AWS account, in quotes, such as "123456789012"'),
    ]
    region: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$"),
        Field(description='the name of an AWS region, in quotes, such as "eu-central-1"'),
    ]
    retain_data: Annotated[
        bool,
        Field(
            description="true or false: whether the table and the log outlive the stack, "
            "and the table refuses to be deleted"
        ),
    ] = True


class Api(Section):
    """How much the endpoint takes, and how long it trusts a checked token."""

    rate: Annotated[
        int,
        Field(
            ge=25,
            le=10_000,
            description="the requests per second taken over time, from 25 (Microsoft Entra ID requires at least 25 of "
            "a SCIM endpoint) to 10000 (API Gateway's default for a whole account)",
        ),
    ] = 100
    burst: Annotated[
        int,
        Field(
            ge=25,
            le=5_000,
            description="the requests taken at once, from 25 to 5000 (API Gateway's default for an account)",
        ),
    ] = 200
    authorizer_cache_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=3600,
            description="the seconds for which a checked token is not checked again, from 0 to 3600; a revoked token "
            "is refused after this time at the latest",
        ),
    ] = 60
    snap_start: Annotated[
        bool,
        Field(
            description="true or false: whether the functions start from a snapshot, some two seconds faster, "
            "for some 7 USD per month"
        ),
    ] = True
    tracing: Annotated[bool, Field(description="true or false: whether X-Ray records the way of each request")] = False


class Tokens(Section):
    """The credentials of the environment's connections."""

    lifetime_days: Annotated[
        int, Field(ge=1, le=3650, description="the days after which a new token expires, from 1 to 3650")
    ] = 365


class Logs(Section):
    """The environment's one log group."""

    retention_days: Annotated[
        int,
        AfterValidator(_retention),
        Field(
            description="a number of days that CloudWatch Logs offers: "
            + ", ".join(str(days) for days in LOG_RETENTION_DAYS)
        ),
    ] = 90
    level: Annotated[
        Literal["DEBUG", "INFO"],
        Field(description='the least severe message that is kept: "DEBUG" or "INFO", which the SCIM log itself has'),
    ] = "INFO"


class Alarms(Section):
    """Who hears of it when the endpoint fails."""

    address: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None,
        Field(description='an e-mail address, in quotes, such as "oncall@example.com"; AWS asks it to confirm'),
    ] = None


class Domain(Section):
    """A host name of the vendor's own in the Tenant URL, instead of API Gateway's."""

    name: Annotated[
        str,
        StringConstraints(
            pattern=r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$", max_length=253
        ),
        Field(description='a host name in lower case, in quotes, such as "scim.example.com"'),
    ]
    certificate: Annotated[
        str,
        StringConstraints(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}$"),
        Field(
            description="the ARN of a certificate for that name in AWS Certificate Manager, in the environment's own account "
            'and region, such as "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"'
        ),
    ]
