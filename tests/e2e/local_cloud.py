"""Local clouds for tests: `scimctl local` as an operator runs it, each with its own state directory and port."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from infra.built_packages import CACHE
from scimctl.local import cloud
from scimctl.local.processes import wait_until_gone
from scimctl.local_state import PROJECT, STATE_DIRECTORY_VARIABLE, forget_process, read_process
from scimctl.main import app

SCIMCTL = Path(sys.executable).parent / "scimctl"

COMMAND_SECONDS = 300
"""Far above what any command takes, so that a hanging one fails the test and not the run."""


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def copy_checkout(path: Path, *names: str) -> None:
    """Copy folders and files of this checkout to a new folder; what `make install` installed and what was built is shared."""
    path.mkdir()
    for name in ("infra", "lambdas", "scimctl", "requirements", "cdk.json", "pyproject.toml", *names):
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, path)
    CACHE.mkdir(parents=True, exist_ok=True)
    for shared in (PROJECT / "node_modules", CACHE.parent):
        (path / shared.name).symlink_to(shared)


def processes_of(directory: Path) -> list[str]:
    """Command lines of every process that has anything to do with a state directory, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            variables = (entry / "environ").read_bytes().decode(errors="replace")
        except (OSError, ValueError):
            continue
        if entry.name != str(os.getpid()) and re.search(rf"{re.escape(str(directory))}\b", command + variables):
            found.append(command)
    return found


@dataclass(frozen=True)
class LocalCloud:
    """One state directory and the commands on it."""

    directory: Path
    port: int
    project: Path | None = None
    """Another checkout to run the commands of, for tests of broken ones."""
    receiver: int = 0
    """The port on 127.0.0.1 that webhooks are sent to; 0 for the project's own."""

    def command(self, *arguments: str) -> list[str]:
        from_there = [sys.executable, "-c", "from scimctl.main import app; app()"]
        program = [str(SCIMCTL)] if self.project is None else from_there
        return [*program, *arguments]

    @property
    def variables(self) -> dict[str, str]:
        receiver = {"SCIM_LOCAL_RECEIVER": f"http://127.0.0.1:{self.receiver}/hooks/scim"} if self.receiver else {}
        return os.environ | {STATE_DIRECTORY_VARIABLE: str(self.directory)} | receiver

    def scimctl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            cwd=self.project,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def scimctl_here(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in this process, which spares the start of another: for scenarios of many commands."""
        assert self.project is None
        with patch.dict(os.environ):  # a command on the local cloud removes the AWS settings of its process
            ran = CliRunner().invoke(app, list(arguments), env={STATE_DIRECTORY_VARIABLE: str(self.directory)})
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return subprocess.CompletedProcess(arguments, ran.exit_code, ran.stdout, ran.stderr)

    def up(self, *options: str) -> "subprocess.CompletedProcess[str]":
        return self.scimctl("local", "up", "--detach", "--port", str(self.port), *options)

    def down(self) -> "subprocess.CompletedProcess[str]":
        return self.scimctl("local", "down")

    def abandon(self) -> None:
        """End a local cloud that no test starts again, without writing its data: half a gigabyte for six environments."""
        process = read_process(self.directory)
        if process is None:
            return
        if cloud.running(self.directory):  # not another process with a pid that is used again
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with its functions
            assert wait_until_gone([process.pid], COMMAND_SECONDS)
        cloud.sweep(self.directory, process)
        forget_process(self.directory)

    def deploy(self, *environments: str) -> "subprocess.CompletedProcess[str]":
        return self.scimctl("local", "deploy", *environments)

    def destroy(self, environment: str, *options: str) -> "subprocess.CompletedProcess[str]":
        return self.scimctl("local", "destroy", environment, "--yes", *options)

    def processes(self) -> list[str]:
        return processes_of(self.directory)
