"""What makes a right endpoint wrong: faults that change requests before it reads them, or answers after it gave them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.unit.scimprobe.stand_in import Answer, Fault, Received

Right = Callable[[Received], Answer]
"""The endpoint without the fault."""


def changing_requests(change: Callable[[Any], Any], method: str, path: str) -> Fault:
    """A fault that reads the bodies of some requests as something else."""

    def fault(received: Received, right: Right) -> Answer:
        if received.method == method and re.search(path, received.target) and received.body.startswith(b"{"):
            received = replace(received, body=json.dumps(change(json.loads(received.body))).encode())
        return right(received)

    return fault


def changing_answers(change: Callable[[Any], Any], method: str, path: str) -> Fault:
    """A fault that answers some requests with another body."""

    def fault(received: Received, right: Right) -> Answer:
        status, headers, body = right(received)
        if body and received.method == method and status < 300 and re.search(path, received.target):
            body = change(body)
        return status, headers, body

    return fault


def on_operations(change: Callable[[dict[str, Any]], dict[str, Any] | None], path: str) -> Fault:
    """A fault that applies the operations of PATCHes wrongly; None leaves one out."""

    def change_body(body: Any) -> Any:
        operations = [changed for each in body["Operations"] if (changed := change(each)) is not None]
        if body["Operations"] and not operations:
            operations = [{"op": "replace", "path": "externalId", "value": "x"}]
        return body | {"Operations": operations}

    return changing_requests(change_body, "PATCH", path)


def on_resources(change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """Changes a resource, or each resource of a list."""

    def change_body(body: Any) -> Any:
        if "Resources" not in body:
            return change(body)
        return body | {"Resources": [change(resource) for resource in body["Resources"]]}

    return change_body


def without(*names: str) -> Callable[[Any], Any]:
    return on_resources(lambda resource: {name: value for name, value in resource.items() if name not in names})


def unformat_phones(body: Any) -> Any:
    for number in body.get("phoneNumbers") or []:
        number["value"] = number["value"].replace(" ", "")
    return body


def manager_as_string(resource: Any) -> Any:
    extension = next((value for name, value in resource.items() if name.endswith("enterprise:2.0:User")), {})
    if "manager" in extension:
        extension["manager"] = extension["manager"]["value"]
    return resource


def keep_deleted(received: Received, right: Right) -> Answer:
    return (204, {}, None) if received.method == "DELETE" else right(received)


def accept_duplicates(received: Received, right: Right) -> Answer:
    status, headers, body = right(received)
    return (201, headers, {"id": "twin"}) if status == 409 else (status, headers, body)


def decode_twice(received: Received, right: Right) -> Answer:
    return right(replace(received, line=received.line.replace("%2b", "+")))


def forget_pages(received: Received, right: Right) -> Answer:
    return right(replace(received, line=re.sub(r"startIndex=\d+", "startIndex=1", received.line)))
