"""The watch: what runs by the clock and notices that provisioning stopped."""

from typing import Annotated

from pydantic import Field

from lambdas.environment.file.section import Section


class Watch(Section):
    """When provisioning needs attention; without this table the function is not deployed."""

    silent_hours: Annotated[
        int,
        Field(
            ge=0,
            le=168,
            description="a whole number of hours from 1 to 168 without an accepted request, after which a connection counts as "
            "stalled, or 0 for never",
        ),
    ] = 6
    failures: Annotated[
        int,
        Field(
            ge=2,
            le=100,
            description="a whole number from 2 to 100: refused requests about a user within a day, after which the user counts as "
            "failing",
        ),
    ] = 3
    ending_days: Annotated[
        int,
        Field(
            ge=1,
            le=365,
            description="a whole number of days from 1 to 365: how long before its expiry a token or client secret is reported",
        ),
    ] = 30
