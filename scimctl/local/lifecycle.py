"""Up and down: the steps from nothing to an endpoint that answers, and back to nothing that runs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lambdas.directory import settings
from lambdas.directory.settings import Aws
from scimctl import console
from scimctl.local import checks, cloud, connection, deployment, state
from scimctl.local.state import CloudProcess, LocalConnection, LocalState
from scimctl.problems import Problem


@dataclass(frozen=True)
class Up:
    """What `local up` found or made."""

    state: LocalState
    connection: LocalConnection
    process: CloudProcess

    already: bool
    """Whether it was running before."""


def bring_up(directory: Path, environment: str, port: int | None) -> Up:
    """Start the local cloud, deploy the environment's stack into it and prove that it answers.

    With one that already runs, healthy and as asked for, nothing is done. When a step fails, or the operator
    interrupts it, nothing stays running. `port` None is the last one, or AWS emulators' usual one. Raises Problem, or
    what interrupted it.
    """
    chosen = settings.load(environment)
    before = state.read_state(directory)
    _require_same_environment(directory, before, environment)
    wanted = port or (before.port if before else checks.DEFAULT_PORT)
    process = cloud.running(directory)
    if process is not None:
        _require_healthy(process, port)
        link = state.read_connection(directory)
        if before is not None and link is not None:
            return Up(before, link, process, already=True)
    if not chosen.local:
        raise Problem(
            f'environments/{environment}.toml is for AWS. The local cloud takes one that says platform = "local".'
        )
    checks.require_tools()
    process = process or _start(directory, wanted, chosen.aws)
    try:
        target = LocalState(environment, process.port, chosen.aws.region)
        deployed, link = _furnish(directory, target, chosen.aws.account)
    except BaseException:
        cloud.stop(directory, process)
        console.err.print("The local cloud was stopped again; nothing is left running.")
        raise
    return Up(deployed, link, process, already=False)


def take_down(directory: Path) -> bool:
    """Stop the local cloud and wait until its data is written; False when none was running."""
    process = cloud.running(directory)
    if process is None:
        _tell_of_crash(directory)
        return False
    with console.step("Stop the local cloud") as step:
        graceful = cloud.stop(directory, process)
        step.note = "its data is written" if graceful else "killed"
    if not graceful:
        raise Problem(
            f"The local cloud did not stop within {cloud.STOP_SECONDS} s and was killed: what changed since it was "
            f"started is lost.\nIts log: {directory / 'ministack.log'}"
        )
    return True


def _start(directory: Path, port: int, aws: Aws) -> CloudProcess:
    """Start the emulator."""
    checks.require_free_port(port)
    _tell_of_crash(directory)
    with console.step("Start the local cloud") as step:
        process = cloud.start(directory, port, aws)
        step.note = f"port {port}"
    return process


def _furnish(directory: Path, target: LocalState, account: str) -> tuple[LocalState, LocalConnection]:
    """Deploy the stack, make the connection and send the first requests: the steps after the start."""
    with console.step("Bootstrap the CDK") as step:
        if not deployment.bootstrap(directory, target, account):
            step.note = "done before"
    with console.step(f"Deploy {deployment.stack_name(target.environment)}") as step:
        deployed = deployment.deploy(directory, target, step.update)
        step.note = f"{deployed.resources} resources{'' if deployed.changed else ', no changes'}"
    reached = LocalState(target.environment, target.port, target.region, deployed.outputs)
    state.write_state(directory, reached)
    with console.step("Connection") as step:
        link, generated = connection.ensure(directory, reached)
        step.note = "generated" if generated else "the one from before"
    with console.step("First request") as step:
        users = connection.first_request(directory, link)
        step.note = f"{users} users"
    return reached, link


def _require_healthy(process: CloudProcess, port: int | None) -> None:
    """Accept a running local cloud; raises Problem when it does not answer, or runs on another port than asked for."""
    if port is not None and port != process.port:
        raise Problem(
            f"The local cloud already runs on port {process.port}, not {port}.\n"
            "Stop it first with `scimctl local down`, or start a second one with another --state-dir."
        )
    if not cloud.is_ready(process.port):
        raise Problem(
            f"The local cloud (process {process.pid}) runs on port {process.port} and does not answer.\n"
            "Stop it with `scimctl local down` and start it again."
        )


def _require_same_environment(directory: Path, before: LocalState | None, environment: str) -> None:
    if before is not None and before.environment != environment:
        raise Problem(
            f"{directory} holds the local cloud of environment {before.environment}, not {environment}.\n"
            "Choose another directory with --state-dir, and another port with --port."
        )


def _tell_of_crash(directory: Path) -> None:
    """Clear up after a local cloud that was not stopped by us, and say what that cost."""
    process = state.read_process(directory)
    if process is None:
        return
    began = (directory / "process.json").stat().st_mtime
    saved = cloud.saved_at(directory)
    cloud.sweep(directory, process)
    state.forget_process(directory)
    if saved is not None and saved >= began:
        return  # it was told to end by somebody else, and wrote its data
    since = f"{datetime.fromtimestamp(saved):%Y-%m-%d %H:%M:%S}" if saved is not None else None
    lost = f"what changed after {since}, when it was last stopped, is lost" if since else "its data is lost"
    told = f"The local cloud was not stopped properly (a crash or a reboot): {lost}."
    console.err.print(told, style="yellow", soft_wrap=True)
