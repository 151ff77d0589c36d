"""What a run found, as a table for people or as JSON for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scimprobe.simulate.compare import Difference
from scimprobe.wire import NO_ANSWER, Exchange


@dataclass(frozen=True)
class Run:
    """One finished run."""

    tenant_url: str
    dialect: str
    run: str
    seed: int
    users: int
    groups: int
    concurrency: int
    seconds: float
    """From the first request to the last answer."""

    exchanges: Sequence[Exchange]
    differences: Sequence[Difference]
    stopped: str | None = None
    """Why it ended early, such as a failed connection test."""

    @property
    def passed(self) -> bool:
        """Whether everything went as it should and is as it was meant."""
        return not self.differences and self.stopped is None


def percentile(milliseconds: Sequence[float], percent: int) -> float:
    """The value that `percent` of the measurements do not exceed, interpolated, rounded to 0.1 ms."""
    if len(milliseconds) == 1:
        return round(milliseconds[0], 1)
    return round(quantiles(milliseconds, n=100, method="inclusive")[percent - 1], 1)


def operations(exchanges: Iterable[Exchange]) -> list[dict[str, Any]]:
    """Per operation, in the order of first use: attempts, retries, statuses, and p50, p95 and maximum in ms."""
    by_name: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        by_name.setdefault(exchange.operation, []).append(exchange)
    rows = []
    for name, these in by_name.items():
        times = [exchange.milliseconds for exchange in these]
        statuses = Counter("no answer" if each.status == NO_ANSWER else str(each.status) for each in these)
        rows.append(
            {
                "operation": name,
                "count": len(these),
                "retries": sum(exchange.retried for exchange in these),
                "statuses": dict(sorted(statuses.items())),
                "p50_ms": percentile(times, 50),
                "p95_ms": percentile(times, 95),
                "max_ms": round(max(times), 1),
            }
        )
    return rows


def grouped(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    """The differences, those that several operations showed alike told once with the names of all of them."""
    seen: dict[tuple[str, str, str, str], list[str]] = {}
    for each in differences:
        operations_ = seen.setdefault((each.object, each.attribute, each.expected, each.found), [])
        if each.seen_in not in operations_:
            operations_.append(each.seen_in)
    names = ("object", "attribute", "expected", "found")
    return [dict(zip(names, key, strict=True)) | {"seen_in": operations_} for key, operations_ in seen.items()]


def as_json(run: Run) -> dict[str, Any]:
    """The whole run as one JSON object; times in seconds and milliseconds as the names say."""
    return {
        "passed": run.passed,
        "stopped": run.stopped,
        "tenant_url": run.tenant_url,
        "dialect": run.dialect,
        "run": run.run,
        "seed": run.seed,
        "users": run.users,
        "groups": run.groups,
        "concurrency": run.concurrency,
        "seconds": round(run.seconds, 2),
        "requests": len(run.exchanges),
        "requests_per_second": round(len(run.exchanges) / run.seconds, 1) if run.seconds else 0.0,
        "retries": sum(exchange.retried for exchange in run.exchanges),
        "operations": operations(run.exchanges),
        "differences": grouped(run.differences),
    }


def print_table(run: Run, console: Console) -> None:
    """The run for people: operations, totals, every difference, the verdict."""
    facts = as_json(run)
    table = Table()
    table.add_column("Operation", no_wrap=True)
    for name in ("Count", "Statuses", "Retries", "p50 ms", "p95 ms", "max ms"):
        table.add_column(name, justify="right")
    for row in facts["operations"]:
        statuses = ", ".join(f"{count} x {status}" for status, count in row["statuses"].items())
        numbers = [f"{row[name]:.1f}" for name in ("p50_ms", "p95_ms", "max_ms")]
        table.add_row(row["operation"], str(row["count"]), statuses, str(row["retries"] or ""), *numbers)
    console.print(Text(f"{run.dialect} against {run.tenant_url}"), soft_wrap=True)
    console.print(table)
    console.print(
        f"{run.users} users, {run.groups} groups in the source (run {run.run}, seed {run.seed}): {facts['requests']} requests in "
        f"{run.seconds:.1f} s, {facts['requests_per_second']} per second, {facts['retries']} retried",
        highlight=False,
        soft_wrap=True,
    )
    _print_differences(facts["differences"], console)
    if run.stopped:
        console.print(Text(f"Stopped: {run.stopped}", style="bold red"), soft_wrap=True)
    if run.passed:
        console.print(Text("Everything is as it was meant.", style="bold green"))


def _print_differences(differences: Sequence[dict[str, Any]], console: Console) -> None:
    if not differences:
        return
    console.print(Text(f"{len(differences)} difference{'s' * (len(differences) > 1)}:", style="bold red"))
    for each in differences:
        console.print(
            Text.assemble(
                (f"  {each['object']}", "bold"),
                f": {each['attribute']}: expected {each['expected']}, found {each['found']}",
                (f"  [{', '.join(each['seen_in'])}]", "dim"),
            ),
            soft_wrap=True,
        )
