"""What this service is: its resource types, its capabilities and how tolerantly it reads."""

import functools
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Extension,
    Filter,
    Pagination,
    Patch,
    Reference,
    Resource,
    ResourceType,
    ScimPolicy,
    ServiceProviderConfig,
    Sort,
)
from scim2_server.utils import parametrize

from lambdas.scim import limits
from lambdas.scim.description import Declarations, DirectoryProvider
from lambdas.scim.extensions.open_extension import bound_memory
from lambdas.scim.models import EnterpriseUser, Group, User

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""How we read: an unknown attribute is left out rather than failing the rest, a ``remove`` with a value removes just that value,
and a path filter that matches nothing creates what it describes; each as Microsoft Entra expects."""


@dataclass(frozen=True)
class Capabilities:
    """What of the protocol is served, of what may be left out; a request for what is not gets 501."""

    bulk: bool = True
    """Several operations in one request (RFC 7644 section 3.7)."""

    sort: bool = True
    """Searches in an order (RFC 7644 section 3.4.2.3)."""

    etag: bool = True
    """Versions of resources, and requests on the condition of one (RFC 7644 section 3.14)."""

    cursor: bool = True
    """Searches walked by cursors (RFC 9865)."""


def build_config(capabilities: Capabilities = Capabilities()) -> ServiceProviderConfig:
    """Return the capabilities announced at ``/ServiceProviderConfig`` (RFC 7643 section 5): exactly what is served.

    Passwords are accepted and never kept, so ``changePassword`` is not supported.
    """
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(
            supported=capabilities.bulk,
            max_operations=limits.MAX_BULK_OPERATIONS if capabilities.bulk else 0,
            max_payload_size=limits.MAX_BULK_BYTES if capabilities.bulk else 0,
        ),
        filter=Filter(supported=True, max_results=limits.MAX_PAGE_SIZE),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=capabilities.sort),
        etag=ETag(supported=capabilities.etag),
        pagination=Pagination(
            cursor=capabilities.cursor,
            index=True,
            default_pagination_method=Pagination.DefaultPaginationMethod.index,
            default_page_size=limits.DEFAULT_PAGE_SIZE,
            max_page_size=limits.MAX_PAGE_SIZE,
            cursor_timeout=limits.CURSOR_SECONDS if capabilities.cursor else None,
        ),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Bearer token",
                description="The connection's secret token in the Authorization header",
                spec_uri=Reference("https://www.rfc-editor.org/info/rfc6750"),
                primary=True,
            ),
            AuthenticationScheme(
                type=AuthenticationScheme.Type.httpbasic,
                name="HTTP Basic",
                description="The connection's id as user name, its secret token as password",
                spec_uri=Reference("https://www.rfc-editor.org/info/rfc7617"),
            ),
        ],
    )


@dataclass(frozen=True)
class Models:
    """The models of the resources, and the extensions of each."""

    user: type[User] = User
    group: type[Group] = Group
    user_extensions: tuple[type[Extension], ...] = (EnterpriseUser,)
    group_extensions: tuple[type[Extension], ...] = ()

    @property
    def whole_user(self) -> type[Resource[Any]]:
        """The model of users with their extensions."""
        return _extended(self.user, self.user_extensions)

    @property
    def whole_group(self) -> type[Resource[Any]]:
        """The model of groups with their extensions."""
        return _extended(self.group, self.group_extensions)


def build_provider(
    policy: ScimPolicy = POLICY,
    capabilities: Capabilities = Capabilities(),
    models: Models = Models(),
    declared: Mapping[str, Declarations] | None = None,
    unserved: Collection[str] = (),
) -> DirectoryProvider:
    """Return the description of the service, from which routes, schemas and validation all follow.

    :param declared: By resource type, what an environment declares of its attributes.
    :param unserved: The resource types that are not served.
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
