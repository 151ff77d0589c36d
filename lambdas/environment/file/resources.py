"""The rules for users and groups, and deprovisioning."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import AttributePath, Section

Value = str | bool | int | Annotated[float, Field(allow_inf_nan=False)]
"""A value of a simple attribute in TOML. ``nan`` and ``inf`` are excluded because JSON has neither."""

PATHS = 'a list of attribute paths, such as ["name.givenName", "emails.value"]'


class AttributeRules(Section):
    """The rules for the attributes of a resource type, in addition to RFC 7643.

    Paths are those of RFC 7644 section 3.10: ``userType``, ``name.givenName``, ``emails.value``, and for an extension its URN, a
    colon and the attribute.
    """

    required: Annotated[tuple[AttributePath, ...], Field(strict=False, description=PATHS)] = ()
    """Attributes every resource must have; ``/Schemas`` says ``required``. A request that leaves one empty is refused."""

    unique: Annotated[tuple[AttributePath, ...], Field(strict=False, description=PATHS)] = ()
    """Attributes with unique values, compared without case; ``/Schemas`` says ``uniqueness: server``."""

    matching: Annotated[tuple[AttributePath, ...], Field(strict=False, description=PATHS)] = ()
    """Attributes with a look-up key: a filter with ``eq`` on one reads a key instead of the whole directory."""

    allowed: Annotated[
        dict[
            AttributePath, Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False, min_length=1)]
        ],
        Field(
            description='a table that maps attribute paths to lists of allowed values, such as userType = ["Premium", "Standard"]'
        ),
    ] = {}
    """The allowed values by attribute; any other value is refused. ``/Schemas`` lists them as ``canonicalValues``."""

    defaults: Annotated[
        dict[AttributePath, Value],
        Field(description='a table that maps attribute paths to default values, such as userType = "Standard"'),
    ] = {}


class Deprovisioning(Section):
    """What happens to a user that an identity provider disables (``active`` false) or deletes."""

    deactivated: Annotated[
        Literal["disable", "remove"],
        Field(description='"disable" (keep the user with active = false) or "remove" (delete the user)'),
    ] = "disable"
    deleted: Annotated[
        Literal["remove", "disable"],
        Field(description='"remove" (delete the user) or "disable" (keep the user with active = false)'),
    ] = "remove"
    memberships: Annotated[
        Literal["keep", "remove"],
        Field(description='"keep" or "remove": whether a disabled user keeps or loses its group memberships'),
    ] = "keep"

    @model_validator(mode="after")
    def _deletion_keeps_no_more_than_disabling(self) -> Self:
        if self.deactivated == "remove" and self.deleted == "disable":
            raise mistake(
                'users.deprovisioning.deactivated is "remove", so deleted must be "remove" too; otherwise a deleted user would be '
                "kept and a disabled user would not"
            )
        return self


class Users(AttributeRules):
    """The rules for users."""

    deprovisioning: Annotated[Deprovisioning, Field(description="a table [users.deprovisioning]")] = Field(
        default_factory=Deprovisioning
    )


class Groups(AttributeRules):
    """The rules for groups."""

    served: Annotated[
        bool,
        Field(
            description="true or false: whether the endpoint serves groups; if false, a search for groups returns none and "
            "creating a group is refused"
        ),
    ] = True
    created_by_clients: Annotated[
        bool, Field(description="true or false: whether identity providers can create, rename and delete groups")
    ] = True
