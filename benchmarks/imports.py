"""The import benchmark: what each function's cold import costs, against boto3 with scim2-models, and against boto3 alone.

Every import runs in an interpreter of its own that sees what the function's assets hold, compiled as they are shipped. With
SnapStart it is paid when a version is published, and a cold start restores what was imported; without, every cold start pays it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.reports import table, write
from lambdas.environment import file as settings
from support.functions import ALL_VARIABLES

if TYPE_CHECKING:  # the CDK starts a process, for this benchmark alone
    from infra.target import Target


class Import(NamedTuple):
    """What is imported, and which packages it sees."""

    statement: str

    function: str = "API"
    """The function of :mod:`infra.functions` whose layer it sees."""


BARE = "a boto3 client of DynamoDB"
MODELS = "the same and scim2-models"

BOTO3 = "import boto3; boto3.client('dynamodb')"
HOOKS = "import snapshot_restore_py as runtime; [hook(*each, **named) for hook, each, named in runtime._before_snapshot_registry]"

IMPORTS = {
    BARE: Import(BOTO3),
    MODELS: Import(f"{BOTO3}; from scim2_models import EnterpriseUser, Group, User; User[EnterpriseUser]"),
    "the same and scim2-server": Import(
        f"{BOTO3}; from scim2_models import EnterpriseUser, User; import scim2_server.handler"
    ),
    "SCIM API": Import("import lambdas.api.handler"),
    "SCIM API, and the requests before its snapshot": Import(f"import lambdas.api.handler; {HOOKS}"),
    "authorizer": Import("import lambdas.authorizer.handler", "TOKEN_CHECK"),
    "token": Import("import lambdas.token.handler", "TOKEN_ENDPOINT"),
    "console": Import("import lambdas.console.handler", "CONSOLE"),
    "changes": Import("import lambdas.changes.handler", "CHANGES"),
    "events": Import("import lambdas.events.handler", "CHANGE_EVENTS"),
    "webhooks": Import("import lambdas.webhooks.handler", "DELIVERY"),
    "watch": Import("import lambdas.watch.handler", "WATCH"),
}
"""What is imported, by the name that the report gives it. The first three are what an application imports that does nothing yet."""

OF_THE_RUNTIME = ("boto3", "s3transfer", "snapshot_restore_py")
"""Packages of Lambda's runtime that no layer needs to hold."""

ROUNDS = 11

DEPLOYED = "local"
"""The environment that the functions carry."""

DEPLOYED_PYTHON = "3.13"
"""The minor version that runs the deployed functions (:mod:`infra.versioned_function`)."""

TIMED = """import sys, time
sys.path[:0] = {path!r}
started = time.process_time()
{statement}
print(time.process_time() - started)"""

INTRODUCTION = """CPU time of the import that a cold start begins with, in a process of its own that sees the function's code and
layers alone: the median of {rounds}, taken in turns. The first three rows are what an application imports before it does anything:
a client made by boto3; with it the models of scim2-models, and a user with the enterprise extension built; with these scim2-server,
which the SCIM API extends. Ratios carry over to other machines, the milliseconds do not."""


def run(rounds: int = ROUNDS) -> Path:
    """Measure, and write the report."""
    python, target = _interpreter()
    with tempfile.TemporaryDirectory() as folder:
        code = _code(Path(folder), target)
        paths = {name: [*code, _layer(each.function, target)] for name, each in IMPORTS.items()}
        times: dict[str, list[float]] = {name: [] for name in IMPORTS}
        for _ in range(rounds):
            for name, each in IMPORTS.items():
                times[name].append(seconds(python, each.statement, paths[name]))
    return write(
        "import",
        "What an import takes",
        INTRODUCTION.format(rounds=rounds),
        table(
            ["what is imported", "to a client", "to client and models", "CPU ms", "fastest", "slowest"], _rows(times)
        ),
        python=version_of(python),
    )


def version_of(python: str) -> str:
    """Return the version of an interpreter, such as ``3.13.2``."""
    program = "import platform; print(platform.python_version())"
    return subprocess.run(
        [python, "-I", "-S", "-c", program], check=True, capture_output=True, text=True
    ).stdout.strip()


def _interpreter() -> "tuple[str, Target]":
    """Return the interpreter that imports, and its target: the deployed minor version where this machine has it."""
    from infra import interpreters
    from infra.target import Target

    here = Target.of(settings.load(DEPLOYED))
    deployed = interpreters.find(DEPLOYED_PYTHON)
    if deployed is None:
        return sys.executable, here
    return deployed, replace(here, python=DEPLOYED_PYTHON, compiler=deployed)


def _rows(times: dict[str, list[float]]) -> Sequence[Sequence[str]]:
    return [
        [
            name,
            *(f"{median(each) / median(times[reference]):.2f}" for reference in (BARE, MODELS)),
            *(f"{value * 1000:,.0f}" for value in (median(each), min(each), max(each))),
        ]
        for name, each in times.items()
    ]


def _code(folder: Path, target: "Target") -> list[str]:
    """Lay out the project's files as functions carry them, the settings, and what the runtime brings; return their folders."""
    from infra.bundling import compile_all

    code, runtime = folder / "code", folder / "runtime"
    shutil.copytree(settings.ROOT / "lambdas", code / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
    (code / settings.DEPLOYED_FILE).write_text(settings.load(DEPLOYED).for_functions(), encoding="utf-8")
    compile_all(code, target, str(code))
    runtime.mkdir()
    for name in OF_THE_RUNTIME:
        found = find_spec(name)
        if found is not None and found.origin is not None:
            origin = Path(found.origin)
            if origin.name == "__init__.py":
                shutil.copytree(origin.parent, runtime / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(origin, runtime / origin.name)
    compile_all(runtime, target, str(runtime))
    return [str(code), str(runtime)]


def _layer(function: str, target: "Target") -> str:
    from infra import functions
    from infra.bundling import packages_of

    packages = getattr(functions, function).dependencies
    return str(packages_of(packages.lock, packages.services, target))


def seconds(python: str, statement: str, path: Sequence[str]) -> float:
    """Return the CPU seconds of a statement in a new process.

    :param python: The interpreter.
    :param path: The folders that it imports from, beside the standard library.
    """
    result = subprocess.run(
        [python, "-I", "-S", "-B", "-c", TIMED.format(statement=statement, path=list(path))],
        env={**ALL_VARIABLES, "PATH": os.defpath},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(result.stdout.splitlines()[-1])
