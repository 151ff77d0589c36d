"""Runs the product: `python -m examples.product`."""

import functools
import logging
import os
import threading
import time
from urllib.parse import urlsplit

import boto3
from werkzeug.serving import BaseWSGIServer, make_server

from examples.product.app import create_app
from examples.product.directory import Directory, ScimUnavailable
from examples.product.events import handle
from examples.product.product import Product
from examples.product.queue import consume
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


def consume_forever(product: Product, queue_url: str) -> None:
    """Handle the events of a queue, for a product in AWS; any other receives webhooks."""
    apply = functools.partial(handle, directory=product.directory, sessions=product.sessions)
    while True:
        try:
            consume(boto3.client("sqs"), queue_url, apply)
        except Exception:
            logging.exception("The queue's events were not handled")
            time.sleep(10)


def server_of(product: Product) -> BaseWSGIServer:
    """Return the product's server on 127.0.0.1. A production deployment uses a WSGI server behind TLS."""
    threading.Thread(target=reconcile_forever, args=(product.directory,), daemon=True).start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its log of requests has codes and invitations
    port = urlsplit(product.settings.url).port or 80
    return make_server("127.0.0.1", port, create_app(product), threaded=True)


def main() -> None:
    """Serve the product that the environment variables describe."""
    settings = Settings.from_environment()
    product = Product(settings, Directory(settings.tenant_url, settings.scim_token))
    if queue_url := os.environ.get("PRODUCT_QUEUE_URL"):
        threading.Thread(target=consume_forever, args=(product, queue_url), daemon=True).start()
    server_of(product).serve_forever()


if __name__ == "__main__":
    main()
