"""The findings of a run, as a table for people or as JSON for programs. No secret is in either."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scimprobe.credentials import redact
from scimprobe.exchange import Exchange
from scimprobe.printable import printable
from scimprobe.simulate.compare import Difference
from scimprobe.wire import NO_ANSWER


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

    rules: str = ""
    """The name of the operator's expectations; empty when there are none."""

    by_rules: Sequence[str] = ()
    """The changes that they make to the run, such as `groups.served is false: no group is created`."""

    @property
    def passed(self) -> bool:
        """Whether every request succeeded and the endpoint kept everything."""
        return not self.differences and self.stopped is None


def redacted(run: Run, secrets: Iterable[str]) -> Run:
    """Return the run without the secrets, which an endpoint could repeat in its answers."""
    secrets = tuple(secrets)
    differences = [Difference(*(redact(text, secrets) for text in astuple(each))) for each in run.differences]
    return replace(run, differences=differences, stopped=run.stopped and redact(run.stopped, secrets))


def percentile(milliseconds: Sequence[float], percent: int) -> float:
    """Return the value that `percent` of the measurements do not exceed, interpolated, rounded to 0.1 ms."""
    if len(milliseconds) == 1:
        return round(milliseconds[0], 1)
    return round(quantiles(milliseconds, n=100, method="inclusive")[percent - 1], 1)


def operations(exchanges: Iterable[Exchange]) -> list[dict[str, Any]]:
    """Return per operation, in the order of first use: attempts, retries, statuses, and p50, p95 and maximum in ms."""
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
    """Return the differences; one that several operations show is listed once, with the names of all of them."""
    seen: dict[tuple[str, str, str, str], list[str]] = {}
    for each in differences:
        operations_ = seen.setdefault((each.object, each.attribute, each.expected, each.found), [])
        if each.seen_in not in operations_:
            operations_.append(each.seen_in)
    names = ("object", "attribute", "expected", "found")
    return [dict(zip(names, key, strict=True)) | {"seen_in": operations_} for key, operations_ in seen.items()]


def as_json(run: Run) -> dict[str, Any]:
    """Return the whole run as one JSON object; times in the units that the names end in."""
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
        "expectations": run.rules or None,
        "by_expectations": list(run.by_rules),
        "operations": operations(run.exchanges),
        "differences": grouped(run.differences),
    }


def print_table(run: Run, console: Console) -> None:
    """Print the run for people: operations, totals, every difference, the verdict."""
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
    for each in run.by_rules:
        console.print(Text(f"By {run.rules}: {printable(each)}"), soft_wrap=True)
    _print_differences(facts["differences"], console)
    if run.stopped:
        console.print(Text(f"Stopped: {printable(run.stopped)}", style="bold red"), soft_wrap=True)
    if run.passed:
        console.print(Text("The endpoint kept everything.", style="bold green"))


def _print_differences(differences: Sequence[dict[str, Any]], console: Console) -> None:
    if not differences:
        return
    console.print(Text(f"{len(differences)} difference{'s' * (len(differences) > 1)}:", style="bold red"))
    for each in differences:
        console.print(
            Text.assemble(
                (f"  {printable(each['object'])}", "bold"),
                printable(f": {each['attribute']}: expected {each['expected']}, found {each['found']}"),
                (f"  [{', '.join(each['seen_in'])}]", "dim"),
            ),
            soft_wrap=True,
        )
