"""What the product does with a change event: it reads again what the event names, and ends sessions of users who must not get in.

Nothing depends on the order of events, and an event that arrives twice does no harm.
"""

from typing import Any

from examples.product.access import login_method
from examples.product.directory import Directory
from examples.product.sessions import Sessions


def handle(event: dict[str, Any], directory: Directory, sessions: Sessions) -> None:
    """Apply one event. Acknowledge it afterwards, so that it is delivered again after a crash.

    :param event: The claims: ``detail`` on the bus, the body of a webhook.
    :raises ScimUnavailable: When the endpoint does not answer; the event must be delivered again.
    """
    for uri in named_resources(event):
        found = directory.read_again(uri)
        if uri.startswith("/Users/"):
            sessions.keep_only(uri.removeprefix("/Users/"), login_method(found))


def named_resources(event: dict[str, Any]) -> list[str]:
    """Return the paths of the resources that an event names; none for an event about a connection."""
    subject = event["sub_id"].get("uri")
    (payload,) = event["events"].values()
    users = [f"/Users/{each}" for each in payload.get("users", ())]
    return [*([subject] if subject else []), *users]
