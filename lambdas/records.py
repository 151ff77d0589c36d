"""Every kind of log record: its event, its fields and its metrics. Records are written and read through this module alone.

A record is one line of JSON in the environment's log group. Its metrics are fields of it, read by CloudWatch as such
(:mod:`lambdas.metrics`). Standard library only: the authorizer imports it.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from lambdas import metrics
from lambdas.version import VERSION


class Kind(StrEnum):
    """What a record is about: the value of its field ``event``."""

    REQUEST = "scim.request"
    """A client's request that was answered (:mod:`lambdas.api.log`), or an operator's (:mod:`lambdas.operations.requests`)."""

    REFUSED = "scim.refused"
    """Credentials that the authorizer refused or could not check (:mod:`lambdas.authorizer.log`)."""

    TOKEN = "scim.token"  # noqa: S105
    """A token that is used for the first time on a day (:mod:`lambdas.authorizer.log`)."""

    TOKEN_USE = "scim.token_use"  # noqa: S105
    """The last use of a token could not be written (:mod:`lambdas.authorizer.log`)."""

    TOKEN_ISSUED = "scim.token_issued"  # noqa: S105
    """An access token that an OAuth client got (:mod:`lambdas.token.log`)."""

    TOKEN_REFUSED = "scim.token_refused"  # noqa: S105
    """A token request that was refused or could not be checked (:mod:`lambdas.token.log`)."""

    GUARD = "scim.guard"
    """More users than usual were deprovisioned within an hour (:mod:`lambdas.api.log`)."""

    FAILURE = "scim.failure"
    """The trace of an answer with status 500 (:mod:`lambdas.api.log`)."""

    SWEEP = "scim.sweep"
    """The memberships of a deleted group, removed after it (:mod:`lambdas.changes.sweep`)."""

    CHANGE_FAILED = "scim.change_failed"
    """A record of the table's stream that cannot be read (:mod:`lambdas.changes.handler`)."""

    PERMISSIONS = "scim.permissions"
    """A user's permission sets, before and after a change (:mod:`lambdas.changes.permissions`)."""

    EVENTS = "scim.events"
    """Change events that were published from a batch of the table's stream (:mod:`lambdas.events.handler`)."""

    WEBHOOK = "scim.webhook"
    """An attempt to deliver a change event to a webhook (:mod:`lambdas.webhooks.handler`)."""

    WATCHED = "scim.watch"
    """A run of the watch, with the number of what needs attention (:mod:`lambdas.watch.notices`)."""

    STALLED = "scim.provisioning.stalled"
    """A connection that is expected to be used and has been silent for too long (:mod:`lambdas.watch.silence`)."""

    RESUMED = "scim.provisioning.resumed"
    """A stalled connection that is used again."""

    USER_FAILING = "scim.user.failing"
    """A user about whom requests are refused repeatedly (:mod:`lambdas.watch.failures`)."""

    CREDENTIAL_EXPIRING = "scim.credential.expiring"
    """A token or client secret that expires soon (:mod:`lambdas.credentials.expiry`)."""

    OPERATION = "scim.operation"
    """What an operator did to a directory as a whole, to credentials or to permissions (:mod:`lambdas.operations.journal`)."""

    CONSOLE = "console.request"
    """A request of a browser to the console (:mod:`lambdas.console.app`)."""

    ACCESS = "api.access"
    """What API Gateway writes of every request (:mod:`infra.access_log`)."""


REFUSED, FAILED = "refused", "failed"
"""The metrics of 4xx and 5xx answers: 1 or 0, so that their averages are rates."""

MILLISECONDS = "milliseconds"
"""The metric of a request's duration; its sample count is the number of requests."""

ATTRIBUTES_IGNORED = "attributes_ignored"
"""The metric of attributes that a write named and that are not stored, where there are any: mappings that do nothing."""

CREDENTIALS_UNCHECKED = "credentials_unchecked"
"""The metric of requests whose credentials could not be checked. Each is an outage for its client."""

DAYS_UNTIL_EXPIRY = "days_until_expiry"
"""The metric of the days that a token has left when it is first used on a day. Unused tokens do not count."""

MEMBERSHIPS_SWEPT = "memberships_swept"
"""The metric of the memberships removed after a deleted group, including those of a sweep that failed later."""

CHANGES_FAILED = "changes_failed"
"""The metric of records of the table's stream that cannot be read: 1 for each delivery."""

SWEEPS_FAILED = "sweeps_failed"
"""The metric of sweeps that did not finish: 1 or 0, so that its sum counts them."""

EVENTS_PUBLISHED = "events_published"
"""The metric of change events that were published."""

EVENTS_FAILED = "events_failed"
"""The metric of changes whose events cannot be published at any attempt; each is in the dead-letter queue."""

DELIVERIES_FAILED = "deliveries_failed"
"""The metric of attempts to deliver an event that failed: 1 or 0."""

CONNECTIONS_STALLED = "connections_stalled"
"""The metric of stalled connections, of each run of the watch; 0 where there is none, so that a watch that ended is noticed."""

USERS_FAILING = "users_failing"
"""The metric of users who keep failing."""

CREDENTIALS_EXPIRING = "credentials_expiring"
"""The metric of credentials that expire soon."""

MASS_DEPROVISIONING = "mass_deprovisioning"
"""The metric of connections that exceed the limit of deprovisioned users: 1 when the first user above it is counted."""

METRICS: Mapping[Kind, Mapping[str, str]] = {
    Kind.REQUEST: {
        MILLISECONDS: "Milliseconds",
        REFUSED: "Count",
        FAILED: "Count",
        ATTRIBUTES_IGNORED: "Count",
    },
    Kind.REFUSED: {CREDENTIALS_UNCHECKED: "Count"},
    Kind.TOKEN: {DAYS_UNTIL_EXPIRY: "None"},
    Kind.TOKEN_ISSUED: {DAYS_UNTIL_EXPIRY: "None"},
    Kind.TOKEN_REFUSED: {CREDENTIALS_UNCHECKED: "Count"},
    Kind.GUARD: {MASS_DEPROVISIONING: "Count"},
    Kind.SWEEP: {MEMBERSHIPS_SWEPT: "Count", SWEEPS_FAILED: "Count"},
    Kind.CHANGE_FAILED: {CHANGES_FAILED: "Count"},
    Kind.WEBHOOK: {DELIVERIES_FAILED: "Count"},
    Kind.EVENTS: {EVENTS_PUBLISHED: "Count", EVENTS_FAILED: "Count"},
    Kind.WATCHED: {CONNECTIONS_STALLED: "Count", USERS_FAILING: "Count", CREDENTIALS_EXPIRING: "Count"},
}
"""By kind, the fields that CloudWatch reads as metrics, with their units. Each costs 0.30 USD a month per environment, so what a
query of the log sums up (calls and capacity units) is none."""

BY_CONNECTION: Sequence[Sequence[str]] = (("environment",), ("environment", "connection"))
"""The dimensions of the metric of credentials that expire."""

DIMENSIONS: Mapping[Kind, Sequence[Sequence[str]]] = {Kind.TOKEN: BY_CONNECTION, Kind.TOKEN_ISSUED: BY_CONNECTION}
"""By kind, the dimensions of its metrics, where they are more than the environment. Each value of a dimension is a metric to be
paid for, so only a connection that a token proved is one."""

_RESOURCE = {"directory", "resource_type", "resource_id", "resource_name"}

FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.REQUEST: frozenset(
        {"request_id", "connection", "token", "operator", "method", "route", "filter", "external_id", "changed"}
        | {"operations", "became", "groups_left", "activity", "linked", "owner", "results"}
        | {"dynamodb_calls", "read_units", "write_units"}
        | {"status", "scim_type", "detail", "ignored", *_RESOURCE, *METRICS[Kind.REQUEST]}
    ),
    Kind.REFUSED: frozenset({"status", "reason", "token", "token_connection", "connection", CREDENTIALS_UNCHECKED}),
    Kind.TOKEN: frozenset({"token", "connection", "scope", DAYS_UNTIL_EXPIRY}),
    Kind.TOKEN_USE: frozenset({"token", "exception_name"}),
    Kind.TOKEN_ISSUED: frozenset(
        {
            "request_id",
            "client",
            "connection",
            "directory",
            "scope",
            "method",
            "secret",
            "expires_in",
            DAYS_UNTIL_EXPIRY,
        }
    ),
    Kind.TOKEN_REFUSED: frozenset(
        {"request_id", "status", "error", "reason", "client", "connection", "directory", "detail"}
        | {"claim", "received", "expected", "exception_name", "exception", CREDENTIALS_UNCHECKED}
    ),
    Kind.GUARD: frozenset({"request_id", "connection", "directory", "users", "limit", "held", MASS_DEPROVISIONING}),
    Kind.FAILURE: frozenset({"request_id", "exception_name", "exception"}),
    Kind.SWEEP: frozenset({"directory", "group", MEMBERSHIPS_SWEPT, SWEEPS_FAILED}),
    Kind.CHANGE_FAILED: frozenset({"sequence_number", "change", CHANGES_FAILED}),
    Kind.WEBHOOK: frozenset({"webhook", "event_id", "attempt", "status", "error", DELIVERIES_FAILED}),
    Kind.EVENTS: frozenset({"changes", EVENTS_PUBLISHED, EVENTS_FAILED}),
    Kind.WATCHED: frozenset({CONNECTIONS_STALLED, USERS_FAILING, CREDENTIALS_EXPIRING}),
    Kind.STALLED: frozenset({"connection", "directory", "since", "silent_hours"}),
    Kind.RESUMED: frozenset({"connection", "directory", "since", "resumed"}),
    Kind.USER_FAILING: frozenset({*_RESOURCE, "connection", "failures", "request_id", "scim_type", "detail"}),
    Kind.CREDENTIAL_EXPIRING: frozenset({"connection", "directory", "credential", "credential_id", "expires"}),
    Kind.PERMISSIONS: frozenset({*_RESOURCE, "before", "after", "reasons"}),
    Kind.CONSOLE: frozenset({"request_id", "operator", "method", "route", "status", MILLISECONDS}),
    Kind.OPERATION: frozenset(
        {*_RESOURCE, "request_id", "operator", "action", "connection", "token", "client", "detail"}
    ),
}
"""By kind, the fields that a record may have besides ``event``, ``version`` and ``environment``. Those of API Gateway stand in
:mod:`infra.access_log`."""


def record(kind: Kind, **fields: Any) -> dict[str, Any]:
    """Return one record.

    :param fields: ``environment``, the environment's name, and the kind's own fields, of :data:`FIELDS`.
    """
    return {"event": kind.value, "version": VERSION, **fields}


def with_metrics(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with the directive that makes metrics of those of its fields that are in :data:`METRICS`."""
    kind = Kind(made["event"])
    units = {name: unit for name, unit in METRICS.get(kind, {}).items() if name in made}
    return {**made, "_aws": metrics.directive(units, DIMENSIONS.get(kind, metrics.BY_ENVIRONMENT))}
