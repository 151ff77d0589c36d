"""Runs the product: `python -m examples.product`."""

import threading
import time

from examples.product.app import create_app
from examples.product.directory import Directory, ScimUnavailable
from examples.product.sessions import Sessions
from examples.product.settings import Settings

PORT = 8765
"""Where the local cloud sends webhooks."""

RECONCILE_SECONDS = 3600


def reconcile_forever(directory: Directory) -> None:
    """Reconcile at once and every hour, so that even a lost event is repaired."""
    while True:
        try:
            directory.reconcile()
        except ScimUnavailable:
            time.sleep(10)
        else:
            time.sleep(RECONCILE_SECONDS)


def main() -> None:
    """Run it on 127.0.0.1. A production deployment uses a WSGI server behind TLS."""
    settings = Settings.from_environment()
    directory = Directory(settings.tenant_url, settings.scim_token)
    threading.Thread(target=reconcile_forever, args=(directory,), daemon=True).start()
    create_app(settings, directory, Sessions()).run("127.0.0.1", PORT)


if __name__ == "__main__":
    main()
