"""One run of the watch: compares what is with what was reported, and reports each difference once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.credentials.expiry import expiring_credentials
from lambdas.environment.file.watch import Watch
from lambdas.operations.log.reader import LogReader
from lambdas.operations.problems import Problem
from lambdas.operations.watch_state import WatchState, read_state, write_state
from lambdas.store.table import Table
from lambdas.watch.failures import FailingUser, failing_users
from lambdas.watch.notices import Notices
from lambdas.watch.silence import WatchedConnection, watched_connections

MOST_NOTICES = 100
"""The most users that one run reports by name: more have one cause, and the first hundred show it."""


@dataclass(frozen=True)
class ProvisioningWatch:
    """Watches the connections of one environment."""

    table: Table
    reader: LogReader
    settings: Watch
    notices: Notices

    def run(self, now: datetime) -> WatchState:
        """Report what changed since the last run, and return what is remembered.

        A notice is written before it is remembered: a run that is interrupted repeats notices and loses none.

        :param now: The present, in UTC.
        """
        before = read_state(self.table)
        watched = watched_connections(self.table)
        stalled = self._stalled(watched, before, now)
        expiring = self._expiring(watched, before, now)
        failing = self._failing(before, now)
        after = WatchState(now, stalled, failing, expiring)
        self.notices.watched(after)
        write_state(self.table, after, now)
        return after

    def _stalled(self, watched: list[WatchedConnection], before: WatchState, now: datetime) -> dict[str, datetime]:
        stalled: dict[str, datetime] = {}
        for each in watched:
            since = each.silent_since(now, self.settings.silent_hours)
            known = before.stalled.get(each.connection.id)
            if since:
                stalled[each.connection.id] = since
                if known != since:
                    self.notices.stalled(each.connection, since, now)
            elif known and each.last_used and each.last_used > known:
                self.notices.resumed(each.connection, known, each.last_used)
        return stalled

    def _failing(self, before: WatchState, now: datetime) -> frozenset[str]:
        """Report new failing users. Where the log does not answer, the next run does."""
        try:
            failing = failing_users(self.reader, now, self.settings.failures)
        except Problem as problem:
            self.notices.log_unavailable(problem)
            return before.failing
        new: list[FailingUser] = [each for each in failing if each.digest not in before.failing]
        for each in new[:MOST_NOTICES]:
            self.notices.failing(each)
        return frozenset(each.digest for each in failing)

    def _expiring(self, watched: list[WatchedConnection], before: WatchState, now: datetime) -> frozenset[str]:
        tokens = [each for one in watched for each in one.tokens]
        clients = [each for one in watched for each in one.clients]
        expiring = expiring_credentials(tokens, clients, now, timedelta(days=self.settings.ending_days))
        for each in expiring:
            if each.occurrence not in before.expiring:
                self.notices.expiring(each)
        return frozenset(each.occurrence for each in expiring)
