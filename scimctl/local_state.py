"""The files of a local cloud: what `scimctl local` leaves in its state directory for itself and for other commands.

    .local/
      state.json        where the local cloud answers and what is deployed into it
      connection.json   a link to that of the environment that was deployed first
      environments/
        NAME/           of each environment that was deployed:
          connection.json   a connection to try it with: `LocalConnection`; holds a secret
      process.json      the emulator's process: `CloudProcess`; there while it runs
      ministack.log     what the emulator wrote
      deploy.log        what the last `cdk deploy` wrote
      cdk.out/          what it deployed
      state/            the emulator's data, written when it stops
      tmp/              the emulator's temporary files, while it runs
      lock              held by a `scimctl local` command at work

Everything of one local cloud is below its state directory, so several can run side by side.
"""

import dataclasses
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

PROJECT = Path(__file__).resolve().parents[1]
"""The checkout that this command was installed from: where `cdk.json`, `environments/` and `node_modules/` are."""

STATE_DIRECTORY_VARIABLE = "SCIMCTL_STATE_DIR"
"""Environment variable that names another state directory, for every command that takes `--state-dir`."""


CONSOLE_OUTPUT = "ConsoleUrl"
"""The stack's output that there is where the environment has a console."""

_CLOUD_FILE = "state.json"
_CONNECTION_FILE = "connection.json"


class StateError(Exception):
    """A file of the state directory cannot be read as what it should be; the text says which and what to do."""


@dataclass(frozen=True)
class LocalState:
    """One environment in the local cloud, and where it answers; survives a stop, so that the next start finds it again."""

    environment: str
    """Name of the deployed environment, for example `local`."""

    port: int
    """Port on 127.0.0.1, for example 4566."""

    region: str
    """AWS region of the emulator, for example `us-east-1`."""

    outputs: dict[str, str] = field(default_factory=dict)
    """Outputs of the stack, for example `{"TableName": "scim-local-...", "ApiId": "..."}`."""

    access_key_id: str = "test"
    """Access key that the emulator takes for the account's root user."""

    secret_access_key: str = "test"  # noqa: S105 - the emulator's published default, no secret
    """Its secret; requests are signed with it, because the emulator enforces IAM."""

    @property
    def endpoint(self) -> str:
        """Return the endpoint for every AWS client: an IP address, because S3 would add its bucket to a host name."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """Return the URL of the API's stage; a Tenant URL adds `/v2/<connection>`."""
        return f"http://127.0.0.1:{self.port}/restapis/{self.outputs['ApiId']}/scim/_user_request_"

    @property
    def console_url(self) -> str | None:
        """Give the URL of the environment's console; None when it has none."""
        return f"{self.base_url}/console" if CONSOLE_OUTPUT in self.outputs else None

    def client_arguments(self) -> dict[str, str]:
        """Return the keyword arguments of `boto3.client(service, ...)` for a client of this local cloud."""
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
        """Return the connection's id, the last part of the Tenant URL."""
        return self.tenant_url.rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class CloudProcess:
    """The emulator's process, described well enough that no other process is ever taken for it."""

    pid: int
    """Process id, which is also the id of its session and process group."""

    started: str
    """When it started, by the operating system: a reused pid has another one."""

    port: int
    """Port on 127.0.0.1 that it listens on."""

    sign_in_port: int = 0
    """Port on 127.0.0.1 of the OpenID Provider for signing in to the consoles; 0 for a process of an older version."""


@dataclass(frozen=True)
class _Cloud:
    """What `state.json` holds."""

    port: int
    region: str

    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each deployed environment's stack put out, in the order in which they were first deployed."""

    sign_in_port: int = 0
    """Port of the OpenID Provider with which the consoles were last deployed; 0 in a file of an older version."""

    retained: dict[str, dict[str, str]] = field(default_factory=dict)
    """What outlived its stack: an environment's name to those outputs of its stack that name it."""

    @classmethod
    def of(cls, **values: Any) -> "_Cloud":
        """Return the state from a file's values, also from those of a version with one environment in a local cloud."""
        if "environment" in values:
            outputs = {values["environment"]: values.get("outputs", {})}
            values = {"port": values["port"], "region": values["region"], "environments": outputs}
        cloud = cls(**values)
        if not all(isinstance(each, dict) for each in (cloud.environments, cloud.retained)):
            raise TypeError("not what a state file holds")
        return cloud


def default_directory() -> Path:
    """Return the state directory when no option names one: `SCIMCTL_STATE_DIR`, or `.local` of the checkout."""
    named = os.environ.get(STATE_DIRECTORY_VARIABLE)
    return Path(named).absolute() if named else PROJECT / ".local"


def read_state(directory: Path, environment: str | None = None) -> LocalState | None:
    """Read where an environment answers in the local cloud of this state directory, running or not.

    `environment` None is the one that was deployed first. Gives None when it is not deployed. Raises StateError when the
    file is broken.
    """
    deployed = read_states(directory)
    return next((each for each in deployed if environment in (None, each.environment)), None)


def read_states(directory: Path) -> list[LocalState]:
    """Read all that is deployed into the local cloud of this state directory, in the order in which it first was."""
    found = _read_cloud(directory)
    if found is None:
        return []
    return [LocalState(name, found.port, found.region, outputs) for name, outputs in found.environments.items()]


def read_port(directory: Path) -> int | None:
    """Read the port on which the local cloud of this state directory last answered; None when nothing ever was deployed."""
    found = _read_cloud(directory)
    return found.port if found else None


def read_sign_in_port(directory: Path, port: int) -> int | None:
    """Read the port of the OpenID Provider of a local cloud that last answered on `port`; None when there is none."""
    found = _read_cloud(directory)
    return found.sign_in_port or None if found and found.port == port else None


def keep_sign_in_port(directory: Path, sign_in_port: int) -> None:
    """Write down the port of the OpenID Provider with which the consoles are deployed; nothing where nothing is deployed."""
    known = _read_cloud(directory)
    if known is not None:
        _write(directory / _CLOUD_FILE, dataclasses.replace(known, sign_in_port=sign_in_port))


def write_state(directory: Path, state: LocalState) -> None:
    """Write down an environment as it is deployed now; the port and region are those of the whole local cloud."""
    known = _read_cloud(directory) or _Cloud(state.port, state.region)
    changed = dataclasses.replace(
        known,
        port=state.port,
        region=state.region,
        environments={**known.environments, state.environment: state.outputs},
        retained={name: outputs for name, outputs in known.retained.items() if name != state.environment},
    )
    _write(directory / _CLOUD_FILE, changed)


def forget_state(directory: Path, environment: str, retained: dict[str, str] | None = None) -> None:
    """Write down that an environment is not deployed any more, and remove its connection.

    `retained` are the outputs of its stack that name what outlived it; None when nothing did.
    """
    known = _read_cloud(directory)
    if known is None:
        return
    _connection_file(directory, environment).unlink(missing_ok=True)
    others = {name: outputs for name, outputs in known.environments.items() if name != environment}
    kept = {name: outputs for name, outputs in known.retained.items() if name != environment}
    kept |= {environment: retained} if retained else {}
    _write(directory / _CLOUD_FILE, dataclasses.replace(known, environments=others, retained=kept))
    _link_connection(directory)


def read_retained(directory: Path) -> dict[str, dict[str, str]]:
    """Read what outlived its stack: an environment's name to those outputs of its stack that name it."""
    found = _read_cloud(directory)
    return found.retained if found else {}


def home(directory: Path, environment: str) -> Path:
    """Return the directory of an environment's own files."""
    return directory / "environments" / environment


def read_connection(directory: Path, environment: str | None = None) -> LocalConnection | None:
    """Read an environment's connection; None if none was created.

    `environment` None is the one that was deployed first. Raises StateError when the file is broken.
    """
    path = _connection_file(directory, environment) if environment else directory / _CONNECTION_FILE
    return _read(path, LocalConnection)


def write_connection(directory: Path, environment: str, connection: LocalConnection) -> None:
    """Write an environment's `connection.json`, readable by its owner only."""
    _write(_connection_file(directory, environment), connection)
    _link_connection(directory)


def read_process(directory: Path) -> CloudProcess | None:
    """Read which process was started; it may have ended since. Raises StateError when the file is broken."""
    return _read(directory / "process.json", CloudProcess)


def write_process(directory: Path, process: CloudProcess) -> None:
    """Write `process.json`."""
    _write(directory / "process.json", process)


def forget_process(directory: Path) -> None:
    """Remove `process.json`: nothing runs any more."""
    (directory / "process.json").unlink(missing_ok=True)


def _connection_file(directory: Path, environment: str) -> Path:
    return home(directory, environment) / _CONNECTION_FILE


def _link_connection(directory: Path) -> None:
    """Link `connection.json` of the state directory to that of the environment that was deployed first."""
    link, first = directory / _CONNECTION_FILE, read_state(directory)
    if first is None:
        link.unlink(missing_ok=True)
        return
    draft = link.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    draft.symlink_to(_connection_file(directory, first.environment).relative_to(directory))
    draft.replace(link)


def _read_cloud(directory: Path) -> "_Cloud | None":
    return _read(directory / _CLOUD_FILE, _Cloud.of)


def _read(path: Path, kind: Callable[..., _T]) -> _T | None:
    """Read one JSON file as one of the classes above."""
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kind(**values)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError, KeyError, OSError) as exc:
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
