"""What happens in the source between the initial and the incremental cycle."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scimprobe.simulate import names
from scimprobe.simulate.attributes import DEPARTMENT, MANAGER, email
from scimprobe.simulate.directory import Directory, Entry


@dataclass
class Changes:
    """What was changed, by kind: the incremental cycle treats each kind in its own way."""

    created: list[Entry] = field(default_factory=list)
    """New users."""

    updated: list[Entry] = field(default_factory=list)
    """Users with other attributes; those that are disabled are among them."""

    restored: list[Entry] = field(default_factory=list)
    """Users that are disabled in this cycle and come back in it."""

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
    _change_managers(deal, {user.key for user in changes.deleted})
    changes.updated += [_fill_in(directory, user) for user in deal.some(lambda user: "title" not in user.attributes)]
    changes.updated += [_change_contact(directory, user) for user in deal.some(lambda user: "title" in user.attributes)]
    changes.updated += [_call(user, f"{user.attributes['displayName']} (they/them)") for user in deal.some()]
    changes.created += [directory.add_user() for _ in range(deal.share)]
    _change_groups(directory, changes)
    return changes


class _Deal:
    """Deals the users out to the kinds of change, in an order drawn from the seed."""

    KINDS = 11

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.waiting = list(directory.users.values())
        directory.random.shuffle(self.waiting)
        self.share = max(1, len(self.waiting) // (2 * self.KINDS))

    def some(self, suits: Callable[[Entry], bool] = lambda user: True) -> list[Entry]:
        """The next few users that suit; fewer, or none, when they run out."""
        chosen = [user for user in self.waiting if suits(user)][: self.share]
        self.waiting = [user for user in self.waiting if user not in chosen]
        return chosen


# Users -----------------------------------------------------------------------------------------------------------


def _move(directory: Directory, user: Entry) -> Entry:
    """Another job: several attributes at once, some of which the user may not have had."""
    was = user.attributes.get(DEPARTMENT)
    user.attributes |= names.position(directory.random)
    user.attributes[DEPARTMENT] = f"{user.attributes[DEPARTMENT]} II" if was else "Sales"
    return user


def _marry(directory: Directory, user: Entry) -> Entry:
    """Another family name, and so another user name, display name and e-mail."""
    given, family = str(user.attributes["name.givenName"]), "Løvenskiold-" + str(user.attributes["name.familyName"])
    number = int(user.key.rpartition(" ")[2])
    user.attributes |= {"name.familyName": family, "name.formatted": f"{given} {family}"}
    user.rename(names.user_name(given, family, number, directory.domain))
    if email("value") in user.attributes:
        user.attributes |= names.mailbox(given, family, number, directory.domain)
    return _call(user, f"{given} {family}")


def _call(user: Entry, display_name: str) -> Entry:
    user.attributes["displayName"] = display_name
    return user


def _disable(user: Entry) -> Entry:
    user.attributes["active"] = False
    return user


def _change_mailbox(directory: Directory, user: Entry) -> Entry:
    """Another e-mail; the first one for a user that had none, where only the value is mapped."""
    user.attributes[email("value")] = f"new+{user.key.replace(' ', '')}@other.{directory.domain}"
    return user


def _change_contact(directory: Directory, user: Entry) -> Entry:
    number = directory.random.randrange(1000)
    contact = names.contact(directory.random, number)
    user.attributes |= contact
    return user


def _fill_in(directory: Directory, user: Entry) -> Entry:
    """What the source lacked so far: everything is added, nothing replaced."""
    _change_contact(directory, user)
    user.attributes |= names.position(directory.random) | {"nickName": "Zoë ✓"}
    return user


def _change_managers(deal: _Deal, deleted: set[str]) -> None:
    """Another manager for some, none for others; and none for the reports of those who are deleted."""
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
    """New members and lost ones everywhere; the last group deleted, every fourth renamed, one new."""
    deleted = {user.key for user in changes.deleted}
    groups = list(directory.groups.values())
    for group in groups:
        group.members -= deleted
        _change_members(directory, group, [key for key in directory.users if key not in deleted])
    if len(groups) > 1:
        changes.deleted_groups.append(groups[-1])
    for number, group in enumerate(groups[:-1] if len(groups) > 1 else groups):
        if number % 4 == 0:
            group.rename(group.name.replace(" [", " (renamed) ["))
            changes.renamed_groups.append(group)
    if groups:
        members = {user.key for user in changes.created} | set(directory.random.sample(list(directory.users), 1))
        changes.created_groups.append(directory.add_group(members - deleted))


def _change_members(directory: Directory, group: Entry, candidates: list[str]) -> None:
    """About a fifth of the members leave, and as many others come; at least one of each where there are any."""
    share = max(1, len(group.members) // 5)
    leaving = directory.random.sample(sorted(group.members), min(share, len(group.members)))
    outside = [key for key in candidates if key not in group.members]
    coming = directory.random.sample(outside, min(share, len(outside)))
    group.members = (group.members - set(leaving)) | set(coming)
