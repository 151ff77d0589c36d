"""Why something failed, and what an operator does about it, derived from its log record."""

from lambdas.operations.log.cause import RETRIED, Cause
from lambdas.operations.log.events import Record, is_failure, status_of, text_of
from lambdas.operations.log.refusals import CREDENTIALS, GATEWAY, TOKEN_REQUESTS
from lambdas.records import Kind

REQUESTS: dict[str, Cause] = {
    "uniqueness": Cause(
        "another resource has this value",
        "See which one: {show_resource}. Let the identity provider match that resource instead of creating another one (its "
        "matching attribute must find it), or rename or delete one of the two.",
    ),
    "invalidFilter": Cause(
        "the filter is not valid",
        "It comes from the matching attribute of the mappings: choose userName or externalId. The record shows the filter "
        "without its values.",
    ),
    "invalidValue": Cause(
        "a value is missing or invalid",
        "The detail names the attribute. Check its source in the identity provider's mappings and the user's data.",
    ),
    "invalidPath": Cause(
        "a path is not that of an attribute",
        "The detail shows the path. Correct the target attribute in the identity provider's mappings.",
    ),
    "noTarget": Cause("a path matches no value", "Correct the target attribute in the identity provider's mappings."),
    "mutability": Cause("the attribute is read-only", "Remove it from the identity provider's mappings."),
    "invalidSyntax": Cause(
        "the body is not a SCIM message", "This is an error of the client; report the request id to its vendor."
    ),
    "invalidVers": Cause("the version is outdated", "Another change came first; the client reads again and retries."),
    "tooMany": Cause(
        "the response or the search is too large",
        "Match by userName or externalId, which have look-up keys and work in a directory of any size.",
    ),
    "404": Cause(
        "the resource does not exist",
        "It was deleted, by an operator or another client. Restart provisioning in the identity provider, so that it matches "
        "again.",
    ),
    "405": Cause("the path does not allow this method", "Check that the Tenant URL ends with the connection's id."),
    "412": Cause("another request changed the resource first", "The client reads it again and retries."),
    "413": Cause("the body is too large", "The client must send fewer operations or members per request."),
    "415": Cause("the content type is not supported", "The client must send application/scim+json."),
    "500": Cause("an error in the service", "The trace below shows where. " + RETRIED),
    "503": Cause(
        "the table was busy or did not answer",
        RETRIED + " If it continues, look at the table's throttling metrics.",
    ),
}
"""By ``scimType`` (RFC 7644 section 3.12), and by status where there is none."""

SWEEP = Cause(
    "the sweep was interrupted",
    "It is retried automatically for some minutes and does not affect clients. After the alarm DeadLetters, which means that "
    "retries have ended, run {repair_directory}.",
)
"""Of the memberships of a deleted group."""

_OTHER_TOKEN_REQUEST = Cause("the token request was refused", "The reason and the detail are in the record.")
STALLED = Cause(
    "no request was accepted through the connection for longer than expected",
    "Look at the provisioning job in the identity provider: it was stopped, is in quarantine, or has nothing in scope. Refused "
    "requests are in the log. If the connection is no longer needed, delete or disable it.",
)
"""Of a connection."""

USER_FAILING = Cause(
    "requests about the user are refused again and again",
    "The detail gives the reason of the last one; {show_resource} shows whether the user exists here.",
)

_OTHER = Cause("the request was refused", "The detail gives the reason.")


def cause_of(record: Record) -> Cause | None:
    """Return why the request or task of a record failed; None when it did not, or when the record is about something else."""
    if not is_failure(record):
        return None
    match record.get("event"):
        case Kind.TOKEN_REFUSED:
            return TOKEN_REQUESTS.get(str(record.get("reason")), _OTHER_TOKEN_REQUEST)
        case Kind.REFUSED:
            return CREDENTIALS.get(str(record.get("reason")), _OTHER)
        case Kind.ACCESS:
            return GATEWAY.get(
                str(record.get("refusal")), Cause(f"API Gateway refused it ({record.get('refusal')})", "")
            )
        case Kind.REQUEST:
            by_type = REQUESTS.get(text_of(record, "scim_type") or "")
            return by_type or REQUESTS.get(str(status_of(record)), _OTHER)
        case Kind.FAILURE:
            return REQUESTS["500"]
        case Kind.SWEEP:
            return SWEEP
        case Kind.STALLED:
            return STALLED
        case Kind.USER_FAILING:
            return USER_FAILING
    return None
