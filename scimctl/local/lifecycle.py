"""Up and down: the steps from nothing to endpoints that answer, and back to nothing that runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lambdas.environment import file as settings
from lambdas.environment.file import LOCAL_REGION
from lambdas.operations.problems import Problem
from scimctl import console, targets
from scimctl import local_state as state
from scimctl.local import changes, checks, cloud, connection, deployment, provider, removal
from scimctl.local.deployment import Deployment, DeploymentFailed
from scimctl.local_state import CONSOLE_OUTPUT, CloudProcess, LocalState, StateError
from scimctl.web import actions

USUAL = "local"
"""The environment that is deployed when none is named and none was before."""


@dataclass(frozen=True)
class Up:
    """What `local up` found or made."""

    first: str
    """The first of the environments that were asked for, deployed now or before."""

    already: bool
    """Whether all that was asked for was there before."""


def bring_up(directory: Path, named: Sequence[str], port: int | None) -> Up:
    """Start the local cloud, deploy the stacks of some environments into it and prove that they answer.

    `named` none are all that were deployed before, or the usual one. What runs already, healthy and as asked for, is left
    as it is. When a step fails, or the operator interrupts it, nothing stays running that was not before. `port` None is
    the last one, or AWS emulators' usual one. Raises Problem, SettingsError, or what interrupted it.
    """
    wanted = list(dict.fromkeys(named)) or _remembered(directory)
    _check_files(wanted)
    process = cloud.running(directory)
    if process is not None:
        _require_healthy(process, port)
        missing = [name for name in wanted if not _is_furnished(directory, name)]
        _furnish(directory, missing, process)
        return Up(wanted[0], already=not missing)
    checks.require_tools()
    process = _start(directory, port)
    try:
        _move(directory, process.port)
        _furnish(directory, wanted, process)
    except BaseException:
        cloud.stop(directory, process)
        console.err.print("The local cloud was stopped again; nothing is left running.")
        raise
    return Up(wanted[0], already=False)


def deploy(directory: Path, named: Sequence[str]) -> None:
    """Deploy the stacks of some environments into the running local cloud, those that are in it already once more.

    They are deployed at the same time. When one fails, it stays as CloudFormation left it, and the local cloud keeps running.
    Raises Problem or SettingsError.
    """
    wanted = list(dict.fromkeys(named))
    _check_files(wanted)
    process = require_running(directory)
    checks.require_tools()
    _furnish(directory, wanted, process, again=True)


def require_running(directory: Path) -> CloudProcess:
    """Return the process of the running local cloud; raise Problem when there is none, or when it does not answer."""
    process = cloud.running(directory)
    if process is None:
        raise Problem("No local cloud is running: start it with `scimctl local up --detach`.")
    _require_healthy(process, None)
    return process


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


def _remembered(directory: Path) -> list[str]:
    """Return the environments that were deployed before and still have a file; the default one when there are none."""
    before = [each.environment for each in state.read_states(directory)]
    known = settings.names()
    for name in before:
        if name not in known:
            notice = f"environments/{name}.toml no longer exists, so {name} stays as it was deployed."
            console.err.print(f"{notice} `scimctl local destroy {name}` removes it.", style="yellow", soft_wrap=True)
    return [name for name in before if name in known] or [USUAL]


def _check_files(names: Sequence[str]) -> None:
    """Raise SettingsError for a wrong file before anything is started or deployed."""
    for name in names:
        settings.load(name, platform="local")


def _is_furnished(directory: Path, name: str) -> bool:
    """Return whether an environment was deployed and has its connection."""
    return None not in (state.read_state(directory, name), state.read_connection(directory, name))


def _start(directory: Path, port: int | None) -> CloudProcess:
    """Start the emulator on a port, or the last one, or the usual one."""
    port = port or state.read_port(directory) or checks.DEFAULT_PORT
    checks.require_free_port(port)
    _tell_of_crash(directory)
    with console.step("Start the local cloud") as step:
        process = cloud.start(directory, port)
        step.note = f"port {port}"
    return process


def _move(directory: Path, port: int) -> None:
    """Write down that all that is deployed is found on a port from now on, also what is not deployed again."""
    for each in state.read_states(directory):
        moved = replace(each, port=port, region=LOCAL_REGION)
        state.write_state(directory, moved)
        connection.follow(directory, moved)


def _furnish(directory: Path, names: Sequence[str], process: CloudProcess, *, again: bool = False) -> None:
    """Deploy stacks, make their connections and send the first requests: the steps after the start.

    What was deployed from the same files is not deployed once more, unless it is to be (`again`). When a stack or a connection
    fails, the others get their connections, and then all problems are raised.
    """
    if not names:
        return
    wanted = [LocalState(name, process.port, LOCAL_REGION) for name in names]
    with console.step("Bootstrap the CDK") as step:
        if not deployment.bootstrap(wanted[0]):
            step.note = "done before"
    for each in wanted:
        removal.require_nothing_overwritten(directory, each)
    authority = provider.authority_on(process.sign_in_port) if process.sign_in_port else None
    sources = changes.fingerprints(names, authority)
    found = {} if again else _unchanged(wanted, sources)
    failure = _deploy(directory, [each for each in wanted if each.environment not in found], authority, sources, found)
    reached = [replace(each, outputs=found[each.environment].outputs) for each in wanted if each.environment in found]
    for each in reached:
        state.write_state(directory, each)
    if reached:
        state.keep_sign_in_port(directory, process.sign_in_port)
    problems: list[Problem | StateError] = [failure] if failure else []
    for each in reached:
        try:
            _connect(directory, each, "" if len(wanted) == 1 else f" of {each.environment}")
        except (Problem, StateError) as problem:
            problems.append(problem)
    if len(problems) > 1:
        raise Problem("\n".join(str(each) for each in problems))
    if problems:
        raise problems[0]


def _unchanged(wanted: Sequence[LocalState], sources: Mapping[str, str]) -> dict[str, Deployment]:
    """Return what is deployed of the environments that were deployed from the files that are here now."""
    found = {}
    with console.step("Compare with what is deployed") as step:
        for each in wanted:
            if changes.is_deployed(each, sources[each.environment]):
                found[each.environment] = deployment.current(each)
        step.note = ", ".join(f"{deployment.stack_name(name)}: no changes" for name in found)
    return found


def _deploy(
    directory: Path,
    wanted: Sequence[LocalState],
    authority: str | None,
    sources: Mapping[str, str],
    found: dict[str, Deployment],
) -> DeploymentFailed | None:
    """Deploy stacks, add those that succeeded to those that were found, and return the failure of the others."""
    if not wanted:
        return None
    stacks = ", ".join(deployment.stack_name(each.environment) for each in wanted)
    try:
        with console.step(f"Deploy {stacks}") as step:
            done = deployment.deploy(directory, wanted, step.update, authority)
            changed = any(each.changed for each in done.values())
            step.note = f"{sum(each.resources for each in done.values())} resources{'' if changed else ', no changes'}"
    except DeploymentFailed as failure:
        found |= failure.done
        return failure
    for each in wanted:
        changes.remember(each, sources[each.environment])
    found |= done
    return None


def _connect(directory: Path, reached: LocalState, suffix: str) -> None:
    """Make the connection of a deployed environment and send the first requests."""
    if CONSOLE_OUTPUT in reached.outputs:
        actions.store_client_secret(targets.resolve(reached.environment, directory, local=True), provider.CLIENT_SECRET)
    with console.step(f"Connection{suffix}") as step:
        link, generated = connection.ensure(directory, reached)
        step.note = "generated" if generated else "the one from before"
    with console.step(f"First request{suffix}") as step:
        users = connection.first_request(directory, link)
        step.note = f"{users} users"


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
        return  # another command stopped it, and its data is saved
    since = f"{datetime.fromtimestamp(saved):%Y-%m-%d %H:%M:%S}" if saved is not None else None
    lost = f"what changed after {since}, when it was last stopped, is lost" if since else "its data is lost"
    notice = f"The local cloud was not stopped properly (a crash or a reboot): {lost}."
    console.err.print(notice, style="yellow", soft_wrap=True)
