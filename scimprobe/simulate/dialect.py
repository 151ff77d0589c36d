"""The two dialects of Microsoft Entra ID (entra-docs, application-provisioning-config-problem-scim-compatibility.md)."""

from enum import StrEnum

FLAG = "aadOptscim062020"
"""What administrators append to the Tenant URL to get the newer dialect: a query parameter without a value."""


class Dialect(StrEnum):
    """The deviations of the client from the RFCs."""

    ENTRA = "entra"
    """Without the flag, as a new job: capitalized operations, booleans as strings, removed members as a value."""

    ENTRA_FLAG = "entra-flag"
    """With `aadOptscim062020` in the Tenant URL."""
