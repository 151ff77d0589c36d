"""Which values are equal regardless of case (``caseExact``, RFC 7643 section 2.2): in filters, unique values, look-ups, names."""

from typing import TYPE_CHECKING, Any
from unicodedata import normalize

if TYPE_CHECKING:  # the operator's commands start without it
    from scim2_models import AttributeBinding


def comparable_value(binding: "AttributeBinding", value: Any) -> str | None:
    """Return a string value in the form in which filters and stored keys compare it; None when nothing equals it.

    The attribute's ``caseExact`` decides, which scim2-models reads from the schema: ``id`` and ``externalId`` are compared exactly,
    ``userName`` and a group's ``displayName`` are not.

    >>> from scim2_models import Path, User
    >>> [comparable_value(Path[User](name).resolve(), "Ann") for name in ("externalId", "userName")]
    ['Ann', 'ann']
    """
    if not isinstance(value, str):
        return None
    try:
        return str(binding.comparable(value))
    except ValueError:
        return None


def comparable_text(text: str) -> str:
    """Return a text in the form in which texts are compared regardless of case.

    It is the form in which unique values and look-ups are stored, scim2-models' ``default_comparison_key``: Normalization Form C,
    mapped to lower case (RFC 8265 section 3.3). Without Unicode's case folding, "Groß" and "GROSS" are two names.

    >>> comparable_text("Groß-Admin")
    'groß-admin'
    """
    return normalize("NFC", normalize("NFC", text).lower())
