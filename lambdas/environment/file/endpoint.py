"""The settings of an environment that its functions read."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from lambdas.environment.file.api import TokenCache
from lambdas.environment.file.console import Console
from lambdas.environment.file.events import Events
from lambdas.environment.file.extensions import ExtensionSchema
from lambdas.environment.file.guard import Guard
from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.oauth import OAuth
from lambdas.environment.file.operation import Tokens
from lambdas.environment.file.permissions import Login, Permissions, Source
from lambdas.environment.file.protocol import Capabilities
from lambdas.environment.file.resources import Groups, Users
from lambdas.environment.file.section import DnsLabel, Section, StackLabel
from lambdas.environment.file.watch import Watch
from lambdas.environment.file.webhooks import Webhook


class EndpointSettings(Section):
    """The part of the file that decides how the endpoint behaves. Only a change in it publishes new function versions."""

    name: Annotated[
        StackLabel,
        Field(
            description="the file name without .toml: up to 40 lowercase letters, digits and hyphens, starting with a letter"
        ),
    ]
    directory: Annotated[
        DnsLabel,
        Field(
            default_factory=lambda data: data.get("name", ""),
            description="the id of the environment's directory: up to 63 lowercase letters, digits and hyphens; "
            "data is stored under this id, so it must never change",
        ),
    ]
    tokens: Annotated[Tokens, Field(description="a table [tokens]")] = Field(default_factory=Tokens)
    oauth: Annotated[OAuth, Field(description="a table [oauth]")] = Field(default_factory=OAuth)
    api: Annotated[TokenCache, Field(description="a table [api]")] = Field(default_factory=TokenCache)
    capabilities: Annotated[Capabilities, Field(description="a table [capabilities]")] = Field(
        default_factory=Capabilities
    )
    users: Annotated[Users, Field(description="a table [users]")] = Field(default_factory=Users)
    groups: Annotated[Groups, Field(description="a table [groups]")] = Field(default_factory=Groups)
    extensions: Annotated[
        tuple[ExtensionSchema, ...], Field(strict=False, description="a list of tables [[extensions]]")
    ] = ()
    permissions: Annotated[Permissions, Field(description="a table [permissions]")] = Field(default_factory=Permissions)
    guard: Annotated[Guard | None, Field(description="a table [guard]")] = None
    console: Annotated[Console | None, Field(description="a table [console]")] = None
    login: Annotated[Login | None, Field(description="a table [login]")] = None
    events: Annotated[Events | None, Field(description="a table [events]")] = None
    webhooks: Annotated[
        tuple[Webhook, ...], Field(strict=False, max_length=5, description="a list of up to 5 tables [[webhooks]]")
    ] = ()

    watch: Annotated[Watch | None, Field(description="a table [watch]")] = None

    @property
    def has_bus(self) -> bool:
        """Whether changes are published on a bus."""
        return self.events is not None and self.events.bus

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        urns = [each.urn.lower() for each in self.extensions]
        twice = sorted({each for each in urns if urns.count(each) > 1})
        if twice:
            raise mistake(f"extensions: {twice[0]} is declared twice; declare all its attributes in one table")
        hooks = [each.id for each in self.webhooks]
        if len(set(hooks)) < len(hooks):
            raise mistake("webhooks: an id is declared twice; give each webhook an id of its own")
        if hooks and not self.has_bus:
            raise mistake("webhooks need the event bus: add a table [events]")
        by_groups = {Source.GROUPS, Source.SYSTEM_GROUPS} & set(self.permissions.sources)
        if by_groups and not self.groups.served:
            raise mistake(f'permissions.sources has "{min(by_groups)}", which needs groups, but groups.served is false')
        return self
