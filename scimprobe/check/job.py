"""Plays suites against a tenant, one check after the other, and removes what each has made before the next begins."""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from scimprobe.check.ledger import Ledger
from scimprobe.check.people import Names
from scimprobe.check.player import Blocked, Player
from scimprobe.check.reply import Difference, Reply, Stop
from scimprobe.check.suite import Check, Level, Suite
from scimprobe.credentials import CredentialError
from scimprobe.simulate import entra
from scimprobe.wire import NO_ANSWER, Client, Tenant


class UnusableError(Exception):
    """Nothing can be checked; the text says why and what to do."""


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"

    BLOCKED = "blocked"
    """It could not be played, because a user or a group that it needs could not be made."""


@dataclass(frozen=True)
class Result:
    """One check that was played."""

    check: Check
    outcome: Outcome
    differences: Sequence[Difference]
    blocked: str
    """Why it could not be played; empty otherwise."""

    replies: Sequence[Reply]
    """All its requests and answers, in order."""

    @property
    def met_silence(self) -> bool:
        """Whether a request got no answer at all."""
        return any(reply.answer.status == NO_ANSWER for reply in self.replies)

    @property
    def counts(self) -> bool:
        """Whether it decides about the endpoint: a mandatory check that did not pass."""
        return self.outcome is not Outcome.PASSED and self.check.level is Level.MANDATORY


@dataclass
class Run:
    """What a run has found so far."""

    tenant_url: str
    marker: str
    """What every name of the run contains."""

    results: list[tuple[Suite, list[Result]]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What could not be removed, with the reason."""

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
        """Whether every mandatory check was played and passed."""
        return not self.stopped and not any(result.counts for result in self.all_results)


def run(tenant: Tenant, suites: Sequence[Suite], console: Console) -> Run:
    """Play the suites against the tenant, with a progress bar on `console`; an interrupted run tells what it found.

    :raises UnusableError: The endpoint does not answer, or refuses the token. Nothing has been made then.
    """
    client, names = Client(tenant), Names()
    ledger = Ledger(client, names.marker)
    found = Run(tenant.url, names.marker)
    began = time.monotonic()
    try:
        _probe(client)
        with _progress(console, sum(len(suite.checks) for suite in suites)) as (bar, task):
            for suite in suites:
                found.results.append((suite, []))
                for check in suite.checks:
                    bar.update(task, description=f"{suite.name}: {check.name}")
                    result = _play(check, suite, client, ledger, names)
                    found.results[-1][1].append(result)
                    bar.advance(task)
                    if result.met_silence:
                        _probe(client)
    except KeyboardInterrupt:
        found.stopped, found.is_interrupted = "interrupted", True
    except (UnusableError, CredentialError) as error:
        if not found.results:
            raise UnusableError(str(error)) from error
        found.stopped = str(error)
    finally:
        client.close()
    found.left = [str(made) for made in ledger.rest()]
    found.requests, found.seconds = len(client.exchanges), time.monotonic() - began
    return found


def _play(check: Check, suite: Suite, client: Client, ledger: Ledger, names: Names) -> Result:
    """Play one check and clean up after it, also when it is interrupted."""
    player = Player(client, ledger, names, check.name, suite.headers)
    blocked = ""
    try:
        check.play(player)
    except Stop:
        pass
    except Blocked as reason:
        blocked = str(reason)
    finally:
        ledger.clean_up()
    outcome = Outcome.FAILED if player.differences else Outcome.BLOCKED if blocked else Outcome.PASSED
    return Result(check, outcome, player.differences, blocked, player.replies)


def _probe(client: Client) -> None:
    """Ask what Entra's Test Connection asks, to know whether there is anything to check.

    :raises UnusableError: There is no answer, or the token is refused.
    """
    query = entra.match_query("User", "userName", str(uuid.uuid4()))
    answer = client.send("probe", "GET", "/Users", query)
    if answer.status == NO_ANSWER:
        raise UnusableError(f"there is no answer from {client.tenant.url} ({answer.failure}): is the URL right?")
    if answer.status == 401:
        raise UnusableError(f"the token is refused: {answer}")
    if answer.status == 403:
        raise UnusableError(
            f"the request is refused: {answer}. May the token provision? Does a firewall refuse requests without a "
            "User-Agent, which Entra does not send?"
        )


@contextmanager
def _progress(console: Console, total: int) -> Iterator[tuple[Progress, TaskID]]:
    """A bar with the name of the check under way; it leaves nothing on the terminal, and nothing in a file."""
    columns = (
        TextColumn("{task.description:60.60}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar, bar.add_task("", total=total)
