"""The console: web pages for operators, who sign in with the vendor's identity provider."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator

from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import Section

ENTRA_HOSTS = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"})
"""Hosts of Microsoft Entra ID, whose ID tokens of version 2 name an issuer that ends with ``/v2.0``."""

RoleName = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Console(Section):
    """How operators sign in to the console; without this table it is not deployed."""

    authority: Annotated[
        str,
        StringConstraints(max_length=300),
        Field(
            description="the https URL of an OpenID Connect issuer, such as "
            '"https://login.microsoftonline.com/TENANT-ID", with or without /v2.0'
        ),
    ]
    client_id: Annotated[
        str,
        StringConstraints(min_length=1, max_length=200),
        Field(description="the client id of the console's application at the identity provider"),
    ]
    administrators: Annotated[
        RoleName, Field(description="the value of the ID token's roles for people who may do everything")
    ] = "Administrator"
    technicians: Annotated[
        RoleName,
        Field(description="the value of the ID token's roles for people who may see the configuration and the log"),
    ] = "SystemTechnician"

    @field_validator("authority")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        loopback = parts.hostname in ("127.0.0.1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise mistake("console.authority must be an https URL")
        if not parts.hostname or parts.query or parts.fragment or parts.username:
            raise mistake("console.authority must be a URL without a user name, a query or a fragment")
        return value.rstrip("/")

    @property
    def issuer(self) -> str:
        """The issuer of ID tokens: the authority, with the ``/v2.0`` that Entra's pages leave out."""
        if urlsplit(self.authority).hostname in ENTRA_HOSTS and not self.authority.endswith("/v2.0"):
            return f"{self.authority}/v2.0"
        return self.authority
