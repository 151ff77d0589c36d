"""The fields of a SCIM log record that follow from a request and its answer.

The API function adds the connection, an operator's change adds the operator. Fields without a value are None or empty and are left
out of the record (:func:`known`).
"""

import json
from collections.abc import Mapping
from typing import Any

from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas import records
from lambdas.scim.detail import logged_detail
from lambdas.scim.error_details import restate
from lambdas.scim.filter_shape import IDENTIFYING, filter_shape
from lambdas.scim.trace import Trace

MAX_TEXT = 500
"""Characters of one text in a record. A client may send megabytes where a name belongs."""

EFFECTS = ("became", "groups_left", "activity", "linked")
"""What a change does beside writing attributes. A refused request was about to do it, and did not."""

MAX_NAMES = 50
"""Attribute names in one record."""


def request_fields(request: ScimRequest | None, trace: Trace) -> dict[str, Any]:
    """Return what was asked: the resource, the changed attributes and the filter, without values.

    :param request: None when the request could not be read.
    """
    named = _named_in(request) if request and trace.name is None else {}  # a refused creation made no resource
    query = request.query if request else {}
    return {
        "filter": _short(filter_shape(query["filter"])) if query.get("filter") else None,
        "resource_type": trace.resource_type,
        "resource_id": _short(trace.resource_id),
        "resource_name": _short(trace.name or named.get("username") or named.get("displayname")),
        "external_id": _short(trace.external_id or named.get("externalid")),
        "changed": [_short(name) for name in trace.changed[:MAX_NAMES]],
        "ignored": [_short(name) for name in list(trace.ignored)[:MAX_NAMES]],
        records.ATTRIBUTES_IGNORED: len(trace.ignored) or None,
        "operations": trace.operations,
        "became": trace.became,
        "groups_left": trace.groups_left,
        "activity": trace.activity,
        "linked": trace.linked,
        "owner": trace.owner,
        "results": trace.results,
    }


def answer_fields(response: ScimResponse, refusal: SCIMException | None) -> dict[str, Any]:
    """Return what was answered: the status and, for an error, its SCIM type and its detail without values, and no effects.

    :param refusal: The error that the response is about, if any.
    """
    status = int(response.status)
    return {
        **(dict.fromkeys(EFFECTS) if refusal else {}),
        "status": status,
        "scim_type": refusal.scim_type if refusal else None,
        "detail": _short(logged_detail(restate(refusal))) if refusal else None,
        records.REFUSED: int(400 <= status < 500),
        records.FAILED: int(status >= 500),
    }


def known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, [], "")}


def _named_in(request: ScimRequest) -> Mapping[str, str]:
    """Return the identifying values in a body, by their names in lower case."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    found = body.items() if isinstance(body, dict) else ()
    return {key.lower(): value for key, value in found if key.lower() in IDENTIFYING and isinstance(value, str)}


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}…"
