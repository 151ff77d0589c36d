"""Refusals of token requests: the error in the response, and what only the log contains."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus


class ErrorCode(StrEnum):
    """The ``error`` of a response (RFC 6749 section 5.2)."""

    INVALID_REQUEST = "invalid_request"
    """A parameter is missing, repeated or malformed: 400."""

    INVALID_CLIENT = "invalid_client"
    """The client's credentials are missing, or were checked and are wrong: 401."""

    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    """Another grant type than ``client_credentials``: 400."""

    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    """Nothing is known to be wrong with the request; it can be repeated (429 and 503). The code is the one of RFC 6749 section
    4.1.2.1, because section 5.2 has none for this."""


class Reason(StrEnum):
    """Why a token request is refused. For the log only; the response does not contain it."""

    REQUEST = "token_request"
    """The request is malformed; the record's ``detail`` says how."""

    NO_CREDENTIALS = "no_credentials"
    """Neither a client secret nor an assertion."""

    UNKNOWN_CLIENT = "unknown_client"
    """The client does not exist: it was revoked, deleted with its connection, or belongs to another environment."""

    DISABLED = "client_disabled"
    """The client's connection is disabled."""

    MALFORMED = "secret_malformed"
    """The text is no client secret of this endpoint."""

    MISTYPED = "secret_mistyped"
    """The text starts like a client secret, but its length or checksum is wrong: it was truncated or changed."""

    OTHER_CLIENT = "secret_of_other_client"
    """The secret belongs to another client than ``client_id`` names."""

    NOT_A_SECRET = "not_a_client_secret"  # noqa: S105 -- a word for the log
    """The text is the connection's secret token or an access token."""

    WRONG_SECRET = "client_secret_wrong"  # noqa: S105 -- a word for the log
    """The client has no such secret: it was replaced, or guessed."""

    EXPIRED_SECRET = "client_secret_expired"  # noqa: S105 -- a word for the log
    """The secret has expired."""

    OTHER_METHOD = "other_method"
    """A secret from a federated client, or an assertion from a client that has secrets."""

    TOO_MANY = "too_many_access_tokens"
    """The client has the maximum of live access tokens: 429."""

    ASSERTION = "wif_assertion"
    """The assertion is no signed JWT that can be read."""

    ALGORITHM = "wif_algorithm"
    """The assertion is not signed with RS256."""

    ISSUER = "wif_issuer"
    """The claim ``iss`` is not the client's issuer."""

    AUDIENCE = "wif_audience"
    """The claim ``aud`` is not the client's audience."""

    SUBJECT = "wif_subject"
    """The claim ``sub`` is not the client's subject."""

    TENANT = "wif_tenant"
    """The claim ``tid`` is not the tenant of the client's issuer."""

    EXPIRED = "wif_expired"
    """The assertion has expired, or has no ``exp``."""

    NOT_YET_VALID = "wif_not_yet_valid"
    """The assertion's ``nbf`` is in the future."""

    KEY = "wif_key"
    """The issuer has no key of this ``kid``."""

    SIGNATURE = "wif_signature"
    """The signature does not match the issuer's key."""

    UNCHECKED = "unchecked"
    """The credentials could not be checked: the table or the issuer's keys could not be read. 503."""


@dataclass(frozen=True)
class Mismatch:
    """A wrong claim of an assertion, for the log: the usual mistake is a value that was copied to the wrong field."""

    claim: str
    """The name of the claim or of the header parameter, such as ``aud``."""

    received: object
    """Its value in the assertion, which is not proven."""

    expected: str
    """The valid value."""


class Refusal(Exception):  # noqa: N818 -- an outcome, answered and logged in one place
    """A refused token request.

    :ivar client: The id of the client that the request names, if it has the form of one; not proven.
    """

    def __init__(
        self,
        code: ErrorCode,
        reason: Reason,
        description: str,
        *,
        status: HTTPStatus | None = None,
        retry_after: int | None = None,
        mismatch: Mismatch | None = None,
        detail: str | None = None,
    ) -> None:
        """Create a refusal.

        :param description: The response's ``error_description``. It repeats nothing of the request.
        :param retry_after: Seconds after which another attempt is worth making.
        :param detail: More for the log, without values of the request.
        """
        super().__init__(reason.value)
        self.code = code
        self.reason = reason
        self.description = description
        self.status = status or _STATUSES[code]
        self.retry_after = retry_after
        self.mismatch = mismatch
        self.detail = detail
        self.client: str | None = None
        self.connection: str | None = None
        self.directory: str | None = None


_STATUSES = {
    ErrorCode.INVALID_REQUEST: HTTPStatus.BAD_REQUEST,
    ErrorCode.INVALID_CLIENT: HTTPStatus.UNAUTHORIZED,
    ErrorCode.UNSUPPORTED_GRANT_TYPE: HTTPStatus.BAD_REQUEST,
    ErrorCode.TEMPORARILY_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}

RETRY_SECONDS = 5
"""``Retry-After`` of a request that could not be checked, as for SCIM requests."""


def invalid_request(description: str) -> Refusal:
    """Return the refusal of a malformed request."""
    return Refusal(ErrorCode.INVALID_REQUEST, Reason.REQUEST, description, detail=description)


def invalid_client(reason: Reason, mismatch: Mismatch | None = None) -> Refusal:
    """Return the refusal of wrong credentials. The response is the same for every reason."""
    description = "The client's credentials are not valid. The operator of this endpoint finds the reason in the log."
    return Refusal(ErrorCode.INVALID_CLIENT, reason, description, mismatch=mismatch)


def unavailable(detail: str | None = None) -> Refusal:
    """Return the refusal of credentials that could not be checked."""
    description = "The client's credentials cannot be checked at this moment. Send the request again."
    return Refusal(
        ErrorCode.TEMPORARILY_UNAVAILABLE,
        Reason.UNCHECKED,
        description,
        retry_after=RETRY_SECONDS,
        detail=detail,
    )
