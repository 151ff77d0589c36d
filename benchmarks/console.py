"""The benchmark of the console: CPU time, AWS calls and bytes of each page, in a small and in a large environment."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.logs import LogGroup
from benchmarks.reports import table, write
from lambdas.console.app import Console, logger
from lambdas.console.cookies import session_cookie
from lambdas.console.pages import ALL
from lambdas.console.settings import ConsoleSettings
from lambdas.credentials.sessions import Role
from lambdas.environment.file import load
from lambdas.environment.file.console import Console as ConsoleFile
from lambdas.operations.connections import Connections
from support.console_browser import Browser
from support.datasets import Dataset, engine_with
from support.tables import TABLE_NAME

SIZES = (10, 100_000)
"""Members of the large group; the directory has 100 users more."""

REQUESTS = (100, 100_000)
"""Log records of the last day, in the same order; one in a hundred failed."""

ROUNDS = 20

PAGES = {
    "overview": "",
    "overview: from the log": "/day",
    "SCIM configuration": "/connections",
    "a connection": "/connections/{connection}",
    "users": "/users?start=1",
    "users, deep in the list": "/users?start={deep}",
    "users, found": "/users?q=user0000105@example.com",
    "users as CSV": "/users.csv?start=1",
    "a user": "/users/{member}",
    "create a user": "/new-user",
    "groups": "/groups",
    "a group": "/groups/{group}",
    "a group, one member found": "/groups/{group}?member=user0000105@example.com",
    "permission sets": "/permission-sets",
    "who has which set": "/permission-sets/people?start=1",
    "SCIM log": "/log",
    "SCIM log: failures": "/log/records",
    "SCIM log: everything": "/log/records?show=all",
    "SCIM log: one user": "/log/records?user=user0000105@example.com",
    "one request": "/log/requests/00000000-0000-0000-0000-000000000042",
    "one request: from the log": "/log/requests/00000000-0000-0000-0000-000000000042/records",
    "activity": "/activity",
    "activity: from the log": "/activity/records",
    "environment": "/environment",
    "signed-in operators": "/sessions",
}
"""The pages by name; those of the log are parts that a page fills in after its frame is shown."""

INTRODUCTION = """CPU time of one warm request in the console's function, the median of {rounds}, with session check, templates and
compression; the AWS calls that it makes; and the bytes that leave. Small is {small}; large is {large}.
DynamoDB runs in another process; answers of CloudWatch Logs are made in this one, as AWS would send them, and are parsed as any
other. A function of Lambda has a whole processor with 1,769 MB: with {memory} MB a page takes {factor:.1f} times its CPU
time, and what its calls wait (2 to 6 ms for each of DynamoDB; CloudWatch Logs takes 100 ms and more)."""


@dataclass
class Calls:
    """The AWS calls of a request, by operation."""

    names: Counter[str] = field(default_factory=Counter)

    def add(self, model: Any, **_: Any) -> None:
        """Count one."""
        self.names[model.name] += 1

    def __str__(self) -> str:
        """Return them as the table shows them."""
        return ", ".join(f"{count} {name}" for name, count in sorted(self.names.items())) or "none"


@dataclass(frozen=True)
class Measured:
    """What one page takes."""

    milliseconds: float
    calls: str
    size: int


@dataclass
class Site:
    """A console on a directory and a log."""

    console: Console
    browser: Browser
    clients: Sequence[Any]
    paths: dict[str, str]

    def measure(self, path: str, rounds: int) -> Measured:
        """Return what a page takes."""
        times: list[float] = []
        answer = self.browser.get(f"/console{path}")
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.text[:300]}")
        calls = Calls()
        with _counting(calls, self.clients):
            self.browser.get(f"/console{path}")
        serve = self.console.serve
        bodies: list[int] = []

        def timed(event: dict[str, Any], context: Any) -> dict[str, Any]:
            began = time.process_time()
            made = serve(event, context)
            times.append(time.process_time() - began)
            bodies.append(len(made.get("body") or "") * 3 // 4)  # base64
            return made

        self.console.serve = timed  # type: ignore[method-assign]
        try:
            for _ in range(rounds):
                self.browser.get(f"/console{path}")
        finally:
            self.console.serve = serve  # type: ignore[method-assign]
        return Measured(median(times) * 1000, str(calls), int(median(bodies)))


@contextmanager
def _without_records() -> Iterator[None]:
    """Log no record of a request, which would be among the results, while the context lasts."""
    level = logger.log_level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)


def run(sizes: Sequence[int] = SIZES, requests: Sequence[int] = REQUESTS, rounds: int = ROUNDS) -> Path:
    """Measure, and write the report."""
    from infra.functions import CONSOLE

    found: list[dict[str, Measured]] = []
    for size, number in zip(sizes, requests, strict=True):
        with _without_records(), site_with(Dataset(size), number) as site:
            found.append({name: site.measure(path.format(**site.paths), rounds) for name, path in PAGES.items()})
    small, large = found[0], found[-1]
    rows = [
        [
            name,
            f"{small[name].milliseconds:.0f}",
            f"{large[name].milliseconds:.0f}",
            f"{large[name].size:,}",
            large[name].calls,
        ]
        for name in PAGES
    ]
    sizes_in_words = [
        f"a group of {size:,} members and {number:,} log records a day"
        for size, number in zip(sizes, requests, strict=True)
    ]
    return write(
        "console",
        "What a page of the console takes",
        INTRODUCTION.format(
            rounds=rounds,
            small=sizes_in_words[0],
            large=sizes_in_words[-1],
            memory=CONSOLE.memory,
            factor=max(1.0, 1769 / CONSOLE.memory),
        ),
        table(["page", "small, ms", "large, ms", "bytes", "calls when large"], rows),
    )


@contextmanager
def site_with(dataset: Dataset, requests: int) -> Iterator[Site]:
    """Yield the console of an environment with a directory and a day's log, and an administrator who is signed in."""
    file = ConsoleFile(authority="https://login.example.com", client_id="console")
    environment = load("forms-admin", "local").model_copy(update={"directory": dataset.directory, "console": file})
    with engine_with(dataset) as dynamodb:
        clients: dict[str, Any] = {"dynamodb": dynamodb, "ssm": None, "sqs": None}
        settings = ConsoleSettings(TABLE_NAME, "/scim/none", "/scim/none", "host")
        console = Console(environment, settings, clients.__getitem__)
        for each in ALL:
            each.add_routes(console)
        session = console.sessions.begin("ada", "ada@vendor.example", Role.ADMINISTRATOR)
        browser = Browser(console, {session_cookie(environment.name): session.id})
        connection = _connection(console)
        end = datetime.now(UTC)
        group = LogGroup(end=end, requests=requests, failures=max(1, requests // 100), connection=connection)
        clients["logs"] = group.client()
        paths = {
            "connection": connection,
            "member": dataset.member,
            "group": dataset.group,
            "deep": str(dataset.users * 3 // 4),
        }
        yield Site(console, browser, [dynamodb, clients["logs"]], paths)


def _connection(console: Console) -> str:
    """Generate a connection and return its id. There is no log to record it in."""
    from lambdas.console.target import target_of

    target = target_of(
        console.environment, console.settings, _only_the_table(console), "https://scim.example.com", "ada"
    )
    return Connections(target).generate(label="Entra ID").connection.id


def _only_the_table(console: Console) -> Any:
    class Silent:
        """Takes records and keeps none."""

        def create_log_stream(self, **_: Any) -> None:
            """Do nothing."""

        def put_log_events(self, **_: Any) -> None:
            """Do nothing."""

    return lambda service: console.table.client if service == "dynamodb" else Silent()


@contextmanager
def _counting(calls: Calls, clients: Sequence[Any]) -> Iterator[None]:
    for each in clients:
        each.meta.events.register("before-call", calls.add)
    try:
        yield
    finally:
        for each in clients:
            each.meta.events.unregister("before-call", calls.add)
