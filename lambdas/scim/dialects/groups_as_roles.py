"""A user's ``groups`` as roles: some identity providers send memberships with the user instead of provisioning groups.

``groups`` is read-only (RFC 7643 section 4.1.2), so it is ignored unless the environment's file says ``roles_from = "groups"``.
A group with a ``$ref`` is always ignored: the client read it here and sends it back with a PUT. As a role it would outlive the
membership.
"""

import re
from typing import Any

from scim2_models import BaseModel, BulkRequest, PatchOp

GROUPS = re.compile(r"^(?:urn:ietf:params:scim:schemas:core:2\.0:User:)?groups(?=$|\[|\.)", re.IGNORECASE)
"""A path on the attribute ``groups`` of a user."""


def read(payload: Any, model: type[BaseModel]) -> Any:
    """Return any body with the groups of users read as roles.

    :param payload: The decoded JSON body.
    :param model: What it is read as: a resource, a PATCH of one, or a bulk request.
    """
    if issubclass(model, BulkRequest):
        return _read_bulk(payload)
    if issubclass(model, PatchOp):
        return read_patch(payload) if _is_user(model) else payload
    return read_user(payload) if "roles" in model.model_fields else payload


def read_user(payload: Any) -> Any:
    """Return a user's body with its groups added to its roles.

    >>> read_user({"userName": "ada", "groups": [{"value": "4711", "display": "Admins"}, "Staff"]})
    {'userName': 'ada', 'roles': [{'value': '4711', 'display': 'Admins'}, {'value': 'Staff'}]}
    >>> read_user({"roles": [{"value": "Owner"}], "groups": "Staff"})
    {'roles': [{'value': 'Owner'}, {'value': 'Staff'}]}
    >>> read_user({"groups": [{"value": "4711", "$ref": "../Groups/4711", "display": "Staff"}]})
    {'groups': [{'value': '4711', '$ref': '../Groups/4711', 'display': 'Staff'}]}
    """
    if not isinstance(payload, dict):
        return payload
    groups = next((key for key in payload if GROUPS.fullmatch(key)), None)
    sent = _list(payload[groups]) if groups else []
    own = [each for each in sent if not _is_read_here(each)]
    if groups is None or (sent and not own):
        return payload
    roles = next((key for key in payload if key.lower() == "roles"), "roles")
    rest = {key: value for key, value in payload.items() if key != groups}
    return {**rest, roles: [*_list(payload.get(roles)), *map(_role, own)]}


def read_patch(payload: Any) -> Any:
    """Return the body of a PATCH with operations on groups turned into operations on roles.

    >>> read_patch({"Operations": [{"op": "add", "path": "groups", "value": [{"display": "Admins"}]}]})
    {'Operations': [{'op': 'add', 'path': 'roles', 'value': [{'value': 'Admins', 'display': 'Admins'}]}]}
    >>> read_patch({"Operations": [{"op": "remove", "path": 'groups[value eq "4711"]'}]})
    {'Operations': [{'op': 'remove', 'path': 'roles[value eq "4711"]'}]}
    >>> read_patch({"Operations": [{"op": "replace", "value": {"groups": ["Staff"]}}]})
    {'Operations': [{'op': 'replace', 'value': {'roles': [{'value': 'Staff'}]}}]}
    """
    if not isinstance(payload, dict):
        return payload
    name = next((key for key in payload if key.lower() == "operations"), None)
    if name is None or not isinstance(payload[name], list):
        return payload
    return {**payload, name: [_operation(each) for each in payload[name]]}


def _read_bulk(payload: Any) -> Any:
    name = next((key for key in payload if key.lower() == "operations"), None) if isinstance(payload, dict) else None
    if name is None or not isinstance(payload[name], list):
        return payload
    return {**payload, name: [_bulk_operation(each) for each in payload[name]]}


def _bulk_operation(operation: Any) -> Any:
    path = operation.get("path") if isinstance(operation, dict) else None
    if not isinstance(path, str) or not path.strip("/").lower().startswith("users") or "data" not in operation:
        return operation
    read = read_patch if str(operation.get("method")).upper() == "PATCH" else read_user
    return {**operation, "data": read(operation["data"])}


def _is_user(patch: type[BaseModel]) -> bool:
    return any("roles" in each.model_fields for each in patch.__pydantic_generic_metadata__["args"])


def _operation(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return operation
    keys = {key.lower(): key for key in operation}
    path, value = keys.get("path"), keys.get("value")
    if path is None or not operation[path]:
        return {**operation, value: read_user(operation[value])} if value else operation
    if not isinstance(operation[path], str) or not GROUPS.match(operation[path]):
        return operation
    changed = {**operation, path: GROUPS.sub("roles", operation[path])}
    if value and changed[path] == "roles":
        sent = _list(operation[value])
        own = [each for each in sent if not _is_read_here(each)]
        if sent and not own:
            return operation
        changed[value] = [_role(each) for each in own]
    return changed


def _is_read_here(group: Any) -> bool:
    return isinstance(group, dict) and any(key.lower() == "$ref" for key in group)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _role(group: Any) -> Any:
    if not isinstance(group, dict):
        return {"value": group}
    kept = {key: group[key] for key in ("value", "display") if group.get(key)}
    return {"value": kept["display"], **kept} if "value" not in kept and "display" in kept else kept
