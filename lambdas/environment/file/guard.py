"""The guard against mass deprovisioning: how many users an identity provider may deprovision within an hour."""

from typing import Annotated, Literal

from pydantic import Field

from lambdas.environment.file.section import Section


class Guard(Section):
    """The limit of users whom one connection deprovisions within an hour; without this table nothing is counted.

    A user is deprovisioned when it is disabled, deleted, or removed from a group that gives permission sets.
    The limit is the larger one of ``users`` and ``percent``, so that neither a small nor a large directory raises it by usual work.
    """

    users: Annotated[
        int, Field(ge=1, le=1_000_000, description="a number of users from 1 to 1000000 that never exceeds the limit")
    ] = 25
    percent: Annotated[
        int,
        Field(
            ge=0, le=100, description="a percentage from 0 to 100 of the directory's users that never exceeds the limit"
        ),
    ] = 5
    action: Annotated[
        Literal["report", "hold"],
        Field(
            description='"report" to record what exceeds the limit and raise an alarm, or "hold" to refuse it too, until an '
            "operator releases it"
        ),
    ] = "report"
