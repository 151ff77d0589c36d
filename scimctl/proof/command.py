"""`scimctl environments prove`: what a program can prove of a deployed environment, and what it cannot."""

from typing import Annotated, Any

import typer
from rich.text import Text

from scimctl.options import Output, OutputOption, YesOption, confirm
from scimprobe.printable import json_text, printable

MARKS = {"proved": ("✓", "green"), "failed": ("✗", "red"), "unproved": ("?", "yellow")}
"""By outcome, how a step is marked."""


def prove(
    environment: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The deployed environment, NAME of environments/NAME.toml; or the path of its file."
        ),
    ],
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Prove on a deployed environment what only AWS can show, as far as a program can.

    Does the steps of `docs/operator/first-deployment.md` that need no person: raises an alarm and looks for its
    notification, requests unknown paths and sends invalid credentials, compares API Gateway's records of a cached token
    check, runs the saved queries, and asks the IAM policy simulator what each function's role may read.

    A step is **proved**, **failed**, or **unproved** with the reason. What a person has to look at is listed at the end.

    Recipients of alarms get one email, or two. A connection to the directory `scimprobe-check` is generated and deleted
    again; no data of a customer is read or written.

    **Examples**

    `scimctl environments prove acme`

    `scimctl environments prove acme --yes --output json`

    `scimctl --local environments prove acme` in the local cloud, which leaves several steps unproved

    **Exit status**

    0 when no step failed, 1 when one did.
    """
    from lambdas.environment.file import Environment
    from scimctl import console
    from scimctl.proof.deployed import Deployed
    from scimctl.proof.remaining import CHECKLIST, remaining
    from scimctl.proof.run import DIRECTORY, Step, passed
    from scimctl.proof.run import prove as run
    from scimctl.targets import resolve

    target = resolve(environment)
    settings = target.settings
    assert isinstance(settings, Environment)  # noqa: S101 -- an environment file is read as one
    confirm(
        f"This raises an alarm of {target.place}, which notifies its recipients, and generates a connection to the directory "
        f"{DIRECTORY}, which is deleted afterwards.",
        yes=yes,
    )
    steps: list[Step] = []
    for step in run(Deployed(settings, target)):
        steps.append(step)
        if output is Output.TEXT:
            _print(step)
    left = list(remaining(settings))
    if output is Output.JSON:
        typer.echo(json_text(_as_json(steps, left, target.place, passed=passed(steps)), indent=2))
    else:
        console.out.print(Text(f"\nNot proved here; {CHECKLIST} has the commands:"), soft_wrap=True)
        for each in left:
            console.out.print(Text(f"  {each}"), soft_wrap=True)
    if not passed(steps):
        raise typer.Exit(1)


def _print(step: Any) -> None:
    from scimctl import console

    mark, style = MARKS[step.result.outcome]
    outcome = f" ({step.result.outcome})"
    console.out.print(Text.assemble((mark, style), f" {step.title}", (outcome, "dim")), soft_wrap=True)
    for detail in step.result.details:
        console.out.print(Text(f"    {printable(detail)}"), soft_wrap=True)


def _as_json(steps: list[Any], left: list[str], place: str, *, passed: bool) -> dict[str, Any]:
    return {
        "passed": passed,
        "place": place,
        "steps": [
            {
                "number": each.number,
                "title": each.title,
                "outcome": each.result.outcome.value,
                "details": list(each.result.details),
            }
            for each in steps
        ],
        "remaining": left,
    }
