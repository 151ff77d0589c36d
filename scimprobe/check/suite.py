"""How a check is declared: its name, what it requires of an endpoint, why that matters, and what it plays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from scimprobe.check.player import Player
from scimprobe.wire import NO_HEADERS

Play = Callable[[Player], None]
"""Sends requests and says what their answers must be; what differs is recorded by the player."""


class Level(StrEnum):
    """What the failure of a check means to those who run it first."""

    MANDATORY = "mandatory"
    """The endpoint fails."""

    PREVIEW = "preview"
    """The SCIM Validator shows it among its preview tests, which do not count."""

    OPTIONAL = "optional"
    """Documented and not required, or required by few."""


@dataclass(frozen=True)
class Check:
    """One thing that is required of an endpoint."""

    name: str
    """The name its source gives it, such as `Create a duplicate User`; otherwise what is looked at."""

    requirement: str
    """What the endpoint must do, in one sentence."""

    matters: str
    """What the identity provider does when the endpoint does otherwise."""

    play: Play
    level: Level = Level.MANDATORY


class Checks(list[Check]):
    """The checks of one file, in the order in which they are written and played."""

    def add(
        self, name: str, *, requirement: str, matters: str, level: Level = Level.MANDATORY
    ) -> Callable[[Play], Play]:
        """Declare the decorated function as a check."""

        def declare(play: Play) -> Play:
            self.append(Check(name, requirement, matters, play, level))
            return play

        return declare


@dataclass(frozen=True)
class Suite:
    """The checks of one client or test program."""

    name: str
    """What `--suite` calls it, such as `validator`."""

    title: str
    checks: Sequence[Check]
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    """What this client sends with each request, beside what Entra sends."""
