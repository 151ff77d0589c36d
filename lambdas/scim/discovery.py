"""The schemas and resource types that ``/Schemas`` and ``/ResourceTypes`` show, with what an environment declares of attributes.

Declarations are shown to clients and are not part of the models: the protocol library enforces a model's ``required`` before the
stored state is known, which would make it impossible to disable a leaver whose record is older than the file
(:class:`lambdas.scim.rules.Rules` enforces them).
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

from lambdas.scim.attributes import Attribute, required_by_schema, unique_by_schema
from lambdas.scim.models import ALWAYS_PRESENT
from lambdas.scim.plain_bodies import PlainBodies
from lambdas.scim.plain_documents import PlainDocuments
from lambdas.scim.upstream import AllTypesProvider

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

MATCHING: dict[str, tuple[str, ...]] = {
    "User": ("externalId", "emails.value", f"{ENTERPRISE}:manager.value"),
    "Group": ("externalId",),
}
"""The look-up attributes of every environment, by resource type: clients search by them, and several resources may share a value
(idp-behaviour 1.3, 1.11)."""


@dataclass(frozen=True)
class Declarations:
    """The declarations of an environment about the attributes of one resource type."""

    required: tuple[Attribute, ...] = ()
    """Attributes that every resource has a value of."""

    unique: tuple[Attribute, ...] = ()
    """Attributes whose values no two resources share."""

    matching: tuple[Attribute, ...] = ()
    """Look-up attributes, besides those of :data:`MATCHING`."""

    allowed: tuple[tuple[Attribute, tuple[str, ...]], ...] = ()
    """Attributes with the only values that they take."""

    defaults: tuple[tuple[Attribute, Any], ...] = ()
    """Attributes with the value that they get when a client sends none."""

    suggested: tuple[tuple[Attribute, tuple[str, ...]], ...] = ()
    """Attributes with values to show in ``/Schemas``; other values may be accepted."""


class DirectoryProvider(AllTypesProvider):
    """The models that are served, the schemas that describe them, and the attributes that have keys."""

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
        """Create the description of a service.

        :param declared: The environment's declarations, by the name of the resource type.
        :param unserved: The names of resource types that are known but not served, such as ``Group``: discovery does not show
            them, a search for them finds nothing, and no request changes one.
        """
        super().__init__(models, resource_types, config, policy)
        self._declared = dict(declared or {})
        self._unserved = frozenset(unserved)
        self.unique = cache(self._unique)
        self.matching = cache(self._matching)
        self.required_by_schema = cache(self._required_by_schema)
        self.indexed_parts = cache(self._indexed_parts)
        self.plain_documents = cache(self._plain_documents)
        self.plain_bodies = cache(self._plain_bodies)

    # -- Attributes with keys ---------------------------------------------------------------------------------------

    def declared(self, type_name: str) -> Declarations:
        """Return the environment's declarations about a resource type."""
        return self._declared.get(type_name, Declarations())

    def _unique(self, type_name: str) -> tuple[Attribute, ...]:
        """Return the attributes whose values are unique among the resources of a type."""
        return _each_once([*unique_by_schema(self._model(type_name)), *self.declared(type_name).unique])

    def _matching(self, type_name: str) -> tuple[Attribute, ...]:
        """Return the look-up attributes of a type.

        An attribute of :data:`MATCHING` keeps its look-up keys where it is declared unique: resources from before the declaration
        have no unique key until a repair has built it.
        """
        model = self._model(type_name)
        always = (Attribute.find(model, path) for path in MATCHING.get(type_name, ()))
        unique = {each.name for each in self.unique(type_name)}
        added = (each for each in self.declared(type_name).matching if each.name not in unique)
        return _each_once([*(each for each in always if each is not None), *added])

    def _indexed_parts(self, type_name: str) -> frozenset[str]:
        """Return which parts of a resource's JSON have keys, in lower case: attributes, and URNs of extensions."""
        return frozenset(each.part for each in (*self.unique(type_name), *self.matching(type_name)))

    def _plain_documents(self, type_name: str) -> PlainDocuments:
        """Return the plain documents of a resource type."""
        return PlainDocuments(self._model(type_name))

    def _plain_bodies(self, type_name: str) -> PlainBodies:
        """Return the bodies of creations of a resource type that need no model."""
        return PlainBodies(self._model(type_name))

    def _required_by_schema(self, type_name: str) -> tuple[Attribute, ...]:
        """Return the attributes that every resource of a type has by its schema, whatever the environment declares."""
        return tuple(required_by_schema(self._model(type_name)))

    def _model(self, type_name: str) -> type[Resource[Any]]:
        return cast("type[Resource[Any]]", self.model_for(type_name))

    # -- Discovery --------------------------------------------------------------------------------------------------

    def serves(self, resource_type: ResourceType) -> bool:
        """Return whether resources of a type are served."""
        return str(resource_type.name) not in self._unserved

    @cached_property
    def resource_types(self) -> tuple[ResourceType, ...]:
        """The resource types that are served, as ``/ResourceTypes`` shows them.

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
        """The schemas that are served, as ``/Schemas`` shows them: with the declarations of the environment."""
        bound = {str(urn).lower() for each in self.resource_types for urn in _schemas_of(each)}
        schemas = [model.to_schema() for model in self.models if str(model.__schema__).lower() in bound]
        for declarations in self._declared.values():
            _declare(schemas, declarations)
        for schema in schemas:
            for attribute in schema.attributes or []:
                if attribute.name in ALWAYS_PRESENT.get(str(schema.id), ()):
                    attribute.required = Required.true
        return tuple(schemas)


def _schemas_of(resource_type: ResourceType) -> list[Any]:
    """Return the URNs of a resource type's schema and extensions."""
    return [resource_type.schema_, *(each.schema_ for each in resource_type.schema_extensions or [])]


def _each_once(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    return tuple({each.name: each for each in attributes}.values())


def _declare(schemas: Iterable[Schema], declarations: Declarations) -> None:
    """Write declarations into the schemas of their attributes (RFC 7643 section 7)."""
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
        # A required sub-attribute is required in each value; that there is a value at all takes a required attribute.
        for part in [urn] if each.binding.sub_field_name is None else [urn, urn.rpartition(".")[0]]:
            if part in described:
                described[part].required = Required.true
    for each in declarations.unique:
        if of(each):
            of(each).uniqueness = Uniqueness.server
    for each, values in (*declarations.suggested, *declarations.allowed):
        if of(each):
            of(each).canonical_values = list(values)
