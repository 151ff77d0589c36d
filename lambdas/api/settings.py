"""The settings of the function, from its environment variables."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Addressing = Literal["host", "path"]
"""Where the API lives in a URL: at a host name of its own (AWS), or at a path of the local cloud's host."""


class Settings(BaseModel):
    """The variables that the stack sets. Powertools reads its own (``LOG_LEVEL`` and others) itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    table_name: str = Field(alias="TABLE_NAME")
    """The name of the DynamoDB table."""

    addressing: Addressing = Field(default="host", alias="ADDRESSING")
    """Where the API lives in a URL."""


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Return the settings held by environment variables.

    :raises pydantic.ValidationError: When one is missing; the function does not start then.
    """
    return Settings.model_validate(dict(variables))
