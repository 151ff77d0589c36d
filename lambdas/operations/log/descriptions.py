"""A log record in words: what was done, to which user or group, and the outcome."""

import re
from collections.abc import Callable

from lambdas.operations.log.causes import cause_of
from lambdas.operations.log.events import ABSENT, Record, is_failure, text_of
from lambdas.records import ATTRIBUTES_IGNORED, Kind

NameOf = Callable[[Record], str | None]
"""Returns the name of a resource whose record holds the id only."""

_ROOT = re.compile(r"^/v2/(\{connection\}|[^/]+)")
_VERBS = {"POST": "create", "PUT": "replace", "DELETE": "delete", "GET": "read"}
_DISCOVERY = {
    "ServiceProviderConfig": "service provider config",
    "ResourceTypes": "resource types",
    "Schemas": "schemas",
}
_ACTIVITIES = {"enabled": "enable", "disabled": "disable"}
_SEARCHED = re.compile(r'[\w.:$-]+ eq "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_LAST_LINE = re.compile(r"\S[^\n]*\s*\Z")

SHOWN_IGNORED = 3
"""Ignored attributes in one line; `scimctl log show` has all that the record has."""


def action(record: Record) -> str:
    """Return what was done, such as ``create user``, ``add members`` or ``find user``."""
    match record.get("event"):
        case Kind.REFUSED:
            return "check token"
        case Kind.TOKEN_ISSUED:
            return "issue access token"
        case Kind.TOKEN_REFUSED:
            return "refuse access token"
        case Kind.GUARD:
            return "guard"
        case Kind.FAILURE:
            return "failure"
        case Kind.SWEEP:
            return "sweep memberships"
        case Kind.PERMISSIONS:
            return "permission sets"
        case Kind.STALLED:
            return "provisioning stalled"
        case Kind.RESUMED:
            return "provisioning resumed"
        case Kind.USER_FAILING:
            return "user keeps failing"
        case Kind.CREDENTIAL_EXPIRING:
            return f"{record.get('credential', 'credential')} expires"
        case Kind.OPERATION:
            return str(record.get("action", "operation"))
    method, route = str(record.get("method", "")), route_of(record)
    first, _, rest = route.strip("/").partition("/")
    if first in ("Users", "Groups"):
        return _of_resource(record, method, first.removesuffix("s").lower(), rest)
    if first in _DISCOVERY:
        return f"read {_DISCOVERY[first]}"
    return {"Bulk": "bulk", ".search": "find"}.get(first, f"{method} {route}")


def _of_resource(record: Record, method: str, noun: str, rest: str) -> str:
    if rest == ".search" or (method == "GET" and not rest):
        return f"find {noun}" if record.get("filter") else f"list {noun}s"
    if method == "PATCH":
        return _of_patch(record, noun)
    return f"{_VERBS.get(method, method)} {noun}"


def _of_patch(record: Record, noun: str) -> str:
    operations = record.get("operations") or []
    if record.get("changed") == ["active"] and record.get("activity") in _ACTIVITIES:
        return f"{_ACTIVITIES[record['activity']]} {noun}"
    if noun == "group" and record.get("changed") == ["members"]:
        return f"{operations[0]} members" if len(operations) == 1 else "change members"
    return f"update {noun}"


def subject_of(record: Record, name_of: NameOf = lambda _: None) -> str:
    """Return what a record is about: a name, an external id, an id, the value of a search, or the token that was refused."""
    if record.get("event") == Kind.SWEEP:
        return str(name_of(record) or record.get("group", ""))
    if record.get("event") == Kind.REFUSED:
        return f"token {record['token']}" if record.get("token") else ""
    if record.get("event") in (Kind.TOKEN_ISSUED, Kind.TOKEN_REFUSED):
        return f"client {record['client']}" if record.get("client") else ""
    if record.get("event") == Kind.ACCESS:
        return _id_in(record)
    if record.get("event") in (Kind.STALLED, Kind.RESUMED, Kind.CREDENTIAL_EXPIRING):
        return f"connection {record.get('connection', '')}"
    if record.get("event") == Kind.OPERATION:
        subject = text_of(record, "resource_name") or text_of(record, "resource_id")
        return subject or text_of(record, "connection") or str(record.get("directory", ""))
    name = text_of(record, "resource_name") or text_of(record, "external_id") or name_of(record)
    return name or text_of(record, "resource_id") or _searched(record)


def outcome_of(record: Record) -> str:
    """Return the outcome: the reason of a failure, the changed attributes, the number of results."""
    cause = cause_of(record)
    reason = cause.why if cause else None
    parts: list[str | None] = []
    match record.get("event"):
        case Kind.REFUSED:
            parts = [reason, _named("connection", record)]
        case Kind.TOKEN_ISSUED:
            parts = [f"by {record.get('method')}", _named("connection", record)]
        case Kind.TOKEN_REFUSED:
            parts = [reason, _claim(record), text_of(record, "detail")]
        case Kind.ACCESS:
            parts = [reason, _named("connection", record), _named("source_ip", record, "from")]
        case Kind.GUARD:
            done = "held" if record.get("held") else "not held"
            parts = [
                f"{record.get('users')} users deprovisioned within an hour, limit {record.get('limit')}",
                done,
                _named("connection", record),
            ]
        case Kind.FAILURE:
            last = _LAST_LINE.search(str(record.get("exception", "")))
            parts = [last[0].strip() if last else str(record.get("exception_name", ""))]
        case Kind.SWEEP:
            parts = [f"{record.get('memberships_swept', 0):,} of a deleted group", reason]
        case Kind.PERMISSIONS:
            parts = [_of_permissions(record)]
        case Kind.STALLED:
            parts = [f"silent for {record.get('silent_hours')} hours", _named("since", record)]
        case Kind.RESUMED:
            parts = [_named("since", record, "silent since"), _named("resumed", record, "used again")]
        case Kind.USER_FAILING:
            parts = [f"{record.get('failures')} refused requests", text_of(record, "detail")]
        case Kind.CREDENTIAL_EXPIRING:
            parts = [_named("credential_id", record, "id"), _named("expires", record, "on")]
        case _:
            parts = list(_of_request(record))
    return "  ".join(filter(None, parts))


def _claim(record: Record) -> str | None:
    """Return a wrong claim of an assertion: what was received, and what was expected."""
    if not record.get("claim"):
        return None
    return f"{record['claim']} is {record.get('received')}, expected {record.get('expected')}"


def _of_permissions(record: Record) -> str:
    """Return the sets before and after, such as ``viewer → admin (mapped group Sales)``."""
    before, after = (", ".join(map(str, record.get(name) or [])) or "none" for name in ("before", "after"))
    by_set = record.get("reasons")
    reasons = sorted({str(each) for some in by_set.values() for each in some}) if isinstance(by_set, dict) else []
    return f"{before} → {after}" + (f" ({', '.join(reasons)})" if reasons else "")


def _of_request(record: Record) -> tuple[str | None, ...]:
    problem = " ".join(str(record[name]) for name in ("scim_type", "detail") if record.get(name))
    shown_filter = f"filter {record['filter']}" if record.get("filter") and is_failure(record) else None
    changed = ", ".join(map(str, record.get("changed") or []))
    activity = text_of(record, "activity")
    found = record.get("results")
    return (
        problem or None,
        shown_filter,
        changed if changed and not problem else None,
        _ignored(record) if not problem else None,
        "linked to the identity provider" if record.get("linked") else None,
        activity if activity and changed != "active" else None,
        *_by_rules(record),
        f"{found} found" if found is not None else None,
        f"by {short_operator(str(record['operator']))}" if record.get("operator") else None,
    )


def _ignored(record: Record) -> str | None:
    """Return the attributes that were sent and are not stored; of many, the first ones."""
    names = record.get("ignored")
    if not isinstance(names, list) or not names:
        return None
    more = int(record.get(ATTRIBUTES_IGNORED) or len(names)) - SHOWN_IGNORED
    return f"ignored {', '.join(map(str, names[:SHOWN_IGNORED]))}" + (f" and {more} more" if more > 0 else "")


def _by_rules(record: Record) -> tuple[str | None, str | None]:
    """Return what the environment's rules did to a user in addition to the request."""
    left = record.get("groups_left")
    became = {
        "removed": "removed, as the environment's file says",
        "disabled": "disabled and not deleted, as the environment's file says",
    }
    return (
        became.get(str(record.get("became"))),
        f"left {left} group{'' if left == 1 else 's'}" if isinstance(left, int) else None,
    )


def route_of(record: Record) -> str:
    """Return the route below the Tenant URL, such as ``/Users/{id}``; the path of a request without a route."""
    route = text_of(record, "route") or ""
    if not _ROOT.search(route) and record.get("event") == Kind.ACCESS:
        route = text_of(record, "path") or route
    return _ROOT.sub("", route) or "/"


def short_operator(operator: str) -> str:
    """Return the name in an ARN, such as ``Admin/ann`` of ``arn:aws:sts::123456789012:assumed-role/Admin/ann``.

    Any other text, such as the name of a person who signed in to the console, stays as it is.
    """
    if not operator.startswith("arn:"):
        return operator
    return operator.rpartition(":")[2].removeprefix("assumed-role/").removeprefix("user/")


def _searched(record: Record) -> str:
    """Return the value that a search compares a name with; empty for other filters."""
    found = _SEARCHED.search(str(record.get("filter", "")))
    return found[1] if found else ""


def _id_in(record: Record) -> str:
    last = (text_of(record, "path") or "").rpartition("/")[2]
    return last if route_of(record).endswith("{id}") else ""


def _named(name: str, record: Record, label: str | None = None) -> str | None:
    value = text_of(record, name)
    return f"{label or name} {value}" if value and value != ABSENT else None
