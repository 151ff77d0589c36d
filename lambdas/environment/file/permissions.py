"""The permission sets of an environment, their sources, and the login method."""

import uuid
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lambdas.environment.file.mistakes import mistake
from lambdas.environment.file.section import Name, Section
from lambdas.scim.case_sensitivity import comparable_text


class Source(StrEnum):
    """A source of users' permission sets."""

    GROUPS = "groups"
    """An operator maps groups to sets; the groups' members get the sets."""

    ROLES = "roles"
    """The client names sets in the user's ``roles``."""

    SYSTEM_GROUPS = "system-groups"
    """Each set is a group that exists from the start; its members get the set."""

    OPERATOR = "operator"
    """An operator assigns sets to a user; no client can change the assignment."""


GROUP_NAMESPACE = uuid.UUID("8f0a3a5e-9d0c-4f4e-9b57-6a1f0c1d2e3f")
"""The namespace of the ids of system groups (UUID version 5)."""

SetId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class PermissionSet(Section):
    """A named set of the product's rights."""

    id: Annotated[
        SetId,
        Field(
            description='an id of up to 64 letters, digits, ".", "_" and "-", such as "admin", which the product uses'
        ),
    ]
    name: Annotated[Name, Field(description='a name for people, such as "Administrator"')]
    description: Annotated[Name | None, Field(description="a text for operators")] = None

    @property
    def group_id(self) -> str:
        """The id of the set's system group, the same in every directory; renaming the set keeps the group."""
        return _group_id_of(self.id)


@cache
def _group_id_of(set_id: str) -> str:
    return str(uuid.uuid5(GROUP_NAMESPACE, set_id))


class Permissions(Section):
    """The permission sets and how users get them."""

    sets: Annotated[
        tuple[PermissionSet, ...], Field(strict=False, description="a list of tables [[permissions.sets]]")
    ] = ()
    sources: Annotated[
        tuple[Annotated[Source, Field(strict=False)], ...],
        Field(strict=False, description='a list of sources: "groups", "roles", "system-groups", "operator"'),
    ] = ()
    default: Annotated[
        tuple[SetId, ...],
        Field(strict=False, description="a list of set ids, for users who get no set from any source"),
    ] = ()
    base: Annotated[
        tuple[SetId, ...],
        Field(strict=False, description="a list of set ids, for every active user in addition to all other sets"),
    ] = ()
    roles_from: Annotated[
        Literal["roles", "groups"],
        Field(
            description='"roles", or "groups" (read the groups in a user\'s body as roles as well, for identity providers '
            "that send them)"
        ),
    ] = "roles"
    one_role: Annotated[
        bool,
        Field(description="true or false: whether a user has one role at most, so that a new role replaces the others"),
    ] = False
    unknown_role: Annotated[
        Literal["ignore", "refuse"],
        Field(description='"ignore" (store a role that names no set, without effect) or "refuse"'),
    ] = "ignore"

    @model_validator(mode="after")
    def _names_existing_sets(self) -> Self:
        ids = [comparable_text(each.id) for each in self.sets]
        names = [comparable_text(each.name) for each in self.sets]
        for what, values in (("id", ids), ("name", names)):
            twice = sorted({each for each in values if values.count(each) > 1})
            if twice:
                raise mistake(
                    f'permissions.sets: two sets have the {what} "{twice[0]}"; it must be unique, regardless of case'
                )
        for key, listed in (("default", self.default), ("base", self.base)):
            unknown = [each for each in listed if each not in {one.id for one in self.sets}]
            if unknown:
                there = ", ".join(each.id for each in self.sets) or "none"
                raise mistake(f'permissions.{key} names "{unknown[0]}", which is not a set; the sets are: {there}')
        if self.sources and not self.sets:
            raise mistake("permissions.sources is set, but there are no [[permissions.sets]]")
        if self.roles_from == "groups" and Source.ROLES not in self.sources:
            raise mistake('permissions.roles_from is "groups", but permissions.sources does not contain "roles"')
        return self


RedirectUri = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https://[^\s#]+|http://(localhost|127\.0\.0\.1)(:\d+)?/[^\s#]*|[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:/[^\s#]*)$"
    ),
]
"""An absolute URL without a fragment (RFC 6749 section 3.1.2). Without TLS only on the user's own machine; an app's own scheme is a
reversed domain name (RFC 8252 section 7.1)."""


class Login(Section):
    """How users sign in to the product. An operator can change it for each user, such as for guests."""

    default: Annotated[
        Literal["external", "built-in"],
        Field(description='"external" (through the identity provider) or "built-in" (with a password of the product)'),
    ] = "external"
    redirect_uris: Annotated[
        tuple[RedirectUri, ...],
        Field(
            strict=False,
            description="a list of URLs for sign-on without a fragment, such as "
            '"https://app.acme.com/signin-oidc", or "com.acme.app:/signin" for an app on a device',
        ),
    ] = ()
