"""The OAuth 2.0 clients of an environment: the lifetimes of their credentials, and the accepted issuers of assertions."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import Section

LOOPBACK = "http://127.0.0.1:"
"""The beginning of the one kind of URL without TLS: an issuer on this machine, which a file for the local cloud can name."""

Url = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?|http://127\.0\.0\.1:[0-9]{1,5})"
        r"(?:/[A-Za-z0-9._~/-]*)?$",
        max_length=255,
    ),
]
"""A URL of the web without user, query and fragment."""


class Issuer(Section):
    """An issuer of assertions besides Microsoft Entra ID."""

    issuer: Annotated[
        Url,
        Field(description='the exact claim "iss" of the assertions, an https URL such as "https://idp.example.com/"'),
    ]
    keys: Annotated[
        Url,
        Field(description='the URL of the issuer\'s JWKS, an https URL such as "https://idp.example.com/oauth2/keys"'),
    ]


class OAuth(Section):
    """OAuth 2.0 client credentials (RFC 6749 section 4.4)."""

    access_token_minutes: Annotated[
        int,
        Field(
            ge=10,
            le=360,
            description="a number of minutes from 10 to 360 after which an access token expires; Microsoft's application "
            "gallery requires 60 to 360",
        ),
    ] = 60
    client_secret_days: Annotated[
        int,
        Field(
            ge=1,
            le=1095,
            description="a number of days from 1 to 1095 after which a new client secret expires; Microsoft's application "
            "gallery requires 365 to 1095",
        ),
    ] = 730
    issuers: Annotated[tuple[Issuer, ...], Field(strict=False, description="a list of tables [[oauth.issuers]]")] = ()

    @model_validator(mode="after")
    def _names_each_issuer_once(self) -> Self:
        names = [each.issuer for each in self.issuers]
        twice = sorted({each for each in names if names.count(each) > 1})
        if twice:
            raise mistake(f"oauth.issuers: {twice[0]} is declared twice; declare it in one table")
        return self

    @property
    def loopback_urls(self) -> list[str]:
        """The URLs of issuers on this machine."""
        return [url for each in self.issuers for url in (each.issuer, each.keys) if url.startswith(LOOPBACK)]
