"""Changes of one membership each, and what becomes of them when their transaction is refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scim2_models import InvalidValueException

from lambdas.scim.detail import Detail, Shown
from lambdas.scim.ids import is_made_in, shown_id
from lambdas.scim.members_in_requests import Member
from lambdas.scim.trace import ignored_attributes
from lambdas.store import actions, keys
from lambdas.store.items import member_item
from lambdas.store.transactions import Action

OTHER_TYPE = {"User": "Group", "Group": "User"}


@dataclass(frozen=True)
class Step:
    """One member joining or leaving a group."""

    verb: Literal["add", "remove"]
    member: Member
    type: str
    """``User`` or ``Group``: what the client sent, or else what is tried first."""

    tried: frozenset[str] = frozenset()
    """The types under which no such member was found."""

    done: bool = False
    """Whether an earlier attempt found that nothing is to change. The transaction then checks that this still holds, so that
    all steps of a transaction take effect at one moment."""

    @property
    def exhausted(self) -> bool:
        """Whether the member was found neither as a User nor as a Group."""
        return len(self.tried) == len(OTHER_TYPE)

    def with_other_type(self) -> "Step":
        """Return the step with the type that was not tried yet."""
        return replace(self, type=OTHER_TYPE[self.type], tried=self.tried | {self.type})

    def actions(self, directory: str, group_id: str) -> list[Action]:
        """Return the action on the member item, and the one on the member where it changes."""
        item = keys.member(directory, group_id, self.member.id)
        member = keys.resource(directory, self.type, self.member.id)
        if self.done:
            return [actions.check_exists(item) if self.verb == "add" else actions.check_absent(item)]
        if self.verb == "add":
            new = member_item(directory, group_id, self.member, self.type)
            return [actions.put_new(new), actions.join(member, group_id)]
        if self.exhausted:
            return [actions.delete_existing(item)]
        return [actions.delete_existing(item), actions.leave(member, group_id)]


def reconsider(
    directory: str, steps: Sequence[Step], pairs: Sequence[Sequence[Action]], failed: set[int]
) -> list[Step]:
    """Return the steps for the next attempt after some conditions failed.

    The action on the member item fails when the member is present or absent already: the step is done. The action on the member
    fails when there is no such resource of the type that was tried. An added member that was deleted is left out.

    :param failed: The positions of the actions whose condition failed.
    :raises InvalidValueException: When an added member is neither a User nor a Group of the directory, and never was.
    """
    reconsidered: list[Step] = []
    unknown: list[str] = []
    position = 0
    for step, pair in zip(steps, pairs, strict=True):
        item_failed, member_failed = position in failed, len(pair) > 1 and position + 1 in failed
        position += len(pair)
        if step.done:
            step = replace(step, done=not item_failed)
        elif step.verb == "remove" and item_failed:
            step = replace(step, done=True)
        elif member_failed:
            step = step.with_other_type()
            if step.verb == "add" and step.exhausted:
                unknown.append(step.member.id)
                continue
        elif item_failed:
            step = replace(step, done=True)
        reconsidered.append(step)
    leave_out_deleted(directory, unknown)
    return reconsidered


def leave_out_deleted(directory: str, ids: Sequence[str]) -> None:
    """Record members that do not exist as left out, if they once existed; raise an error for the others.

    An identity provider does not learn that an operator deleted a user. It would send the group's other members again and again,
    and a refusal would keep all of them out (fleetdm/fleet#52600).

    :param ids: The ids of members that are neither a User nor a Group of the directory.
    :raises InvalidValueException: When an id was never one of the directory's.
    """
    never = [each for each in ids if not is_made_in(directory, each)]
    if never:
        raise unknown_members(never)
    ignored_attributes().update({f'members[value eq "{each}"]': None for each in ids})


def unknown_members(ids: Sequence[str]) -> InvalidValueException:
    """Return the error for members that do not exist, naming the first few."""
    named = [shown_id(each) for each in ids[:5]]
    shown = Shown(", ".join(f'"{each.text}"' for each in named), ", ".join(f'"{each.logged}"' for each in named))
    return InvalidValueException(
        detail=Detail(
            "members.value: no User or Group of this directory has the id {ids}{more}. Provision the member first, or leave it "
            "out.",
            values={"ids": shown},
            more=f" and {len(ids) - 5} more" if len(ids) > 5 else "",
        )
    )
