"""Attributes the service adds for the vendor's product."""

from dataclasses import dataclass, field
from typing import Self

from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.file.permissions import Login, Permissions


@dataclass(frozen=True)
class Product:
    """The permission sets and the login method of an environment; without either, users have only what clients sent."""

    permissions: Permissions = field(default_factory=Permissions)
    login: Login | None = None
    trimmed: tuple[str, ...] = ()
    """Paths of attributes whose values are returned without surrounding spaces (:mod:`lambdas.environment.trimming`)."""

    @classmethod
    def of(cls, environment: EndpointSettings, *, reader: bool = False) -> Self:
        """Return the settings of an environment.

        :param reader: Whether the caller is the product, with a token that can only read.
        """
        trimmed = (
            f"{each.urn}:{attribute.name}"
            for each in environment.extensions
            for attribute in each.attributes
            if attribute.trim and each.resource == "User"
        )
        return cls(environment.permissions, environment.login, tuple(trimmed) if reader else ())

    @property
    def computes_entitlements(self) -> bool:
        """Whether the service computes ``entitlements`` from permission sets."""
        return bool(self.permissions.sets)


PLAIN = Product()
"""No permission sets and no login methods."""
