"""Step 11 of the checklist: the id that API Gateway logs for a cached check of a token."""

from datetime import UTC, datetime, timedelta

from lambdas.operations.connections import GeneratedToken
from lambdas.operations.log import request_history
from lambdas.operations.log.events import Record, text_of
from lambdas.operations.log.ids import AUTHORIZER_FIELD
from lambdas.operations.log.reader import LogReader
from lambdas.records import Kind
from scimctl.proof.deployed import Deployed
from scimctl.proof.http import send
from scimctl.proof.outcomes import SECONDS, Result, poll

REQUEST_ID = "x-amzn-requestid"
"""The header in which API Gateway answers the id of a request."""

EARLIER = timedelta(seconds=30)
"""How far the clocks of this machine and of AWS may differ."""


def prove_cached_checks(deployed: Deployed, generated: GeneratedToken) -> Result:
    """Send two requests within the cache time, and compare the ids of the authorizer's call in API Gateway's records."""
    if deployed.environment.local:
        return Result.unproved("The local cloud writes no records of API Gateway.")
    if not deployed.environment.api.authorizer_cache_seconds:
        return Result.unproved("Nothing is cached: `api.authorizer_cache_seconds` is 0.")
    since = datetime.now(UTC) - EARLIER
    headers = {"Authorization": f"Bearer {generated.secret_token}"}
    answers = [send(f"{generated.tenant_url}/ServiceProviderConfig", headers=headers) for _ in range(2)]
    ids = [each.headers.get(REQUEST_ID, "") for each in answers]
    if not all(ids):
        return Result.failed(f"An answer has no header {REQUEST_ID}: {', '.join(map(str, answers))}")
    reader = LogReader.of(deployed.target)
    records = poll(lambda: _records(reader, since, ids))
    if records is None:
        return Result.unproved(
            f"The log has no records of the two requests after {SECONDS:.0f} seconds: repeat it later."
        )
    calls = {text_of(each, AUTHORIZER_FIELD) for each in records}
    merged = [each for each in ids if not _is_alone(reader, since, each, ids)]
    if merged:
        return Result.failed(f"`scimctl log show {merged[0]}` shows the other request as well: report it as a bug.")
    behavior = "repeats the id of a cached check" if len(calls) == 1 else "writes no id of a cached check"
    return Result.proved(f"API Gateway {behavior}; `scimctl log show` keeps the two requests apart.")


def _records(reader: LogReader, since: datetime, ids: list[str]) -> list[Record] | None:
    """Return API Gateway's records of some requests; None while one is missing."""
    wanted = " || ".join(f'($.request_id = "{each}")' for each in ids)
    found = reader.read(since, pattern=f'{{ $.event = "{Kind.ACCESS}" && ({wanted}) }}')
    records = {each.record["request_id"]: each.record for each in found if each.record.get("request_id") in ids}
    return list(records.values()) if len(records) == len(ids) else None


def _is_alone(reader: LogReader, since: datetime, request_id: str, ids: list[str]) -> bool:
    """Return whether the history of a request has no record of the others."""
    histories = request_history.find(reader, request_id, since, lambda _: None)
    found = {text_of(event.record, "request_id") for each in histories for event in each.events}
    return not found & (set(ids) - {request_id})
