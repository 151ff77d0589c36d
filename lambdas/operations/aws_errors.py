"""Errors of AWS, as problems that an operator can act upon."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.operations.problems import Problem, Unavailable

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
"""Error codes of AWS for valid credentials without the permission."""

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
"""Error codes of AWS for invalid or expired credentials."""

UNKNOWN_HERE = frozenset({"InvalidClientTokenId", "UnrecognizedClientException"})
"""Those with which a region answers that is not enabled for the account, too."""

CHECK_NETWORK = "Check the network connection."
"""What to advise when AWS does not answer."""


@contextmanager
def aws_errors_as_problems(place: str, when_silent: str = CHECK_NETWORK) -> Iterator[None]:
    """Turn what botocore raises inside the block into a :class:`Problem`.

    :param place: What botocore calls, for example ``stack scim-acme in eu-central-1``.
    :param when_silent: What to advise when it does not answer.
    :raises Unavailable: When it does not answer.
    :raises Problem: For any other error of botocore.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise _problem(error, place, when_silent) from error


def _problem(error: BotoCoreError | ClientError, place: str, when_silent: str) -> Problem:
    if isinstance(error, ClientError):
        return Problem(_answer(error, place))
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return Problem(
            f"There are no AWS credentials for {place}: set AWS_PROFILE, or run `aws configure` or `aws sso login`."
        )
    if isinstance(error, exceptions.ProfileNotFound):
        return Problem(f"{error}: correct AWS_PROFILE, or unset it.")
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return Unavailable(f"No answer from {place}. {when_silent}")
    return Problem(f"{place}: {error}")


def _answer(error: ClientError, place: str) -> str:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in DENIED:
        return f"These AWS credentials are not allowed to call `{error.operation_name}` on {place}: {message}"
    if code in BAD_CREDENTIALS:
        region = ", or enable the region for the account" if code in UNKNOWN_HERE else ""
        return f"The AWS credentials for {place} are invalid or expired ({code}): sign in again{region}."
    return f"{place}: `{error.operation_name}` failed with {code}: {message}"
