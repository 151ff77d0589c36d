"""Why a request was refused before it reached the directory: by the authorizer, the token endpoint, or API Gateway."""

from lambdas.operations.log.cause import RETRIED, Cause

_REPLACE = "Create a token with {create_token}, enter it as Secret Token in the identity provider and test the connection there."
_URL_AND_TOKEN = "Tenant URL and Secret Token are generated together: enter both again, from one connection."  # noqa: S105

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
        "the token is incomplete or was changed when it was copied",
        "Paste the whole token again, without spaces and line breaks, or create a new one with {create_token}.",
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
        "The table did not answer, or the authorizer failed: its trace is in the record. " + RETRIED,
    ),
}
"""By the authorizer's reason."""

_CLAIMS = (
    "Compare the claim with the values on Entra's federation page, and create the client again with the right ones."
)
_COPY_SECRET = "Copy the whole Client Secret again, or rotate the client."  # noqa: S105
_CLOCK = "Compare the clock of the issuer. Entra ID renews its assertions by itself."
_FORGED = "Entra ID does not send this. If it repeats, treat it as an attempt to forge an assertion."

TOKEN_REQUESTS: dict[str, Cause] = {
    "token_request": Cause(
        "the token request is malformed", "The detail shows how. A client that follows RFC 6749 does not send this."
    ),
    "no_credentials": Cause(
        "the token request has neither a client secret nor an assertion",
        "Enter Client Identifier and Client Secret in the identity provider, or set up workload identity federation.",
    ),
    "unknown_client": Cause(
        "the client is unknown: revoked, or of another environment", "Check the Client Identifier."
    ),
    "client_disabled": Cause("the client's connection is disabled", "Enable it with {enable_connection}."),
    "client_secret_wrong": Cause(
        "the client has another secret", "Enter the current Client Secret, or rotate the client."
    ),
    "client_secret_expired": Cause(
        "the client secret has expired", "Rotate the client, and enter the new Client Secret."
    ),
    "secret_malformed": Cause("the text is no client secret", _COPY_SECRET),
    "secret_mistyped": Cause("the client secret was truncated or changed", _COPY_SECRET),
    "secret_of_other_client": Cause(
        "the client secret belongs to another client", "Enter Client Identifier and Client Secret of one client."
    ),
    "not_a_client_secret": Cause("the text is another kind of token", "Enter the Client Secret in its field."),
    "other_method": Cause(
        "the client proves itself in another way: by a secret instead of an assertion, or the reverse",
        "`scimctl clients list` shows its kind. Create a client of the kind that the identity provider uses.",
    ),
    "too_many_access_tokens": Cause(
        "the client has 50 access tokens that have not expired",
        "Let the identity provider use a token until it expires.",
    ),
    "wif_assertion": Cause("the assertion is no signed JWT that can be read", _FORGED),
    "wif_algorithm": Cause("the assertion is not signed with RS256", _FORGED),
    "wif_issuer": Cause("the assertion's issuer is another one", _CLAIMS),
    "wif_audience": Cause("the assertion's audience is another one", _CLAIMS),
    "wif_subject": Cause("the assertion's subject is another one", _CLAIMS),
    "wif_tenant": Cause("the assertion's tenant is another one", _CLAIMS),
    "wif_expired": Cause("the assertion has expired", _CLOCK),
    "wif_not_yet_valid": Cause("the assertion is not valid yet", _CLOCK),
    "wif_key": Cause(
        "the issuer publishes no key with the assertion's id",
        "After a change of keys this passes within a minute. If it remains, the assertion is not of this issuer.",
    ),
    "wif_signature": Cause("the signature is not of the issuer's key", _FORGED),
    "unchecked": Cause(
        "the credentials could not be checked",
        "The table or the issuer's keys could not be read. The client may retry.",
    ),
}
"""By the token endpoint's reason."""

_UNKNOWN_PATH = Cause(
    "no endpoint has this path",
    "Compare the path with the Tenant URL, which ends with /v2/ and the connection's id, without anything after it.",
)
_UNREADABLE = Cause("the request has no credentials, or unreadable ones", CREDENTIALS["malformed"].remedy)
_THROTTLED = Cause(
    "too many requests at the same time",
    "Clients retry. If it continues for hours, raise `rate` and `burst` in the environment's file and deploy.",
)
_CLIENT_ERROR = "This is an error of the client; report the request id to its vendor."
_CONCURRENCY = (
    "compare the account's quota *Concurrent executions* and `api.reserved_concurrency` with the runs of that minute. "
)

GATEWAY: dict[str, Cause] = {
    "UNAUTHORIZED": _UNREADABLE,
    "EXPIRED_TOKEN": _UNREADABLE,
    "INVALID_SIGNATURE": _UNREADABLE,
    "INVALID_API_KEY": _UNREADABLE,
    "ACCESS_DENIED": Cause(
        "the token is not valid for this connection, or may only read",
        _URL_AND_TOKEN
        + " A token of scope `read` cannot change anything. With `api.allowed_sources`, compare the address too.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": _UNKNOWN_PATH,
    "RESOURCE_NOT_FOUND": _UNKNOWN_PATH,
    "THROTTLED": _THROTTLED,
    "QUOTA_EXCEEDED": _THROTTLED,
    "REQUEST_TOO_LARGE": Cause(
        "the body exceeds 10 MB", "The client must send fewer members or operations per request."
    ),
    "UNSUPPORTED_MEDIA_TYPE": Cause("the content type is not supported", "The client must send application/scim+json."),
    "BAD_REQUEST_BODY": Cause("the body is not JSON", _CLIENT_ERROR),
    "BAD_REQUEST_PARAMETERS": Cause("a parameter of the URL is missing or invalid", _CLIENT_ERROR),
    "DEFAULT_4XX": Cause("API Gateway could not read the request", _CLIENT_ERROR),
    "WAF_FILTERED": Cause(
        "a firewall in front of the API refused it", "Check the rules of the WebACL on the API's stage."
    ),
    "AUTHORIZER_FAILURE": Cause(
        "the authorizer failed or timed out", "Look for its platform records in the log group. " + RETRIED
    ),
    "AUTHORIZER_CONFIGURATION_ERROR": Cause(
        "the authorizer could not be called",
        f"Usually it was throttled: {_CONCURRENCY}If every request fails, deploy the environment again: the function, its alias "
        "or its permission for API Gateway is missing. " + RETRIED,
    ),
    "API_CONFIGURATION_ERROR": Cause(
        "API Gateway could not call the function, or could not read its answer",
        "Deploy the environment again: the function, its alias or its permission for API Gateway was changed or deleted. If it "
        "remains, report a bug with the path and the method.",
    ),
    "INTEGRATION_TIMEOUT": Cause(
        "the function took longer than 29 seconds",
        "Look at the requests before it: many operations in one request, or a filter over a large directory.",
    ),
    "INTEGRATION_FAILURE": Cause(
        "the function could not be called",
        "Check the function's platform records and the account's limit of concurrent functions. " + RETRIED,
    ),
    "DEFAULT_5XX": Cause(
        "the function timed out, crashed or was throttled",
        "Its `platform.report` below shows which: status `timeout` after 28 seconds, or `error` when it ran out of memory or "
        f"ended. Without a report it did not run: {_CONCURRENCY}" + RETRIED,
    ),
}
"""By API Gateway's response type. A function that ends without an answer is DEFAULT_5XX, whatever ended it."""
