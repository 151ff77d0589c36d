"""The resource models: RFC 7643's User, Group and enterprise extension, as real clients fill them.

The sentence below each attribute is its ``description`` in ``/Schemas``.

They differ from scim2-models' own in five places, the first four because valid data of a client would be refused otherwise:

- ``manager`` needs no ``$ref``: RFC 7643 section 8.7.1 declares ``required: false`` for both sub-attributes, and Entra sends
  only ``value``;
- ``emails.value`` is any string: identity providers send what their directories have, and a filter for a malformed address
  finds nothing instead of failing;
- ``photos.value`` and ``profileUrl`` are kept as sent;
- a group's ``displayName`` is unique: Entra matches groups by it, and two hits stop the job (``DuplicateTargetEntries``);
- ``display`` of a group's members has a description, without which a Java client refuses ``/Schemas`` (RFC 7643 section 7).
"""

from typing import Annotated, Any, ClassVar

import scim2_models
import scim2_models.resources.group
from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import core_schema
from scim2_models import (
    URN,
    CaseExact,
    ComplexAttribute,
    Extension,
    External,
    Mutability,
    Reference,
    Required,
    Resource,
    ResourceType,
    Uniqueness,
)

from lambdas.scim.extensions.open_extension import ShowsOpenNames
from lambdas.scim.upstream import COMPLETE

ALWAYS_PRESENT: dict[str, tuple[str, ...]] = {str(scim2_models.User.__schema__): ("active",)}
"""Attributes that every resource has a value of, by the URN of their schema: ``required`` in ``/Schemas``, and refused where a
PATCH removes them (RFC 7644 section 3.5.2.2). A client may leave them out: a new resource then gets a default, and a stored one
keeps its value."""


class ExternalReference(Reference[External]):
    """A URL of a resource outside the directory, stored exactly as the client sent it."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source_type: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Accept any string: identity providers send what their directories have, whether it is a URL or not."""
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(), serialization=core_schema.plain_serializer_function_ser_schema(str)
        )


class Email(scim2_models.Email):
    """An e-mail address."""

    value: str | None = None
    """The e-mail address, as the client sent it."""


class Photo(scim2_models.Photo):
    """A photo's URL."""

    value: ExternalReference | None = None
    """The URL of a photo of the User, as the client sent it."""


class User(ShowsOpenNames, scim2_models.User[Any], **COMPLETE):
    """A person of the customer (RFC 7643 section 4.1)."""

    __schema__ = scim2_models.User.__schema__

    profile_url: ExternalReference | None = None
    """A URL of the User's online profile, as the client sent it."""

    emails: list[Email] | None = None  # type: ignore[assignment]  # narrower on purpose: pydantic reads it as declared
    """E-mail addresses of the User."""

    Emails: ClassVar[type[ComplexAttribute]] = Email

    photos: list[Photo] | None = None  # type: ignore[assignment]  # as emails
    """URLs of photos of the User."""

    Photos: ClassVar[type[ComplexAttribute]] = Photo

    computes_entitlements: ClassVar[bool] = False
    """Whether the service computes the ``entitlements``, rather than clients."""


class Manager(ComplexAttribute):
    """The manager of a user (RFC 7643 section 4.3)."""

    value: Annotated[str | None, Required.false, CaseExact.true] = None
    """The id of the User who is the manager."""

    ref: Annotated[Reference["User"] | None, Required.false] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The URI of the User who is the manager."""

    display_name: Annotated[str | None, Mutability.read_only] = None
    """The displayName of the manager."""


class EnterpriseUser(Extension):
    """The enterprise extension (RFC 7643 section 4.3)."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: str | None = None
    """An identifier of the person, often by order of hire."""

    cost_center: str | None = None
    """The name of a cost center."""

    organization: str | None = None
    """The name of an organization."""

    division: str | None = None
    """The name of a division."""

    department: str | None = None
    """The name of a department."""

    manager: Manager | None = None
    """The User's manager. It may not exist yet: references arrive in any order."""


class GroupMember(scim2_models.resources.group.GroupMember):
    """A member of a group (RFC 7643 section 4.2)."""

    display: str | None = None
    """The name of the member, as the client sent it."""


class Group(ShowsOpenNames, scim2_models.Group, **COMPLETE):
    """A group of users and groups (RFC 7643 section 4.2)."""

    __schema__ = scim2_models.Group.__schema__

    display_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    """The name of the Group, unique in the directory whatever its case."""

    members: list[GroupMember] | None = None  # type: ignore[assignment]  # as emails
    """The members of the Group: Users and Groups of the directory."""

    Members: ClassVar[type[ComplexAttribute]] = GroupMember


def is_group(subject: Resource[Any] | ResourceType) -> bool:
    """Return whether a resource, or a resource type, is a group's."""
    if isinstance(subject, ResourceType):
        return subject.name == "Group"
    return "members" in type(subject).model_fields
