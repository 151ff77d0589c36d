"""The scopes of tokens. Standard library only: the authorizer imports this at every cold start."""

from enum import StrEnum


class Scope(StrEnum):
    """What a token may do with the directory of its connection."""

    PROVISION = "provision"
    """Read and write everything, as an identity provider does."""

    READ = "read"
    """GET, HEAD, and search with ``POST .search`` (RFC 7644 section 3.4.3)."""
