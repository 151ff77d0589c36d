"""The description of a service: its models, schemas, resource types and capabilities."""

import functools
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim2_models import Extension, Resource, ResourceType, ScimPolicy
from scim2_server.utils import parametrize

from lambdas.scim.capabilities import ALL, Capabilities, build_config
from lambdas.scim.discovery import Declarations, DirectoryProvider
from lambdas.scim.extensions.open_extension import bound_memory
from lambdas.scim.models import EnterpriseUser, Group, User
from lambdas.scim.policy import POLICY


@dataclass(frozen=True)
class Models:
    """The resource models of a service, and the extensions of each."""

    user: type[User] = User
    group: type[Group] = Group
    user_extensions: tuple[type[Extension], ...] = (EnterpriseUser,)
    group_extensions: tuple[type[Extension], ...] = ()

    @property
    def whole_user(self) -> type[Resource[Any]]:
        """The model of users, extensions included."""
        return _extended(self.user, self.user_extensions)

    @property
    def whole_group(self) -> type[Resource[Any]]:
        """The model of groups, extensions included."""
        return _extended(self.group, self.group_extensions)


CORE = Models()
"""The models of RFC 7643: User, Group and the enterprise extension."""


def build_provider(
    policy: ScimPolicy = POLICY,
    capabilities: Capabilities = ALL,
    models: Models = CORE,
    declared: Mapping[str, Declarations] | None = None,
    unserved: Collection[str] = (),
) -> DirectoryProvider:
    """Return the description of a service; routes, schemas and validation all follow from it.

    :param declared: The declarations of an environment about attributes, by the name of the resource type.
    :param unserved: The names of resource types that are known but not served.
    """
    return DirectoryProvider(
        models=[models.user, *models.user_extensions, models.group, *models.group_extensions],
        resource_types=[
            ResourceType.from_resource(models.whole_user),
            ResourceType.from_resource(models.whole_group),
        ],
        config=build_config(capabilities),
        policy=policy,
        declared=declared,
        unserved=unserved,
    )


def _extended(model: type[Resource[Any]], extensions: Sequence[type[Extension]]) -> type[Resource[Any]]:
    """Return a resource model with extensions bound to it."""
    if not extensions:
        return model
    extended = parametrize(model, functools.reduce(operator.or_, extensions))
    bound_memory(extended)
    return extended
