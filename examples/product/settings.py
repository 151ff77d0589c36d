"""The settings of the product, from environment variables."""

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """What the product needs to know."""

    url: str
    """The product's own address, such as ``https://app.example.com``."""

    tenant_url: str
    """The SCIM base URL of a connection with scope ``read``."""

    scim_token: str = field(repr=False)
    """The connection's token."""

    webhook_secret: str = field(repr=False)
    """The secret that signs webhooks: ``scimctl webhooks rotate`` shows it."""

    issuer: str
    """The OpenID Connect issuer: with Entra ID ``https://login.microsoftonline.com/TENANT-ID/v2.0``."""

    tenant: str
    """The customer's tenant id: the claim ``tid`` that ID tokens must have."""

    client_id: str
    """The client id of the web application, a confidential client."""

    client_secret: str = field(repr=False)
    desktop_client_id: str
    """The client id of the desktop and mobile client, a public client."""

    cookie_key: str = field(repr=False)
    """Signs the cookie with the id of a session."""

    administrators: str
    """The id of the permission set whose users invite others to set a password."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Return the settings in ``PRODUCT_...`` variables.

        :raises KeyError: When one is missing.
        """
        return cls(**{name: os.environ[f"PRODUCT_{name.upper()}"] for name in cls.__dataclass_fields__})
