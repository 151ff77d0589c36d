"""The part of an environment's summary about its AWS account."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the console imports this module, and needs only the settings of functions
    from lambdas.environment.file import Environment


def deployment(environment: "Environment") -> Iterator[tuple[str, list[str]]]:
    """Return how an environment is deployed, as titles with one or more lines each."""
    yield "Data", list(_data(environment))
    yield "Requests", list(_requests(environment))
    yield "Log", [f"is kept {days(environment.logs.retention_days)}, level {environment.logs.level}"]
    yield "Alarms", [_alarms(environment)]
    account = list(_account(environment))
    if account:
        yield "Account", account


def days(number: int) -> str:
    """Return a number of days in words."""
    return "1 day" if number == 1 else f"{number} days"


def _data(environment: "Environment") -> Iterator[str]:
    retained = environment.aws.retain_data
    yield "is retained when the stack is deleted" if retained else "is deleted with the stack"
    if environment.aws.kms_key:
        yield f"is encrypted with {environment.aws.kms_key}"
    backup = environment.backup
    if backup:
        yield f"is backed up daily to {backup.copy_to}; each backup is kept {days(backup.keep_days)}"


def _requests(environment: "Environment") -> Iterator[str]:
    api = environment.api
    cached = api.authorizer_cache_seconds
    parts = [f"{api.rate} per second and route, {api.burst} at once"]
    parts.append(f"a token is checked again after {cached} s" if cached else "a token is checked with each request")
    if not environment.snap_start:
        parts.append("functions start without a snapshot")
    if api.tracing:
        parts.append("traced by X-Ray")
    yield ", ".join(parts)
    if api.reserved_concurrency:
        yield f"{api.reserved_concurrency} concurrent runs are reserved"
    if api.allowed_sources:
        yield f"only from {', '.join(api.allowed_sources)}"
    if api.web_acl:
        yield f"filtered by {api.web_acl}"
    if api.canary_minutes:
        yield f"a new version gets 10 % of them for {api.canary_minutes} minutes, then all"


def _alarms(environment: "Environment") -> str:
    recipients = [environment.alarms.topic] if environment.alarms.topic else environment.alarms.addresses
    return (
        f"notify {', '.join(recipients)}" if recipients else "notify no recipient: set alarms.address or alarms.topic"
    )


def _account(environment: "Environment") -> Iterator[str]:
    aws = environment.aws
    if aws.termination_protection:
        yield "the stack is protected against deletion"
    if aws.tags:
        yield f"tags: {', '.join(f'{key}={value}' for key, value in aws.tags.items())}"
    if aws.permissions_boundary:
        yield f"every role is bounded by {aws.permissions_boundary}"
    if not aws.api_gateway_log_role and not environment.local:
        yield "API Gateway writes logs with the role that the account has"
