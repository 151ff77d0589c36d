"""The environment file as a whole."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lambdas.environment.file.deployment import LOCAL_ACCOUNT, LOCAL_REGION, Alarms, Api, Aws, Domain, Logs, Tokens
from lambdas.environment.file.extensions import ExtensionSchema
from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.permissions import Login, Permissions, Source
from lambdas.environment.file.protocol import Capabilities
from lambdas.environment.file.resources import Groups, Users
from lambdas.environment.file.section import DnsLabel, Section, StackLabel


class Environment(Section):
    """One deployed stack: everything in ``environments/NAME.toml``."""

    name: Annotated[
        StackLabel,
        Field(
            description="the file name without .toml: up to 40 lowercase letters, digits and hyphens, starting with a letter"
        ),
    ]
    description: Annotated[
        str, StringConstraints(min_length=1, max_length=1024), Field(description="a text of at most 1024 characters")
    ]
    platform: Annotated[
        Literal["aws", "local"],
        Field(description='"aws", or "local" for the local cloud, which runs the functions on this machine'),
    ] = "aws"
    directory: Annotated[
        DnsLabel,
        Field(
            default_factory=lambda data: data.get("name", ""),
            description="the id of the environment's directory: up to 63 lowercase letters, digits and hyphens; "
            "data is stored under this id, so it must never change",
        ),
    ]
    aws: Annotated[Aws, Field(description="a table [aws]")]
    api: Annotated[Api, Field(description="a table [api]")] = Api()
    tokens: Annotated[Tokens, Field(description="a table [tokens]")] = Tokens()
    logs: Annotated[Logs, Field(description="a table [logs]")] = Logs()
    alarms: Annotated[Alarms, Field(description="a table [alarms]")] = Alarms()
    domain: Annotated[Domain | None, Field(description="a table [domain]")] = None
    capabilities: Annotated[Capabilities, Field(description="a table [capabilities]")] = Capabilities()
    users: Annotated[Users, Field(description="a table [users]")] = Users()
    groups: Annotated[Groups, Field(description="a table [groups]")] = Groups()
    extensions: Annotated[
        tuple[ExtensionSchema, ...], Field(strict=False, description="a list of tables [[extensions]]")
    ] = ()
    permissions: Annotated[Permissions, Field(description="a table [permissions]")] = Permissions()
    login: Annotated[Login | None, Field(description="a table [login]")] = None

    @property
    def local(self) -> bool:
        """Whether this is the local cloud, which lacks parts of AWS and runs functions with this machine's interpreter."""
        return self.platform == "local"

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        urns = [each.urn.lower() for each in self.extensions]
        twice = sorted({each for each in urns if urns.count(each) > 1})
        if twice:
            raise mistake(f"extensions: {twice[0]} is declared twice; declare all its attributes in one table")
        by_groups = {Source.GROUPS, Source.SYSTEM_GROUPS} & set(self.permissions.sources)
        if by_groups and not self.groups.served:
            raise mistake(f'permissions.sources has "{min(by_groups)}", which needs groups, but groups.served is false')
        return self

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
