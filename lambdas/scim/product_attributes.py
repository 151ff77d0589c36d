"""The attributes that the service adds to users for the product: permission sets and the login method.

Both are read-only: values that a client sends are ignored (RFC 7644 section 3.5.1), so that a mapping to ``entitlements`` in an
identity provider does not fail.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from scim2_models import URN, ComplexAttribute, Extension, Mutability

from lambdas.scim.models import User
from lambdas.scim.product_schema import PRODUCT_USER


class LoginMethod(StrEnum):
    """A way to sign in to the product."""

    EXTERNAL = "external"
    """Single sign-on through the identity provider."""

    BUILT_IN = "built-in"
    """A password of the product, for guests that the identity provider does not have."""


class ProductUser(Extension):
    """The extension with the attributes that the service adds."""

    __schema__ = URN(PRODUCT_USER)

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

    computes_entitlements: ClassVar[bool] = True


EntitledUser.__name__ = User.__name__  # /Schemas shows it
