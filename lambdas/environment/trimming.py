"""Values that the product sees without surrounding spaces, although a client sent them with some.

Entra's ``Split([Source], ",")`` turns ``"Folder 1, Folder 2"`` into ``["Folder 1", " Folder 2"]``. The values are stored and
returned to the identity provider as sent: Entra compares what it reads with what its expression gives, and would send a trimmed
value again in every cycle. A token with the scope ``read`` sees them trimmed, each once.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from scim2_models import BaseModel, Resource

from lambdas.scim.attributes import Attribute


def trim(users: Iterable[Resource[Any]], paths: tuple[str, ...]) -> None:
    """Strip the values of these attributes and drop the ones that are then empty or repeated.

    :param users: Users or groups; changed in place.
    :param paths: Attribute paths of the environment's file.
    """
    for user in users if paths else ():
        for attribute in _attributes(type(user), paths):
            for holder, name in attribute.holders(user):
                setattr(holder, name, _trimmed(getattr(holder, name)))


@lru_cache(maxsize=32)
def _attributes(model: type[Resource[Any]], paths: tuple[str, ...]) -> tuple[Attribute, ...]:
    found = (Attribute.find(model, each) for each in paths)
    return tuple(each for each in found if each is not None)


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        stripped = [_trimmed(each) for each in value]
        return [each for n, each in enumerate(stripped) if each not in (None, "") and each not in stripped[:n]]
    if isinstance(value, BaseModel):
        return value.model_copy(update={"value": _trimmed(getattr(value, "value", None))})
    return value.strip() if isinstance(value, str) else value
