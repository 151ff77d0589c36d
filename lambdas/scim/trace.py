"""The subject and effect of a request, collected while it is served, for the SCIM log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from scim2_models import PatchOp, Resource, ResourceType

from lambdas.scim.found_resources import FoundResource, name_of
from lambdas.scim.guarding import GuardResult
from lambdas.scim.ids import logged_id
from lambdas.scim.path_names import names_in
from lambdas.scim.plain_bodies import PlainBody
from lambdas.scim.plain_patches import PlainPatch

REMOVED = "removed"
"""The request disabled the user, and the environment's rules removed it."""

DISABLED = "disabled"
"""The user was disabled; instead of being deleted, where the environment's rules say so."""

ENABLED = "enabled"
"""The user was enabled."""


_IGNORED: ContextVar[dict[str, None] | None] = ContextVar("ignored", default=None)


@dataclass
class Trace:
    """The subject and effect of one request. It holds no values of attributes but the identifying ones named here."""

    resource_type: str | None = None
    """``User`` or ``Group``; of a bulk request, that of its last operation."""

    resource_id: str | None = None
    """The id of the resource that was read, written or deleted."""

    name: str | None = None
    """The resource's ``userName`` or ``displayName``."""

    external_id: str | None = None
    """The resource's ``externalId``."""

    changed: list[str] = field(default_factory=list)
    """The paths of the attributes that a write named, such as ``name.givenName``, without filters."""

    operations: list[str] = field(default_factory=list)
    """The operations of a PATCH: which of ``add``, ``remove`` and ``replace`` it has."""

    became: str | None = None
    """The effect of the directory's rules on a user, :data:`REMOVED` or :data:`DISABLED`."""

    groups_left: int | None = None
    """The number of groups that a user left because it was disabled."""

    activity: str | None = None
    """:data:`ENABLED` or :data:`DISABLED` when a write changed whether the user is active."""

    linked: bool | None = None
    """True when the request linked a user whom an operator had created by hand to the identity provider."""

    owner: str | None = None
    """The id of the resource that has the unique value for which the request was refused."""

    results: int | None = None
    """The number of resources that a search returned."""

    guard: GuardResult | None = None
    """What the guard against mass deprovisioning counted; of a bulk request, the first above the limit or the last."""

    ignored: dict[str, None] = field(default_factory=dict)
    """The paths of the attributes that a write gave a value and that are not stored, as keys: unknown, read-only, ``password``."""

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Record in :attr:`ignored` what :func:`ignored_attributes` collects while a request is served."""
        token = _IGNORED.set(self.ignored)
        try:
            yield
        finally:
            _IGNORED.reset(token)

    def about(self, resource_type: ResourceType, resource_id: str | None) -> None:
        """Record which resource a request is about, before the resource is read."""
        self.resource_type = str(resource_type.name)
        self.resource_id = resource_id and logged_id(resource_id)

    def saw(self, resource: Resource[Any]) -> None:
        """Record the resource that was read or written."""
        self.resource_id = logged_id(resource.id) if resource.id else self.resource_id
        self.name = name_of(resource) or self.name
        self.external_id = resource.external_id or self.external_id

    def creates(self, body: Resource[Any] | PlainBody) -> None:
        """Record the resource that a POST asks for, and its attributes."""
        if not isinstance(body, PlainBody):
            self.saw(body)
            self.wrote(body)
            return
        document = body.resource.document
        self.name = document.get("userName") or self.name
        self.external_id = document.get("externalId") or self.external_id
        for name in body.body:
            if name != "schemas":
                self._change(name)

    def found(self, resource: FoundResource) -> None:
        """Record the resource that was read."""
        if resource.document is None:
            self.saw(resource.to_model())
            return
        self.resource_id = logged_id(resource.id)
        self.name = resource.name or self.name
        self.external_id = resource.external_id or self.external_id

    def wrote(self, resource: Resource[Any]) -> None:
        """Record the attributes in the body of a POST or PUT."""
        fields = type(resource).model_fields
        for name in resource.model_fields_set:
            if name not in ("schemas", "id", "meta") and getattr(resource, name) is not None:
                self._change(fields[name].serialization_alias or fields[name].alias or name)

    def patched(self, patch: "PatchOp[Any] | PlainPatch") -> None:
        """Record the attributes that a PATCH names."""
        if isinstance(patch, PlainPatch):
            for each in patch.operations:
                self._operation(each["op"], each.get("path"), each["value"])
            return
        for operation in patch.operations or []:
            self._operation(operation.op and operation.op.value, operation.path, operation.value)

    def _operation(self, op: str | None, path: object, value: object) -> None:
        if op is not None and op not in self.operations:
            self.operations.append(op)
        if path:
            self._change(names_in(str(path)))
        elif isinstance(value, dict):
            for key in value:
                self._change(names_in(str(key)))

    def _change(self, path: str) -> None:
        if path not in self.changed:
            self.changed.append(path)


def ignored_attributes() -> dict[str, None]:
    """Return what the reading of the present request adds ignored attributes to; a new one outside of a request."""
    ignored = _IGNORED.get()
    return {} if ignored is None else ignored
