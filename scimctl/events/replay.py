"""`scimctl events replay`: publishes a directory."""

from lambdas.credentials.store import check_directory
from lambdas.operations.events import Progress, Replay
from scimctl import console
from scimctl.options import Output, confirm
from scimctl.targets import resolve
from scimprobe.printable import json_text


def replay(environment: str, directory: str | None, *, yes: bool, output: Output) -> None:
    """Publish the resources of a directory, with progress on stderr."""
    target = resolve(environment)
    chosen = directory or target.settings.directory
    check_directory(chosen)
    run = Replay(target, chosen)
    confirm(f"Products of {environment} will read every user and group of directory {chosen} again.", yes=yes)
    last = Progress(0, 0)
    with console.step(f"Replay directory {chosen}") as step:
        for last in run.run():
            step.update(f"{last.published} of {max(last.total, last.published)} resources")
        step.note = f"{last.published} events"
    if output is Output.JSON:
        console.out.print(json_text({"directory": chosen, "published": last.published}), soft_wrap=True)
