"""Attributes as an environment's file names them: by paths, each bound to the model that has it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import isclass
from typing import Any, Self, cast

from scim2_models import AttributeBinding, BaseModel, Path, Resource, Uniqueness
from scim2_server.utils import parametrize

from lambdas.scim.extensions.escaped_names import escape

CORE = ("urn:ietf:params:scim:schemas:core:2.0:User:", "urn:ietf:params:scim:schemas:core:2.0:Group:")
"""What the URNs of the core schemas' attributes begin with."""


def name_of(binding: AttributeBinding) -> str:
    """Return what an attribute is called in keys and in messages: its path, without the URN of the core schemas."""
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
    """What the path is bound to."""

    @classmethod
    def find(cls, model: type[Resource[Any]], path: str) -> Self | None:
        """Return the attribute that a path names, whatever the case of its letters; None when there is none.

        :raises InvalidPathException: When it is no path.
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

        :param having: What :meth:`scim2_models.Path.iter_paths` selects by, such as ``uniqueness``.
        """
        found = (cls.find(model, str(path)) for path in parametrize(Path, model).iter_paths(**having))
        return [each for each in found if each is not None]

    @property
    def name(self) -> str:
        """The path as SCIM writes it, such as ``name.givenName``, with the URN of an extension in front."""
        return name_of(self.binding)

    def entries(self, resource: Resource[Any]) -> list[Any]:
        """Return what a resource holds, one for each entry of a list, as it is."""
        found = self.path.get(resource, strict=False)
        return found if isinstance(found, list) else [found]

    def values(self, resource: Resource[Any]) -> list[Any]:
        """Return the values that a resource has; what is empty counts as none."""
        return [each for each in self.entries(resource) if not is_empty(each)]

    def holders(self, resource: Resource[Any]) -> Iterator[tuple[BaseModel, str]]:
        """Yield the objects inside a resource that hold the attribute, each with the field that it is in."""
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
        """Give a value to a resource that has none, together with what has to hold it: an extension, an entry."""
        binding = self.binding
        if binding.sub_field_name is not None and binding.is_multivalued:
            entry = cast("type[BaseModel]", binding.field_type).model_validate({binding.sub_field_name: value})
            head = str(self.path).rpartition(".")[0]
            parametrize(Path, type(resource))(head).set(resource, [entry])
        else:
            self.path.set(resource, value)


def _escaped(model: type[Resource[Any]], path: str) -> str:
    """Return the path of an extension's attribute in the form that is read whatever its name is made of."""
    for urn in model.get_extension_models():
        if path.lower().startswith(f"{urn}:".lower()):
            return f"{urn}:{escape(path[len(urn) + 1 :])}"
    return path


def is_empty(value: Any) -> bool:
    """Tell whether a value counts as none: null, an empty text or list, or an object of nothing else (RFC 7643 section 2.5)."""
    if isinstance(value, BaseModel):
        return all(is_empty(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, list):
        return all(is_empty(each) for each in value)
    return value is None or (isinstance(value, str) and not value.strip())


def unique_by_schema(model: type[Resource[Any]]) -> Iterable[Attribute]:
    """Return the attributes that a model's own annotations call unique, but ``id``, which we make."""
    uniqueness = [Uniqueness.server, Uniqueness.global_]
    return Attribute.all_of(model, include_subattributes=False, uniqueness=uniqueness)


def holds_texts(binding: AttributeBinding) -> bool:
    """Tell whether the values of an attribute are texts, references among them."""
    return isclass(binding.target_type) and issubclass(binding.target_type, str)


def comparable(attribute: Attribute, value: Any) -> Any:
    """Return a value in the form that comparisons of the attribute use; one that cannot be compared equals only itself."""
    try:
        return attribute.binding.comparable(value)
    except ValueError:
        return value
