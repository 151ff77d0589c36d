"""The files of a local cloud: what `scimctl local up` leaves in its state directory for itself and for other commands.

    .local/
      state.json        where the local cloud answers and what its stack put out: `LocalState`
      connection.json   a connection to try it with: `LocalConnection`; holds a secret
      process.json      the emulator's process: `CloudProcess`; there while it runs
      ministack.log     what the emulator wrote
      bootstrap.log     what `cdk bootstrap` wrote, and deploy.log what `cdk deploy` wrote
      cdk.out/          the synthesized stack
      state/            the emulator's data, written when it stops
      tmp/              the emulator's temporary files, while it runs
      lock              held by a `scimctl local up` or `down` at work

Everything of one local cloud is below its state directory, so several can run side by side.
"""

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

PROJECT = Path(__file__).resolve().parents[2]
"""The checkout that this command was installed from: where `cdk.json`, `environments/` and `node_modules/` are."""

STATE_DIRECTORY_VARIABLE = "SCIMCTL_STATE_DIR"
"""Environment variable that names another state directory, for every command that takes `--state-dir`."""


class StateError(Exception):
    """A file of the state directory cannot be read as what it should be; the text says which and what to do."""


@dataclass(frozen=True)
class LocalState:
    """Where a deployed local cloud answers; survives its stop, so that the next start finds the same port."""

    environment: str
    """Name of the deployed environment, for example `local`."""

    port: int
    """Port on 127.0.0.1, for example 4566."""

    region: str
    """AWS region that the emulator plays, for example `us-east-1`."""

    outputs: dict[str, str] = field(default_factory=dict)
    """Outputs of the stack, for example `{"TableName": "scim-local-...", "ApiId": "..."}`."""

    access_key_id: str = "test"
    """Access key that the emulator takes for the account's root user."""

    secret_access_key: str = "test"  # noqa: S105 - the emulator's published default, no secret
    """Its secret; requests are signed with it, because the emulator enforces IAM."""

    @property
    def endpoint(self) -> str:
        """Give the endpoint for every AWS client: an address, because S3 would put its bucket before a name."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """Give the URL of the API's stage, to which `/v2/<connection>` is added to get a Tenant URL."""
        return f"http://127.0.0.1:{self.port}/restapis/{self.outputs['ApiId']}/scim/_user_request_"

    def client_arguments(self) -> dict[str, str]:
        """Give the keyword arguments for `boto3.client(service, ...)` that make it speak to this local cloud."""
        return {
            "endpoint_url": self.endpoint,
            "region_name": self.region,
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
        }


@dataclass(frozen=True)
class LocalConnection:
    """A connection of the local environment, as an administrator would paste it into an identity provider."""

    tenant_url: str
    """For example `http://127.0.0.1:4566/restapis/<api>/scim/_user_request_/v2/<connection>`."""

    secret_token: str = field(repr=False)
    """The bearer token. Never printed except where the operator asks for it."""

    @property
    def connection_id(self) -> str:
        """Give the connection's id, the last part of the Tenant URL."""
        return self.tenant_url.rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class CloudProcess:
    """The emulator's process, described well enough that no other process is ever taken for it."""

    pid: int
    """Process id, which is also the id of its session and process group."""

    started: str
    """When it started, as the operating system tells it: a reused pid has another one."""

    port: int
    """Port on 127.0.0.1 that it was told to listen on."""


def default_directory() -> Path:
    """Give the state directory when no option names one: `SCIMCTL_STATE_DIR`, or `.local` of the checkout."""
    named = os.environ.get(STATE_DIRECTORY_VARIABLE)
    return Path(named).absolute() if named else PROJECT / ".local"


def read_state(directory: Path) -> LocalState | None:
    """Read where the local cloud of this state directory answers, running or not; None if none was deployed.

    Raises StateError when the file is broken.
    """
    return _read(directory / "state.json", LocalState)


def write_state(directory: Path, state: LocalState) -> None:
    """Write `state.json`."""
    _write(directory / "state.json", state)


def read_connection(directory: Path) -> LocalConnection | None:
    """Read the local connection; None if none was created. Raises StateError when the file is broken."""
    return _read(directory / "connection.json", LocalConnection)


def write_connection(directory: Path, connection: LocalConnection) -> None:
    """Write `connection.json`, readable by its owner only."""
    _write(directory / "connection.json", connection)


def read_process(directory: Path) -> CloudProcess | None:
    """Read which process was started; it may have ended since. Raises StateError when the file is broken."""
    return _read(directory / "process.json", CloudProcess)


def write_process(directory: Path, process: CloudProcess) -> None:
    """Write `process.json`."""
    _write(directory / "process.json", process)


def forget_process(directory: Path) -> None:
    """Remove `process.json`: nothing runs any more."""
    (directory / "process.json").unlink(missing_ok=True)


def _read(path: Path, kind: type[_T]) -> _T | None:
    """Read one JSON file as one of the classes above."""
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kind(**values)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError, OSError) as exc:
        raise StateError(f"{path} cannot be read. Delete it and run `scimctl local up` again.") from exc


def _write(path: Path, value: Any) -> None:
    """Write one JSON file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(dataclasses.asdict(value), indent=2) + "\n")
    draft.replace(path)
