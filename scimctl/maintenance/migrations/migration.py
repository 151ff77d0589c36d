"""One migration, and the change of one item that is safe beside running functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lambdas.store.keys import Item, Key, key_of
from lambdas.store.transactions import Action


@dataclass(frozen=True)
class Migration:
    """The way from one schema to the next."""

    to: int
    """The schema that the table has afterwards; before, it has the one below."""

    summary: str
    """What changes, for the operator, such as ``Connections get the time of their last use``."""

    actions: Callable[[Item], Sequence[Action]]
    """Returns the changes that an item needs, at most 100, which become one transaction; none when the item has the new form.

    Functions write meanwhile, so each action needs the condition that what it was computed from has not changed
    (:func:`rewritten`). A change that fails on its condition is computed again from the item as it is then.
    """


def rewritten(before: Item, after: Item, *, computed_from: Sequence[str] = ()) -> list[Action]:
    """Return the change of an item's attributes, on the condition that those which change are as they were read.

    Other attributes of the item may change concurrently. Keys cannot change: write a new item and delete the old one instead.

    :param computed_from: Further attributes that decide about the change, and must be as they were read as well.
    """
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if not changed:
        return []
    names = sorted(changed | set(computed_from))
    sets = [f"#{n} = :new{n}" for n, name in enumerate(names) if name in changed and name in after]
    removes = [f"#{n}" for n, name in enumerate(names) if name in changed and name not in after]
    expression = (f"SET {', '.join(sets)} " if sets else "") + (f"REMOVE {', '.join(removes)}" if removes else "")
    same = [f"#{n} = :old{n}" if name in before else f"attribute_not_exists(#{n})" for n, name in enumerate(names)]
    values = {f":new{n}": after[name] for n, name in enumerate(names) if name in changed and name in after}
    values |= {f":old{n}": before[name] for n, name in enumerate(names) if name in before}
    update = {
        "Key": key_of(Key(before["pk"]["S"], before["sk"]["S"])),
        "UpdateExpression": expression.strip(),
        # An item that was deleted meanwhile stays deleted.
        "ConditionExpression": " AND ".join(["attribute_exists(pk)", *same]),
        "ExpressionAttributeNames": {f"#{n}": name for n, name in enumerate(names)},
        "ExpressionAttributeValues": values,
    }
    return [{"Update": update}]
