"""The issuers whose assertions are accepted, and where their public keys are read from.

The URL of the keys follows from the issuer of a stored client and from this list, never from a request: an endpoint that fetches
what a request names could be made to call any host (server-side request forgery).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lambdas.credentials.connections import InvalidConnectionError

MICROSOFT_HOSTS = ("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn")
"""The hosts of Microsoft Entra ID: worldwide, US government, and China (operated by 21Vianet)."""

MAX_CLAIM_LENGTH = 255
"""Characters of an issuer, a subject or an audience; an item of a client stays below 4 kB with them."""

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ENTRA = re.compile(rf"(https://(?:{'|'.join(map(re.escape, MICROSOFT_HOSTS))}))/({_GUID})/v2\.0")
_LOCAL = re.compile(rf"(http://127\.0\.0\.1:[0-9]{{1,5}})/({_GUID})/v2\.0")
_OTHER_ENTRA_FORM = re.compile(
    rf"https://(?:sts\.windows\.net|{'|'.join(map(re.escape, MICROSOFT_HOSTS))})/({_GUID})(?:/|/v2\.0/)?", re.IGNORECASE
)
_API_AUDIENCE = re.compile(rf"(?:api://)?({_GUID})", re.IGNORECASE)


@dataclass(frozen=True)
class Issuers:
    """The accepted issuers of one environment."""

    named: Mapping[str, str] = field(default_factory=dict)
    """The issuers that the environment's file names, each with the URL of its keys."""

    def keys_url(self, issuer: str) -> str | None:
        """Return the URL of an issuer's public keys; None if the issuer is not accepted.

        :param issuer: The exact claim ``iss``, such as ``https://login.microsoftonline.com/<tenant id>/v2.0``.
        """
        named = self.named.get(issuer)
        if named is not None:
            return named
        entra = _ENTRA.fullmatch(issuer)
        return f"{entra[1]}/{entra[2]}/discovery/v2.0/keys" if entra else None

    def tenant(self, issuer: str) -> str | None:
        """Return the tenant of an issuer in Entra ID's form, which its assertions repeat as ``tid``; None for any other.

        An issuer on 127.0.0.1, which only a file for the local cloud can name, may have that form too: tests use it for Entra ID.
        """
        entra = _LOCAL.fullmatch(issuer) if issuer in self.named else _ENTRA.fullmatch(issuer)
        return entra[2] if entra else None

    def check(self, issuer: str) -> str:
        """Return an issuer as it is stored.

        :raises InvalidConnectionError: When it is not accepted; the text names the form that would be.
        """
        issuer = _checked_claim("issuer", issuer)
        if self.keys_url(issuer) is not None:
            return issuer
        close = _OTHER_ENTRA_FORM.fullmatch(issuer)
        if close is not None:
            host = issuer.split("/")[2].lower().replace("sts.windows.net", MICROSOFT_HOSTS[0])
            raise InvalidConnectionError(
                f"The issuer of Entra ID's assertions is https://{host}/{close[1].lower()}/v2.0, not {issuer}."
            )
        raise InvalidConnectionError(
            f"{issuer} is not an accepted issuer: https://{MICROSOFT_HOSTS[0]}/TENANT-ID/v2.0, or one of the environment's file "
            "([[oauth.issuers]])."
        )


def check_subject(subject: str) -> str:
    """Return a subject as it is stored.

    :raises InvalidConnectionError: When it is empty, too long or contains white space.
    """
    return _checked_claim("subject", subject)


def check_audience(audience: str) -> str:
    """Return an audience as it is stored: without ``/.default``, and only the application id if it is one.

    Microsoft shows the audience as ``api://<id>/.default`` and as ``api://<id>``, and sends the bare id.

    :raises InvalidConnectionError: When it is empty, too long or contains white space.
    """
    audience = _checked_claim("audience", audience).removesuffix("/.default")
    application = _API_AUDIENCE.fullmatch(audience)
    return application[1].lower() if application else _checked_claim("audience", audience)


def accepted_audiences(audience: str) -> frozenset[str]:
    """Return every form of a stored audience that an assertion may have."""
    if _API_AUDIENCE.fullmatch(audience) is None:
        return frozenset({audience})
    return frozenset({audience, f"api://{audience}", f"api://{audience}/.default"})


def _checked_claim(name: str, value: str) -> str:
    value = value.strip()
    if not value:
        raise InvalidConnectionError(f"The {name} is empty.")
    if len(value) > MAX_CLAIM_LENGTH:
        raise InvalidConnectionError(
            f"The {name} has at most {MAX_CLAIM_LENGTH} characters; this one has {len(value)}."
        )
    if not value.isprintable() or not value.isascii() or " " in value:
        raise InvalidConnectionError(f"The {name} is printable ASCII without spaces.")
    return value
