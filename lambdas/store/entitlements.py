"""Attributes of users that are computed when they are read: groups, permission sets and the login method."""

import hashlib
from collections.abc import Sequence
from typing import Any

from scim2_models import Resource

from lambdas.environment.permission_sets import GroupFacts, effective
from lambdas.environment.product import Product
from lambdas.scim.product_attributes import Entitlement, LoginMethod, ProductUser
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
            values = [
                {"value": each, "$ref": f"Groups/{each}", "display": facts.name or None, "type": "direct"}
                for each, facts in groups.items()
            ]
            set_values(user, "groups", values)
        if user_groups.product.computes_entitlements:
            _add_entitlements(user, one, list(groups.values()), user_groups.product)


def add_login_method(user: Resource[Any], stored: Stored, product: Product) -> None:
    """Add how a user signs in, where the environment's file has login methods."""
    if product.login is not None:
        method = LoginMethod(stored.login or product.login.default)
        user[ProductUser] = ProductUser(login_method=method)


def _add_entitlements(user: Resource[Any], stored: Stored, groups: Sequence[GroupFacts], product: Product) -> None:
    active, roles = getattr(user, "active", None), getattr(user, "roles", None)
    grants = effective(product.permissions, permission_facts(stored, active, roles, groups))
    shown = [Entitlement(value=each.set.id, display=each.set.name) for each in grants]
    user.entitlements = shown or None  # type: ignore[attr-defined]  # users only
    if user.meta is not None:
        # The answer shows more than the stored version: a changed mapping changes the entity tag, too.
        user.meta.version = etag(stored.version, _digest([each.set.id for each in grants]))


def _digest(sets: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sets).encode()).hexdigest()[:8]
