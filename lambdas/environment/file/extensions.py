"""Schema extensions: attributes that RFC 7643 does not define."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import Name, Section


class ExtensionAttribute(Section):
    """One attribute of an extension (RFC 7643 section 7)."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=100),
        Field(description='the name of the attribute, such as "folders", at most 100 characters'),
    ]
    type: Annotated[
        Literal["string", "boolean", "integer", "decimal", "dateTime", "reference"],
        Field(description='"string", "boolean", "integer", "decimal", "dateTime" or "reference"'),
    ] = "string"
    multi_valued: Annotated[bool, Field(description="true or false: whether the attribute holds a list of values")] = (
        False
    )
    mutability: Annotated[
        Literal["readWrite", "immutable", "readOnly"],
        Field(description='"readWrite", "immutable" (set once) or "readOnly" (values from clients are ignored)'),
    ] = "readWrite"
    """``writeOnly`` is not supported: a client that cannot read the value back sends it again in every cycle."""

    case_exact: Annotated[bool, Field(description="true or false: whether comparisons are case-sensitive")] = False
    shape: Annotated[
        Literal["strings", "objects"],
        Field(
            description='"strings" (["a", "b"]) or "objects" ([{"value": "a"}]): the form in which a multi-valued attribute is '
            "returned; clients can send both"
        ),
    ] = "strings"
    trim: Annotated[
        bool,
        Field(
            description="true or false: whether the product sees the values of a string attribute without surrounding spaces; "
            "the identity provider reads them as it sent them"
        ),
    ] = False
    description: Annotated[Name | None, Field(description="a text that /Schemas shows")] = None

    @model_validator(mode="after")
    def _trims_texts(self) -> Self:
        if self.trim and self.type != "string":
            raise mistake(
                f'extensions: attribute "{self.name}" has trim, which needs the type "string", not "{self.type}"'
            )
        return self


class ExtensionSchema(Section):
    """One extension of users or groups (RFC 7643 section 3.3)."""

    urn: Annotated[
        str,
        StringConstraints(
            pattern=r"^(?i:urn):[A-Za-z0-9][A-Za-z0-9-]{0,31}(?::[A-Za-z0-9][A-Za-z0-9._-]*)*:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$",
            max_length=250,
        ),
        Field(
            description="the URN of the schema, such as "
            '"urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"; letters, digits, ".", "_" and "-" are allowed '
            "between colons (RFC 7644 section 3.4.2.2)"
        ),
    ]
    name: Annotated[
        Name | None, Field(description="a text that /Schemas shows; the default is the last part of the URN")
    ] = None
    description: Annotated[Name | None, Field(description="a text that /Schemas shows")] = None
    resource: Annotated[Literal["User", "Group"], Field(description='"User" or "Group"')] = "User"
    open: Annotated[
        bool,
        Field(description="true or false: whether clients can send undeclared attributes, which are stored as texts"),
    ] = False
    attributes: Annotated[
        tuple[ExtensionAttribute, ...], Field(strict=False, description="a list of tables [[extensions.attributes]]")
    ] = ()

    @model_validator(mode="after")
    def _declares_attributes(self) -> Self:
        names = [each.name.lower() for each in self.attributes]
        twice = sorted({each for each in names if names.count(each) > 1})
        if twice:
            raise mistake(
                f'extensions: {self.urn} declares "{twice[0]}" twice; attribute names must differ in more than case'
            )
        if not names and not self.open:
            raise mistake(
                f"extensions: {self.urn} declares no attributes; add [[extensions.attributes]] or set open = true"
            )
        return self
