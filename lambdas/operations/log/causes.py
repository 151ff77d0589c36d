"""Why something failed, and what an operator does about it, derived from its log record."""

from dataclasses import dataclass

from lambdas.operations.guidance import Guide, Step
from lambdas.operations.log.events import Record, is_failure, status_of, text_of
from lambdas.records import Kind


@dataclass(frozen=True)
class Cause:
    """The cause of a failure and its remedy."""

    why: str
    """A clause, such as ``the token has expired``."""

    remedy: str
    """Sentences on what to do. Each step of :class:`Step` is a placeholder, such as ``{create_token}``."""

    def of(self, record: Record, guide: Guide) -> "Cause":
        """Return the cause with a remedy for one record, its steps named by a guide."""
        values = {
            "connection": text_of(record, "token_connection") or text_of(record, "connection") or "CONNECTION",
            "noun": str(record.get("resource_type", "User")).lower(),
            "name": text_of(record, "owner") or text_of(record, "resource_name") or "NAME",
        }
        return Cause(self.why, self.remedy.format_map({step.value: guide.name(step, **values) for step in Step}))


_REPLACE = "Create a token with {create_token}, enter it as Secret Token in the identity provider and test the connection there."
_URL_AND_TOKEN = "Tenant URL and Secret Token are generated together: enter both again, from one connection."  # noqa: S105
_RETRIED = "The request is correct; the identity provider retries it automatically."

CREDENTIALS: dict[str, Cause] = {
    "malformed": Cause(
        "the credentials do not have the form of a token",
        "The field for the Secret Token is empty, or contains something else: another product's key, or text around the "
        "token. " + _URL_AND_TOKEN,
    ),
    "client_secret": Cause(
        "it is a client secret, which authorizes no request", "Enter it as Client Secret, not as Secret Token."
    ),
    "mistyped": Cause(
        "the token is incomplete or was changed when it was copied", "Copy the whole token again, or create a new one."
    ),
    "unknown": Cause(
        "the token is unknown: revoked, deleted with its connection, or from another environment", _REPLACE
    ),
    "wrong_secret": Cause(
        "the token exists, but its secret is wrong",
        "The checksum is right, so this is not a typing error: the token was forged. Rotate the token if it may have leaked.",
    ),
    "other_user": Cause(
        "the user name of the Basic credentials is not the token's connection",
        "The user name is the last part of the Tenant URL. " + _URL_AND_TOKEN,
    ),
    "disabled": Cause("the connection is disabled", "Enable it with {enable_connection}."),
    "expired": Cause("the token has expired", _REPLACE),
    "other_connection": Cause("the token belongs to another connection than the URL", _URL_AND_TOKEN),
    "scope": Cause("the token may only read", "Give the identity provider a token of scope `provision`."),
    "unchecked": Cause(
        "the credentials could not be checked",
        "The table did not answer, or the authorizer failed: its trace is in the record. " + _RETRIED,
    ),
}
"""By the authorizer's reason."""

_CLAIMS = (
    "Compare the claim with the values on Entra's federation page, and create the client again with the right ones."
)

TOKEN_REQUESTS: dict[str, Cause] = {
    "unknown_client": Cause(
        "the client is unknown: revoked, or of another environment", "Check the Client Identifier."
    ),
    "client_disabled": Cause("the client's connection is disabled", "Enable the connection."),
    "client_secret_wrong": Cause(
        "the client has another secret", "Enter the current Client Secret, or rotate the client."
    ),
    "client_secret_expired": Cause(
        "the client secret has expired", "Rotate the client, and enter the new Client Secret."
    ),
    "secret_mistyped": Cause("the client secret was truncated or changed", "Copy the whole Client Secret again."),
    "not_a_client_secret": Cause("the text is another kind of token", "Enter the Client Secret in its field."),
    "too_many_access_tokens": Cause(
        "the client has 50 access tokens that have not expired",
        "Let the identity provider use a token until it expires.",
    ),
    "wif_issuer": Cause("the assertion's issuer is another one", _CLAIMS),
    "wif_audience": Cause("the assertion's audience is another one", _CLAIMS),
    "wif_subject": Cause("the assertion's subject is another one", _CLAIMS),
    "wif_tenant": Cause("the assertion's tenant is another one", _CLAIMS),
    "unchecked": Cause(
        "the credentials could not be checked",
        "The table or the issuer's keys could not be read. The client may retry.",
    ),
}
"""By the token endpoint's reason."""

_OTHER_TOKEN_REQUEST = Cause("the token request was refused", "The reason and the detail are in the record.")

GATEWAY: dict[str, Cause] = {
    "UNAUTHORIZED": Cause("the request has no credentials, or unreadable ones", CREDENTIALS["malformed"].remedy),
    "ACCESS_DENIED": Cause(
        "the token is not valid for this connection, or may only read",
        _URL_AND_TOKEN + " A token of scope `read` cannot change anything.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": Cause(
        "no endpoint has this path",
        "Compare the path with the Tenant URL, which ends with /v2/ and the connection's id, without anything after it.",
    ),
    "THROTTLED": Cause(
        "too many requests at the same time",
        "Clients retry. If it continues for hours, raise `rate` and `burst` in the environment's file and deploy.",
    ),
    "REQUEST_TOO_LARGE": Cause(
        "the body exceeds 10 MB", "The client must send fewer members or operations per request."
    ),
    "WAF_FILTERED": Cause(
        "a firewall in front of the API refused it", "Check the rules of the WebACL on the API's stage."
    ),
    "AUTHORIZER_FAILURE": Cause(
        "the authorizer failed or timed out", "Look for its platform records in the log group. " + _RETRIED
    ),
    "INTEGRATION_TIMEOUT": Cause(
        "the function took longer than 29 seconds",
        "Look at the requests before it: many operations in one request, or a filter over a large directory.",
    ),
    "INTEGRATION_FAILURE": Cause(
        "the function could not be called",
        "Check the function's platform records and the account's limit of concurrent functions. " + _RETRIED,
    ),
}
"""By API Gateway's response type."""

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
    "500": Cause("an error in the service", "The trace below shows where. " + _RETRIED),
    "503": Cause(
        "the table was busy or did not answer",
        _RETRIED + " If it continues, look at the table's throttling metrics.",
    ),
}
"""By ``scimType`` (RFC 7644 section 3.12), and by status where there is none."""

SWEEP = Cause(
    "the sweep was interrupted",
    "It is retried automatically for some minutes and does not affect clients. After the alarm DeadLetters, which means that "
    "retries have ended, run {repair_directory}.",
)
"""Of the memberships of a deleted group."""

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
    return None
