"""Attributes of users that are computed when they are read: groups, permission sets and the login method."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scim2_models import Resource

from lambdas.environment.permission_sets import GroupFacts, effective
from lambdas.environment.product import Product
from lambdas.store.documents import set_values
from lambdas.store.items import Stored, etag
from lambdas.store.user_groups import UserGroups, permission_facts


def add_groups_and_entitlements(
    users: Sequence[Resource[Any]], stored: Sequence[Stored], user_groups: UserGroups
) -> None:
    """Add ``groups`` and ``entitlements`` to users: 1 BatchGetItem for all of them, none when they are in no group.

    Deleted groups that are not swept yet are left out.
    """
    known = user_groups.existing({each for one in stored for each in one.groups})
    for user, one in zip(users, stored, strict=True):
        groups = {each: known[each] for each in sorted(one.groups) if each in known}
        if groups:
            set_values(user, "groups", group_values(groups))
        if user_groups.product.computes_entitlements:
            _add_entitlements(user, one, list(groups.values()), user_groups.product)


def add_login_method(user: Resource[Any], stored: Stored, product: Product) -> None:
    """Add how a user signs in, where the environment's file has login methods."""
    if product.login is not None:
        from lambdas.scim.product_attributes import (
            LoginMethod,
            ProductUser,
        )  # only environments that need them build them

        method = LoginMethod(stored.login or product.login.default)
        user[ProductUser] = ProductUser(login_method=method)


def group_values(groups: Mapping[str, GroupFacts]) -> list[dict[str, str]]:
    """Return the values of a user's ``groups``, with references relative to the Tenant URL."""
    return [
        {
            "value": each,
            "$ref": f"Groups/{each}",
            **({"display": facts.name} if facts.name else {}),
            "type": "direct",
        }
        for each, facts in groups.items()
    ]


def entitlements_of(
    stored: Stored, active: object, roles: Iterable[Any] | None, groups: Sequence[GroupFacts], product: Product
) -> tuple[list[dict[str, str]], str]:
    """Return the values of a user's ``entitlements``, and the user's entity tag.

    The answer shows more than the stored version, so a changed mapping changes the entity tag, too.

    :param active: The value of ``active``.
    :param roles: The values of ``roles``, as models or as JSON.
    """
    grants = effective(product.permissions, permission_facts(stored, active, roles, groups))
    values = [{"value": each.set.id, "display": each.set.name} for each in grants]
    digest = hashlib.sha256("\n".join(each.set.id for each in grants).encode()).hexdigest()[:8]
    return values, etag(stored.version, digest)


def _add_entitlements(user: Resource[Any], stored: Stored, groups: Sequence[GroupFacts], product: Product) -> None:
    active, roles = getattr(user, "active", None), getattr(user, "roles", None)
    values, version = entitlements_of(stored, active, roles, groups, product)
    model: Any = type(user)
    user.entitlements = [model.Entitlements(**each) for each in values] or None  # type: ignore[attr-defined]  # users only
    if user.meta is not None:
        user.meta.version = version
