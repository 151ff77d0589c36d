"""Extensions that take undeclared attributes: any name, with a text as its value (idp-behaviour 6.3).

``{"urn:ietf:params:scim:schemas:extension:2.0:Metadata": {"costCentre": "7", "Büro (alt)": "B2"}}``: an administrator types the
names into the identity provider's attribute list. Names are stored as sent, and compared without case.

The library finds the attribute that a path, a filter or ``sortBy`` names by asking the model for the field of that name. An open
extension has every field: its model takes *extra* fields, of which pydantic keeps, copies and compares the values, and it returns
the same annotations for all of them. So PATCH, filters, sorting and projection treat an undeclared attribute as any other. This is
sound because:

- In the model, every undeclared name is escaped (:mod:`lambdas.scim.extensions.escaped_names`). ``schemas``, ``model_config`` and
  ``__proto__`` are then names like any other, and ``a.b``, ``a:b`` and ``{{key}}`` can stand in paths.
- Names are unescaped in documents, a client's or the table's, and :meth:`OpenExtension._escape_names` escapes them; in paths and
  filters the dialect :func:`lambdas.scim.dialects.attribute_names.open_name` does. They are written unescaped, also into the table
  (:class:`ShowsOpenNames`).
- A path carries its name as the client spelled it, and :meth:`OpenExtension._spelled` finds the one that is stored: the first
  spelling stays.
- The library caches what names resolve to, per model and without a limit, because declared names are few. For models with open
  extensions the cache is bounded (:func:`bound_memory`).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self, cast

from pydantic import (
    ConfigDict,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from scim2_models import BaseModel, Extension, InvalidValueException, Resource

from lambdas.scim.detail import Detail
from lambdas.scim.extensions.declared_extension import DeclaredExtension
from lambdas.scim.extensions.escaped_names import escape, folded, is_escaped, unescape
from lambdas.scim.limits import MAX_OPEN_NAME_LENGTH, MAX_OPEN_NAMES
from lambdas.scim.upstream import INTERMEDIATE, OpenNames, RewrittenResource, default_of, remember_names, scim_name

MAX_REMEMBERED = 2_000
"""Names that the library caches of one model before the cache is cleared: about 2 MB."""


class _AnyName(dict[str, str]):
    """Names of fields, with every escaped name standing for itself."""

    def __missing__(self, name: str) -> str:
        if is_escaped(name):
            return name
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


@lru_cache(maxsize=64)
def _declared_names(model: "type[OpenExtension]") -> frozenset[str]:
    """Return the names of the declared attributes of an extension, in lower case."""
    return frozenset(scim_name(model, field).lower() for field in model.model_fields if field != "schemas")


class OpenExtension(OpenNames, DeclaredExtension, **INTERMEDIATE):
    """An extension that takes undeclared attributes beside the declared ones."""

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, str]

    @classmethod
    def declares(cls, name: str) -> bool:
        """Return whether an attribute of this name, as clients write it, is declared."""
        return name.lower() in _declared_names(cls)

    @classmethod
    def is_open(cls, field_name: str) -> bool:
        """Return whether a field is that of an undeclared attribute."""
        return field_name not in cls.model_fields and is_escaped(field_name)

    @property
    def open_names(self) -> list[str]:
        """The names of the undeclared attributes that have a value, as they were sent."""
        return [unescape(name) for name in self.__pydantic_extra__]

    @model_validator(mode="wrap")
    @classmethod
    def _escape_names(cls, data: Any, handler: ValidatorFunctionWrapHandler) -> Self:
        """Return the model of a document, a client's or the table's, with undeclared names escaped."""
        if isinstance(data, dict):
            names = cls.escaped(data)
            data = {name: value for name, value in names.items() if value is not None or not cls.is_open(name)}
        return cast("Self", handler(data))

    @classmethod
    def escaped(cls, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document with its undeclared names escaped; of two names for one attribute, the first counts."""
        read: dict[str, Any] = {}
        seen: set[str] = set()
        for name, value in document.items():
            if cls.declares(name):
                read[name] = value
            elif folded(name) not in seen:
                read[escape(name)] = value
                seen.add(folded(name))
        return read

    # -- The fields of the model, as the library looks them up ------------------------------------------------------------------

    @classmethod
    def __pydantic_on_complete__(cls) -> None:
        """Register the declared fields, and one for every escaped name."""
        super().__pydantic_on_complete__()
        cls.replace_names(_AnyName)

    @classmethod
    def get_field_annotation(cls, field_name: str, annotation_type: type) -> Any:
        """Return an annotation of an attribute; of an undeclared one the default of RFC 7643 section 2.2."""
        if cls.is_open(field_name):
            return default_of(annotation_type)
        return super().get_field_annotation(field_name, annotation_type)

    @classmethod
    def get_field_root_type(cls, attribute_name: str) -> type | None:
        """Return the type of an attribute's values."""
        return str if cls.is_open(attribute_name) else super().get_field_root_type(attribute_name)

    @classmethod
    def get_field_multiplicity(cls, attribute_name: str) -> bool:
        """Return whether an attribute holds a list."""
        return not cls.is_open(attribute_name) and super().get_field_multiplicity(attribute_name)

    @classmethod
    def open_scim_name(cls, field_name: str) -> str | None:
        """Return the name of an undeclared attribute in messages and keys, where one attribute has one name."""
        return folded(unescape(field_name)) if cls.is_open(field_name) else None

    @classmethod
    def open_urn(cls, field_name: str) -> str | None:
        """Return the path of an undeclared attribute as ``attributes`` and ``excludedAttributes`` write it."""
        return f"{cls.__schema__}:{escape(folded(unescape(field_name)))}" if cls.is_open(field_name) else None

    # -- Values -----------------------------------------------------------------------------------------------------

    def _spelled(self, field_name: str) -> str:
        """Return the field under which an undeclared attribute is stored, or would be."""
        wanted = folded(unescape(field_name))
        return next((name for name in self.__pydantic_extra__ if folded(unescape(name)) == wanted), field_name)

    def __getattr__(self, name: str) -> Any:
        """Return the value of an undeclared attribute, whatever the case of its name; None when it has none."""
        if self.is_open(name):
            return self.__pydantic_extra__.get(self._spelled(name))
        return super().__getattr__(name)  # type: ignore[misc]  # which pydantic hides from type checkers

    def __setattr__(self, name: str, value: Any) -> None:
        """Set the value of an undeclared attribute, or remove it with None.

        :raises InvalidValueException: When the extension would exceed :data:`lambdas.scim.limits.MAX_OPEN_NAMES`.
        """
        if not self.is_open(name):
            super().__setattr__(name, value)
            return
        values, kept = self.__pydantic_extra__, self._spelled(name)
        if value is None:
            values.pop(kept, None)
        elif kept not in values and len(values) >= MAX_OPEN_NAMES:
            raise _too_many(str(self.__schema__), len(values) + 1)
        else:
            values[kept] = str(value)


class ShowsOpenNames(RewrittenResource, **INTERMEDIATE):
    """A resource that serializes the names in its open extensions as they were sent."""

    @classmethod
    def rewrite(cls, serialized: dict[str, Any]) -> dict[str, Any]:
        """Return the serialized resource with the names in its open extensions unescaped."""
        for urn, extension in open_extensions(cls).items():
            if isinstance(serialized.get(urn), dict):
                serialized[urn] = {
                    unescape(name) if extension.is_open(name) else name: value
                    for name, value in serialized[urn].items()
                }
        return serialized


def open_extensions(model: type[BaseModel]) -> Mapping[str, type[OpenExtension]]:
    """Return the open extensions of a resource model, by their URNs."""
    if not issubclass(model, Resource):
        return {}
    return {urn: each for urn, each in model.get_extension_models().items() if issubclass(each, OpenExtension)}


def check_open_names(resource: Resource[Any]) -> None:
    """Raise an error for names in a resource's open extensions that exceed the limits.

    :raises InvalidValueException: When there are too many of them, or one is too long or empty.
    """
    for urn, model in open_extensions(type(resource)).items():
        extension: Extension | None = resource[model]
        if not isinstance(extension, OpenExtension):
            continue
        names = extension.open_names
        if len(names) > MAX_OPEN_NAMES:
            raise _too_many(urn, len(names))
        if "" in names:
            raise InvalidValueException(
                detail=Detail("{urn} has an attribute with an empty name; give it a name", urn=urn)
            )
        longest = max((len(name) for name in names), default=0)
        if longest > MAX_OPEN_NAME_LENGTH:
            raise InvalidValueException(
                detail=Detail(
                    "{urn} has an attribute name of {number:,} characters; the limit is {limit}",
                    urn=urn,
                    number=longest,
                    limit=MAX_OPEN_NAME_LENGTH,
                )
            )


def _too_many(urn: str, number: int) -> InvalidValueException:
    return InvalidValueException(
        detail=Detail(
            "{urn} would have {number:,} undeclared attributes; the limit is {limit}. Send fewer.",
            urn=urn,
            number=number,
            limit=MAX_OPEN_NAMES,
        )
    )


class _Memory(dict[Any, Any]):
    """The library's cache of a model's names; it is cleared when it is full."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        super().__setitem__(key, value)


def bound_memory(model: type[BaseModel]) -> None:
    """Bound the cache of resolved names of a model with open extensions, which clients would fill otherwise."""
    if open_extensions(model):
        remember_names(model, _Memory())
