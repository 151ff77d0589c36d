"""Attributes as an environment's file names them: paths bound to the model that has them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import isclass
from typing import Any, Self, cast

from scim2_models import AttributeBinding, BaseModel, Extension, Path, Required, Resource, Uniqueness
from scim2_models.attributes import ExtensibleStringEnum
from scim2_server.utils import parametrize

from lambdas.scim.extensions.escaped_names import escape
from lambdas.scim.upstream import scim_name

CORE = ("urn:ietf:params:scim:schemas:core:2.0:User:", "urn:ietf:params:scim:schemas:core:2.0:Group:")
"""The beginnings of the URNs of the core schemas' attributes."""


def name_of(binding: AttributeBinding) -> str:
    """Return the name of an attribute in keys and messages: its path, without the URN of a core schema."""
    urn = binding.urn
    for schema in CORE:
        urn = urn.removeprefix(schema)
    return urn


@dataclass(frozen=True)
class Attribute:
    """An attribute of a resource type, or a sub-attribute of one."""

    path: Path[Any]
    """Its path, bound to the model of the resource type with all of its extensions."""

    binding: AttributeBinding
    """The field that the path is bound to."""

    @classmethod
    def find(cls, model: type[Resource[Any]], path: str) -> Self | None:
        """Return the attribute that a path names, in any case; None when there is none.

        :raises InvalidPathException: When the text is not a path.
        """
        for written in (path, _escaped(model, path)):
            bound = parametrize(Path, model)(written)
            binding = bound.resolve() if bound.value_filter is None else None
            if binding is not None:
                return cls(bound, binding)
        return None

    @classmethod
    def all_of(cls, model: type[Resource[Any]], **having: Any) -> list[Self]:
        """Return the attributes of a model, and their sub-attributes.

        :param having: The selection of :meth:`scim2_models.Path.iter_paths`, such as ``uniqueness``.
        """
        found = (cls.find(model, str(path)) for path in parametrize(Path, model).iter_paths(**having))
        return [each for each in found if each is not None]

    @property
    def part(self) -> str:
        """The name in a resource's JSON of what has the attribute, in lower case: an attribute, or an extension's URN."""
        binding = self.binding
        if issubclass(binding.model, Extension):
            return str(binding.model.__schema__).lower()
        return scim_name(binding.model, binding.field_name).lower()

    @property
    def name(self) -> str:
        """The path in SCIM, such as ``name.givenName``, with the URN of an extension in front."""
        return name_of(self.binding)

    def entries(self, resource: Resource[Any]) -> list[Any]:
        """Return the values of a resource, one for each entry of a list, empty ones included."""
        binding = self.binding
        is_open = binding.field_name not in binding.model.model_fields
        if is_open or not (isinstance(resource, binding.model) or issubclass(binding.model, Extension)):
            found = self.path.get(resource, strict=False)
        else:  # as the line above, for a tenth of its time
            found = self._declared_value(resource)
        return found if isinstance(found, list) else [found]

    def _declared_value(self, resource: Resource[Any]) -> Any:
        """Return what a field of the resource or of its extension has; of a sub-attribute of a list, the list of values."""
        binding = self.binding
        is_core = isinstance(resource, binding.model)
        host = resource if is_core else getattr(resource, binding.model.__name__, None)
        head = None if host is None else getattr(host, binding.field_name)
        if binding.sub_field_name is None or head is None:
            return head
        if isinstance(head, list):
            return [getattr(each, binding.sub_field_name) for each in head] or None
        return getattr(head, binding.sub_field_name)

    def entries_in(self, document: Mapping[str, Any]) -> list[Any]:
        """Return the values that :meth:`entries` returns for the model of a document.

        :param document: A plain document (:mod:`lambdas.scim.plain_documents`).
        """
        *inside, name = self._names
        host = document
        for each in inside:
            host = host.get(each) or {}
            if isinstance(host, list):
                return [each.get(name) for each in host] or [None]
        found = host.get(name)
        return found if isinstance(found, list) else [found]

    @cached_property
    def _names(self) -> list[str]:
        """The names that lead to the values in a document: the URN of an extension, the attribute, the sub-attribute."""
        binding = self.binding
        names = [str(binding.model.__schema__)] if issubclass(binding.model, Extension) else []
        names.append(scim_name(binding.model, binding.field_name))
        if binding.sub_field_name is not None:
            names.append(scim_name(cast("type[BaseModel]", binding.field_type), binding.sub_field_name))
        return names

    def values(self, resource: Resource[Any]) -> list[Any]:
        """Return the values of a resource that are not empty."""
        return [each for each in self.entries(resource) if not is_empty(each)]

    def holders(self, resource: Resource[Any]) -> Iterator[tuple[BaseModel, str]]:
        """Yield the objects inside a resource that have the attribute, each with its field."""
        binding = self.binding
        host: Any = resource
        if not isinstance(resource, binding.model):
            host = getattr(resource, binding.model.__name__, None)
        if host is None:
            return
        if binding.sub_field_name is None:
            yield host, binding.field_name
            return
        found = getattr(host, binding.field_name)
        for entry in found if isinstance(found, list) else [found]:
            if entry is not None:
                yield entry, binding.sub_field_name

    def give(self, resource: Resource[Any], value: Any) -> None:
        """Set the attribute of a resource that has none, creating the extension or entry that contains it."""
        binding = self.binding
        if binding.sub_field_name is not None and binding.is_multivalued:
            entry = cast("type[BaseModel]", binding.field_type).model_validate({binding.sub_field_name: value})
            head = str(self.path).rpartition(".")[0]
            parametrize(Path, type(resource))(head).set(resource, [entry])
        else:
            self.path.set(resource, value)


def _escaped(model: type[Resource[Any]], path: str) -> str:
    """Return the path with the name of an extension's attribute escaped; any other path unchanged."""
    for urn in model.get_extension_models():
        if path.lower().startswith(f"{urn}:".lower()):
            return f"{urn}:{escape(path[len(urn) + 1 :])}"
    return path


def is_empty(value: Any) -> bool:
    """Return whether a value is empty: null, a blank text, an empty list, or an object of only such (RFC 7643 section 2.5)."""
    if isinstance(value, BaseModel):
        return all(is_empty(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, list):
        return all(is_empty(each) for each in value)
    return value is None or (isinstance(value, str) and not value.strip())


def unique_by_schema(model: type[Resource[Any]]) -> Iterable[Attribute]:
    """Return the attributes that the annotations of a model declare unique, without ``id``, which the service assigns."""
    uniqueness = [Uniqueness.server, Uniqueness.global_]
    return Attribute.all_of(model, include_subattributes=False, uniqueness=uniqueness)


def required_by_schema(model: type[Resource[Any]]) -> Iterable[Attribute]:
    """Return the attributes that the annotations of a model declare required, without ``schemas``, which the service completes."""
    found = Attribute.all_of(model, include_subattributes=False, required=[Required.true])
    return [each for each in found if each.binding.field_name != "schemas"]


def holds_texts(binding: AttributeBinding) -> bool:
    """Return whether the values of an attribute are strings or references."""
    return isclass(binding.target_type) and issubclass(binding.target_type, str)


def compares_as_text(binding: AttributeBinding | None) -> bool:
    """Return whether filters compare the values of an attribute as the texts that they are; any text can be one of them."""
    kind = binding and binding.target_type
    return kind is str or (isclass(kind) and issubclass(kind, ExtensibleStringEnum))


def comparable(attribute: Attribute, value: Any) -> Any:
    """Return a value in the form that comparisons of the attribute use; a value without one unchanged."""
    try:
        return attribute.binding.comparable(value)
    except ValueError:
        return value
