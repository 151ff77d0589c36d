"""The servers that are compared, each started on a port of 127.0.0.1 with an empty directory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.installation import PYTHON_PACKAGES, ROOT, SCIMMY
from benchmarks.peers.our_site import CONNECTION
from support.engines import client_for, running_engine
from support.functions import VARIABLES
from support.tables import create_table

START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    name: str
    port: int
    root: str
    """The path of its SCIM endpoints."""
    process: int
    """The id of its process."""

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads until now, from what Linux' scheduler accounts to them in nanoseconds."""
        tasks = Path(f"/proc/{self.process}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def running_servers(folder: Path) -> Iterator[list[Server]]:
    """Run all servers for a while.

    :param folder: For what they write.
    :raises RuntimeError: When one of them does not start.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(running_engine())
        create_table(client_for(engine))
        ours = {**VARIABLES, "AWS_ENDPOINT_URL_DYNAMODB": engine}

        def start(name: str, root: str, command: list[str], environment: Mapping[str, str] | None = None) -> Server:
            return stack.enter_context(_running(name, root, command, environment or {}, folder))

        module = [sys.executable, "-m"]
        yield [
            start("this endpoint", f"/v2/{CONNECTION}", [*module, "benchmarks.peers.our_site"], ours),
            start("scim2-server", "/v2", [*module, "benchmarks.peers.scim2_site"]),
            start(
                "django-scim2",
                "/v2",
                [*module, "benchmarks.peers.django_site"],
                {"DATABASE": str(folder / "directory.sqlite3")},
            ),
            start("SCIMMY", "/v2", ["node", str(SCIMMY / "site.mjs")]),
        ]


@contextmanager
def _running(
    name: str, root: str, command: list[str], environment: Mapping[str, str], folder: Path
) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    errors = folder / f"{name}.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [*command, str(port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(PYTHON_PACKAGES), **environment},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        _wait(port, process, errors)
        yield Server(name, port, root, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], errors: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{errors.stem} does not start: {errors.read_text()[-2000:]}")
