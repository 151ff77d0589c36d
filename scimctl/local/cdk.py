"""The CDK's own command line, run against the local cloud."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lambdas.environment import file as settings
from scimctl.local_state import PROJECT, LocalState

CDK = PROJECT / "node_modules" / ".bin" / "cdk"
"""The CDK command line that `make install` installs, with the version that package.json pins."""

ARCHIVES = PROJECT / ".cache" / "archives"
"""The folder of zipped assets, which are named by the digest of their content. Deleting it is safe."""

_ARCHIVE_SECONDS = 7 * 24 * 60 * 60
"""How long a zipped asset is kept after its last use; after that the CDK makes it again."""

RUN_SECONDS = 900
"""How long one run of the CDK may take before it is ended; a deployment takes 15 s."""

_END_SECONDS = 5
"""How long the CDK gets to end itself after SIGTERM."""

_NODE_MAJORS = ",".join(str(major) for major in range(18, 40))

_QUIET = {
    "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
    "CDK_DISABLE_CLI_TELEMETRY": "1",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": _NODE_MAJORS,  # this one is a list of the versions it is silent on
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "NO_COLOR": "1",
}
"""Variables that keep the CDK, jsii and the AWS SDK from talking about themselves."""


def app_arguments(environments: Sequence[str], output: Path, authority: str | None = None) -> list[str]:
    """Return the CDK's arguments for environments in the local cloud; it writes below `output`.

    `authority` is the issuer of the OpenID Provider for their consoles.
    """
    sign_in = ("--context", f"console-authority={authority}") if authority else ()
    return [
        *("--app", f"{shlex.quote(sys.executable)} app.py"),
        *("--context", f"environment={','.join(environments)}"),
        *("--context", "platform=local"),
        *sign_in,
        *("--output", str(output)),
        "--no-notices",
    ]


def empty(output: Path) -> None:
    """Make an output folder empty but for the zipped assets, which all deployments of the checkout to local clouds share.

    Zipping the packages takes half of a deployment's time. The CDK would keep every version of the functions' code in the folder.
    The zipped assets of the folder's last deployment count as used now, so that no deployment at the same time removes them.
    """
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    for name in _assets(output):
        with contextlib.suppress(FileNotFoundError):
            os.utime(ARCHIVES / f"{name}.zip")
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for each in ARCHIVES.glob("*.zip*"):  # also ID.zip.RANDOM._tmp, which an interrupted deployment leaves
        with contextlib.suppress(FileNotFoundError):
            if each.stat().st_mtime < time.time() - _ARCHIVE_SECONDS:
                each.unlink()
    (output / ".cache").symlink_to(ARCHIVES)


def _assets(output: Path) -> set[str]:
    """Return the ids of the assets of the stacks that were synthesized into a folder."""
    found: set[str] = set()
    for manifest in output.glob("*.assets.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found.update(json.loads(manifest.read_text(encoding="utf-8"))["files"])
    return found


def run(arguments: list[str], state: LocalState, cwd: Path, log: Path, each_line: Callable[[str], None]) -> int:
    """Run the CDK command line against the local cloud; see :func:`run_with`."""
    return run_with(arguments, local_variables(state), cwd, log, each_line)


def run_with(
    arguments: list[str],
    variables: Mapping[str, str],
    cwd: Path,
    log: Path,
    each_line: Callable[[str], None],
    seconds: float = RUN_SECONDS,
) -> int:
    """Run the CDK command line in a process group of its own, which ends with this call however it ends.

    :param variables: Its environment variables.
    :param log: Receives what it prints.
    :param each_line: Receives each line as it comes.
    :param seconds: How long it may run.
    :returns: Its exit status.
    """
    command = subprocess.Popen(
        [str(CDK), *arguments],
        cwd=cwd,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    overdue = threading.Timer(seconds, _end_group, [command])
    overdue.start()
    try:
        with log.open("w", encoding="utf-8") as file:
            for line in command.stdout or ():
                file.write(line)
                each_line(line)
        return command.wait()
    finally:
        overdue.cancel()
        _end_group(command)


def _end_group(command: "subprocess.Popen[str]") -> None:
    """End what is left of a process group: the CDK, the app that it synthesizes and jsii's Node."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(command.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(_END_SECONDS)


def aws_variables(credentials: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the CDK's environment variables for AWS.

    :param credentials: The variables of other credentials than the operator's own.
    """
    folder = {settings.FOLDER_VARIABLE: str(settings.ENVIRONMENTS)}
    own = {name: value for name, value in os.environ.items() if credentials is None or name != "AWS_PROFILE"}
    return own | _QUIET | folder | dict(credentials or {})


def local_variables(state: LocalState) -> dict[str, str]:
    """Return the CDK's environment variables for the local cloud: every AWS client in it sends its requests there."""
    aws = {
        "AWS_ACCESS_KEY_ID": state.access_key_id,
        "AWS_DEFAULT_REGION": state.region,
        "AWS_ENDPOINT_URL": state.endpoint,
        "AWS_ENDPOINT_URL_S3": state.endpoint,
        "AWS_REGION": state.region,
        "AWS_SECRET_ACCESS_KEY": state.secret_access_key,
        settings.FOLDER_VARIABLE: str(settings.ENVIRONMENTS),
    }
    return os.environ | _QUIET | aws
