"""Runs suites against a tenant, one check after the other, and removes what each has created before the next begins."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from scimprobe.check import session
from scimprobe.check.ledger import Ledger
from scimprobe.check.people import Names
from scimprobe.check.reply import Difference, Reply, Stop
from scimprobe.check.session import Blocked, Session
from scimprobe.check.suite import Check, Level, Suite
from scimprobe.credentials import CredentialError
from scimprobe.endpoint import announcement
from scimprobe.endpoint.needs import reason_against
from scimprobe.endpoint.profile import Profile
from scimprobe.endpoint.reach import UnusableError, reach
from scimprobe.endpoint.rules import NO_RULES, Rules
from scimprobe.wire import NO_ANSWER, Client, Tenant


class Outcome(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"

    BLOCKED = "blocked"
    """It could not be run, because a user or a group that it needs could not be created."""

    RULED_OUT = "ruled out"
    """It was not run: the rules of the endpoint's operator contradict its requirement."""


@dataclass(frozen=True)
class Result:
    """One check with its outcome."""

    check: Check
    outcome: Outcome
    differences: Sequence[Difference] = ()
    reason: str = ""
    """The reason why it was blocked or ruled out; empty otherwise."""

    replies: Sequence[Reply] = ()
    """All its requests and answers, in order."""

    @property
    def has_no_answer(self) -> bool:
        """Whether a request got no answer at all."""
        return any(reply.answer.status == NO_ANSWER for reply in self.replies)

    @property
    def is_fine(self) -> bool:
        """Whether nothing speaks against the endpoint."""
        return self.outcome in (Outcome.PASSED, Outcome.RULED_OUT)

    @property
    def counts(self) -> bool:
        """Whether it decides about the endpoint: a mandatory check that failed or was blocked."""
        return not self.is_fine and self.check.level is Level.MANDATORY


@dataclass
class Run:
    """The findings of a run so far."""

    tenant_url: str
    marker: str
    """The marker in every name of the run."""

    rules: str = ""
    """The name of the operator's expectations; empty when there are none."""

    results: list[tuple[Suite, list[Result]]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """The resources that could not be removed, each with the reason."""

    kept: int = 0
    """The number of users that stay, disabled, because the operator's rules keep deleted users."""

    stopped: str = ""
    """Why it ended early; empty when it did not."""

    is_interrupted: bool = False
    """Whether the operator ended it."""

    requests: int = 0
    seconds: float = 0.0

    @property
    def all_results(self) -> list[Result]:
        """The results of all suites."""
        return [result for _, results in self.results for result in results]

    @property
    def passed(self) -> bool:
        """Whether every mandatory check passed, or was ruled out by the operator's rules."""
        return not self.stopped and not any(result.counts for result in self.all_results)


def run(tenant: Tenant, suites: Sequence[Suite], console: Console, rules: Rules = NO_RULES) -> Run:
    """Run the suites against the tenant, with a progress bar on `console`; an interrupted run returns what it found.

    :param rules: What the operator of the endpoint expects of it.
    :raises UnusableError: There is no SCIM endpoint, it does not answer, or it refuses the credential. Nothing has been
        created then.
    """
    client, names = Client(tenant), Names()
    ledger = Ledger(client, names.marker, keeps_deleted_users=rules.deleted == "disable")
    found = Run(tenant.url, names.marker, rules.name)
    began = time.monotonic()
    try:
        reach(client)
        shared = session.Run(client, ledger, names, Profile(announcement.read(client), rules, names.marker))
        with _progress(console, sum(len(suite.checks) for suite in suites)) as (bar, task):
            for suite in suites:
                found.results.append((suite, []))
                for check in suite.checks:
                    bar.update(task, description=f"{suite.name}: {check.name}")
                    result = _run(check, suite, shared)
                    found.results[-1][1].append(result)
                    bar.advance(task)
                    if result.has_no_answer:
                        reach(client)
    except KeyboardInterrupt:
        found.stopped, found.is_interrupted = "interrupted", True
    except (UnusableError, CredentialError) as error:
        if not found.results:
            raise UnusableError(str(error)) from error
        found.stopped = str(error)
    finally:
        client.close()
    found.left, found.kept = [str(created) for created in ledger.rest()], ledger.kept
    found.requests, found.seconds = len(client.exchanges), time.monotonic() - began
    return found


def _run(check: Check, suite: Suite, shared: session.Run) -> Result:
    """Run one check and clean up after it, also when it is interrupted."""
    against = [reason_against(need, shared.profile.rules) for need in sorted(check.needs)]
    reason = next(filter(None, against), "")
    if reason:
        return Result(check, Outcome.RULED_OUT, reason=reason)
    own = Session(shared, check.name, suite.headers)
    try:
        check.run(own)
    except Stop:
        pass
    except Blocked as blocked:
        reason = str(blocked)
    finally:
        shared.ledger.clean_up()
    outcome = Outcome.FAILED if own.differences else Outcome.BLOCKED if reason else Outcome.PASSED
    return Result(check, outcome, own.differences, reason, own.replies)


@contextmanager
def _progress(console: Console, total: int) -> Iterator[tuple[Progress, TaskID]]:
    """Show a bar with the name of the current check; it leaves nothing on the terminal, and nothing in a file."""
    columns = (
        TextColumn("{task.description:60.60}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar, bar.add_task("", total=total)
