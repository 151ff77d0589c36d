"""Requirements of a local cloud that this machine lacks, reported before anything starts."""

import contextlib
import errno
import importlib.util
import re
import shutil
import socket
import subprocess
from pathlib import Path

from lambdas.operations.problems import Problem
from scimctl.local import processes
from scimctl.local.cdk import CDK

NODE_MAJOR = 20
"""The oldest Node.js that the pinned CDK command line runs on (its package.json, `engines`)."""

DEFAULT_PORT = 4566
"""The port that AWS emulators use by custom."""

_LAST_PORT = 65535
_COMMAND_SHOWN = 120


def require_tools(node: str = "node", cdk: Path = CDK) -> None:
    """Raise Problem when Node.js, the CDK command line or ministack is missing.

    Raises Problem that names everything missing and what to do about each.
    """
    found = (_node_problem(node), _cdk_problem(cdk), _ministack_problem())
    missing = [problem for problem in found if problem]
    if missing:
        raise Problem("\n".join(missing))


def require_free_port(port: int) -> None:
    """Raise Problem when a process listens on this port of 127.0.0.1, and name it."""
    if _is_free(port):
        return
    holder = processes.holder_of_port(port)
    who = f" by {_shown(holder.command)} (process {holder.pid})" if holder else ""
    free = next((other for other in range(port + 1, _LAST_PORT) if _is_free(other)), None)
    advice = f"Stop it, or choose another port: --port {free}" if free else "Choose another port with --port N."
    raise Problem(f"Port {port} of 127.0.0.1 is already used{who}.\n{advice}")


def free_port_near(port: int, first: int | None = None) -> int:
    """Return this port of 127.0.0.1 if nobody listens on it, otherwise the next one that is free; any free one after the last.

    A server that starts at the same moment may take it.

    :param first: Another port, which is tried before.
    """
    candidates: list[int] = [*([first] if first else []), *range(port, min(port + 50, _LAST_PORT))]
    for candidate in candidates:
        with contextlib.suppress(Problem):
            if _is_free(candidate):
                return candidate
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _node_problem(node: str) -> str | None:
    path = shutil.which(node)
    if path is None:
        return f"Node.js is missing, which the CDK command line runs on: install version {NODE_MAJOR} or newer."
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)\.", answer)
    if version is None:
        return f"{path} is not a working Node.js: `{node} --version` says {answer!r}."
    if int(version[1]) < NODE_MAJOR:
        return f"Node.js {answer} is too old for the CDK command line: install version {NODE_MAJOR} or newer."
    return None


def _cdk_problem(cdk: Path) -> str | None:
    return None if cdk.exists() else "The CDK command line is missing: run `make install`."


def _ministack_problem() -> str | None:
    if importlib.util.find_spec("ministack") is None:
        return "ministack, the local cloud, is missing from this Python: run `make install`."
    return None


def _is_free(port: int) -> bool:
    """Return whether a server could listen there; an old connection in TIME_WAIT does not hold it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
            server.listen(1)
        except OSError as refused:
            if refused.errno == errno.EACCES:
                raise Problem(
                    f"Port {port} is reserved on this machine. Choose one above 1023 with --port N."
                ) from None
            return False
    return True


def _shown(command: str) -> str:
    return command if len(command) <= _COMMAND_SHOWN else f"{command[:_COMMAND_SHOWN]}…"
