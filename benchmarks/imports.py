"""The import benchmark: what each function's cold import costs, against a bare boto3 client.

Every import runs in an interpreter of its own, from compiled files, as the deployed bundles are shipped. With SnapStart it is paid
when a version is published, and a cold start restores what was imported; without, every cold start pays it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.reports import table, write
from lambdas.environment import file as settings
from support.functions import VARIABLES

BARE = "import boto3; boto3.client('dynamodb')"

STATEMENTS = {
    "a bare boto3 client": BARE,
    "SCIM API": "import lambdas.api.handler",
    "authorizer": "import lambdas.authorizer.handler",
    "changes": "import lambdas.changes.handler",
    "what the SCIM API takes from the protocol library": "from scim2_models import User, Group; import scim2_server.service",
}
"""What is imported, by the name that the report gives it."""

ROUNDS = 9

DEPLOYED = "local"
"""The environment that the functions carry."""

TIMED = "import time; started = time.process_time()\n{statement}\nprint(time.process_time() - started)"

INTRODUCTION = """CPU time of the import that a cold start begins with, in an interpreter of its own, from compiled files: the
median of {rounds}, taken in turns. The ratio to a bare boto3 client carries over to other machines, the milliseconds do not."""


def run(rounds: int = ROUNDS) -> Path:
    """Measure, and write the report."""
    with tempfile.TemporaryDirectory() as folder:
        asset = _asset(Path(folder))
        for statement in STATEMENTS.values():
            _seconds(statement, asset)  # compiles
        times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
        for _ in range(rounds):
            for name, statement in STATEMENTS.items():
                times[name].append(_seconds(statement, asset))
    bare = median(times["a bare boto3 client"])
    return write(
        "import",
        "What an import takes",
        INTRODUCTION.format(rounds=rounds),
        table(["what is imported", "ratio", "CPU milliseconds", "fastest", "slowest"], _rows(times, bare)),
    )


def _rows(times: dict[str, list[float]], bare: float) -> Sequence[Sequence[str]]:
    return [
        [
            name,
            f"{median(each) / bare:.2f}",
            *(f"{value * 1000:,.0f}" for value in (median(each), min(each), max(each))),
        ]
        for name, each in times.items()
    ]


def _asset(folder: Path) -> Path:
    """Lay out our files as a function carries them, with the checked environment, and return their root."""
    shutil.copytree(settings.ROOT / "lambdas", folder / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
    carried = settings.load(DEPLOYED).for_functions()
    (folder / settings.DEPLOYED_FILE).write_text(carried, encoding="utf-8")
    return folder


def _seconds(statement: str, asset: Path) -> float:
    """Return the CPU seconds of a statement in a new interpreter, whose compiled files are kept beside ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run(
        [sys.executable, "-c", TIMED.format(statement=statement)],
        cwd=asset,
        env={**kept, **VARIABLES, "PYTHONPYCACHEPREFIX": str(asset / "compiled"), "PYTHONPATH": str(asset)},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(result.stdout.splitlines()[-1])
