"""What a fleet's deployments reached: the file by which an interrupted or failed one is resumed."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from lambdas.operations.problems import Problem


class Reached(StrEnum):
    """How far an environment came in its last deployment."""

    DEPLOYED = "deployed"
    """Deployed, and not checked."""

    CHECKED = "checked"
    """Deployed, and passed the gate."""

    FAILED = "failed"
    """The deployment or the gate failed."""


@dataclass(frozen=True)
class Progress:
    """The last deployment of one environment."""

    reached: Reached
    digest: str
    """The digest of the template that was deployed (:func:`scimctl.fleet.assembly.Assembly.digest`)."""

    version: str = ""
    """The version of the project."""

    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    why: str = ""
    """Why it failed."""


class ProgressFile:
    """The progress of all environments, written after each step."""

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one.

        :raises Problem: When it is damaged.
        """
        self.path = path
        self._known: dict[str, Progress] = {}
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            self._known = {
                name: Progress(**{**each, "reached": Reached(each["reached"])}) for name, each in data.items()
            }
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Problem(
                f"{path} cannot be read. Delete it: the next deployment then checks every environment again."
            ) from error

    def of(self, name: str) -> Progress | None:
        """Return the progress of an environment, or None before its first deployment."""
        return self._known.get(name)

    def is_current(self, name: str, digest: str) -> bool:
        """Return whether an environment was deployed with this template, and passed the gate."""
        known = self.of(name)
        return known is not None and known.reached is Reached.CHECKED and known.digest == digest

    def write(self, name: str, progress: Progress) -> None:
        """Set the progress of an environment. The file is replaced as a whole."""
        self._known[name] = progress
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".tmp")
        known: Mapping[str, Any] = {each: asdict(self._known[each]) for each in sorted(self._known)}
        draft.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        os.replace(draft, self.path)
