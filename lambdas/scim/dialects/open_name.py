"""Attributes that nobody declared, in an extension that takes any.

``{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:2.0:Metadata:{{key}}", "value": "7"}``, and as a filter
``urn:ietf:params:scim:schemas:extension:2.0:Metadata:cost centre eq "7"``: administrators type such names into Entra's attribute
list (idp-behaviour 6.3). What follows the extension's URN is one name, whatever it holds, unless the extension declares it; it is
written as the core's grammar can read it (:mod:`lambdas.scim.extensions.escaped_names`).

This is the one dialect that must not read a text twice: ``k$a`` may be an escaped name, or one that a client sent.
"""

import re
from collections.abc import Sequence

from scim2_models import BaseModel

from lambdas.scim.dialects.schema import attribute_of, split_urn
from lambdas.scim.extensions.escaped_names import escape, folded
from lambdas.scim.extensions.open_extension import OpenExtension, open_extensions

_STRING = r'"(?:[^"\\]|\\.)*"'
_KEY = r"(?P<key>.+?)(?=\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)(?![\w$-])|$)"


def open_name(path: str, models: Sequence[type[BaseModel]], *, as_spelled: bool = False) -> str | None:
    """Return the path of an undeclared attribute as the core reads it; None for any other path.

    :param as_spelled: Whether the case of the name matters, because the path may write it.
    """
    for model in models:
        found = split_urn(model, path) or split_urn(model, path, separator=".")
        if found and issubclass(found[1], OpenExtension) and found[2] and not _declares(found[1], found[2]):
            return f"{found[0]}:{escape(found[2] if as_spelled else folded(found[2]))}"
    return None


def open_names(text: str, models: Sequence[type[BaseModel]]) -> str:
    """Return a filter with every undeclared attribute in it as the core reads it."""
    urns = sorted({urn for model in models for urn in open_extensions(model)}, key=len, reverse=True)
    if not urns:
        return text
    paths = rf"(?<![^\s(])(?:{'|'.join(map(re.escape, urns))})[:.]{_KEY}"
    return re.sub(
        f"{_STRING}|(?P<path>{paths})",
        lambda match: (match["path"] and open_name(match["path"], models)) or match[0],
        text,
        flags=re.IGNORECASE | re.DOTALL,
    )


def _declares(extension: type[OpenExtension], name: str) -> bool:
    """Tell whether a name is declared, alone or followed by a filter or by a sub-attribute."""
    head, dot, _ = name.partition(".")
    attribute = attribute_of(extension, head) if dot else None
    return (
        extension.declares(name)
        or extension.declares(name.partition("[")[0])
        or (extension.declares(head) and attribute is not None and attribute.members is not None)
    )
