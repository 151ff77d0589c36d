"""The emulator's process: ministack, and beside it the OpenID Provider (``python -m scimctl.local.ministack_process``)."""

import os

from scimctl.local import provider, workers

PORT_VARIABLE = "SIGN_IN_PORT"
"""The environment variable with the provider's port."""


def main() -> None:
    """Serve both until the process is asked to end."""
    from ministack.app import main as serve

    workers.adapt()
    provider.serve_beside(int(os.environ[PORT_VARIABLE]))
    serve()


if __name__ == "__main__":
    main()
