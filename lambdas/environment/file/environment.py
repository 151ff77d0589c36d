"""The environment file as a whole."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lambdas.environment.file.api import Api, TokenCache
from lambdas.environment.file.arns import Place
from lambdas.environment.file.aws import LOCAL_ACCOUNT, LOCAL_REGION, Aws
from lambdas.environment.file.console import Console
from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.file.mistakes import mistakes
from lambdas.environment.file.operation import Alarms, Backup, Domain, Logs
from lambdas.environment.file.regions import (
    SMALL_BURST,
    SMALL_RATE,
    SMALL_THROTTLE,
    WITHOUT_SNAP_START,
    partition_of,
)

MAX_DESCRIPTION = 1024
"""The bytes of a stack's description that CloudFormation accepts."""


def _fits_a_stack(description: str) -> str:
    if len(description.encode()) > MAX_DESCRIPTION:
        raise ValueError("longer than CloudFormation accepts")
    return description


class Environment(EndpointSettings):
    """One deployed stack: everything in ``environments/NAME.toml``."""

    description: Annotated[
        str,
        StringConstraints(min_length=1),
        AfterValidator(_fits_a_stack),
        Field(description=f"a text of at most {MAX_DESCRIPTION} bytes in UTF-8"),
    ]
    platform: Annotated[
        Literal["aws", "local"],
        Field(description='"aws", or "local" for the local cloud, which runs the functions on this machine'),
    ] = "aws"
    aws: Annotated[Aws, Field(description="a table [aws]")]
    api: Annotated[Api, Field(description="a table [api]")] = Api()
    logs: Annotated[Logs, Field(description="a table [logs]")] = Logs()
    alarms: Annotated[Alarms, Field(description="a table [alarms]")] = Alarms()
    backup: Annotated[Backup | None, Field(description="a table [backup]")] = None
    domain: Annotated[Domain | None, Field(description="a table [domain]")] = None

    @property
    def local(self) -> bool:
        """Whether this is the local cloud, which lacks parts of AWS and runs functions with this machine's interpreter."""
        return self.platform == "local"

    @property
    def snap_start(self) -> bool:
        """Whether functions start from a snapshot: where the file wants it and the region has it."""
        return self.api.snap_start and self.aws.region not in WITHOUT_SNAP_START

    @model_validator(mode="after")
    def _fits_its_account_and_region(self) -> Self:
        found = [
            *self._limits_of_region(),
            *(self._only_on_aws() if self.local else (*self._arns(), *self._loopback())),
        ]
        if found:
            raise mistakes(found)
        return self

    def _limits_of_region(self) -> Iterator[str]:
        region = self.aws.region
        if region in SMALL_THROTTLE:
            for key, value, most in (("rate", self.api.rate, SMALL_RATE), ("burst", self.api.burst, SMALL_BURST)):
                if value > most:
                    yield f"api.{key} is {value}; it must be at most {most}, the default quota of an account in {region}"
        if region in WITHOUT_SNAP_START and "snap_start" in self.api.model_fields_set and self.api.snap_start:
            yield f"api.snap_start is true; it must be false, because Lambda has no SnapStart in {region}"

    def _arns(self) -> Iterator[str]:
        place = Place(partition_of(self.aws.region), self.aws.account, self.aws.region)
        yield from place.mistakes("aws.permissions_boundary", self.aws.permissions_boundary)
        yield from place.mistakes("aws.kms_key", self.aws.kms_key)
        yield from place.mistakes("api.web_acl", self.api.web_acl)
        yield from place.mistakes("alarms.topic", self.alarms.topic, same_account=False)
        if self.domain:
            yield from place.mistakes("domain.certificate", self.domain.certificate)
        if any(each.is_loopback for each in self.webhooks):
            yield "webhooks.url is on this machine, which AWS cannot reach; it must be the product's https URL"
        if self.backup:
            yield from place.mistakes("backup.copy_to", self.backup.copy_to, same_account=False, same_region=False)
            if self.backup.copy_to.split(":")[3:5] == [place.region, place.account]:
                yield "backup.copy_to is a vault of the environment's own account and region; it must be in another one"

    def _loopback(self) -> Iterator[str]:
        for url in self.oauth.loopback_urls:
            yield f'oauth.issuers: {url} is on this machine, which only platform "local" can reach; name an https URL'

    def _only_on_aws(self) -> Iterator[str]:
        """Yield the keys that need AWS although the environment is one of the local cloud."""
        local = self.in_local_cloud()
        for table, key in AWS_ONLY:
            if _value(self, table, key) != _value(local, table, key):
                name = f"{table}.{key}" if key else table
                yield f'{name} is set, but platform is "local"; the local cloud does not support it, so remove it'

    def in_local_cloud(self) -> "Environment":
        """Return the same environment with the settings the local cloud needs.

        Account and region are the local cloud's, and what only AWS supports is left out (:data:`AWS_ONLY`). Webhooks go to the
        receiver on this machine instead of the product. The behaviour of the endpoint and the retention of data stay as the file
        says.
        """
        aws = self.aws.model_copy(
            update={"account": LOCAL_ACCOUNT, "region": LOCAL_REGION, "termination_protection": False}
            | {key: Aws.model_fields[key].default for table, key in AWS_ONLY if table == "aws"}
        )
        api = self.api.model_copy(
            update={key: Api.model_fields[key].default for table, key in AWS_ONLY if table == "api"}
        )
        alarms = self.alarms.model_copy(update={"topic": None})
        webhooks = tuple(each.to_local_receiver() for each in self.webhooks)
        changed = {"platform": "local", "aws": aws, "api": api, "alarms": alarms, "domain": None, "backup": None}
        return self.model_copy(update={**changed, "webhooks": webhooks})

    def signing_in_at(self, authority: str) -> "Environment":
        """Return the same environment, its console with another OpenID Provider, which sends the usual roles.

        :param authority: The provider's issuer.
        """
        if self.console is None:
            return self
        return self.model_copy(update={"console": Console(authority=authority, client_id="console")})

    def for_functions(self) -> str:
        """Return the settings that functions read, as JSON for :func:`lambdas.environment.file.load_deployed`."""
        read: dict[str, bool | set[str]] = {**dict.fromkeys(EndpointSettings.model_fields, True)}
        return self.model_dump_json(include={**read, "api": set(TokenCache.model_fields)}, indent=2)


AWS_ONLY = (
    ("aws", "permissions_boundary"),
    ("aws", "kms_key"),
    ("api", "reserved_concurrency"),
    ("api", "allowed_sources"),
    ("api", "web_acl"),
    ("api", "canary_minutes"),
    ("alarms", "topic"),
    ("backup", ""),
    ("domain", ""),
)
"""The tables and keys that the local cloud does not support."""


def _value(environment: Environment, table: str, key: str) -> object:
    found = getattr(environment, table)
    return getattr(found, key) if key else found
