"""Runs the product: `python -m examples.product`."""

import threading
import time
from urllib.parse import urlsplit

from werkzeug.serving import BaseWSGIServer, make_server

from examples.product.app import create_app
from examples.product.directory import Directory, ScimUnavailable
from examples.product.product import Product
from examples.product.settings import Settings

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


def server_of(product: Product) -> BaseWSGIServer:
    """Return the product's server on 127.0.0.1. A production deployment uses a WSGI server behind TLS."""
    threading.Thread(target=reconcile_forever, args=(product.directory,), daemon=True).start()
    port = urlsplit(product.settings.url).port or 80
    return make_server("127.0.0.1", port, create_app(product), threaded=True)


def main() -> None:
    """Serve the product that the environment variables describe."""
    settings = Settings.from_environment()
    server_of(Product(settings, Directory(settings.tenant_url, settings.scim_token))).serve_forever()


if __name__ == "__main__":
    main()
