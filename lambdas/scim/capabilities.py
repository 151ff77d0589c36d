"""The optional parts of SCIM that an environment serves, and how ``/ServiceProviderConfig`` announces them."""

from dataclasses import dataclass

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    Pagination,
    Patch,
    Reference,
    ServiceProviderConfig,
    Sort,
)

from lambdas.scim import limits


@dataclass(frozen=True)
class Capabilities:
    """The optional features of SCIM that are served; a request for any other is answered with 501."""

    bulk: bool = True
    """Bulk requests (RFC 7644 section 3.7)."""

    sort: bool = True
    """Sorting of search results (RFC 7644 section 3.4.2.3)."""

    etag: bool = True
    """Resource versions and conditional requests (RFC 7644 section 3.14)."""

    cursor: bool = True
    """Cursor-based pagination (RFC 9865)."""


ALL = Capabilities()
"""Every optional feature."""


def build_config(capabilities: Capabilities = ALL) -> ServiceProviderConfig:
    """Return the ``/ServiceProviderConfig`` that announces these capabilities (RFC 7643 section 5).

    Passwords are accepted but never stored, so ``changePassword`` is not supported.
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
                type=AuthenticationScheme.Type.oauth2,
                name="OAuth 2.0 client credentials",
                description="Access tokens from the token endpoint, for a client secret or a signed assertion",
                spec_uri=Reference("https://www.rfc-editor.org/info/rfc6749"),
            ),
            AuthenticationScheme(
                type=AuthenticationScheme.Type.httpbasic,
                name="HTTP Basic",
                description="The connection's id as user name, its secret token as password",
                spec_uri=Reference("https://www.rfc-editor.org/info/rfc7617"),
            ),
        ],
    )
