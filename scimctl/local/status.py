"""What is running in a state directory, and what to try with it."""

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scimctl.local import client, cloud, state
from scimctl.local.state import LocalConnection, LocalState

NOT_RUNNING = 3
"""Exit status of `status` when nothing runs, as the Linux Standard Base has it for services."""

_COUNT_SECONDS = 5


@dataclass(frozen=True)
class Status:
    """The local cloud of one state directory, as it is now."""

    directory: Path
    running: bool
    healthy: bool
    """Whether it answers."""
    port: int | None
    pid: int | None
    deployed: LocalState | None
    connection: LocalConnection | None
    users: int | None
    """Users of the connection's directory; None when the endpoint does not tell at once."""

    def as_json(self, *, with_secret: bool) -> dict[str, Any]:
        """Give it for programs; the Secret Token only where it is asked for."""
        outputs = self.deployed.outputs if self.deployed else {}
        told: dict[str, Any] = {
            "running": self.running,
            "healthy": self.healthy,
            "environment": self.deployed.environment if self.deployed else None,
            "port": self.port,
            "pid": self.pid,
            "tenant_url": self.connection.tenant_url if self.connection else None,
            "table": outputs.get("TableName"),
            "log_group": outputs.get("LogGroupName"),
            "users": self.users,
            "state_directory": str(self.directory),
        }
        if with_secret and self.connection:
            told["secret_token"] = self.connection.secret_token
        return told

    def rows(self) -> list[tuple[str, str]]:
        """Give it for people: what and its value."""
        told = self.as_json(with_secret=False)
        names = {
            "environment": "Environment",
            "tenant_url": "Tenant URL",
            "users": "Users",
            "table": "Table",
            "log_group": "Log group",
            "state_directory": "State directory",
        }
        answers = f"running on port {self.port}, process {self.pid}"
        if self.running and not self.healthy:
            answers += ", but it does not answer"
        first = ("Local cloud", answers if self.running else "not running")
        return [first, *((name, str(told[key])) for key, name in names.items() if told[key] is not None)]


def read(directory: Path) -> Status:
    """Look at the local cloud of a state directory. Raises StateError when its files are broken."""
    process = cloud.running(directory)
    connection = state.read_connection(directory)
    healthy = process is not None and cloud.is_ready(process.port)
    return Status(
        directory=directory,
        running=process is not None,
        healthy=healthy,
        port=process.port if process else None,
        pid=process.pid if process else None,
        deployed=state.read_state(directory),
        connection=connection,
        users=_count_users(connection) if healthy and connection else None,
    )


def next_steps(directory: Path, connection: LocalConnection) -> str:
    """Say what to paste into an identity provider, and what to try first, in commands that work as they stand."""
    scimctl = _scimctl()
    usual = directory == state.default_directory()
    choose = "" if usual else f"\nexport {state.STATE_DIRECTORY_VARIABLE}={shlex.quote(str(directory))}\n"
    return f"""\
Tenant URL    {connection.tenant_url}
Secret Token  {connection.secret_token}

Ask it something, as an identity provider would:

  curl -H "Authorization: Bearer {connection.secret_token}" \\
    "{connection.tenant_url}/Users?count=3"
{choose}
Watch what it is asked:      {scimctl} local logs --follow
Provision more into it:      {scimctl} simulate --users 100 --groups 10
Stop it; its data is kept:   {"make down" if usual else f"{scimctl} local down"}
"""


def _scimctl() -> str:
    """Give how this command is called from here: by its name on the path, or where it is installed."""
    if shutil.which("scimctl"):
        return "scimctl"
    installed = Path(sys.executable).parent / "scimctl"
    return str(installed.relative_to(Path.cwd()) if installed.is_relative_to(Path.cwd()) else installed)


def _count_users(connection: LocalConnection) -> int | None:
    """Ask how many users there are, without reading one."""
    answer = client.scim_get(connection, "/Users?count=0", _COUNT_SECONDS)
    total = answer.body.get("totalResults")
    return total if answer.status == 200 and isinstance(total, int) else None
