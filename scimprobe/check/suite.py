"""The declaration of a check: its name, what it requires of an endpoint, why that matters, and what it sends."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from scimprobe.check.session import Session
from scimprobe.endpoint.needs import Need
from scimprobe.wire import NO_HEADERS

Script = Callable[[Session], None]
"""Sends requests and states what their answers must be; the session records what differs."""


class Level(StrEnum):
    """The meaning of a failed check."""

    MANDATORY = "mandatory"
    """The endpoint fails."""

    PREVIEW = "preview"
    """The SCIM Validator shows it among its preview tests, which do not count."""

    OPTIONAL = "optional"
    """Documented and not required, or required by few clients."""


@dataclass(frozen=True)
class Check:
    """One requirement on an endpoint."""

    name: str
    """The name its source gives it, such as `Create a duplicate User`; otherwise its subject."""

    requirement: str
    """The requirement on the endpoint, in one sentence."""

    matters: str
    """The behaviour of the identity provider when the endpoint does otherwise."""

    run: Script
    level: Level = Level.MANDATORY
    needs: frozenset[Need] = frozenset()
    """The capabilities that the check needs; it is skipped where the operator's rules rule one out."""


class Checks(list[Check]):
    """The checks of one file, in the order in which they are written and run."""

    def __init__(self, *needs: Need) -> None:
        """Initialize an empty list.

        :param needs: What every check of the file needs.
        """
        super().__init__()
        self._needs = frozenset(needs)

    def add(
        self,
        name: str,
        *,
        requirement: str,
        matters: str,
        level: Level = Level.MANDATORY,
        needs: Iterable[Need] = (),
    ) -> Callable[[Script], Script]:
        """Declare the decorated function as a check."""

        def declare(script: Script) -> Script:
            self.append(Check(name, requirement, matters, script, level, self._needs | frozenset(needs)))
            return script

        return declare


@dataclass(frozen=True)
class Suite:
    """The checks of one client or test program."""

    name: str
    """The value of `--suite`, such as `validator`."""

    title: str
    checks: Sequence[Check]
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    """Headers that this client sends with each request, beside those that Entra sends."""
