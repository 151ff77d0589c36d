"""A DynamoDB engine for what moto is wrong or slow at: capacity units, many items, many threads.

``dynoxide`` (DynamoDB on SQLite, one binary from npm) where the platform has it; ministack's DynamoDB elsewhere. Neither needs
anything but what ``make install`` brought.
"""

import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import moto
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.store.client import QUICK
from lambdas.store.transport import direct_transport

ROOT = Path(__file__).resolve().parent.parent
DYNOXIDE = ROOT / "node_modules" / "@dynoxide" / "linux-x64" / "dynoxide"
START_SECONDS = 30
IMPORT_SECONDS = 300


@contextmanager
def running_engine(export: Path | None = None) -> Iterator[str]:
    """Run an engine on 127.0.0.1 for a while, and yield its URL.

    :param export: A folder with the export of a table that the engine begins with (dynoxide only); empty without one.
    """
    port = _free_port()
    process = subprocess.Popen(
        _command(port, export),
        env={**os.environ, "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, START_SECONDS if export is None else IMPORT_SECONDS)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


@contextmanager
def running_dynamodb() -> Iterator[Any]:
    """Run a DynamoDB for many small tables for a while, and yield a client of it that threads may share.

    ``dynoxide`` where the platform has it: it takes a third of moto's time, and a tenth where a transaction or a table is large.
    moto elsewhere.
    """
    if _has_dynoxide():
        with running_engine() as url:
            yield client_for(url)
        return
    with moto.mock_aws():
        yield _OneAtATime(client_for(None))


class _OneAtATime:
    """A client of moto's DynamoDB that threads may share: moto copies whole tables while others write into them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(**request: Any) -> Any:
            with self._lock:
                return method(**request)

        return call if callable(method) else method


def engine_name() -> str:
    """Return the name of the engine that :func:`running_engine` runs here."""
    return "dynoxide" if _has_dynoxide() else "ministack"


def client_for(url: str | None, *, connections: int = 64) -> Any:
    """Return a DynamoDB client of an engine; its calls take the way of the deployed functions.

    :param url: The engine's; None for AWS's own, which moto answers.
    :param connections: How many threads may call at once.
    """
    client = boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=QUICK.merge(
            Config(max_pool_connections=connections, retries={"mode": "standard", "total_max_attempts": 2})
        ),
    )
    if url is not None:
        direct_transport(client)
    return client


def _has_dynoxide() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64" and DYNOXIDE.exists()


def _command(port: int, export: Path | None) -> list[str]:
    if export is not None:
        source = ["--source", str(export), "--schema", str(export / "schema.json")]
        return [str(DYNOXIDE), "import", *source, "--serve", "--port", str(port)]
    if _has_dynoxide():
        return [str(DYNOXIDE), "serve", "--port", str(port)]
    return [sys.executable, "-m", "ministack"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the DynamoDB engine ended with {process.returncode}")
        try:
            client_for(url).list_tables()
        except (BotoCoreError, ClientError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the DynamoDB engine did not start")
