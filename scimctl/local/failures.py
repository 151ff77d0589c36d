"""Why a deployment failed: the resource and its reason, out of stack events and of what the CDK wrote."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CANCELLED = "cancelled"
"""CloudFormation says so of resources that failed only because another one did."""

_UNKNOWN_TYPES = re.compile(r"Unrecognized resource types: \[([^\]]*)\]")
"""What CloudFormation answers to a template with resource types that it does not have; it names no resource."""

_NOISE = re.compile(
    r"^\s*$|^\s*(at |Source Location:)|no user code in|re-run `cdk diagnose`"
    r"|^Bundling asset|^\S+: (start|success): |Subprocess exited with error"
)
"""Lines of a log that help nobody who wants the reason."""

_TRACE = "Traceback (most recent call last):"

_LAST_LINES = 8


@dataclass(frozen=True)
class FailedResource:
    """A resource that CloudFormation could not make, change or remove."""

    logical_id: str
    """Its name in the template."""

    type: str
    """For example `AWS::Logs::MetricFilter`."""

    reason: str
    """What CloudFormation, or the service behind it, said."""

    def __str__(self) -> str:
        """Return the failure as one line for the operator."""
        return f"{self.logical_id} ({self.type}): {_readable(self.reason)}"


def explain(failed: list[FailedResource], log: Path, templates: Sequence[Path]) -> str:
    """Say which resources made a deployment fail and why; the last lines of the log when no resource did.

    `failed` are the stack's failed events, newest first, which may be none; `templates` are the synthesized templates,
    which may not exist.
    """
    unknown = [each for template in templates for each in _of_unknown_type(log, template)]
    return of_resources(failed) or of_resources(unknown) or last_words(log)


def of_resources(failed: list[FailedResource]) -> str:
    """Return the failed resources (newest first) with their reasons, a line each; an empty text when there are none."""
    causes = [resource for resource in failed if _CANCELLED not in resource.reason.lower()] or failed
    return "\n".join(dict.fromkeys(str(resource) for resource in reversed(causes)))


def last_words(log: Path) -> str:
    """Return the last informative lines of a log; of a traceback, the error."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    said, in_trace = [], False
    for line in lines:
        in_trace = line.startswith(_TRACE) or (in_trace and line.startswith(" "))
        if not in_trace and not _NOISE.search(line):
            said.append(line.rstrip())
    return "\n".join(said[-_LAST_LINES:])


def _of_unknown_type(log: Path, template: Path) -> list[FailedResource]:
    """Find the resources of the types that CloudFormation said it does not know."""
    try:
        found = _UNKNOWN_TYPES.search(log.read_text(encoding="utf-8", errors="replace"))
        resources = json.loads(template.read_text(encoding="utf-8"))["Resources"]
    except (OSError, ValueError, KeyError):
        return []
    types = re.split(r"[,\s]+", found[1]) if found else []
    reason = "the local cloud does not know this type of resource"
    return [FailedResource(name, body["Type"], reason) for name, body in resources.items() if body["Type"] in types]


def _readable(reason: str) -> str:
    """Return the service's message in the emulator's text, for example `b'{"message": "..."}'`."""
    found = re.search(r'"message":\s*"((?:[^"\\]|\\.)*)"', reason, re.IGNORECASE)
    return found[1] if found else " ".join(reason.split())
