"""The CPU time of operations in another checkout of the project and in this one, from one run.

``make bench BENCH="speed --against ../old"``, where ``git worktree add ../old COMMIT`` made the other checkout. Both run with the
packages that are installed here, and serve the same requests in turns, each in a process and on an engine of its own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median

from benchmarks import operations
from benchmarks.operations import Operation
from benchmarks.reports import table
from support.datasets import Dataset, engine_with
from support.engines import ROOT

ROWS: dict[str, Operation] = {
    "filter userName, miss": operations.match_absent_user,
    "filter userName, hit": operations.match_user_by_name,
    "get user": operations.read_user,
    "create user": operations.create_user,
    "patch e-mail": operations.change_email,
    "group of 100, add 1 member": operations.add_member,
    "group of 100, remove 1 member": operations.remove_member,
    "page of 50": operations.list_fifty,
    "page of 100": operations.list_first,
    "delete user": operations.delete_user,
}
"""The operations that are compared, by name."""

MEMBERS = 100
"""Members of the group."""

ROUNDS = 60

WARM_ROUNDS = 5
"""Rounds that are not measured: what is done only once."""

PACKAGES = ("lambdas", "benchmarks", "support")
"""The packages of a checkout that a measured request runs."""

PROGRAM = Path(__file__).with_name("checkout_process.py")


def compare(other: Path, rounds: int = ROUNDS) -> str:
    """Return a table of the CPU milliseconds of each operation in another checkout and in this one: medians, taken in turns.

    :raises ValueError: When the folder is no checkout of the project.
    """
    for name in PACKAGES:
        if not (other / name / "__init__.py").is_file():
            raise ValueError(f"{other} is no checkout of this project: it has no package {name}")
    with ExitStack() as running:
        checkouts = [running.enter_context(_serving(each)) for each in (other.resolve(), ROOT)]
        _medians(checkouts, WARM_ROUNDS)
        rows = _medians(checkouts, rounds)
    return table(
        ["CPU milliseconds for one request", "before", "now", "ratio"],
        [
            [name, f"{before * 1000:,.2f}", f"{now * 1000:,.2f}", f"{now / before:,.2f}"]
            for name, (before, now) in rows.items()
        ],
    )


def _medians(checkouts: Sequence["CheckoutProcess"], rounds: int) -> dict[str, list[float]]:
    """Return the median CPU seconds of each operation in each checkout. What runs first in one round runs last in the next."""
    medians = {}
    for name, operation in ROWS.items():
        times: list[list[float]] = [[] for _ in checkouts]
        for number in range(rounds):
            turns = list(zip(checkouts, times, strict=True))
            for checkout, own in reversed(turns) if number % 2 else turns:
                own.append(checkout.seconds(operation))
        medians[name] = [median(each) for each in times]
    return medians


class CheckoutProcess:
    """A process that serves operations with the code of a checkout."""

    def __init__(self, checkout: Path, url: str) -> None:
        """Start it.

        :param url: The engine that holds the dataset.
        """
        self._checkout = checkout
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.read_text(), operations.__file__, url, str(MEMBERS)],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, operation: Operation) -> float:
        """Return the CPU seconds of an operation's request.

        :raises RuntimeError: When the operation fails; standard error says why. The message names the folder of the checkout.
        """
        pipes = self._process
        if pipes.stdin is None or pipes.stdout is None:
            raise RuntimeError("the process has no pipes")
        with suppress(BrokenPipeError):  # the process has ended, and answers nothing
            pipes.stdin.write(f"{operation.__name__}\n")
            pipes.stdin.flush()
        line = pipes.stdout.readline()
        if not line:
            raise RuntimeError(f"{operation.__name__} failed in {self._checkout}")
        return float(line)

    def end(self) -> None:
        """End the process: nothing is left to read for it."""
        self._process.communicate()


@contextmanager
def _serving(checkout: Path) -> Iterator[CheckoutProcess]:
    """Run a process for a checkout, on an engine of its own with a dataset of this one."""
    with engine_with(Dataset(MEMBERS)) as client:
        process = CheckoutProcess(checkout, client.meta.endpoint_url)
        try:
            yield process
        finally:
            process.end()
