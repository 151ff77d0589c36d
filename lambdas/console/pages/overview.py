"""Overview: is provisioning alive, what needs attention, and how much there is."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.credentials.clients import Client
from lambdas.credentials.sessions import Role
from lambdas.operations.clients import Clients
from lambdas.operations.connections import Connections, ConnectionWithTokens
from lambdas.operations.guard import GuardOperations
from lambdas.operations.log.pages import SECONDS
from lambdas.operations.overview import BACK, attention, notice_of_expiry, read_activity
from lambdas.operations.resources import Resources
from lambdas.operations.watch_state import read_state

HEIGHT = 60
"""The height of the chart's highest bar."""


def add_routes(console: Console) -> None:
    """Serve the page."""

    @console.page("GET", "", Role.TECHNICIAN)
    def shown(request: Request) -> Response[str]:
        """Show counts and credentials at once; what the log says follows."""
        target = console.target(request)
        held = Connections(target).all()
        counts = Resources(target).counts()
        figures = [(f"{name}s", count, f"/{name.lower()}s") for name, count in counts.items()]
        figures.append(("Connections", len(held), "/connections"))
        with target.aws_errors_as_problems():
            stalled = read_state(target.table()).stalled
        within = notice_of_expiry(console.environment)
        guard = GuardOperations(target) if console.environment.guard else None
        above = guard.above([each.connection for each in held]) if guard else []
        needs = attention(held, _clients(request, held), datetime.now(UTC), stalled, above, within=within)
        return console.show("overview.html", request, title="Overview", figures=figures, attention=needs)

    @console.page("GET", "/day", Role.TECHNICIAN)
    def day(request: Request) -> Response[str]:
        """Show what identity providers did lately, from the log."""
        target = console.target(request)
        found = read_activity(target, datetime.now(UTC), seconds=SECONDS / 2)
        cycle = found.last_cycle
        names = {each.connection.id: each.connection.label for each in Connections(target).all()} if cycle else {}
        return console.show(
            "_day.html" if request.is_partial else "day.html",
            request,
            title="Provisioning",
            cycle=cycle,
            connection=names.get(cycle.connection) or cycle.connection if cycle else "",
            searched_days=BACK.days,
            failures=sum(found.failures),
            bars=bars_of(found.failures),
            failing=found.failing,
            counted_from=found.counted_from,
        )

    def _clients(request: Request, held: list[ConnectionWithTokens]) -> list[Client]:
        """Return all OAuth clients: 1 BatchGetItem, and none where no connection has one."""
        store = Clients(console.target(request)).store
        return store.clients(each for one in held for each in one.connection.clients)


def bars_of(failures: list[int]) -> list[tuple[int, int]]:
    """Return each hour's failures with the height of its bar."""
    highest = max(1, *failures)
    return [(each, -(-HEIGHT * each // highest)) for each in failures]
