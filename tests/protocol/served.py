"""The API function over HTTP on this machine, for clients that speak HTTP; in place of API Gateway is a token check.

The function believes that it is called at API Gateway's own host. What its answers say of that URL is replaced by the one
that is served, as a reverse proxy does.
"""

import contextlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.protocol.client import Api
from tests.protocol.events import HOST, STAGE
from tests.servers import in_a_thread

TOKEN = "secret-of-the-served-function"
BASE = "/scim/v2/aaaabbbbccccdddd"
REFUSAL = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"The token is wrong."}'
"""What the stack's gateway response for a refused token says; the end-to-end tests meet the real one."""


@contextlib.contextmanager
def serving(api: Api) -> Iterator[str]:
    """Serve one connection's function on 127.0.0.1 as long as the block runs, and yield its Tenant URL."""
    believed = f"https://{HOST}/{STAGE}/v2/{api.connection}"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, content = 401, {"Content-Type": "application/scim+json"}, REFUSAL
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                reply = api.send(self.command, self.path.removeprefix(BASE), dict(self.headers), body or None)
                served = f"http://127.0.0.1:{server.server_address[1]}{BASE}"
                status, content = reply.status, reply.body.replace(believed.encode(), served.encode())
                headers = {name: value.replace(believed, served) for name, value in reply.headers.items()}
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - http.server's names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}{BASE}"
