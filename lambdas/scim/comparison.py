"""Comparing texts regardless of case: one rule for attributes, permission sets, roles and groups."""

from unicodedata import normalize


def comparable_text(text: str) -> str:
    """Return a text in the form in which texts are compared regardless of case.

    It is the form in which unique values and look-ups are stored, scim2-models' ``default_comparison_key``: Normalization Form C,
    mapped to lower case (RFC 8265 section 3.3). Without Unicode's case folding, "Groß" and "GROSS" are two names.

    >>> comparable_text("Groß-Admin")
    'groß-admin'
    """
    return normalize("NFC", normalize("NFC", text).lower())
