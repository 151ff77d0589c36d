"""Permission sets: what exists, where users get them from, and the groups that are mapped to them."""

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.paging import PAGE, Pager
from lambdas.console.requests import Request
from lambdas.credentials.sessions import Role
from lambdas.environment.summary import SOURCES
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.resources import Resources


def add_routes(console: Console) -> None:
    """Serve the pages of permission sets."""

    @console.page("GET", "/permission-sets", Role.ADMINISTRATOR)
    def listed(request: Request) -> Response[str]:
        """List the sets."""
        permissions = PermissionOperations(Resources(console.target(request)))
        return console.show(
            "permission_sets.html",
            request,
            title="Permission sets",
            permissions=permissions.permissions,
            sources=[SOURCES[each] for each in permissions.permissions.sources],
            mapped=permissions.mapped_groups(),
        )

    @console.page("GET", "/permission-sets/people", Role.ADMINISTRATOR)
    def people(request: Request) -> Response[str]:
        """Show the permission sets of each user with their reasons, page by page."""
        resources = Resources(console.target(request))
        pager = Pager.of(request.query)
        page = resources.page_at("User", pager.start, PAGE, only=("userName", "active", "roles"))
        grants = PermissionOperations(resources).grants_of(page.resources)
        rows = [(user, grants.get(user["id"], []) if user.get("active", True) else []) for user in page.resources]
        title = "Who has which permission set, and why"
        return console.show("people.html", request, title=title, rows=rows, pager=pager.over(page.total))
