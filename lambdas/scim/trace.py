"""What a request turned out to be about: collected on its way, for the SCIM log."""

from dataclasses import dataclass, field
from typing import Any

from scim2_models import PatchOp, Resource, ResourceType

from lambdas.scim.dialects.terms import without_brackets
from lambdas.scim.extensions.escaped_names import unescape_all

REMOVED = "removed"
"""A user who was to be disabled was removed."""

DISABLED = "disabled"
"""A user who was to be deleted was disabled."""


@dataclass
class Trace:
    """The subject of one request. It never holds attribute values other than the identifying ones named here."""

    resource_type: str | None = None
    """``User`` or ``Group``; of a bulk request, that of its last operation."""

    resource_id: str | None = None
    """The id of the resource that was read, written or deleted."""

    name: str | None = None
    """The resource's ``userName`` or ``displayName``."""

    external_id: str | None = None
    """The resource's ``externalId``."""

    changed: list[str] = field(default_factory=list)
    """The paths of the attributes that a write named, such as ``name.givenName``; filters inside paths are left out."""

    operations: list[str] = field(default_factory=list)
    """What a PATCH does to them: each of ``add``, ``remove`` and ``replace`` that it holds."""

    became: str | None = None
    """What the directory's rules made of a user beyond what was asked: :data:`REMOVED` or :data:`DISABLED`."""

    groups_left: int | None = None
    """How many groups a user left because it was disabled."""

    results: int | None = None
    """How many resources a search returned."""

    def about(self, resource_type: ResourceType, resource_id: str | None) -> None:
        """Note which resource a request is about, before anything is known of it."""
        self.resource_type = str(resource_type.name)
        self.resource_id = resource_id

    def saw(self, resource: Resource[Any]) -> None:
        """Note the resource that was read or written."""
        self.resource_id = resource.id or self.resource_id
        name = getattr(resource, "user_name", None) or getattr(resource, "display_name", None)
        self.name = name or self.name
        self.external_id = resource.external_id or self.external_id

    def wrote(self, resource: Resource[Any]) -> None:
        """Note the attributes that a POST or PUT brought."""
        fields = type(resource).model_fields
        for name in resource.model_fields_set:
            if name not in ("schemas", "id", "meta") and getattr(resource, name) is not None:
                self._change(fields[name].serialization_alias or fields[name].alias or name)

    def patched(self, patch_op: "PatchOp[Any]") -> None:
        """Note the attributes that the operations of a PATCH name."""
        for operation in patch_op.operations or []:
            if operation.op is not None and operation.op.value not in self.operations:
                self.operations.append(operation.op.value)
            if operation.path:
                self._change(_without_filter(str(operation.path)))
            elif isinstance(operation.value, dict):
                for key in operation.value:
                    self._change(_without_filter(str(key)))

    def _change(self, path: str) -> None:
        if path not in self.changed:
            self.changed.append(path)


def _without_filter(path: str) -> str:
    """Return a path without the value filter it may hold, whose operands are values: ``emails[type eq "x"].value``."""
    return unescape_all(without_brackets(path))
