"""The table ``[api]``: limits, performance and access."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lambdas.environment.file import arns
from lambdas.environment.file.section import Section

MAX_SOURCES = 50
"""The address ranges of a file: a resource policy holds 8,192 characters, and each range takes up to 46."""


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


def _network(value: str) -> str:
    ipaddress.ip_network(value)
    return value


class Api(TokenCache):
    """The limits and performance settings of the endpoint."""

    rate: Annotated[
        int,
        Field(
            ge=25,
            le=10_000,
            description="a number of requests per second and route from 25 (the minimum Microsoft Entra ID requires) to 10000 "
            "(the default quota of an account)",
        ),
    ] = 100
    """API Gateway applies it to each method of the stage by itself, and as a target rather than a guaranteed ceiling."""

    burst: Annotated[
        int,
        Field(
            ge=25,
            le=5_000,
            description="a number of concurrent requests per route from 25 to 5000 (the default quota of an account)",
        ),
    ] = 200
    reserved_concurrency: Annotated[
        Annotated[int, Field(ge=1, le=10_000)] | None,
        Field(
            description="a number of concurrent runs from 1 to 10000 that is reserved for the API function, and its maximum; the "
            "authorizer gets the same"
        ),
    ] = None
    """Without it, the environments of an account and region share its concurrency: 1,000 by default, 10 in many new accounts."""

    snap_start: Annotated[
        bool,
        Field(
            description="true or false: whether functions start from a snapshot (SnapStart), about two seconds faster, "
            "for about 6 USD per month"
        ),
    ] = True
    """Without effect in a region that has no SnapStart (:attr:`Environment.snap_start`)."""

    tracing: Annotated[bool, Field(description="true or false: whether X-Ray traces each request")] = False
    allowed_sources: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...],
        Field(
            strict=False,
            max_length=MAX_SOURCES,
            description=f'a list of at most {MAX_SOURCES} address ranges in CIDR notation, such as ["20.40.128.0/18"]; requests '
            "from elsewhere are refused",
        ),
    ] = ()
    """The ranges of Microsoft Entra ID's provisioning service are the service tag ``AzureActiveDirectory``; they change."""

    web_acl: Annotated[
        Annotated[str, StringConstraints(pattern=arns.WEB_ACL)] | None,
        Field(
            description="the ARN of a regional AWS WAF web ACL in the environment's account and region, such as "
            '"arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/scim/12345678-1234-1234-1234-123456789012"'
        ),
    ] = None
    canary_minutes: Annotated[
        Literal[5, 10, 15, 30] | None,
        Field(
            description="5, 10, 15 or 30: the minutes for which a new version gets 10 % of the requests, before it gets all; the "
            "alarm ApiFailures rolls it back"
        ),
    ] = None
    """Without it, a new version gets all requests at once."""
