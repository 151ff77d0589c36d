"""How much of SCIM an environment serves."""

from typing import Annotated

from pydantic import Field

from lambdas.environment.file.section import Section


class Capabilities(Section):
    """What ``/ServiceProviderConfig`` announces (RFC 7643 section 5). What is off is refused, so nothing is announced wrongly.

    Filters and PATCH are not here: no identity provider works without them.
    """

    bulk: Annotated[
        bool,
        Field(description="true or false: whether several operations may come in one request (RFC 7644 section 3.7)"),
    ] = True
    sort: Annotated[
        bool, Field(description="true or false: whether a search may ask for an order (RFC 7644 section 3.4.2.3)")
    ] = True
    etag: Annotated[
        bool,
        Field(
            description="true or false: whether answers carry versions that If-Match compares (RFC 7644 section 3.14)"
        ),
    ] = True
    cursor: Annotated[
        bool, Field(description="true or false: whether a search may be walked by cursors, besides by index (RFC 9865)")
    ] = True
