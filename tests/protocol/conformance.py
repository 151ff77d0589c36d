"""scim2-tester, the conformance suite, run against the API function through every part of it but the network."""

from collections import Counter
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import ScimProvider
from scim2_tester import CheckResult, Status, check_server

from tests.protocol.client import Api
from tests.protocol.events import HOST, STAGE


def wsgi_app(api: Api, root: str) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return a connection as a WSGI application.

    :param root: The path of the connection's URL, which the application's paths begin with.
    """

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        target = environ["PATH_INFO"].removeprefix(root)
        if environ["QUERY_STRING"]:
            target += f"?{environ['QUERY_STRING']}"
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").title(): value
            for name, value in environ.items()
            if name == "CONTENT_TYPE" or (name.startswith("HTTP_") and name != "HTTP_HOST")
        }
        body = environ["wsgi.input"].read() or None
        reply = api.send(environ["REQUEST_METHOD"], target, headers, body)
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(reply.headers.items()))
        return [reply.body]

    return app


def check(api: Api, provider: ScimProvider | None = None) -> dict[str, str]:
    """Return what failed, by title, with the reason."""
    root = f"/{STAGE}/v2/{api.connection}"
    client = WSGISCIMClient(wsgi_app(api, root), base_url=f"https://{HOST}{root}", provider=provider or ScimProvider())
    results = check_server(client)
    done = Counter(result.status for result in results)
    assert done[Status.SUCCESS] > 100, done
    return {
        " ".join([result.resource_type or "-", result.title or "", *_path_of(result)]): str(result.reason)
        for result in results
        if result.status not in (Status.SUCCESS, Status.SKIPPED)
    }


def _path_of(result: CheckResult) -> list[str]:
    """Return the path that a check is about, when it is about one."""
    return [str(result.data["urn"])] if isinstance(result.data, dict) and "urn" in result.data else []
