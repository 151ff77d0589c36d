"""What the vendor's product is told of a user beyond what clients sent: the part of the environment's file that says so."""

from dataclasses import dataclass, field
from typing import Self

from lambdas.environment.file.environment import Environment
from lambdas.environment.file.permissions import Login, Permissions


@dataclass(frozen=True)
class Product:
    """The permission sets and the login method of an environment's users; without either, users are what clients sent."""

    permissions: Permissions = field(default_factory=Permissions)
    login: Login | None = None

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """Return what an environment's file says."""
        return cls(environment.permissions, environment.login)

    @property
    def computes_entitlements(self) -> bool:
        """Whether users have permission sets, so that ``entitlements`` are ours to say."""
        return bool(self.permissions.sets)


PLAIN = Product()
"""Users as clients sent them: no permission sets, no login methods."""
