"""What a user and a group must be in an environment, and what happens when a user leaves."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import AttributePath, Section

Value = str | bool | int | Annotated[float, Field(allow_inf_nan=False)]
"""A value of a simple attribute, as TOML writes it; TOML's ``nan`` and ``inf`` are none, as JSON cannot say them."""

PATHS = 'a list of attribute paths, such as ["name.givenName", "emails.value"]'


class AttributeRules(Section):
    """What holds for the attributes of a resource, beside what RFC 7643 says of them.

    Paths are those of RFC 7644 section 3.10: ``userType``, ``name.givenName``, ``emails.value``, and for an extension its URN, a
    colon and the attribute.
    """

    required: Annotated[tuple[AttributePath, ...], Field(strict=False, description=PATHS)] = ()
    """A request that leaves such a resource without one of them is refused; ``/Schemas`` says ``required``."""

    unique: Annotated[tuple[AttributePath, ...], Field(strict=False, description=PATHS)] = ()
    """No two resources of the directory share a value of them, whatever its case; ``/Schemas`` says ``uniqueness: server``."""

    matching: Annotated[tuple[AttributePath, ...], Field(strict=False, description=PATHS)] = ()
    """A filter with ``eq`` on them reads a key instead of the whole directory: what an identity provider matches by."""

    allowed: Annotated[
        dict[
            AttributePath, Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False, min_length=1)]
        ],
        Field(
            description='a table of attribute paths, each with the list of its values, such as userType = ["Premium", "Standard"]'
        ),
    ] = {}
    """Any other value is refused; ``/Schemas`` lists them as ``canonicalValues``."""

    defaults: Annotated[
        dict[AttributePath, Value],
        Field(
            description="a table of attribute paths, each with the value it gets when a client sends none, such as "
            'userType = "Standard"'
        ),
    ] = {}


class Deprovisioning(Section):
    """What becomes of a user who is disabled (``active`` false) or deleted by the identity provider."""

    deactivated: Annotated[
        Literal["disable", "remove"],
        Field(description='"disable" (the user stays, with active false) or "remove" (as if deleted)'),
    ] = "disable"
    deleted: Annotated[
        Literal["remove", "disable"],
        Field(description='"remove" or "disable" (the user stays, with active false, although a client deleted it)'),
    ] = "remove"
    memberships: Annotated[
        Literal["keep", "remove"],
        Field(description='"keep" or "remove": whether a user who is disabled stays a member of its groups'),
    ] = "keep"

    @model_validator(mode="after")
    def _removes_no_more_than_it_keeps(self) -> Self:
        if self.deactivated == "remove" and self.deleted == "disable":
            raise mistake(
                'users.deprovisioning.deactivated is "remove", so deleted must be "remove" too: a user who is deleted would stay, '
                "and one who is only disabled would not"
            )
        return self


class Users(AttributeRules):
    """The users of an environment."""

    deprovisioning: Annotated[Deprovisioning, Field(description="a table [users.deprovisioning]")] = Deprovisioning()


class Groups(AttributeRules):
    """The groups of an environment."""

    served: Annotated[
        bool,
        Field(
            description="true or false: whether there are groups at all; without, a search for groups finds none, which is what "
            "identity providers test a connection with, and creating one is refused"
        ),
    ] = True
    created_by_clients: Annotated[
        bool, Field(description="true or false: whether an identity provider may create, rename and delete groups")
    ] = True
