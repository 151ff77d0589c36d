"""Every private name of scim2-models and scim2-server that this project depends on, and the public API that would replace it.

Both libraries are below version 1.0 and pinned exactly. The rest of the project reaches their internals through this module
only, so an upgrade is checked in one place. The faults of the libraries that the project works around, each with a minimal
input, are listed in ``docs/contributor/upstream.md``.
"""

from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from pydantic import ConfigDict, SerializationInfo, SerializerFunctionWrapHandler, model_serializer
from scim2_models import (
    BaseModel,
    Extension,
    PatchOperation,
    Resource,
    ResourceType,
    SCIMException,
    ScimFilter,
    ScimProvider,
    SearchRequest,
)
from scim2_models.messages.patch_op import _apply_operation
from scim2_models.path import FilterNode
from scim2_models.path.resolution import _RESOLVED_ATTRS
from scim2_models.policy import _effective_policy
from scim2_server.service import ScimService
from scim2_server.utils import parametrize

INTERMEDIATE = ConfigDict(defer_build=True, use_attribute_docstrings=False)
"""The configuration of a model that is only the base of others and has no fields of its own. The library reads the source of each
other model for the descriptions of its fields, and builds its validator, while a function starts."""

COMPLETE = ConfigDict(defer_build=False, use_attribute_docstrings=True)
"""The configuration of a model that is used and has such a base: the library's own."""


def field_named(model: type[BaseModel], name: str) -> str | None:
    """Return the Python field of an attribute, whatever the case of its SCIM name; None when the model declares none.

    Ask upstream for: a public ``Model.field_for(name)``.
    """
    field = model.__scim_info__.field_by_name.get(name.lower())
    return field if field is None else str(field)


def field_of_attribute(model: type[BaseModel], name: str) -> str:
    """Return the Python field of an attribute, by its SCIM name exactly as ``/Schemas`` shows it.

    Ask upstream for: the same ``Model.field_for(name)`` as :func:`field_named`.
    """
    return str(model.__scim_info__.alias_to_field[name])


def scim_name(model: type[BaseModel], field: str) -> str:
    """Return the SCIM name of a Python field, such as ``userName`` for ``user_name``.

    Ask upstream for: a public ``Model.attribute_name(field)``.
    """
    return str(model._scim_name(field))


def default_of(annotation: type) -> Any:
    """Return the value that an attribute characteristic has where nothing is declared (RFC 7643 section 2.2).

    :param annotation: ``Mutability``, ``Returned``, ``Uniqueness``, ``Required`` or ``CaseExact``.

    Ask upstream for: a public ``default()`` of the characteristics.
    """
    return getattr(annotation, "_default", None)


def remember_names(model: type[BaseModel], memory: MutableMapping[Any, Any]) -> None:
    """Make a model keep the names that it resolved in a mapping of the caller's choice.

    The library's own cache never shrinks, which is right for declared names and wrong for names that clients invent.

    Ask upstream for: a bound on the cache of resolved names.
    """
    setattr(model, _RESOLVED_ATTRS, memory)


@lru_cache(maxsize=64)
def hold_generic(generic: type[Any], parameter: Any) -> type[Any]:
    """Return a generic class with its parameter, such as ``SearchRequest[User]``, and keep it from being collected.

    pydantic holds the classes that it builds weakly. One that nothing else holds is built anew, in some 10 ms, after each
    collection of garbage, also when the protocol library asks for it.

    Ask upstream for: classes that the provider holds, as long as the models they are made for.
    """
    return parametrize(generic, parameter)


FilterT = TypeVar("FilterT", bound=ScimFilter[Any])


def filter_with(kind: type[FilterT], text: str, node: FilterNode) -> FilterT:
    """Return a filter of a text that has been parsed and checked already.

    :param kind: The class of the filter, which has the models that it is bound to.
    :param node: The parsed form of the text.

    Ask upstream for: a constructor that takes a text with its parsed form.
    """
    made = str.__new__(kind, text)
    made._ast = node
    return made


ExceptionT = TypeVar("ExceptionT", bound=SCIMException)


def has_default_detail(exception: SCIMException) -> bool:
    """Return whether an exception was raised without a detail, so that it has the constant one of its class.

    Ask upstream for: the same as :func:`with_detail`.
    """
    return exception._detail is None


def with_detail(exception: ExceptionT, detail: str) -> ExceptionT:
    """Return a copy of an exception with another detail, and with its status, type and other attributes.

    Ask upstream for: a public ``detail`` that can be set; ``from_error`` keeps the old one in the error that it returns.
    """
    kind = type(exception)
    restated = kind.__new__(kind, detail)
    restated.__dict__.update(vars(exception), _detail=detail, _error=None)
    return restated


def apply_operation(resource: Resource[Any], operation: "PatchOperation[Any]") -> bool:
    """Apply one operation of a PATCH to a resource, in place, and return whether it changed anything.

    ``PatchOp.patch`` applies all of them and does not report which one failed; it also copies the whole resource first, which is
    of no use where the resource is discarded when an operation fails.

    Ask upstream for: the index of the failed operation in the exception.
    """
    with _effective_policy(None):
        return _apply_operation(resource, operation, _effective_policy())


class OpenNames(Extension, **INTERMEDIATE):
    """An extension that resolves names which no field declares: the library asks these hooks for the names of fields.

    Ask upstream for: extensions with undeclared attributes (RFC 7643 section 3.3 allows a schema of any attributes).
    """

    @classmethod
    def replace_names(cls, replaced: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
        """Replace the two mappings in which the library looks up fields by name."""
        info = cls.__scim_info__
        cls.__scim_info__ = info._replace(
            field_by_name=replaced(info.field_by_name), validation_names=replaced(info.validation_names)
        )

    @classmethod
    def open_scim_name(cls, field_name: str) -> str | None:
        """Return the SCIM name of an undeclared attribute; None for a declared one."""
        return None

    @classmethod
    def open_urn(cls, field_name: str) -> str | None:
        """Return the URN by which ``attributes`` names an undeclared attribute; None for a declared one."""
        return None

    @classmethod
    def _scim_name(cls, field_name: str) -> str:
        name = cls.open_scim_name(field_name)
        return super()._scim_name(field_name) if name is None else name

    def _get_attribute_urn(self, field_name: str) -> str:
        urn = self.open_urn(field_name)
        return super()._get_attribute_urn(field_name) if urn is None else urn


class RewrittenResource(Resource[Any], **INTERMEDIATE):
    """A resource whose serialized form can be changed after the library has made it.

    Ask upstream for: a public serializer hook. A second ``model_serializer`` of another name replaces the library's own, so
    the private one is wrapped.
    """

    @classmethod
    def rewrite(cls, serialized: dict[str, Any]) -> dict[str, Any]:
        """Return the serialized resource as it is sent or stored; the argument may be changed."""
        return serialized

    @model_serializer(mode="wrap")
    def _scim_serializer(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        return self.rewrite(super()._scim_serializer(handler, info))


class AllTypesProvider(ScimProvider):
    """A provider with all of its resource types, also those that a subclass does not show to clients.

    Ask upstream for: resource types that are bound and not announced.
    """

    @property
    def known_types(self) -> tuple[ResourceType, ...]:
        """The resource types that the provider was built with."""
        return tuple(self._resource_types)


class CursorSeal(Protocol):
    """What seals the position of a page into a cursor; the interface of ``scim2_server.cursor.Cursors``."""

    def seal(self, query: str, count: int | None, position: Any) -> str:
        """Return the cursor of a position."""

    def open(self, cursor: str, query: str, count: int | None, timeout: int | None) -> Any:
        """Return the position that a cursor holds."""


class SealedService(ScimService):
    """A service with cursors that are sealed by an object of the caller's choice.

    Ask upstream for: a ``cursors=`` argument. The library builds its own from a secret that must be known at start, with the
    16 MB ``cryptography`` package.
    """

    def __init__(self, provider: ScimProvider, cursors: CursorSeal) -> None:
        super().__init__(provider, secret=b"not used")
        self._cursors = cursors  # type: ignore[assignment]  # the library's class, of which this is the interface

    @staticmethod
    def _build_cursors(secret: str | bytes | None) -> Any:
        return None

    def seal_position(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], position: Any
    ) -> str | None:
        """Return the cursor of a position that the storage gave; None when there is no such page.

        Ask upstream for: a public method that does the same.
        """
        return self._seal(resource_types, search_request, position)
