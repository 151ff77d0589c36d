"""What the service itself says of a user, to the vendor's product: permission sets and the way to sign in.

Clients read both and write neither: what they send there is left out (RFC 7644 section 3.5.1), so that an identity provider that
maps something to ``entitlements`` is not refused.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from scim2_models import URN, ComplexAttribute, Extension, Mutability, Resource

from lambdas.scim.models import User


class LoginMethod(StrEnum):
    """How a user signs in to the product."""

    EXTERNAL = "external"
    """Through the identity provider."""

    BUILT_IN = "built-in"
    """With a password of the product, as guests do whom the identity provider does not know."""


class ProductUser(Extension):
    """What the service says of a user beside the core schema."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User")

    login_method: Annotated[LoginMethod | None, Mutability.read_only] = None
    """How the user signs in to the product; set by its operator."""


class Entitlement(ComplexAttribute):
    """A permission set that the user has."""

    value: Annotated[str | None, Mutability.read_only] = None
    """The id of the permission set."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The name of the permission set."""


class EntitledUser(User):
    """A person of the customer (RFC 7643 section 4.1)."""

    __schema__ = User.__schema__

    entitlements: Annotated[list[Entitlement] | None, Mutability.read_only] = None  # type: ignore[assignment]  # as emails
    """The permission sets that the User has in the product."""

    Entitlements: ClassVar[type[ComplexAttribute]] = Entitlement


EntitledUser.__name__ = User.__name__  # what /Schemas calls it


def computes_entitlements(model: type[Resource[Any]]) -> bool:
    """Tell whether the service says itself what a user's ``entitlements`` are, rather than the client."""
    return issubclass(model, EntitledUser)
