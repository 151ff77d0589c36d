"""The user or group that an argument of a command names."""

import shlex
from typing import Any

from lambdas.operations.problems import NotFound
from lambdas.operations.resources import Resources
from scimctl.guide import command


def find(resources: Resources, noun: str, name: str) -> dict[str, Any]:
    """Return the user or group with a name or id, with all of its attributes.

    :param noun: ``user`` or ``group``.
    :raises NotFound: When there is none, with suggestions.
    :raises Problem: When several have the name.
    """
    found = resources.find(noun.capitalize(), name)
    if found is None:
        raise not_found(resources, noun, name)
    return found


def not_found(resources: Resources, noun: str, name: str) -> NotFound:
    """Return the problem that there is no such user or group, with suggestions."""
    attribute = "userName" if noun == "user" else "displayName"
    similar = shlex.quote(f'{attribute} co "{name[:8]}"')
    log = command(resources.target, f"log --{noun} {shlex.quote(name)} --since 7d")
    others = command(resources.target, f"{noun}s list --filter {similar}")
    return NotFound(
        f"There is no {noun} {name} in {resources.place}."
        f" Requests about it: {log}. {noun.capitalize()}s with a similar name: {others}."
    )
