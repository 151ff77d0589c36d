"""The description of a service whose environment declares more of its attributes than their schemas do.

What is declared is told to clients in ``/Schemas`` and ``/ResourceTypes``, and nowhere else made part of the models: the
protocol library enforces a model's ``required`` before the stored state is known, and then nobody could disable a leaver whose
record is older than the file (:class:`lambdas.scim.rules.Rules`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

from scim2_models import (
    Extension,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ServiceProviderConfig,
    Uniqueness,
)

from lambdas.scim.attributes import Attribute, unique_by_schema
from lambdas.scim.upstream import AllTypesProvider

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

MATCHING: dict[str, tuple[str, ...]] = {
    "User": ("externalId", "emails.value", f"{ENTERPRISE}:manager.value"),
    "Group": ("externalId",),
}
"""By resource type, the attributes that several resources may share and clients match by (idp-behaviour 1.3, 1.11), in every
environment."""


@dataclass(frozen=True)
class Declarations:
    """What an environment declares of the attributes of one resource type."""

    required: tuple[Attribute, ...] = ()
    """Every resource has a value of them."""

    unique: tuple[Attribute, ...] = ()
    """No two resources share a value of them."""

    matching: tuple[Attribute, ...] = ()
    """Clients find resources by them."""

    allowed: tuple[tuple[Attribute, tuple[str, ...]], ...] = ()
    """Each attribute with the only values that it takes."""

    defaults: tuple[tuple[Attribute, Any], ...] = ()
    """Each attribute with the value that it gets when a client sends none."""

    suggested: tuple[tuple[Attribute, tuple[str, ...]], ...] = ()
    """Each attribute with the values that mean something here; whether others are taken is not said."""


class DirectoryProvider(AllTypesProvider):
    """What is served, what is told of it, and what resources are found by."""

    def __init__(
        self,
        models: Iterable[type[Resource[Any]] | type[Extension]],
        resource_types: Iterable[ResourceType],
        config: ServiceProviderConfig,
        policy: ScimPolicy,
        *,
        declared: Mapping[str, Declarations] | None = None,
        unserved: Collection[str] = (),
    ) -> None:
        """Take the models, their binding to resource types, the capabilities, and how tolerantly is read.

        :param declared: By resource type, what the environment declares.
        :param unserved: The resource types that are known, such as ``Group``, and not served: nothing tells of them, a search for
            them finds nothing, and nobody changes one.
        """
        super().__init__(models, resource_types, config, policy)
        self._declared = dict(declared or {})
        self._unserved = frozenset(unserved)
        self.unique = cache(self._unique)
        self.matching = cache(self._matching)

    # -- What is found by its value ----------------------------------------------------------------------------------

    def declared(self, type_name: str) -> Declarations:
        """Return what the environment declares of the attributes of a resource type."""
        return self._declared.get(type_name, Declarations())

    def _unique(self, type_name: str) -> tuple[Attribute, ...]:
        """Return the attributes of which no two resources of a type share a value."""
        return _each_once([*unique_by_schema(self._model(type_name)), *self.declared(type_name).unique])

    def _matching(self, type_name: str) -> tuple[Attribute, ...]:
        """Return the attributes that resources of a type are found by and may share.

        :data:`MATCHING` stays so where it is unique too: who declares an attribute unique has resources already, and their
        look-ups go on finding them until a repair has built what is new.
        """
        model = self._model(type_name)
        always = (Attribute.find(model, path) for path in MATCHING.get(type_name, ()))
        unique = {each.name for each in self.unique(type_name)}
        added = (each for each in self.declared(type_name).matching if each.name not in unique)
        return _each_once([*(each for each in always if each is not None), *added])

    def _model(self, type_name: str) -> type[Resource[Any]]:
        return cast("type[Resource[Any]]", self.model_for(type_name))

    # -- What is served and told ------------------------------------------------------------------------------------

    def serves(self, resource_type: ResourceType) -> bool:
        """Tell whether resources of a type are served."""
        return str(resource_type.name) not in self._unserved

    @cached_property
    def resource_types(self) -> tuple[ResourceType, ...]:
        """The resource types that are served, each as it is told to clients.

        An extension with a required attribute is itself required (RFC 7643 section 6).
        """
        urns = {attribute.path.schema for each in self._declared.values() for attribute in each.required}
        required = {str(urn).lower() for urn in urns if urn}
        served = [each.model_copy(deep=True) for each in self.known_types if self.serves(each)]
        for resource_type in served:
            for extension in resource_type.schema_extensions or []:
                if str(extension.schema_).lower() in required:
                    extension.required = True
        return tuple(served)

    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        """The schemas as they are told to clients: those of what is served, with what the environment declares."""
        bound = {str(urn).lower() for each in self.resource_types for urn in _schemas_of(each)}
        schemas = [model.to_schema() for model in self.models if str(model.__schema__).lower() in bound]
        for declarations in self._declared.values():
            _tell(schemas, declarations)
        return tuple(schemas)


def _schemas_of(resource_type: ResourceType) -> list[Any]:
    """Return the URNs of a resource type's schema and extensions."""
    return [resource_type.schema_, *(each.schema_ for each in resource_type.schema_extensions or [])]


def _each_once(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    return tuple({each.name: each for each in attributes}.values())


def _tell(schemas: Iterable[Schema], declarations: Declarations) -> None:
    """Write what is declared of attributes into the schemas that have them (RFC 7643 section 7)."""
    described = {
        f"{schema.id}:{attribute.name}".lower(): attribute
        for schema in schemas
        for attribute in schema.attributes or []
    }
    for urn, attribute in list(described.items()):
        described |= {f"{urn}.{each.name}".lower(): each for each in attribute.sub_attributes or []}

    def of(attribute: Attribute) -> Any:
        return described.get(attribute.binding.urn.lower())

    for each in declarations.required:
        urn = each.binding.urn.lower()
        # A sub-attribute is required of each value of its attribute; that there is one at all, the attribute tells.
        for part in [urn] if each.binding.sub_field_name is None else [urn, urn.rpartition(".")[0]]:
            if part in described:
                described[part].required = Required.true
    for each in declarations.unique:
        if of(each):
            of(each).uniqueness = Uniqueness.server
    for each, values in (*declarations.suggested, *declarations.allowed):
        if of(each):
            of(each).canonical_values = list(values)
