"""`scimctl events listen`: a receiver of webhooks on this machine, as a product would have one."""

import contextlib
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from lambdas.operations.problems import Problem
from scimctl import console
from scimctl.events import SECRET_VARIABLE
from scimctl.events.lines import show
from scimctl.options import Output

MAX_BODY_BYTES = 300_000
"""Bytes of a body that is read; events are smaller."""


class Receiver(HTTPServer):
    """Verifies what it receives, prints it, and answers."""

    def __init__(self, port: int, answer: int, secret: str | None, output: Output) -> None:
        """Bind a port on 127.0.0.1; 0 is any free one.

        :raises Problem: When the port is in use, or the secret is not one.
        """
        self.answer = answer
        self.output = output
        self.received = 0
        try:
            self.webhook = Webhook(secret) if secret else None
        except (EmptyWebhookSecretError, RuntimeError, ValueError) as error:
            raise Problem(f"{SECRET_VARIABLE} is not the secret of a webhook: it begins with whsec_.") from error
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise Problem(f"Port {port} of 127.0.0.1 cannot be used: {error.strerror}.") from error

    def accept(self, body: bytes, headers: dict[str, str]) -> int:
        """Return the status for one request, and print it when it is an event."""
        try:
            event = self.webhook.verify(body, headers) if self.webhook else json.loads(body)
            show(event, self.output)
        except WebhookVerificationError as error:
            console.show_warning(f"Refused with 401: {error}")
            return 401
        except (ValueError, KeyError, TypeError, AttributeError):
            console.show_warning("Refused with 400: the body is not an event")
            return 400
        self.received += 1
        return self.answer


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            status = 413
        else:
            status = self.server.accept(self.rfile.read(int(length)), dict(self.headers.items()))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Print nothing: the receiver prints events."""


def listen(port: int, answer: int, *, count: int | None, output: Output) -> None:
    """Receive webhooks until the count or Ctrl-C."""
    secret = os.environ.get(SECRET_VARIABLE)
    with Receiver(port, answer, secret, output) as receiver:
        verified = "Signatures are verified." if secret else f"Signatures are not verified: set {SECRET_VARIABLE}."
        console.err.print(f"Listening at http://127.0.0.1:{receiver.server_port}/. {verified} Press Ctrl-C to end.")
        with contextlib.suppress(KeyboardInterrupt):
            while count is None or receiver.received < count:
                receiver.handle_request()
