"""Who may use the product, and with which permissions: decided by the copy of the directory alone."""

from examples.product.directory import Resource

EXTENSION = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"


def may_sign_in_externally(user: Resource | None) -> bool:
    """Return whether a user may sign in through the identity provider: active, and with the login method ``external``.

    A user without a login method signs in externally.
    """
    if user is None or user.get("active") is False:
        return False
    return bool(user.get(EXTENSION, {}).get("loginMethod", "external") == "external")


def permissions(user: Resource) -> set[str]:
    """Return the ids of a user's permission sets."""
    return {each["value"] for each in user.get("entitlements", [])}
