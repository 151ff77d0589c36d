"""The base model of all extensions that an environment declares."""

from typing import ClassVar

from pydantic import ConfigDict
from scim2_models import Attribute, ComplexAttribute, Extension, Schema

from lambdas.scim.extensions.date_times import SentDateTime
from lambdas.scim.upstream import INTERMEDIATE, field_of_attribute


class DeclaredExtension(Extension, **INTERMEDIATE):
    """An extension that an environment declares."""

    model_config = ConfigDict(allow_inf_nan=False)  # JSON has no such numbers

    title: ClassVar[str] = ""
    """Its name in ``/Schemas``; the name of the class is that of its field in the resource."""

    @classmethod
    def to_schema(cls) -> Schema:
        """Return the entry of the extension in ``/Schemas``."""
        schema = super().to_schema()
        schema.name = cls.title
        for attribute in schema.attributes or []:
            _name_type(attribute, cls.get_field_root_type(field_of_attribute(cls, str(attribute.name))))
        return schema


def _name_type(attribute: Attribute, kind: type | None) -> None:
    """Set the type ``dateTime`` of an attribute whose Python type the library does not recognise."""
    if kind is SentDateTime:
        attribute.type = Attribute.Type.date_time
    for sub_attribute in attribute.sub_attributes or []:
        if isinstance(kind, type) and issubclass(kind, ComplexAttribute):
            _name_type(sub_attribute, kind.get_field_root_type(str(sub_attribute.name)))
