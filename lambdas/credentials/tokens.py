"""The text form of a token: how one is made, read back, recognised as mistyped, and compared with what is stored.

    scim_3k5w2mzn7qxrb4ty_<43 characters of secret><6 characters of checksum>

The id finds the token in the table; the secret proves it. The checksum covers all that precedes it, so that a token
that was mistyped or cut when it was pasted is recognised without a look-up, and a leaked one by any scanner (prefix and
CRC32 in base 62 are as in GitHub's tokens). No character of it ends a word, so a double click selects it whole.

Standard library only: the authorizer imports this at every cold start.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from dataclasses import dataclass, field

PREFIX = "scim"
"""What every token begins with: tells people and secret scanners what they found."""

ID_LENGTH = 16
"""Characters of an id: 80 random bits, which nobody finds by trying and which never meet twice."""

ID = re.compile(rf"[a-z2-7]{{{ID_LENGTH}}}")
"""What the id of a token or of a connection looks like: lower-case base 32, which a URL and a key carry as it is."""

SECRET_BITS = 256
"""Random bits of a secret, as many as its stored SHA-256 has."""

SECRET_LENGTH = 43
"""Characters of a secret: what 256 bits need in base 62."""

CHECKSUM_LENGTH = 6
"""Characters of a checksum: what 32 bits need in base 62."""

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_TEXT = re.compile(
    rf"{PREFIX}_({ID.pattern})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})",
)
_BEGINNING = re.compile(rf"{PREFIX}_({ID.pattern})_")


@dataclass(frozen=True)
class PresentedToken:
    """A token with its secret: as an operator is shown it once, and as a client presents it.

    Its representation hides the secret; only :attr:`text` tells it.
    """

    id: str
    """Finds the token in the table, for example ``3k5w2mzn7qxrb4ty``. May be logged."""

    secret: str = field(repr=False)
    """43 characters of base 62. Never logged, never stored."""

    @property
    def text(self) -> str:
        """Return the token as a client sends it. It holds the secret."""
        body = f"{PREFIX}_{self.id}_{self.secret}"
        return body + _checksum(body)

    @property
    def hash(self) -> bytes:
        """Return what is stored of the secret: its SHA-256, 32 bytes.

        The secret is 256 random bits, so there is nothing to guess and a slow hash would add only latency.
        """
        return hashlib.sha256(self.secret.encode("ascii")).digest()


def generate() -> PresentedToken:
    """Return a new token, from the operating system's randomness."""
    return PresentedToken(generate_id(), _base62(secrets.randbits(SECRET_BITS), SECRET_LENGTH))


def generate_id() -> str:
    """Return a new random id for a token or a connection: 16 characters of lower-case base 32."""
    return "".join(secrets.choice(_BASE32) for _ in range(ID_LENGTH))


def parse(text: str) -> PresentedToken | None:
    """Read a token; None when the text is not one, or when its checksum says that a character of it is wrong."""
    form = _TEXT.fullmatch(text)
    if form is None:
        return None
    token_id, secret, checksum = form.groups()
    if checksum != _checksum(text[:-CHECKSUM_LENGTH]):
        return None
    return PresentedToken(token_id, secret)


def claimed_id(text: str) -> str | None:
    """Return the id that a text claims which begins as a token does, even when the rest of it is cut or mistyped.

    For the log: it tells an operator which token somebody tried to paste.
    """
    beginning = _BEGINNING.match(text)
    return beginning.group(1) if beginning else None


def matches(presented: PresentedToken, stored_hash: bytes) -> bool:
    """Tell whether a presented token has the secret whose SHA-256 is stored; in constant time."""
    return hmac.compare_digest(presented.hash, stored_hash)


def _checksum(body: str) -> str:
    """Return the CRC32 of a token's text before the checksum; it sees every change of up to 32 adjacent bits."""
    return _base62(zlib.crc32(body.encode("ascii")), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
