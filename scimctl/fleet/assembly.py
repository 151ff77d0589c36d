"""The assembly of a fleet: all stacks, synthesized in one process, with one copy of each asset."""

import hashlib
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lambdas.operations.problems import Problem
from scimctl.fleet.members import Member
from scimctl.local import cdk, failures
from scimctl.local_state import PROJECT


@dataclass(frozen=True)
class Assembly:
    """The synthesized stacks of a fleet."""

    folder: Path

    def digest(self, member: Member) -> str:
        """Return the digest of an environment's template, which names every asset by the digest of its content."""
        return hashlib.sha256(self.template(member).read_bytes()).hexdigest()

    def template(self, member: Member) -> Path:
        """Return the file of an environment's template."""
        return self.folder / f"{member.stack}.template.json"

    def arguments(self) -> list[str]:
        """Return the arguments by which the CDK reads the assembly. Any number of commands may read it at the same time."""
        return ["--app", str(self.folder), "--no-notices"]


def synthesize(members: Sequence[Member], folder: Path, variables: Mapping[str, str], *, local: bool) -> Assembly:
    """Synthesize the stacks of environments, once for all of them.

    :param folder: Is emptied first.
    :param variables: The environment variables of the CDK.
    :raises Problem: When the synthesis fails, with its last words.
    """
    output = folder / "cdk.out"
    folder.mkdir(parents=True, exist_ok=True)
    if local:
        cdk.empty(output)
    else:
        shutil.rmtree(output, ignore_errors=True)
    log = folder / "synth.log"
    names = ",".join(each.name for each in members)
    arguments = [
        *("synth", "--quiet", "--no-notices"),
        *("--app", f"{shlex.quote(sys.executable)} app.py"),
        *("--context", f"environment={names}"),
        *(("--context", "platform=local") if local else ()),
        *("--output", str(output)),
    ]
    if cdk.run_with(arguments, variables, PROJECT, log, lambda _: None) != 0:
        raise Problem(f"The synthesis failed. Nothing was deployed.\n{failures.last_words(log)}\nIts log: {log}")
    return Assembly(output)
