"""The costs of an environment whatever its size: idle, and with an identity provider that only looks for changes.

Computed from the synthesized template and the price list, for an environment with the defaults of its file and an address for
alarms. What users and groups cost is another report (:mod:`benchmarks.month`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import prices
from benchmarks.reports import table, write
from lambdas.records import METRICS, Kind

HOURS = 30.4 * 24
"""Hours of a month."""

CYCLES = HOURS * 60 / 40
"""Cycles in a month: Microsoft Entra ID begins one every 40 minutes."""

CALLS = 2
"""Requests of a cycle without changes."""

USERS = 10_000
BYTES_OF_USER = 4_012
"""A directory to store, with all of a user's items (benchmarks/results/month.md)."""

GB_LOGGED = 2_500 / 1e9
GB_SECONDS = 0.06
"""Log records and function time of a request (benchmarks/results/month.md)."""

METRICS_OF_TOKEN = 2
"""Metrics of a token in use, each with data in one hour of a day: of the environment, and of the connection."""

KEY_REQUESTS_OF_CYCLE = 2
"""KMS requests of a cycle: each of two functions uses the table's key, which DynamoDB caches for five minutes."""

Template = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One part of the costs, in USD for a month."""

    part: str
    how: str
    idle: float
    connected: float


def lines(template: Template) -> Iterator[Line]:
    """Yield the parts of the costs of a stack.

    :param template: The synthesized CloudFormation template.
    """
    functions = _of_kind(template, "AWS::Lambda::Function")
    kept = sum(each["MemorySize"] for each in functions if "SnapStart" in each) / 1024
    snapshots = kept * prices.SNAPSHOT_GB_SECOND * HOURS * 3600
    watched = sum(_watched(alarm) for alarm in _of_kind(template, "AWS::CloudWatch::Alarm"))
    stored = USERS * BYTES_OF_USER / 1e9
    requests, calls = len(METRICS[Kind.REQUEST]), CYCLES * CALLS
    yield Line("SnapStart, snapshots", f"{kept:.1f} GB kept", snapshots, snapshots)
    restored = CYCLES * kept * prices.RESTORED_GB
    yield Line("SnapStart, restores", f"{kept:.1f} GB in each of {CYCLES:,.0f} cycles", 0, restored)
    alarms = watched * prices.ALARM_METRIC
    yield Line("alarms", f"{watched} metrics at {prices.ALARM_METRIC:.2f} USD", alarms, alarms)
    metrics = requests * prices.METRIC + METRICS_OF_TOKEN * prices.METRIC / 24
    how = f"{requests} of requests, all hours; {METRICS_OF_TOKEN} of tokens, an hour a day; {prices.METRIC:.2f} USD"
    yield Line("custom metrics", how, 0, metrics)
    storage = stored * (prices.STORED_GB + prices.RECOVERABLE_GB)
    yield Line(
        "DynamoDB, storage", f"{USERS:,} users, {stored * 1000:.0f} MB with point-in-time recovery", storage, storage
    )
    served = calls * (
        prices.REQUEST
        + prices.INVOCATION
        + GB_SECONDS * prices.GB_SECOND
        + prices.READ_UNIT
        + GB_LOGGED * prices.LOGGED_GB
    )
    keys = CYCLES * KEY_REQUESTS_OF_CYCLE * prices.KEY_REQUEST
    yield Line(
        "requests",
        f"{calls:,.0f} requests with their log and {CYCLES * KEY_REQUESTS_OF_CYCLE:,.0f} uses of the key",
        0,
        served + keys,
    )


def _watched(alarm: Mapping[str, Any]) -> int:
    """Return the number of metrics that an alarm evaluates; a query counts once, for one connection."""
    metrics = [each for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    return len(metrics) or 1


def _of_kind(template: Template, kind: str) -> list[Mapping[str, Any]]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def costs(template: Template) -> str:
    """Return the costs of a stack as a Markdown table, which README.md and docs/operator/scale.md quote."""
    parts = list(lines(template))
    rows = [[each.part, each.how, f"{each.idle:.2f}", f"{each.connected:.2f}"] for each in parts]
    total = [
        "together",
        "",
        *(f"{sum(values):.2f}" for values in zip(*((e.idle, e.connected) for e in parts), strict=True)),
    ]
    return table(["part", "computed from", "idle, USD", "connected, USD"], [*rows, total]).replace(
        "---: | ---: | ---: |", "--- | ---: | ---: |", 1
    )


def run() -> Path:
    """Synthesize an environment with default settings, compute its costs, and write the report."""
    from aws_cdk.assertions import Template as Synthesized

    from benchmarks.default_stack import default_stack

    text = costs(Synthesized.from_stack(default_stack()).to_json())
    return write(
        "idle",
        "What an environment costs whatever its size",
        __doc__.partition("\n\n")[2].strip(),
        "List prices of us-east-1 in November 2026; no free tier is subtracted. *Connected* is an identity provider that looks for "
        "changes every 40 minutes and finds none.",
        text,
    )
