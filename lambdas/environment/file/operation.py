"""The tables about the operation of an environment: ``[tokens]``, ``[logs]``, ``[alarms]``, ``[backup]`` and ``[domain]``."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lambdas.environment.file import arns
from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import Section

LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The retention periods of CloudWatch Logs, in days (PutRetentionPolicy)."""


def _retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError("not a retention period of CloudWatch Logs")
    return days


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
        Field(description=f"a retention period of CloudWatch Logs, in days: {', '.join(map(str, LOG_RETENTION_DAYS))}"),
    ] = 90
    level: Annotated[
        Literal["DEBUG", "INFO"],
        Field(description='the lowest level that is logged: "DEBUG" or "INFO" (the level of the SCIM log)'),
    ] = "INFO"


Address = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Alarms(Section):
    """The recipients of alarms."""

    address: Annotated[
        Address | Annotated[tuple[Address, ...], Field(strict=False)] | None,
        Field(
            description='an email address in quotes, such as "oncall@example.com", or a list of them; each has to confirm the '
            "subscription"
        ),
    ] = None
    topic: Annotated[
        Annotated[str, StringConstraints(pattern=arns.TOPIC)] | None,
        Field(
            description="the ARN of an SNS topic in the environment's region, such as "
            '"arn:aws:sns:eu-central-1:123456789012:oncall"; its policy must allow CloudWatch to publish'
        ),
    ] = None
    """An existing topic, notified instead of one of the stack's own."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All email addresses."""
        return (self.address,) if isinstance(self.address, str) else self.address or ()

    @model_validator(mode="after")
    def _one_topic(self) -> Self:
        if self.topic and self.address:
            raise mistake(
                "alarms.topic and alarms.address are both set; subscribe the address to the topic, or remove the topic"
            )
        return self


class Backup(Section):
    """Daily backups of the table by AWS Backup, in addition to point-in-time recovery, with a copy in another region or account."""

    copy_to: Annotated[
        str,
        StringConstraints(pattern=arns.VAULT),
        Field(
            description="the ARN of an AWS Backup vault in another region or account, such as "
            '"arn:aws:backup:eu-west-1:123456789012:backup-vault:scim"'
        ),
    ]
    keep_days: Annotated[
        int, Field(ge=1, le=36_500, description="a number of days from 1 to 36500 for which a backup is kept")
    ] = 35


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
        Annotated[str, StringConstraints(pattern=arns.CERTIFICATE)] | None,
        Field(
            description="the ARN of a certificate for that name in AWS Certificate Manager, in the environment's account "
            'and region, such as "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"'
        ),
    ] = None
    base_path: Annotated[
        str,
        StringConstraints(pattern=r"^(?:[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)?$", max_length=300),
        Field(description='a path in front of /v2, without slashes at its ends, such as "api/scim", or "" for none'),
    ] = ""
    hosted_zone: Annotated[
        Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")] | None,
        Field(
            description="the id of a public Route 53 hosted zone in the environment's account, such as "
            '"Z0123456789ABCDEFGHIJ", in which the stack creates the record of the host name '
            "and, without a certificate, validates a new one"
        ),
    ] = None

    @property
    def base_url(self) -> str:
        """The URL in front of ``/v2``, without a slash at the end."""
        return f"https://{self.name}" + (f"/{self.base_path}" if self.base_path else "")

    @model_validator(mode="after")
    def _has_a_certificate(self) -> Self:
        if not self.certificate and not self.hosted_zone:
            raise mistake("domain.certificate is missing; set it, or domain.hosted_zone to have a certificate issued")
        return self
