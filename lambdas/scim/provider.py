"""What this service is: its resource types, its capabilities and how tolerantly it reads."""

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    Pagination,
    Patch,
    Reference,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)
from scim2_server.utils import parametrize

from lambdas.scim import limits
from lambdas.scim.models import EnterpriseUser, Group, User

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""How we read: an unknown attribute is left out rather than failing the rest, a ``remove`` with a value removes just that value,
and a path filter that matches nothing creates what it describes; each as Microsoft Entra expects."""


def build_config() -> ServiceProviderConfig:
    """Return the capabilities announced at ``/ServiceProviderConfig`` (RFC 7643 section 5): exactly what is served.

    Passwords are accepted and never kept, so ``changePassword`` is not supported.
    """
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(
            supported=True,
            max_operations=limits.MAX_BULK_OPERATIONS,
            max_payload_size=limits.MAX_BULK_BYTES,
        ),
        filter=Filter(supported=True, max_results=limits.MAX_PAGE_SIZE),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        pagination=Pagination(
            cursor=True,
            index=True,
            default_pagination_method=Pagination.DefaultPaginationMethod.index,
            default_page_size=limits.DEFAULT_PAGE_SIZE,
            max_page_size=limits.MAX_PAGE_SIZE,
            cursor_timeout=limits.CURSOR_SECONDS,
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


def build_provider(policy: ScimPolicy = POLICY) -> ScimProvider:
    """Return the description of the service, from which routes, schemas and validation all follow."""
    return ScimProvider(
        models=[User, EnterpriseUser, Group],
        resource_types=[
            ResourceType.from_resource(parametrize(User, EnterpriseUser)),
            ResourceType.from_resource(Group),
        ],
        config=build_config(),
        policy=policy,
    )
