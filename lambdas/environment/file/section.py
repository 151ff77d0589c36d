"""The base class and shared types of the environment file's tables."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Section(BaseModel):
    """A table of the file. Unknown keys are mistakes, and values are immutable after loading.

    Each field's ``description`` completes the sentence "it must be ..." in the text of a mistake.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,  # of most tables, functions need no validator but that of the whole
    )


DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]

StackLabel = Annotated[str, StringConstraints(pattern=r"^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$")]

AttributePath = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""A path of RFC 7644 section 3.10 without a filter, such as ``name.givenName``. Whether the attribute exists is checked when the
models are built (:mod:`lambdas.environment.provider`)."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A text for people."""
