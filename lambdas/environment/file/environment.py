"""The environment file as a whole."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lambdas.environment.file.deployment import LOCAL_ACCOUNT, LOCAL_REGION, Alarms, Api, Aws, Domain, Logs, TokenCache
from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.file.mistakes import mistake


class Environment(EndpointSettings):
    """One deployed stack: everything in ``environments/NAME.toml``."""

    description: Annotated[
        str, StringConstraints(min_length=1, max_length=1024), Field(description="a text of at most 1024 characters")
    ]
    platform: Annotated[
        Literal["aws", "local"],
        Field(description='"aws", or "local" for the local cloud, which runs the functions on this machine'),
    ] = "aws"
    aws: Annotated[Aws, Field(description="a table [aws]")]
    api: Annotated[Api, Field(description="a table [api]")] = Api()
    logs: Annotated[Logs, Field(description="a table [logs]")] = Logs()
    alarms: Annotated[Alarms, Field(description="a table [alarms]")] = Alarms()
    domain: Annotated[Domain | None, Field(description="a table [domain]")] = None

    @property
    def local(self) -> bool:
        """Whether this is the local cloud, which lacks parts of AWS and runs functions with this machine's interpreter."""
        return self.platform == "local"

    @model_validator(mode="after")
    def _domain_can_be_served(self) -> Self:
        if self.domain is None:
            return self
        if self.local:
            raise mistake(
                'domain is set, but platform is "local"; the local cloud serves no custom host names, so remove it'
            )
        _, _, _, region, account, _ = self.domain.certificate.split(":")
        if (region, account) != (self.aws.region, self.aws.account):
            raise mistake(
                f"domain.certificate belongs to account {account} in {region}; it must belong to the environment's account "
                f"and region, {self.aws.account} in {self.aws.region}"
            )
        return self

    def in_local_cloud(self) -> "Environment":
        """Return the same environment with the settings the local cloud needs.

        Account and region are the local cloud's, and there is no custom host name. The behaviour of the endpoint and the
        retention of data stay as the file says.
        """
        aws = self.aws.model_copy(update={"account": LOCAL_ACCOUNT, "region": LOCAL_REGION})
        return self.model_copy(update={"platform": "local", "aws": aws, "domain": None})

    def for_functions(self) -> str:
        """Return the settings that functions read, as JSON for :func:`lambdas.environment.file.load_deployed`."""
        read: dict[str, bool | set[str]] = {**dict.fromkeys(EndpointSettings.model_fields, True)}
        return self.model_dump_json(include={**read, "api": set(TokenCache.model_fields)}, indent=2)
