"""Stored resources as a read or write finds them: plain JSON that an answer can show as it is, and the model where it is needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from scim2_models import Resource, ResourceType

MemberRow = tuple[str, str, str | None]
"""A member of a group: its id, its resource type, and the display name that a client sent. The service wrote all three."""


class Once:
    """A model that is made when it is first asked for, and kept."""

    def __init__(self, make: Callable[..., Resource[Any]], *arguments: Any) -> None:
        """Set what makes the model, and its arguments."""
        self._make = make
        self._arguments = arguments
        self._made: Resource[Any] | None = None

    def __call__(self) -> Resource[Any]:
        """Return the model."""
        if self._made is None:
            self._made = self._make(*self._arguments)
        return self._made


@dataclass(frozen=True)
class FoundResource:
    """A stored resource, with the attributes that its answer keeps."""

    resource_type: ResourceType

    id: str

    version: str | None
    """The entity tag; None for a group that was changed and not read."""

    document: Mapping[str, Any] | None
    """The resource as JSON, with references relative to the Tenant URL, ``members`` as a list of :data:`MemberRow`, and without
    ``meta.location``. None when only the model has what the answer shows."""

    to_model: Callable[[], Resource[Any]]
    """Returns the resource as its model, always the same one; it reads nothing more from the table."""

    content: Mapping[str, Any] | None = None
    """The stored attributes alone as JSON: without ``id``, ``meta`` and those that are stored separately or computed. None where
    :attr:`document` is."""

    @classmethod
    def of_model(cls, resource_type: ResourceType, resource: Resource[Any]) -> Self:
        """Return a resource that has been read as a model, for the model to answer."""
        return cls(resource_type, str(resource.id), version_of(resource), None, lambda: resource)

    @property
    def name(self) -> str | None:
        """The ``userName`` or ``displayName``. The model is asked where the document does not have it in this spelling.

        :raises Exception: When the model cannot read the document.
        """
        return self._text("userName") or self._text("displayName") or name_of(self.to_model())

    @property
    def external_id(self) -> str | None:
        """The ``externalId``."""
        return self._text("externalId")

    def _text(self, attribute: str) -> str | None:
        value = (self.document or {}).get(attribute)
        return value if isinstance(value, str) else None


def name_of(resource: Resource[Any]) -> str | None:
    """Return the ``userName`` or ``displayName`` of a resource."""
    return getattr(resource, "user_name", None) or getattr(resource, "display_name", None)


def version_of(resource: Resource[Any]) -> str | None:
    """Return the entity tag of a stored resource."""
    return resource.meta.version if resource.meta else None


@dataclass(frozen=True)
class FoundPage:
    """A page of a search: the fields of :class:`scim2_server.storage.SearchPage`, with resources as they were found."""

    total: int | None
    resources: Sequence[FoundResource]
    next: Any = None
    previous: Any = None
