"""Saved queries of CloudWatch Logs Insights for the SCIM log.

They answer what `scimctl log` does not: weeks, sums and percentiles. Each names its log group when it is run, so one set serves all
environments of an account and region (:mod:`infra.account`): CloudWatch allows 1,000 saved queries per account and region.

A placeholder such as ``{{user}}`` is replaced by a value in quotes, so it has no quotes of its own. The fields are those of the log
records (:mod:`lambdas.records`, :mod:`infra.access_log`); a test compares them.
"""

from dataclasses import dataclass, field

from aws_cdk import aws_logs as logs
from constructs import Construct

FOLDER = "scim"
"""The folder of the queries in the console."""


@dataclass(frozen=True)
class Query:
    """One saved query."""

    name: str
    """The name in the console, below :data:`FOLDER`."""

    text: str
    """The query, in Logs Insights QL."""

    parameters: dict[str, str] = field(default_factory=dict)
    """From the name of a placeholder to its description."""


QUERIES = (
    Query(
        "Failed requests",
        """
        fields @timestamp, event, status, method, route, coalesce(resource_name, group) as name, external_id, scim_type
        | fields coalesce(detail, reason, refusal, exception_name) as why
        | fields connection, coalesce(request_id, function_request_id) as id
        | filter (event = "scim.request" and status >= 400)
            or event = "scim.refused" or event = "scim.token_refused" or event = "scim.failure"
            or (event = "api.access" and refusal != "-") or (event = "scim.sweep" and sweeps_failed > 0)
        | sort @timestamp desc
        | limit 1000
        """,
    ),
    Query(
        "History of one user",
        """
        fields @timestamp, method, route, status, scim_type, detail, results, operator, request_id
        | parse @message /"changed": ?\\[(?<attributes>[^\\]]*)\\]/
        | filter event = "scim.request" and resource_type = "User"
        | filter tolower(resource_name) = tolower({{user}}) or external_id = {{user}}
            or resource_id = {{user}} or strcontains(tolower(`filter`), tolower({{user}})) = 1
        | sort @timestamp asc
        | limit 1000
        """,
        {"user": "The userName, externalId or id of the user. Changes of group members name only the group."},
    ),
    Query(
        "What a cycle did",
        """
        filter event = "scim.request" and ispresent(connection)
        | stats count(*) as requests, count_distinct(resource_id) as resources, sum(refused) as refusals,
            sum(failed) as failures, earliest(@timestamp) as first, latest(@timestamp) as last
            by connection, resource_type, method, route
        | sort requests desc
        """,
    ),
    Query(
        "Refused credentials",
        """
        filter event = "scim.refused"
        | stats count(*) as refusals, earliest(@timestamp) as first, latest(@timestamp) as last
            by reason, connection, token
        | sort refusals desc
        """,
    ),
    Query(
        "Refused token requests",
        """
        filter event = "scim.token_refused"
        | stats count(*) as refusals, earliest(@timestamp) as first, latest(@timestamp) as last
            by reason, client, connection, claim, received, expected, detail
        | sort refusals desc
        """,
    ),
    Query(
        "Host names in use",
        """
        filter event = "api.access" and connection != "-"
        | stats count(*) as requests, latest(@timestamp) as last by host, connection
        | sort requests desc
        """,
    ),
    Query(
        "Slowest requests",
        """
        fields @timestamp, milliseconds, method, route, status, resource_type, resource_name, results
        | fields dynamodb_calls, read_units, write_units, request_id
        | filter event = "scim.request"
        | sort milliseconds desc
        | limit 100
        """,
    ),
    Query(
        "Cost per operation",
        """
        filter event = "scim.request"
        | stats count(*) as requests, avg(milliseconds) as mean_ms, pct(milliseconds, 95) as p95_ms,
            avg(dynamodb_calls) as calls_each, avg(read_units) as reads_each, avg(write_units) as writes_each,
            sum(read_units) as reads_total, sum(write_units) as writes_total
            by method, route
        | sort requests desc
        """,
    ),
)
"""Ordered by how soon an operator needs them."""


class SavedQueries(Construct):
    """The queries of an account and region, in the folder :data:`FOLDER`."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        for query in QUERIES:
            logs.CfnQueryDefinition(
                self,
                query.name.title().replace(" ", ""),
                name=f"{FOLDER}/{query.name}",
                query_string=_without_indent(query.text),
                parameters=[
                    logs.CfnQueryDefinition.QueryParameterProperty(name=name, description=description)
                    for name, description in query.parameters.items()
                ]
                or None,
            )


def _without_indent(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
