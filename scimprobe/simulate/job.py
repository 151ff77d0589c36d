"""Runs a whole simulation: its phases one after the other, the tasks of a phase at the same time."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scimprobe.credentials import CredentialError
from scimprobe.endpoint import announcement
from scimprobe.endpoint.needs import Need, reason_against
from scimprobe.endpoint.profile import Profile
from scimprobe.endpoint.reach import UnusableError, reach
from scimprobe.endpoint.rules import NO_RULES, Rules
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
    """The size and the dialect of a simulation."""

    users: int
    """Users in the source before the first cycle; a few more come in the second."""

    groups: int
    dialect: Dialect = Dialect.ENTRA
    concurrency: int = 5
    """Requests in flight at the same time. Entra's own number is not documented."""

    seed: int = 1
    """The same seed gives the same people and the same changes; names differ by the run's id."""

    clean_up: bool = False
    """Whether everything the run created is deleted at its end."""

    rules: Rules = NO_RULES
    """The rules of the endpoint's operator."""


def run(tenant: Tenant, plan: Plan, console: Console) -> Run:
    """Run the plan against the tenant, with progress bars on `console`.

    :raises UnusableError: There is no SCIM endpoint, it does not answer, or it refuses the credential.
    """
    client = Client(tenant)
    started = time.monotonic()
    stopped = None
    try:
        try:
            reach(client)
        except CredentialError as error:
            raise UnusableError(str(error)) from error
        engine = Provisioner(client, plan.dialect, _source(client, plan))
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
    directory = engine.directory
    return Run(
        tenant_url=tenant.url,
        dialect=plan.dialect.value,
        run=directory.run,
        seed=plan.seed,
        users=len(directory.users),
        groups=len(directory.groups),
        concurrency=plan.concurrency,
        seconds=time.monotonic() - started,
        exchanges=[*tenant.credential.exchanges, *client.exchanges],
        differences=engine.findings,
        stopped=stopped,
        rules=plan.rules.name,
        by_rules=_by_rules(plan),
    )


def _source(client: Client, plan: Plan) -> Directory:
    """Return the source's users and groups, as the endpoint takes them."""
    run_id = secrets.token_hex(3)
    directory = Directory(run_id, plan.seed, Profile(announcement.read(client), plan.rules, run_id))
    without = reason_against(Need.NEW_GROUPS, plan.rules)
    directory.populate(plan.users, 0 if without else plan.groups)
    return directory


def _by_rules(plan: Plan) -> list[str]:
    """Return what the operator's rules make of the run: what is not sent, and what is expected in place of the usual."""
    rules = plan.rules
    without_groups = reason_against(Need.NEW_GROUPS, rules)
    outcomes = {
        f"{without_groups}: no group is created": bool(without_groups and plan.groups),
        'users.deprovisioning.deactivated is "remove": disabled users are removed': rules.deactivated == "remove",
        'users.deprovisioning.deleted is "disable": deleted users stay, disabled': rules.deleted == "disable",
        'users.deprovisioning.memberships is "remove": disabled users leave their groups': rules.memberships
        == "remove",
    }
    return [text for text, applies in outcomes.items() if applies]


def _phases(engine: Provisioner) -> Iterator[Phase]:
    """Return all phases of a run but the clean-up, each built when it is due."""
    verification = Verification(engine)
    yield cycle.connection_test(engine)
    yield verification.count()
    yield from cycle.initial_cycle(engine)
    yield from cycle.incremental_cycle(engine, changes.happen(engine.directory))
    yield from verification.phases()


def _work(phases: Iterator[Phase], concurrency: int, console: Console) -> None:
    """Run the phases in order with this many threads, and show the progress."""
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
