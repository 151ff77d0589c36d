"""The shapes of Microsoft Entra's requests: queries, bodies and PATCH operations, per dialect.

Two dialects exist and one job can send both: without the flag `aadOptscim062020` (the default: capitalised operations,
booleans as strings, removed members as a value) and with it (MicrosoftDocs/entra-docs,
application-provisioning-config-problem-scim-compatibility.md).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import CORE_GROUP, CORE_USER, ENTERPRISE_USER, MANAGER, extension_of, nest
from scimprobe.simulate.dialect import Dialect

ADSCIM_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
"""A schema URN of no RFC, sent with every new group."""

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

NULLS = ("addresses", "phoneNumbers", "preferredLanguage", "title", "department", "manager")
"""What a POST carries as null at the top level when the source has no value (entra-docs, POST example)."""

Operation = dict[str, Any]


# Queries ---------------------------------------------------------------------------------------------------------


def encode(text: str) -> str:
    """Return a text as Entra writes it into a query: spaces `+`, double quotes raw, `@` as %40.

    Reserved characters are encoded as .NET's HttpUtility.UrlEncode does, with lower-case digits (AzureAD/
    SCIMReferenceCode, Filter.cs); characters outside ASCII as System.Uri does, UTF-8 with upper-case digits. The raw
    quotes are from a capture of the Microsoft SCIM Validator.
    """
    return "".join(_encode_character(character) for character in text)


def _encode_character(character: str) -> str:
    if character == " ":
        return "+"
    if character.isascii():
        is_plain = character.isalnum() or character in '-_.!*()"'
        return character if is_plain else f"%{ord(character):02x}"
    return "".join(f"%{byte:02X}" for byte in character.encode())


def equals(attribute: str, value: str) -> str:
    """Return the filter `attribute eq "value"`, encoded; quotes and backslashes in the value escaped as in JSON."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return "filter=" + encode(f'{attribute} eq "{escaped}"')


def match_query(kind: str, attribute: str, value: str) -> str:
    """Return the query that looks for the object to match; for groups it leaves the members out, in this order."""
    query = equals(attribute, value)
    return query if kind == "User" else f"excludedAttributes=members&{query}"


def reference_query(id_: str, attribute: str, target: str) -> str:
    """Return the query whether object `id_` refers to `target` by `attribute` (manager or members)."""
    return "filter=" + encode(f'id eq "{id_}" and {attribute} eq "{target}"') + "&attributes=id"


# Creation --------------------------------------------------------------------------------------------------------


def user_body(dialect: Dialect, attributes: Mapping[str, Value], *, string_active: bool) -> dict[str, Any]:
    """Return the body of `POST /Users`. The manager is never in it: references come in a later step of the cycle.

    :param string_active: Whether this job's mapping still is the old default, whose `active` is the string "True"; only
        the dialect without the flag sends it so. Such a job also writes lists of texts as objects.
    """
    sent = {path: value for path, value in attributes.items() if path != MANAGER}
    is_old = string_active and dialect is Dialect.ENTRA
    resource = nest(_as_mapped(dialect, sent, lists_as_objects=is_old))
    if is_old:
        resource["active"] = str(resource["active"])
    head = {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "externalId": resource.pop("externalId"),
        "userName": resource.pop("userName"),
    }
    for name, value in resource.items():
        if isinstance(value, list):
            resource[name] = [dict(sorted(element.items())) for element in value]
    extension = {ENTERPRISE_USER: resource.pop(ENTERPRISE_USER)} if ENTERPRISE_USER in resource else {}
    rest = {"roles": []} | resource | {"meta": {"resourceType": "User"}}
    if "title" not in resource:
        rest |= {name: None for name in NULLS if name not in resource}
    return head | dict(sorted(rest.items())) | extension


def group_body(attributes: Mapping[str, Value], *, empty_members: bool) -> dict[str, Any]:
    """Return the body of `POST /Groups`: no members, or an empty list (both were captured); they follow as PATCHes."""
    resource = nest(_as_mapped(Dialect.ENTRA, attributes, lists_as_objects=empty_members))
    body: dict[str, Any] = {"schemas": [CORE_GROUP, ADSCIM_GROUP], **resource, "meta": {"resourceType": "Group"}}
    return body | {"members": []} if empty_members else body


def _as_mapped(dialect: Dialect, attributes: Mapping[str, Value], *, lists_as_objects: bool) -> dict[str, Any]:
    """Return attributes as Entra sends them: those of custom extensions as texts, whatever their type.

    Captured of single values without the flag; whether lists are texts or objects with a `value` is not known.
    """
    mapped: dict[str, Any] = {}
    for path, value in attributes.items():
        if isinstance(value, tuple):
            mapped[path] = _objects(value) if lists_as_objects else list(value)
        elif dialect is Dialect.ENTRA and extension_of(path) not in (None, ENTERPRISE_USER):
            mapped[path] = str(value)
        else:
            mapped[path] = value
    return mapped


def _objects(values: Iterable[str]) -> list[dict[str, str]]:
    return [{"value": each} for each in values]


# Change ----------------------------------------------------------------------------------------------------------


def patch_body(operations: list[Operation]) -> dict[str, Any]:
    """Return the body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": operations}


def change(dialect: Dialect, found: Mapping[str, Any], wanted: Mapping[str, Value]) -> list[Operation]:
    """Return the operations that turn what was found into what is wanted: only differences, and nothing is set to null.

    To a list only what is missing is added: a removal from a custom list was never captured.
    """
    changes = {path: value for path, value in wanted.items() if found.get(path) != value}
    lists = {path: value for path, value in changes.items() if isinstance(value, tuple)}
    singles = {path: value for path, value in changes.items() if path not in lists}
    add = "Add" if dialect is Dialect.ENTRA else "add"
    added = [
        {"op": add, "path": path, "value": _objects(each for each in value if each not in found.get(path, ()))}
        for path, value in lists.items()
    ]
    if dialect is Dialect.ENTRA:
        replaced = [
            {"op": "Replace" if path in found else "Add", "path": path, "value": str(value)}
            for path, value in singles.items()
        ]
        return [*replaced, *added]
    return [*_change_with_flag(found, singles), *added]


def _change_with_flag(found: Mapping[str, Any], changes: Mapping[str, Value]) -> list[Operation]:
    """Replaced single values go merged in one operation without path; all others keep their own."""
    merged = {path: value for path, value in changes.items() if path in found and path != "active" and "[" not in path}
    operations: list[Operation] = [
        {"op": "replace" if path in found else "add", "path": path, "value": value}
        for path, value in changes.items()
        if path not in merged
    ]
    return [*operations, {"op": "replace", "value": merged}] if merged else operations


def set_manager(dialect: Dialect, url: str, manager_id: str, *, is_new: bool) -> list[Operation]:
    """Return the operation that sets a manager: by its id, or with the flag in an array (entra-docs, example 5).

    :param url: The Tenant URL, for the `$ref` of the array form.
    """
    if dialect is Dialect.ENTRA:
        return [{"op": "Add" if is_new else "Replace", "path": MANAGER, "value": manager_id}]
    reference = {"$ref": f"{url}/Users/{manager_id}", "value": manager_id}
    return [{"op": "add" if is_new else "replace", "path": "manager", "value": [reference]}]


def clear_manager(dialect: Dialect) -> list[Operation]:
    """Return the operation that removes the manager."""
    return [{"op": "Remove" if dialect is Dialect.ENTRA else "remove", "path": MANAGER}]


def add_members(dialect: Dialect, ids: Iterable[str]) -> list[Operation]:
    """Return the operation that adds these members: several in one array."""
    value = [{"$ref": None, "value": id_} for id_ in ids]
    return [{"op": "Add" if dialect is Dialect.ENTRA else "add", "path": "members", "value": value}]


def remove_members(dialect: Dialect, ids: Iterable[str]) -> list[Operation]:
    """Return the operations that remove these members: as a value (against RFC 7644's letter), or with the flag by filters."""
    if dialect is Dialect.ENTRA:
        return [{"op": "Remove", "path": "members", "value": [{"$ref": None, "value": id_} for id_ in ids]}]
    return [{"op": "remove", "path": f'members[value eq "{id_}"]'} for id_ in ids]
