"""The tables of the file about deployment and operation in AWS."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lambdas.environment.file.section import Section

LOCAL_ACCOUNT = "000000000000"
"""The AWS account id of the local cloud."""

LOCAL_REGION = "us-east-1"
"""The AWS region of the local cloud."""

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
"""The retention periods of CloudWatch Logs, in days (PutRetentionPolicy)."""


def _retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError("not a retention period of CloudWatch Logs")
    return days


class Aws(Section):
    """The AWS account and region of the environment."""

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
            description="true or false: whether the table and the log group are retained when the stack is deleted, "
            "and the table is protected against deletion"
        ),
    ] = True


class TokenCache(Section):
    """The cache of token checks."""

    authorizer_cache_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=3600,
            description="a number of seconds from 0 to 3600 for which the result of a token check is cached; a revoked token "
            "is accepted for this time at most",
        ),
    ] = 60


class Api(TokenCache):
    """The limits and performance settings of the endpoint."""

    rate: Annotated[
        int,
        Field(
            ge=25,
            le=10_000,
            description="a number of requests per second from 25 (the minimum Microsoft Entra ID requires) to 10000 "
            "(the default quota of an account)",
        ),
    ] = 100
    burst: Annotated[
        int,
        Field(
            ge=25,
            le=5_000,
            description="a number of concurrent requests from 25 to 5000 (the default quota of an account)",
        ),
    ] = 200
    snap_start: Annotated[
        bool,
        Field(
            description="true or false: whether functions start from a snapshot (SnapStart), about two seconds faster, "
            "for about 7 USD per month"
        ),
    ] = True
    tracing: Annotated[bool, Field(description="true or false: whether X-Ray traces each request")] = False


class Tokens(Section):
    """The tokens of the environment's connections."""

    lifetime_days: Annotated[
        int, Field(ge=1, le=3650, description="a number of days from 1 to 3650 after which a new token expires")
    ] = 365


class Logs(Section):
    """The environment's log group."""

    retention_days: Annotated[
        int,
        AfterValidator(_retention),
        Field(
            description="a retention period of CloudWatch Logs, in days: "
            + ", ".join(str(days) for days in LOG_RETENTION_DAYS)
        ),
    ] = 90
    level: Annotated[
        Literal["DEBUG", "INFO"],
        Field(description='the lowest level that is logged: "DEBUG" or "INFO" (the level of the SCIM log)'),
    ] = "INFO"


class Alarms(Section):
    """The recipients of alarms."""

    address: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None,
        Field(
            description='an email address in quotes, such as "oncall@example.com", which has to confirm the subscription'
        ),
    ] = None


class Domain(Section):
    """A custom host name for the Tenant URL."""

    name: Annotated[
        str,
        StringConstraints(
            pattern=r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$", max_length=253
        ),
        Field(description='a lowercase host name in quotes, such as "scim.example.com"'),
    ]
    certificate: Annotated[
        str,
        StringConstraints(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}$"),
        Field(
            description="the ARN of a certificate for that name in AWS Certificate Manager, in the environment's account "
            'and region, such as "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"'
        ),
    ]
    base_path: Annotated[
        str,
        StringConstraints(pattern=r"^(?:[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)?$", max_length=300),
        Field(description='a path in front of /v2, without slashes at its ends, such as "api/scim", or "" for none'),
    ] = ""

    @property
    def base_url(self) -> str:
        """The URL in front of ``/v2``, without a slash at the end."""
        return f"https://{self.name}" + (f"/{self.base_path}" if self.base_path else "")
