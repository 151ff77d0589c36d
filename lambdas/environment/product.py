"""Attributes the service adds for the vendor's product."""

from dataclasses import dataclass, field
from typing import Self

from lambdas.environment.file.environment import Environment
from lambdas.environment.file.permissions import Login, Permissions


@dataclass(frozen=True)
class Product:
    """The permission sets and the login method of an environment; without either, users have only what clients sent."""

    permissions: Permissions = field(default_factory=Permissions)
    login: Login | None = None

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """Return the settings of an environment."""
        return cls(environment.permissions, environment.login)

    @property
    def computes_entitlements(self) -> bool:
        """Whether the service computes ``entitlements`` from permission sets."""
        return bool(self.permissions.sets)


PLAIN = Product()
"""No permission sets and no login methods."""
