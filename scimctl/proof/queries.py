"""Step 12 of the checklist: every saved query runs."""

import re
import time
from typing import Any

from botocore.exceptions import ClientError

from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Result, poll

FOLDER = "scim/"
"""The folder of the saved queries, which the stack ``scim-account`` holds (:mod:`infra.queries`)."""

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
"""A parameter of a saved query."""

VALUE = "nobody@example.com"
"""The value of each parameter."""

HOUR = 3600
"""Seconds of log that a query reads."""

FINISHED = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})
"""The final states of a query."""


def prove_queries(deployed: Deployed) -> Result:
    """Run every saved query on the last hour of the environment's log."""
    if deployed.environment.local:
        return Result.unproved("The local cloud has no saved queries.")
    with deployed.target.aws_errors_as_problems():
        client = deployed.target.client("logs")
        saved = _saved(client)
        failures = [text for each in saved if (text := _failure(client, deployed.target.log_group, each))]
    if not saved:
        deploy = f"npx cdk deploy -c account-of={deployed.environment.name}"
        return Result.failed(f"The account has no saved queries: deploy them with `{deploy}`.")
    return Result.of(failures, f"{len(saved)} saved queries run.")


def call(name: str, text: str) -> str:
    """Return the query that runs a saved query, with a value for each parameter."""
    parameters = ", ".join(f'{each} = "{VALUE}"' for each in dict.fromkeys(PLACEHOLDER.findall(text)))
    return f"$`{name}`({parameters})" if parameters else text


def _saved(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        answer = client.describe_query_definitions(queryDefinitionNamePrefix=FOLDER, **more)
        found += answer["queryDefinitions"]
        if not answer.get("nextToken"):
            return found
        more = {"nextToken": answer["nextToken"]}


def _failure(client: Any, log_group: str, saved: dict[str, Any]) -> str | None:
    """Run a saved query, and return why it failed; None when it ran."""
    now = int(time.time())
    try:
        started = client.start_query(
            logGroupName=log_group,
            startTime=now - HOUR,
            endTime=now,
            queryString=call(saved["name"], saved["queryString"]),
            limit=1,
        )
    except ClientError as error:
        if error.response["Error"].get("Code") != "MalformedQueryException":
            raise
        return f"{saved['name']}: {error.response['Error'].get('Message', 'malformed')}"
    status = poll(lambda: _final_status(client, started["queryId"]))
    return None if status == "Complete" else f"{saved['name']}: {status or 'still running'}"


def _final_status(client: Any, query_id: str) -> str | None:
    status = str(client.get_query_results(queryId=query_id)["status"])
    return status if status in FINISHED else None
