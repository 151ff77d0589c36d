"""Servers on 127.0.0.1 that tests run in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

POLL_SECONDS = 0.005
"""How often a server looks whether it is stopped. The default of half a second took longer than most tests with a server."""


@contextmanager
def in_a_thread(server: BaseServer) -> Iterator[None]:
    """Serve in a thread as long as the block runs, then close the server."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_SECONDS}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
