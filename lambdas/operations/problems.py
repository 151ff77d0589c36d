"""What stops an operation, in one line that an operator can act upon."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
"""Error codes of AWS for credentials that are right and not sufficient."""

BAD_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Error codes of AWS for credentials that are wrong or over."""


class Problem(Exception):  # noqa: N818 -- it is what an operator is told
    """Stops an operation; its text says what is wrong and what to do."""

    @classmethod
    def missing_output(cls, name: str, place: str) -> "Problem":
        """Return the problem of a stack that has no output of this name.

        :param place: The stack, for example ``stack scim-acme in eu-central-1``.
        """
        return cls(
            f"{place[0].upper()}{place[1:]} has no output {name} yet: let its deployment finish, or deploy it again."
        )


@contextmanager
def readable(place: str, when_silent: str = "Is there a connection to the network?") -> Iterator[None]:
    """Turn what boto3 raises inside into a :class:`Problem`.

    :param place: What was being talked to, for example ``stack scim-acme in eu-central-1``.
    :param when_silent: What to ask or advise when it does not answer.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Problem(_explain(error, place, when_silent)) from error


def _explain(error: BotoCoreError | ClientError, place: str, when_silent: str) -> str:
    if isinstance(error, ClientError):
        return _explain_answer(error, place)
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return f"There are no AWS credentials for {place}: set AWS_PROFILE, or run `aws configure` or `aws sso login`."
    if isinstance(error, exceptions.ProfileNotFound):
        return f"{error}: correct AWS_PROFILE, or unset it."
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return f"No answer from {place}. {when_silent}"
    return f"{place}: {error}"


def _explain_answer(error: ClientError, place: str) -> str:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in DENIED:
        return f"These AWS credentials may not do `{error.operation_name}` on {place}: {message}"
    if code in BAD_CREDENTIALS:
        return f"The AWS credentials for {place} are wrong or have expired ({code}): sign in again."
    return f"{place}: `{error.operation_name}` failed with {code}: {message}"
