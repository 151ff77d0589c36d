"""scim2-server's WSGI application on its memory storage, with the schemas that it brings.

Run as a program: ``python -m benchmarks.peers.scim2_site PORT``.
"""

import sys

import waitress
from scim2_models import ScimProvider
from scim2_server.applications.wsgi import WSGIApplication
from scim2_server.memory import InMemoryStorage
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


def application() -> WSGIApplication:
    """Return the application of an empty directory."""
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
    )
    return WSGIApplication(InMemoryStorage(), provider)


if __name__ == "__main__":
    waitress.serve(application(), host="127.0.0.1", port=int(sys.argv[1]))
