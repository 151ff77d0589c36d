"""Why something did not succeed, and what an operator does about it, by what its record says."""

import shlex
from dataclasses import dataclass

from lambdas.operations.log.events import Record, is_failure, status_of, text_of
from lambdas.records import Kind


@dataclass(frozen=True)
class Cause:
    """Why, and what to do."""

    why: str
    """A clause, such as ``the token has expired``."""

    remedy: str
    """Sentences on what to do, with the command where there is one."""

    def of(self, record: Record, environment: str, scimctl: str = "scimctl") -> "Cause":
        """Return it with the commands of its remedy as they are to be typed for one record.

        :param scimctl: How such a command begins (:attr:`lambdas.operations.target.Target.scimctl`).
        """
        known = {
            "scimctl": scimctl,
            "environment": environment,
            "connection": text_of(record, "token_connection") or text_of(record, "connection") or "CONNECTION",
            "noun": str(record.get("resource_type", "User")).lower(),
            "name": shlex.quote(text_of(record, "resource_name") or "NAME"),
        }
        return Cause(self.why, self.remedy.format_map(known))


_REPLACE = (
    "Make another with `{scimctl} tokens create {connection} --environment {environment}`, enter it as Secret Token in the "
    "identity provider and test the connection there."
)
_URL_AND_TOKEN = "Tenant URL and Secret Token are generated together: enter both again, from one connection."  # noqa: S105
_SENT_AGAIN = "Nothing is wrong with the request; the identity provider sends it again by itself."

CREDENTIALS: dict[str, Cause] = {
    "malformed": Cause(
        "the credentials are none of this endpoint's",
        "The field for the Secret Token is empty, or holds something else: another product's key, or text around the token. "
        + _URL_AND_TOKEN,
    ),
    "mistyped": Cause("the token was cut or changed on the way", "Copy the whole token again, or make a new one."),
    "unknown": Cause(
        "the token is unknown here: revoked, deleted with its connection, or of another environment", _REPLACE
    ),
    "wrong_secret": Cause(
        "the token exists and its secret is another",
        "With a right checksum this is no accident: somebody tries secrets. Rotate the token if it may have leaked.",
    ),
    "other_user": Cause(
        "the user name of the Basic credentials is not the token's connection",
        "The user name is the last part of the Tenant URL. " + _URL_AND_TOKEN,
    ),
    "disabled": Cause(
        "the connection is disabled",
        "`{scimctl} connections enable {connection} --environment {environment}` opens it again.",
    ),
    "expired": Cause("the token has expired", _REPLACE),
    "other_connection": Cause("the token belongs to another connection than the URL names", _URL_AND_TOKEN),
    "scope": Cause("the token may only read", "Give the identity provider a token of scope `provision`."),
    "unchecked": Cause(
        "the credentials could not be checked",
        "The table did not answer, or the authorizer failed: its trace is in the record. " + _SENT_AGAIN,
    ),
}
"""By the authorizer's reason."""

GATEWAY: dict[str, Cause] = {
    "UNAUTHORIZED": Cause(
        "the request carries no credentials, or none that can be read", CREDENTIALS["malformed"].remedy
    ),
    "ACCESS_DENIED": Cause(
        "the token is not for this connection, or may only read",
        _URL_AND_TOKEN + " A token of scope `read` changes nothing.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": Cause(
        "there is nothing under this path",
        "Compare the path with the Tenant URL: it ends with /v2/ and the connection's id, and nothing follows.",
    ),
    "THROTTLED": Cause(
        "too many requests at once",
        "Clients send it again. If it goes on for hours, raise `rate` and `burst` in the environment's file and deploy.",
    ),
    "REQUEST_TOO_LARGE": Cause("the body exceeds 10 MB", "The client has to send fewer members or operations at once."),
    "WAF_FILTERED": Cause(
        "a firewall in front of the API refused it", "Look at the rules of the WebACL on the API's stage."
    ),
    "AUTHORIZER_FAILURE": Cause(
        "the authorizer failed or gave no answer in time",
        "Look for its platform records in the log group. " + _SENT_AGAIN,
    ),
    "INTEGRATION_TIMEOUT": Cause(
        "the function took longer than 29 seconds",
        "Look at the requests before it: many operations in one request, or a filter over a large directory.",
    ),
    "INTEGRATION_FAILURE": Cause(
        "the function could not be called",
        "Look at the function's platform records and at the account's limit of concurrent functions. " + _SENT_AGAIN,
    ),
}
"""By API Gateway's response type."""

REQUESTS: dict[str, Cause] = {
    "uniqueness": Cause(
        "the value is another resource's",
        "See whose it is: `{scimctl} {noun}s show {name} --environment {environment}`. Let the identity provider match that "
        "{noun} instead of creating one (its matching attribute has to find it), or rename or delete one of the two.",
    ),
    "invalidFilter": Cause(
        "the filter cannot be read",
        "It comes from the matching attribute of the mappings: choose userName or externalId. The filter is in the record, "
        "its values hidden.",
    ),
    "invalidValue": Cause(
        "a value is missing or wrong",
        "The detail names the attribute. Look at its source in the identity provider's mappings and at this user's data.",
    ),
    "invalidPath": Cause(
        "a path names no attribute", "The detail names it. Correct the target attribute in the provider's mappings."
    ),
    "noTarget": Cause("a path selects nothing", "Correct the target attribute in the identity provider's mappings."),
    "mutability": Cause("the attribute may not be changed", "Take it out of the identity provider's mappings."),
    "invalidSyntax": Cause(
        "the body is no SCIM message", "The client is at fault; keep the request id for its vendor."
    ),
    "invalidVers": Cause("the version is gone", "Another change came first; the client reads again and repeats."),
    "tooMany": Cause(
        "the answer or the search is too large",
        "Match by userName or externalId, which are found at once in any directory.",
    ),
    "404": Cause(
        "it does not exist",
        "It was deleted, here or by another client. Restart provisioning in the identity provider, so that it matches anew.",
    ),
    "405": Cause("the path does not take this method", "Check the Tenant URL: nothing follows the connection's id."),
    "412": Cause("it was changed by another request first", "The client reads it again and repeats."),
    "413": Cause("the body is too large", "The client has to send fewer operations or members in one request."),
    "415": Cause("the body is of a type that is not read", "The client has to send application/scim+json."),
    "500": Cause("a mistake on this side", "The trace below says where. " + _SENT_AGAIN),
    "503": Cause(
        "the table was busy or did not answer", _SENT_AGAIN + " If it goes on, look at the table's throttling metrics."
    ),
}
"""By ``scimType`` (RFC 7644 section 3.12), and by status where there is none."""

SWEEP = Cause(
    "the sweep was interrupted",
    "It is tried again by itself, for some minutes, and clients see nothing of it. When the alarm DeadLetters tells that it was "
    "given up: `{scimctl} directory verify --repair --environment {environment}`.",
)
"""Of memberships that a deleted group left behind."""

_OTHER = Cause("it was refused", "The detail says why.")


def cause_of(record: Record) -> Cause | None:
    """Return why what a record tells of did not succeed; None when it did, or when the record is of something else."""
    if not is_failure(record):
        return None
    match record.get("event"):
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
