"""Generation of ids and tokens from the operating system's randomness.

Apart from :mod:`lambdas.credentials.tokens`, so that functions that only check credentials carry no code that makes them.
"""

import secrets

from lambdas.credentials.tokens import BASE32, ID_LENGTH, SECRET_LENGTH, PresentedToken, TokenKind, base62

SECRET_BITS = 256
"""Random bits of a secret, as many as its stored SHA-256 has."""


def generate_token() -> PresentedToken:
    """Return a new secret token of a connection, with a random id and a random secret."""
    return PresentedToken(generate_id(), _generate_secret())


def generate_access_token(client_id: str) -> PresentedToken:
    """Return a new access token of an OAuth client."""
    return PresentedToken(client_id, _generate_secret(), TokenKind.ACCESS_TOKEN)


def generate_client_secret(client_id: str) -> PresentedToken:
    """Return a new secret of an OAuth client."""
    return PresentedToken(client_id, _generate_secret(), TokenKind.CLIENT_SECRET)


def generate_id() -> str:
    """Return a new random id for a token, a client or a connection: 16 characters of lower-case base 32."""
    return "".join(secrets.choice(BASE32) for _ in range(ID_LENGTH))


def _generate_secret() -> str:
    return base62(secrets.randbits(SECRET_BITS), SECRET_LENGTH)
