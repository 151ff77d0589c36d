"""How changes to permission sets and login methods are printed."""

import json
from collections.abc import Mapping
from typing import Any

import typer
from rich.text import Text

from lambdas.operations.permission_store import PermissionChange
from lambdas.operations.permissions import told
from scimctl import console
from scimctl.options import Output
from scimprobe.printable import printable


def print_change(subject: Mapping[str, Any], change: PermissionChange, state: str, output: Output) -> None:
    """Print what changed of a user or group: in a sentence, or as before and after.

    :param state: What the subject is, such as ``is mapped to``.
    """
    noun, name = ("User", subject.get("userName")) if "userName" in subject else ("Group", subject.get("displayName"))
    if output is Output.JSON:
        kept = {"id": subject["id"], "name": name, "before": sorted(change.before), "after": sorted(change.after)}
        typer.echo(json.dumps(kept, ensure_ascii=False, indent=2))
        return
    was = "already" if change.before == change.after else f"and was {told(change.before)}"
    sentence = f"{noun} {name} {state}: {told(change.after)} ({was})."
    console.out.print(Text(printable(sentence)), soft_wrap=True)
