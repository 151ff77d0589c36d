"""One event as a line for people, or as JSON for programs."""

import json
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from scimctl.console import out
from scimctl.options import Output
from scimprobe.printable import printable


def show(event: dict[str, Any], output: Output) -> None:
    """Print one event.

    :param event: Its claims set.
    :raises KeyError: When it is not one; likewise ``TypeError``, ``ValueError`` and ``AttributeError``.
    """
    (kind, payload), *_ = event["events"].items()
    subject = event["sub_id"]
    if output is Output.JSON:
        out.file.write(json.dumps(event) + "\n")
        out.file.flush()
        return
    time = datetime.fromtimestamp(event["iat"], UTC)
    words = [
        f"{time:%H:%M:%S}",
        f"{kind.rpartition(':event:')[2]:<22}",
        f"{event['directory']}{subject.get('uri') or ' connection ' + subject['id']}",
        *_details(payload),
    ]
    out.print(Text(printable("  ".join(words))), soft_wrap=True)


def _details(payload: dict[str, Any]) -> list[str]:
    found = []
    if "attributes" in payload:
        found.append(", ".join(payload["attributes"]))
    if "after" in payload:
        found.append(f"{', '.join(payload['before']) or 'none'} -> {', '.join(payload['after']) or 'none'}")
    if "users" in payload:
        found.append(f"{len(payload['users'])} users ({payload['cause']})")
    return found
