"""Who may use the product, how they sign in, and with which permissions: decided by the directory alone."""

from examples.product.directory import Resource

EXTENSION = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"

EXTERNAL = "external"
"""The login method of users who sign in through the identity provider."""

BUILT_IN = "built-in"
"""The login method of users with a password of the product."""


def login_method(user: Resource | None) -> str | None:
    """Return how a user signs in, :data:`EXTERNAL` or :data:`BUILT_IN`; None for a user who must not get in.

    Deleted and disabled users must not get in. A user without a login method signs in externally.
    """
    if user is None or user.get("active") is False:
        return None
    return str(user.get(EXTENSION, {}).get("loginMethod", EXTERNAL))


def permissions(user: Resource) -> set[str]:
    """Return the ids of a user's permission sets."""
    return {each["value"] for each in user.get("entitlements", [])}
