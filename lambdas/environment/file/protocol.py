"""The optional SCIM features of an environment."""

from typing import Annotated

from pydantic import Field

from lambdas.environment.file.section import Section


class Capabilities(Section):
    """The features that ``/ServiceProviderConfig`` announces (RFC 7643 section 5). A disabled feature is also refused.

    Filters and PATCH cannot be disabled: every identity provider needs them.
    """

    bulk: Annotated[
        bool,
        Field(description="true or false: whether clients can send bulk requests (RFC 7644 section 3.7)"),
    ] = True
    sort: Annotated[
        bool, Field(description="true or false: whether clients can sort search results (RFC 7644 section 3.4.2.3)")
    ] = True
    etag: Annotated[
        bool,
        Field(description="true or false: whether responses carry ETags for If-Match (RFC 7644 section 3.14)"),
    ] = True
    cursor: Annotated[
        bool, Field(description="true or false: whether clients can page by cursor as well as by index (RFC 9865)")
    ] = True
