"""The changes in the source between the initial and the incremental cycle."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scimprobe.endpoint.needs import Need, reason_against
from scimprobe.endpoint.paths import Value
from scimprobe.simulate import names
from scimprobe.simulate.attributes import DEPARTMENT, MANAGER, PRIMARY_ROLE, email
from scimprobe.simulate.directory import Directory, Entry


@dataclass
class Changes:
    """The changed entries, by kind of change: the incremental cycle treats each kind in its own way."""

    created: list[Entry] = field(default_factory=list)
    """New users."""

    updated: list[Entry] = field(default_factory=list)
    """Users with other attributes, disabled ones among them."""

    restored: list[Entry] = field(default_factory=list)
    """Users that are disabled in this cycle and enabled again in it."""

    deleted: list[Entry] = field(default_factory=list)
    """Users that are disabled and then deleted for good."""

    created_groups: list[Entry] = field(default_factory=list)
    renamed_groups: list[Entry] = field(default_factory=list)
    deleted_groups: list[Entry] = field(default_factory=list)


def happen(directory: Directory) -> Changes:
    """Change the source: users in about half of all cases, each by one kind of change, and every group's members.

    A small directory gets the first kinds only: each kind needs a user of its own.
    """
    deal = _Deal(directory)
    changes = Changes()
    changes.updated += [_move(directory, user) for user in deal.some()]
    changes.updated += [_marry(directory, user) for user in deal.some()]
    changes.updated += [_disable(user) for user in deal.some()]
    changes.restored += [_disable(user) for user in deal.some()]
    changes.deleted += [_disable(user) for user in deal.some()]
    changes.updated += [_change_mailbox(directory, user) for user in deal.some()]
    if directory.profile.own_attributes("User") or directory.profile.roles:
        changes.updated += [_change_extra(directory, user) for user in deal.some()]
    _change_managers(deal, {user.key for user in changes.deleted})
    changes.updated += [_fill_in(directory, user) for user in deal.some(lambda user: "title" not in user.attributes)]
    changes.updated += [_change_contact(directory, user) for user in deal.some(lambda user: "title" in user.attributes)]
    changes.updated += [_call(directory, user, f"{user.attributes['displayName']} (they/them)") for user in deal.some()]
    changes.created += [directory.add_user() for _ in range(deal.share)]
    _change_groups(directory, changes)
    return changes


class _Deal:
    """Deals the users out to the kinds of change, in an order drawn from the seed."""

    KINDS = 12

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.waiting = list(directory.users.values())
        directory.random.shuffle(self.waiting)
        self.share = max(1, len(self.waiting) // (2 * self.KINDS))

    def some(self, suits: Callable[[Entry], bool] = lambda user: True) -> list[Entry]:
        """Return the next few users that suit; fewer, or none, when they run out."""
        chosen = [user for user in self.waiting if suits(user)][: self.share]
        self.waiting = [user for user in self.waiting if user not in chosen]
        return chosen


# Users -----------------------------------------------------------------------------------------------------------


def _move(directory: Directory, user: Entry) -> Entry:
    """Give another job: several attributes at once, some of which the user may not have had."""
    was = user.attributes.get(DEPARTMENT)
    position = names.position(directory.random)
    position[DEPARTMENT] = f"{position[DEPARTMENT]} II" if was else "Sales"
    return directory.change(user, position)


def _marry(directory: Directory, user: Entry) -> Entry:
    """Give another family name, and so another user name, display name and e-mail."""
    given, family = str(user.attributes["name.givenName"]), "Løvenskiold-" + str(user.attributes["name.familyName"])
    number = int(user.key.rpartition(" ")[2])
    user.rename(names.user_name(given, family, number, directory.domain))
    if email("value") in user.attributes:
        directory.change(user, names.mailbox(given, family, number, directory.domain))
    directory.change(user, {"name.familyName": family, "name.formatted": f"{given} {family}"})
    return _call(directory, user, f"{given} {family}")


def _call(directory: Directory, user: Entry, display_name: str) -> Entry:
    return directory.change(user, {"displayName": display_name})


def _disable(user: Entry) -> Entry:
    user.attributes["active"] = False
    return user


def _change_mailbox(directory: Directory, user: Entry) -> Entry:
    """Give another e-mail; the first one for a user that had none, where only the value is mapped."""
    return directory.change(user, {email("value"): f"new+{user.key.replace(' ', '')}@other.{directory.domain}"})


def _change_contact(directory: Directory, user: Entry) -> Entry:
    return directory.change(user, names.contact(directory.random, directory.random.randrange(1000)))


def _fill_in(directory: Directory, user: Entry) -> Entry:
    """Fill in what the source lacked so far: everything is added, nothing replaced."""
    _change_contact(directory, user)
    return directory.change(user, names.position(directory.random) | {"nickName": "Zoë ✓"})


def _change_extra(directory: Directory, user: Entry) -> Entry:
    """Give other values of the endpoint's own extensions, and another role; one is added to a list, none removed."""
    profile = directory.profile
    for path, value in directory.own_values(user, int(user.key.rpartition(" ")[2]) + 1).items():
        known = user.attributes.get(path)
        if known is None or not profile.is_immutable("User", path):
            user.attributes[path] = _joined(known, value)
    if profile.roles:
        following = (
            profile.roles.index(str(user.attributes[PRIMARY_ROLE])) + 1 if PRIMARY_ROLE in user.attributes else 0
        )
        user.attributes[PRIMARY_ROLE] = profile.roles[following % len(profile.roles)]
    return user


def _joined(known: Value | None, value: Value) -> Value:
    if isinstance(value, tuple) and isinstance(known, tuple):
        return tuple(sorted({*known, *value}))
    return value


def _change_managers(deal: _Deal, deleted: set[str]) -> None:
    """Give some another manager, and others none; and none to the reports of those who are deleted."""
    users = deal.directory.users
    for user in deal.some():
        candidates = [key for key in users if key not in deleted | {user.key, user.attributes.get(MANAGER)}]
        if candidates:
            user.attributes[MANAGER] = deal.directory.random.choice(candidates)
    for user in deal.some(lambda user: MANAGER in user.attributes):
        del user.attributes[MANAGER]
    for user in users.values():
        if user.attributes.get(MANAGER) in deleted:
            del user.attributes[MANAGER]


# Groups ----------------------------------------------------------------------------------------------------------


def _change_groups(directory: Directory, changes: Changes) -> None:
    """Change the members of all groups; delete the last group, rename every fourth, add one.

    System groups change their members only.
    """
    deleted = {user.key for user in changes.deleted}
    for group in directory.groups.values():
        group.members -= deleted
        _change_members(directory, group, [key for key in directory.users if key not in deleted])
    groups = [group for group in directory.groups.values() if not group.is_system]
    if len(groups) > 1:
        changes.deleted_groups.append(groups[-1])
    for number, group in enumerate(groups[:-1] if len(groups) > 1 else groups):
        if number % 4 == 0:
            group.rename(group.name.replace(" [", " (renamed) ["))
            changes.renamed_groups.append(group)
    if groups and not reason_against(Need.NEW_GROUPS, directory.profile.rules):
        members = {user.key for user in changes.created} | set(directory.random.sample(list(directory.users), 1))
        changes.created_groups.append(directory.add_group(members - deleted))


def _change_members(directory: Directory, group: Entry, candidates: list[str]) -> None:
    """Replace about a fifth of the members; at least one leaves and one joins where there are any."""
    share = max(1, len(group.members) // 5)
    leaving = directory.random.sample(sorted(group.members), min(share, len(group.members)))
    outside = [key for key in candidates if key not in group.members]
    coming = directory.random.sample(outside, min(share, len(outside)))
    group.members = (group.members - set(leaving)) | set(coming)
