"""Runs a whole simulation: its phases one after the other, the tasks of a phase at the same time."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scimprobe.credentials import CredentialError
from scimprobe.simulate import changes, cycle
from scimprobe.simulate.cycle import Phase
from scimprobe.simulate.dialect import Dialect
from scimprobe.simulate.directory import Directory
from scimprobe.simulate.provisioner import ConnectionTestError, Provisioner
from scimprobe.simulate.report import Run
from scimprobe.simulate.verify import Verification
from scimprobe.wire import Client, Tenant


@dataclass(frozen=True)
class Plan:
    """What to simulate."""

    users: int
    """How many users the source has before the first cycle; a few more come in the second."""

    groups: int
    dialect: Dialect = Dialect.ENTRA
    concurrency: int = 5
    """How many requests are under way at the same time. Entra's own number is not documented."""

    seed: int = 1
    """The same seed gives the same people and the same changes; names differ by the run's id."""

    clean_up: bool = False
    """Whether everything the run made is deleted at its end."""


def run(tenant: Tenant, plan: Plan, console: Console) -> Run:
    """Play the plan against the tenant, with progress bars on `console`; never raises for what the endpoint does."""
    directory = Directory(secrets.token_hex(3), plan.seed)
    directory.populate(plan.users, plan.groups)
    client = Client(tenant)
    engine = Provisioner(client, plan.dialect, directory)
    started = time.monotonic()
    stopped = None
    try:
        try:
            _work(_phases(engine), plan.concurrency, console)
        except ConnectionTestError as error:
            stopped = str(error)
        if plan.clean_up:
            _work(cycle.clean_up(engine), plan.concurrency, console)
    except CredentialError as error:
        stopped = str(error)
    finally:
        client.close()
    return Run(
        tenant_url=tenant.url,
        dialect=plan.dialect.value,
        run=directory.run,
        seed=plan.seed,
        users=len(directory.users),
        groups=len(directory.groups),
        concurrency=plan.concurrency,
        seconds=time.monotonic() - started,
        exchanges=client.exchanges,
        differences=engine.findings,
        stopped=stopped,
    )


def _phases(engine: Provisioner) -> Iterator[Phase]:
    """All phases of a run but the clean-up, each made when it is due."""
    verification = Verification(engine)
    yield cycle.connection_test(engine)
    yield verification.count()
    yield from cycle.initial_cycle(engine)
    yield from cycle.incremental_cycle(engine, changes.happen(engine.directory))
    yield from verification.phases()


def _work(phases: Iterator[Phase], concurrency: int, console: Console) -> None:
    """Run the phases in order with this many threads, and show how far each is."""
    columns = (TextColumn("{task.description:36}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    pool = ThreadPoolExecutor(concurrency)
    try:
        with Progress(*columns, console=console) as progress:
            for phase in phases:
                bar = progress.add_task(phase.name, total=len(phase.tasks))
                for done in as_completed([pool.submit(task) for task in phase.tasks]):
                    done.result()
                    progress.advance(bar)
    finally:
        pool.shutdown(cancel_futures=True)
