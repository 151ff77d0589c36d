"""The faults that `scimctl check` must find, beside those that `scimctl simulate` finds too."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from tests.unit.scimprobe.faults import Right
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Fault, Received

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
JSON = {"Content-Type": "application/scim+json"}
PATCH_OP = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]


def refuse(status: int, detail: str = "no") -> Answer:
    return status, JSON, {"schemas": [ERROR], "status": str(status), "detail": detail}


# Faults ----------------------------------------------------------------------------------------------------------


def answer_404_for_nothing(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return refuse(404) if "filter=" in received.target and body.get("totalResults") == 0 else (status, headers, body)


def answer_200_for_201(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return (200 if status == 201 else status), headers, body


def accept_duplicates(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    if status != 409:
        return status, headers, body
    sent = json.loads(received.body)
    name = "userName" if "userName" in sent else "displayName"
    return right(replace(received, body=json.dumps(sent | {name: f"{sent[name]}.2"}).encode()))


def send_members_always(received: Received, right: Right) -> Answer:
    return right(replace(received, line=received.line.replace("excludedAttributes=members", "x=y")))


def match_case_exactly(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    asked = re.search(r'(userName|displayName) eq "([^"]+)"', unquote_plus(received.target))
    if asked and status == 200:
        found = [each for each in body["Resources"] if each[asked[1]] == asked[2]]
        body = body | {"Resources": found, "totalResults": len(found), "itemsPerPage": len(found)}
    return status, headers, body


def number_the_status(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return (status, headers, body | {"status": status}) if status >= 400 else (status, headers, body)


def empty_the_group(operation: dict[str, Any]) -> dict[str, Any]:
    is_removal = operation.get("path") == "members" and operation["op"].lower() == "remove"
    return {"op": "remove", "path": "members"} if is_removal else operation


def find_the_deleted() -> Fault:
    deleted: list[dict[str, Any]] = []

    def fault(received: Received, right: Right) -> Answer:
        if received.method == "DELETE" and "/Users/" in received.target:
            status, _, body = right(replace(received, line=received.line.replace("DELETE", "GET")))
            deleted.extend([body] if status == 200 else [])
        status, headers, body = right(received)
        if "/Users?filter=" in received.target and status == 200:
            also = [each for each in deleted if each["userName"] in unquote_plus(received.target)]
            found = body["Resources"] + also
            body = body | {"Resources": found, "totalResults": len(found), "itemsPerPage": len(found)}
        return status, headers, body

    return fault


def totals_as_strings(body: Any) -> Any:
    return body | {"totalResults": str(body["totalResults"])} if "totalResults" in body else body


def active_as_string(resource: Any) -> Any:
    return resource | {"active": str(resource["active"])} if "active" in resource else resource


def operations(received: Received) -> list[dict[str, Any]]:
    """The operations of a PATCH; of another request none."""
    found: list[dict[str, Any]] = json.loads(received.body)["Operations"] if received.method == "PATCH" else []
    return found


def refusing(is_wrong: Callable[[dict[str, Any]], bool]) -> Fault:
    """A fault that refuses a PATCH with such an operation."""
    return lambda received, right: refuse(400) if any(map(is_wrong, operations(received))) else right(received)


def need_an_operation(received: Received, right: Right) -> Answer:
    return refuse(400) if received.method == "PATCH" and not operations(received) else right(received)


def apply_the_first_operation(received: Received, right: Right) -> Answer:
    if received.method == "PATCH":
        body = json.loads(received.body)
        received = replace(received, body=json.dumps(body | {"Operations": body["Operations"][:1]}).encode())
    return right(received)


def answer_200_for_204(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return (200 if received.method == "DELETE" and status == 204 else status), headers, body


def name_without_domain(resource: Any) -> Any:
    return resource | {"userName": resource["userName"].partition("@")[0]}


def add_roles_for_replace(operation: dict[str, Any]) -> dict[str, Any]:
    return operation | {"op": "add"} if operation.get("path") == "roles" else operation


def need_the_element(received: Received, right: Right) -> Answer:
    if received.method == "PATCH" and "/Users/" in received.target:
        _, _, body = right(replace(received, line=received.line.replace("PATCH", "GET"), body=b""))
        paths = [each.get("path") or "" for each in operations(received)]
        if any("[type eq" in path and path.split("[")[0] not in body for path in paths):
            return refuse(400, "noTarget")
    return right(received)


def know_every_attribute(received: Received, right: Right) -> Answer:
    return refuse(400, "unknown") if b"favouriteColour" in received.body else right(received)


def have_no_put(received: Received, right: Right) -> Answer:
    return refuse(405) if received.method == "PUT" else right(received)


def repeat_the_password(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return (
        (status, headers, body | {"password": "1mz050nq"}) if b"password" in received.body else (status, headers, body)
    )


def have_no_groups(received: Received, right: Right) -> Answer:
    return (404, {"Content-Type": "text/html"}, b"<html>") if "/Groups" in received.target else right(received)


def let_anybody_in(received: Received, right: Right) -> Answer:
    return right(replace(received, headers=[("Authorization", f"Bearer {TOKEN}")]))


def delete_what_is_not_there(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return (204, {}, None) if received.method == "DELETE" and status == 404 else (status, headers, body)


def hide_the_disabled(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    if "/Users?filter=" in received.target and status == 200:
        found = [each for each in body["Resources"] if each.get("active") is not False]
        body = body | {"Resources": found, "totalResults": len(found), "itemsPerPage": len(found)}
    return status, headers, body


def take_scim_json_only(received: Received, right: Right) -> Answer:
    return (
        refuse(415) if ("Content-Type", "application/json") in received.headers and received.body else right(received)
    )


def keep_what_is_emptied(operation: dict[str, Any]) -> dict[str, Any] | None:
    return None if operation.get("value") in ("", None) and operation["op"] == "replace" else operation


def replace_for_add(operation: dict[str, Any]) -> dict[str, Any]:
    is_adding = operation.get("path") == "members" and operation["op"].lower() == "add"
    return operation | {"op": "replace"} if is_adding else operation


def lose_updates(received: Received, right: Right) -> Answer:
    """Reads the members, and writes them back with the new one a moment later."""
    first = next(iter(operations(received)), {})
    if first.get("path") == "members" and first["op"] == "Add":
        _, _, group = right(replace(received, line=received.line.replace("PATCH", "GET"), body=b""))
        value = list({each["value"]: each for each in [*group.get("members", []), *first["value"]]}.values())
        body = {"schemas": PATCH_OP, "Operations": [{"op": "replace", "path": "members", "value": value}]}
        received = replace(received, body=json.dumps(body).encode())
        time.sleep(0.05)
    return right(received)


def remember_names() -> Fault:
    """Keeps the names of what was deleted."""
    names: set[str] = set()

    def fault(received: Received, right: Right) -> Answer:
        if received.method == "DELETE":
            _, _, body = right(replace(received, line=received.line.replace("DELETE", "GET")))
            name = body.get("userName") or body.get("displayName")
            names.update([name] if name else [])
        if received.method == "POST" and any(f'"{name}"'.encode() in received.body for name in names):
            return refuse(409)
        return right(received)

    return fault


def break_down_on_junk(received: Received, right: Right) -> Answer:
    return refuse(500) if received.body.startswith(b"This is") else right(received)


def without_canonical_values(body: Any) -> Any:
    return json.loads(re.sub(r'"canonicalValues": \[[^]]*\]', '"canonicalValues": []', json.dumps(body)))
