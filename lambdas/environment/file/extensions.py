"""The schema extensions of an environment: attributes that RFC 7643 does not know."""

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
    multi_valued: Annotated[bool, Field(description="true or false: whether it holds a list of values")] = False
    mutability: Annotated[
        Literal["readWrite", "immutable", "readOnly"],
        Field(description='"readWrite", "immutable" (set once) or "readOnly" (what a client sends is left out)'),
    ] = "readWrite"
    """``writeOnly`` is not offered: a client that cannot read its value back sends it again with every cycle."""

    case_exact: Annotated[
        bool, Field(description="true or false: whether comparisons of it heed the case of letters")
    ] = False
    shape: Annotated[
        Literal["strings", "objects"],
        Field(
            description='"strings" (["a", "b"]) or "objects" ([{"value": "a"}]): the form in which a multi-valued attribute is '
            "returned; both are read"
        ),
    ] = "strings"
    description: Annotated[Name | None, Field(description="a text that /Schemas shows")] = None


class ExtensionSchema(Section):
    """One extension of users or of groups (RFC 7643 section 3.3)."""

    urn: Annotated[
        str,
        StringConstraints(
            pattern=r"^(?i:urn):[A-Za-z0-9][A-Za-z0-9-]{0,31}(?::[A-Za-z0-9][A-Za-z0-9._-]*)*:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$",
            max_length=250,
        ),
        Field(
            description="the URN of the schema: what stands before the last colon of its attributes' names, such as "
            '"urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName"; between colons it has letters, digits, ".", "_" '
            'and "-" (RFC 7644 section 3.4.2.2)'
        ),
    ]
    name: Annotated[
        Name | None, Field(description="a text that /Schemas shows; the last part of the URN if left out")
    ] = None
    description: Annotated[Name | None, Field(description="a text that /Schemas shows")] = None
    resource: Annotated[Literal["User", "Group"], Field(description='"User" or "Group"')] = "User"
    open: Annotated[
        bool,
        Field(
            description="true or false: whether it takes attributes that nobody declared, as texts, with their names kept as sent"
        ),
    ] = False
    attributes: Annotated[
        tuple[ExtensionAttribute, ...], Field(strict=False, description="a list of tables [[extensions.attributes]]")
    ] = ()

    @model_validator(mode="after")
    def _declares_something(self) -> Self:
        names = [each.name.lower() for each in self.attributes]
        twice = sorted({each for each in names if names.count(each) > 1})
        if twice:
            raise mistake(
                f'extensions: {self.urn} declares "{twice[0]}" twice; names of attributes differ in more than case'
            )
        if not names and not self.open:
            raise mistake(
                f"extensions: {self.urn} declares no attributes; give it [[extensions.attributes]], or open = true"
            )
        return self
