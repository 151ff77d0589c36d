"""What is running in a state directory, and what to try with it."""

import shlex
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambdas.operations.problems import Problem
from scimctl import local_state as state
from scimctl.local import client, cloud, provider
from scimctl.local_state import LocalConnection, LocalState

NOT_RUNNING = 3
"""Exit status of `status` when nothing runs, as the Linux Standard Base has it for services."""

_COUNT_SECONDS = 5
_AT_ONCE = 8


@dataclass(frozen=True)
class Deployed:
    """One environment in the local cloud, as it is now."""

    state: LocalState
    connection: LocalConnection | None
    users: int | None
    """Users of the connection's directory; None when the endpoint does not answer at once."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON output, without the secret."""
        return {
            "environment": self.state.environment,
            "tenant_url": self.connection.tenant_url if self.connection else None,
            "table": self.state.outputs.get("TableName"),
            "log_group": self.state.outputs.get("LogGroupName"),
            "users": self.users,
            "console": self.state.console_url,
        }

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows of the text output: label and value."""
        names = {
            "environment": "Environment",
            "tenant_url": "Tenant URL",
            "users": "Users",
            "table": "Table",
            "log_group": "Log group",
            "console": "Console",
        }
        values = self.as_json()
        return [(name, str(values[key])) for key, name in names.items() if values[key] is not None]


@dataclass(frozen=True)
class Status:
    """The local cloud of one state directory, as it is now."""

    directory: Path
    running: bool
    healthy: bool
    """Whether it answers."""
    port: int | None
    pid: int | None
    environments: list[Deployed]
    """In the order in which they were first deployed."""

    def of(self, environment: str | None) -> Deployed | None:
        """Return an environment by its name, the first one for None; raise Problem when none of this name is deployed."""
        if environment is None:
            return next(iter(self.environments), None)
        names = [each.state.environment for each in self.environments]
        if environment not in names:
            raise Problem(
                f"{environment} is not deployed to the local cloud: `scimctl local up --environment {environment}`."
            )
        return self.environments[names.index(environment)]

    def as_json(self, chosen: Deployed | None, *, with_secret: bool) -> dict[str, Any]:
        """Return the JSON output: the local cloud, the chosen environment and all environments.

        It holds the chosen environment's Secret Token only on request.
        """
        nothing = dict.fromkeys(("environment", "tenant_url", "table", "log_group", "users", "console"))
        values: dict[str, Any] = {
            "running": self.running,
            "healthy": self.healthy,
            "port": self.port,
            "pid": self.pid,
            **(chosen.as_json() if chosen else nothing),
            "environments": [each.as_json() for each in self.environments],
            "state_directory": str(self.directory),
        }
        if with_secret and chosen and chosen.connection:
            values["secret_token"] = chosen.connection.secret_token
        return values

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows of the text output; an empty row precedes each environment where there are several."""
        answers = f"running on port {self.port}, process {self.pid}"
        if self.running and not self.healthy:
            answers += ", but it does not answer"
        apart = [("", "")] if len(self.environments) > 1 else []
        each_one = [row for each in self.environments for row in (*apart, *each.rows())]
        first, last = answers if self.running else "not running", str(self.directory)
        return [("Local cloud", first), *each_one, *apart, ("State directory", last)]


def read(directory: Path) -> Status:
    """Return the status of a state directory's local cloud. Raises StateError when its files are broken."""
    process = cloud.running(directory)
    healthy = process is not None and cloud.is_ready(process.port)
    return Status(
        directory=directory,
        running=process is not None,
        healthy=healthy,
        port=process.port if process else None,
        pid=process.pid if process else None,
        environments=_look_at(directory, ask=healthy),
    )


def next_steps(found: Status, chosen: Deployed, connection: LocalConnection) -> str:
    """Say what to paste into an identity provider, and what to try first, in commands that work as they stand."""
    scimctl = _scimctl()
    usual = found.directory == state.default_directory()
    choose = "" if usual else f"\nexport {state.STATE_DIRECTORY_VARIABLE}={shlex.quote(str(found.directory))}\n"
    named = "" if chosen == found.of(None) else f" --environment {chosen.state.environment}"
    example = "Run a product beside it:     make example\n" if usual else ""
    return f"""\
Tenant URL    {connection.tenant_url}
Secret Token  {connection.secret_token}
{_console(chosen)}
Ask it something, as an identity provider would:

  curl -H "Authorization: Bearer {connection.secret_token}" \\
    "{connection.tenant_url}/Users?count=3"
{choose}
Watch what it is asked:      {scimctl} local logs --follow{named}
Provision more into it:      {scimctl} simulate --users 100 --groups 10{named}
{_open(chosen, scimctl)}{example}Stop it; its data is kept:   {"make down" if usual else f"{scimctl} local down"}
"""


def _open(chosen: Deployed, scimctl: str) -> str:
    """Return the command that opens the console; nothing without one."""
    if chosen.state.console_url is None:
        return ""
    return f"Open the console:            {scimctl} --local console open --environment {chosen.state.environment}\n"


def _console(chosen: Deployed) -> str:
    """Return where the console is and who signs in; nothing without one."""
    if chosen.state.console_url is None:
        return ""
    people = ", ".join(f"{name} ({roles[0] if roles else 'no role'})" for name, roles in provider.PEOPLE.values())
    return f"Console       {chosen.state.console_url}\n              Sign in as {people}\n"


def _look_at(directory: Path, *, ask: bool) -> list[Deployed]:
    """Read what is deployed, and ask all of it at the same time how many users there are."""
    states = state.read_states(directory)
    connections = [state.read_connection(directory, each.environment) for each in states]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        counts = list(pool.map(lambda each: _count_users(each) if ask and each else None, connections))
    return [Deployed(*each) for each in zip(states, connections, counts, strict=True)]


def _scimctl() -> str:
    """Return how to call this command: by its name if it is on the path, otherwise by its file."""
    if shutil.which("scimctl"):
        return "scimctl"
    installed = Path(sys.executable).parent / "scimctl"
    return str(installed.relative_to(Path.cwd()) if installed.is_relative_to(Path.cwd()) else installed)


def _count_users(connection: LocalConnection) -> int | None:
    """Ask how many users there are, without reading one."""
    answer = client.scim_get(connection, "/Users?count=0", _COUNT_SECONDS)
    total = answer.body.get("totalResults")
    return total if answer.status == 200 and isinstance(total, int) else None
