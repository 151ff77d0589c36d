"""What the function is told by its environment variables."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Addressing = Literal["host", "path"]
"""Where the API lives in a URL: under a host name of its own (AWS), or under a path of the local cloud's host."""


class Settings(BaseModel):
    """The variables that the stack sets; Powertools reads those that it needs (``LOG_LEVEL`` and its own) itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    table_name: str = Field(alias="TABLE_NAME")
    """The name of the DynamoDB table."""

    addressing: Addressing = Field(default="host", alias="ADDRESSING")
    """How a request's base URL is told from its event."""


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Return the settings held by environment variables.

    :raises pydantic.ValidationError: When one is missing; the function then fails to start, and no request is served.
    """
    return Settings.model_validate(dict(variables))
