"""Webhooks: URLs of the vendor's product that receive change events."""

import os
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator

from lambdas.environment.event_types import EventType
from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import Section

LOCAL_RECEIVER = "http://127.0.0.1:8765/hooks/scim"
"""Where the local cloud sends webhooks: ``scimctl events listen`` listens there, and so does ``examples/product``."""

RECEIVER_VARIABLE = "SCIM_LOCAL_RECEIVER"
"""The environment variable with another URL, read when an environment is deployed to the local cloud."""

LOOPBACK = frozenset({"127.0.0.1", "localhost"})


class Webhook(Section):
    """One receiver of change events."""

    id: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$"),
        Field(description="a name of up to 20 lowercase letters, digits and hyphens, starting with a letter"),
    ]
    url: Annotated[
        str,
        StringConstraints(max_length=500),
        Field(description='an https URL of a host with a public address, such as "https://app.example.com/hooks/scim"'),
    ]
    types: Annotated[
        tuple[Annotated[EventType, Field(strict=False)], ...],
        Field(strict=False, description="a list of event types; all when empty"),
    ] = ()

    @field_validator("url")
    @classmethod
    def _can_be_called(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise mistake("webhooks.url must be an https URL")
        if not parts.hostname or parts.username or parts.password or parts.fragment:
            raise mistake("webhooks.url must be a URL without a user name and a fragment")
        return value

    @property
    def is_loopback(self) -> bool:
        """Whether the URL is on the machine that calls it, which only the local cloud does."""
        return urlsplit(self.url).hostname in LOOPBACK

    def to_local_receiver(self) -> Self:
        """Return the webhook as the local cloud has it: it never calls the product."""
        receiver = os.environ.get(RECEIVER_VARIABLE, LOCAL_RECEIVER).rstrip("/")
        return self.model_copy(update={"url": f"{receiver}/{self.id}"})
