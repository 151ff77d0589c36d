"""The check of a client secret against the stored client."""

from datetime import datetime

from lambdas.credentials import tokens
from lambdas.credentials.clients import Client, ClientSecret
from lambdas.credentials.tokens import PresentedToken, TokenKind
from lambdas.token.refusals import Reason, invalid_client
from lambdas.token.requests import SecretCredentials


def read_secret(credentials: SecretCredentials) -> PresentedToken:
    """Return the client secret of credentials, without a read of the table.

    :raises Refusal: When the text is no client secret, was mistyped, or belongs to another client.
    """
    secret = tokens.parse(credentials.secret)
    if secret is None:
        claimed = tokens.claimed_id(credentials.secret)
        raise invalid_client(Reason.MISTYPED if claimed else Reason.MALFORMED)
    if secret.kind is not TokenKind.CLIENT_SECRET:
        raise invalid_client(Reason.NOT_A_SECRET)
    if secret.id != credentials.client:
        raise invalid_client(Reason.OTHER_CLIENT)
    return secret


def matching_secret(client: Client, presented: PresentedToken, now: datetime) -> ClientSecret:
    """Return the stored secret of a client that a presented one matches, and that has not expired.

    :raises Refusal: When there is none.
    """
    found = [each for each in client.secrets if tokens.matches(presented, each.hash)]
    if not found:
        raise invalid_client(Reason.WRONG_SECRET)
    if found[0].is_expired(now):
        raise invalid_client(Reason.EXPIRED_SECRET)
    return found[0]
