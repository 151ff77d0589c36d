"""Style sheet and scripts, under names that change with their content."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.rendering import ASSETS
from lambdas.console.requests import Request

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def add_routes(console: Console) -> None:
    """Serve the files."""

    @console.page("GET", "/static/<name>", None)
    def file(request: Request, name: str) -> Response[str]:
        """Return a file."""
        if name not in ASSETS:
            return console.show(
                "problem.html", request, HTTPStatus.NOT_FOUND, title="Not found", problem="There is no such file."
            )
        _, content = ASSETS[name]
        return responses.static(content, TYPES[name.rpartition(".")[2]])
