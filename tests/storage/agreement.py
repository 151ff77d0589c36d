"""Whether the reads of one directory agree with each other: the list, the filters, each resource and its memberships."""

from collections.abc import Sequence
from typing import Any

from scim2_models import NotFoundException, ResourceType

from scimctl.maintenance.verification import verify
from tests.storage.builders import GROUP, PROVIDER, USER, Directory

ALL = 500
"""More resources than any test makes: one page holds them all."""

NAMES = {"User": "userName", "Group": "displayName"}


def assert_reads_agree(directory: Directory, ids: Sequence[str] = ()) -> None:
    """Compare every read with every other; sampled where they are many.

    :param ids: Resources that may or may not exist, to be read one by one.
    """
    users, groups = _listed(directory, USER), _listed(directory, GROUP)
    of_groups = {(group.id, member.value) for group in groups for member in group.members or []}
    of_users = {(group.value, user.id) for user in users for group in user.groups or []}
    existing = {each.id for each in [*users, *groups]}
    assert {member for _, member in of_groups} <= existing, "a member does not exist"
    assert {pair for pair in of_groups if pair[1] in {user.id for user in users}} == of_users
    for resource_type, listed in ((USER, users), (GROUP, groups)):
        for resource in [*listed[:1], *listed[1:][-1:]]:
            _assert_found(directory, resource_type, resource)
    for user in users[:1]:
        in_groups = directory.search(GROUP, filter=f'members eq "{user.id}"')
        assert {each.id for each in in_groups.resources} == {each.value for each in user.groups or []}
    for each in ids:
        assert _exists(directory, each) == (each in existing)


def assert_intact(directory: Directory) -> None:
    """Verify the directory: nothing may be wrong but what is still to be swept."""
    wrong = [each for each in verify(directory.table, directory.id, PROVIDER) if not each.harmless]
    assert wrong == []


def _listed(directory: Directory, resource_type: ResourceType) -> list[Any]:
    found = directory.search(resource_type, count=ALL)
    assert found.total == len(found.resources), "the total is not the number of those listed"
    return list(found.resources)


def _assert_found(directory: Directory, resource_type: ResourceType, listed: Any) -> None:
    """Compare a listed resource with what reading and filtering tell of it."""
    assert directory.get(resource_type, listed.id) == listed
    attribute = NAMES[str(resource_type.name)]
    name = listed.user_name if attribute == "userName" else listed.display_name
    assert directory.search(resource_type, filter=f'{attribute} eq "{name}"').resources == [listed]
    if listed.external_id:
        assert listed in directory.search(resource_type, filter=f'externalId eq "{listed.external_id}"').resources


def _exists(directory: Directory, resource_id: str) -> bool:
    for resource_type in (USER, GROUP):
        try:
            directory.storage.get_head(resource_type, resource_id)
        except NotFoundException:
            continue
        return True
    return False
