"""The actions that transactions are made of, each with the condition that keeps it right."""

from collections.abc import Sequence
from datetime import datetime

from lambdas.store.items import Stored
from lambdas.store.keys import Item, Key, key_of
from lambdas.store.transactions import Action, OptionalAction

EXISTS = "attribute_exists(pk)"
NEW = "attribute_not_exists(pk)"


def put_new(item: Item) -> Action:
    """Put an item that must not exist yet."""
    return {"Put": {"Item": item, "ConditionExpression": NEW}}


def put(item: Item) -> Action:
    """Put an item, whether it exists or not."""
    return {"Put": {"Item": item}}


def own(key: Key, resource_id: str) -> Action:
    """Take a unique value for a resource; it must be free, or that resource's already."""
    return {
        "Put": {
            "Item": {**key_of(key), "id": {"S": resource_id}},
            "ConditionExpression": f"{NEW} OR id = :id",
            "ExpressionAttributeValues": {":id": {"S": resource_id}},
        }
    }


def release(key: Key, resource_id: str) -> Action:
    """Give up a unique value, unless another resource has it: two may share one from before it was declared unique."""
    return OptionalAction(
        {
            "Delete": {
                "Key": key_of(key),
                "ConditionExpression": f"{NEW} OR id = :id",
                "ExpressionAttributeValues": {":id": {"S": resource_id}},
            }
        }
    )


def look_up(key: Key) -> Action:
    """Let a resource be found by a value that others may share."""
    return put({**key_of(key)})


def delete(key: Key) -> Action:
    """Delete an item, whether it exists or not."""
    return {"Delete": {"Key": key_of(key)}}


def delete_existing(key: Key) -> Action:
    """Delete an item that must exist."""
    return {"Delete": {"Key": key_of(key), "ConditionExpression": EXISTS}}


def delete_version(key: Key, version: int) -> Action:
    """Delete a resource that must still have the version the deletion was computed from."""
    return {
        "Delete": {
            "Key": key_of(key),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(version)}},
        }
    }


def count(key: Key, difference: int) -> Action:
    """Add to a count of resources."""
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "ADD n :difference",
            "ExpressionAttributeValues": {":difference": {"N": str(difference)}},
        }
    }


def update_document(key: Key, stored: Stored, expected: int, leaving: Sequence[str] = ()) -> Action:
    """Write a resource's new state, which must still have the version it was computed from.

    It leaves alone what is kept beside the document, such as the user's groups, so it never undoes a membership.

    :param leaving: The groups that the resource leaves at once, if any.
    """
    assignments = "SET doc = :doc, version = :version, modified = :modified"
    values: Item = {
        ":doc": {"S": stored.document},
        ":version": {"N": str(stored.version)},
        ":modified": {"S": stored.modified.isoformat()},
        ":expected": {"N": str(expected)},
    }
    removed = [] if stored.by_hand else ["by_hand"]
    if stored.name is not None:
        assignments += ", #name = :name"
        values[":name"] = {"S": stored.name}
    else:
        removed.append("#name")
    if removed:
        assignments += f" REMOVE {', '.join(removed)}"
    if leaving:
        assignments += " DELETE groups :groups"
        values[":groups"] = {"SS": list(leaving)}
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": assignments,
            "ConditionExpression": "version = :expected",
            "ExpressionAttributeNames": {"#name": "name"},
            "ExpressionAttributeValues": values,
        }
    }


def touch(key: Key, moment: datetime, expected: int | None = None) -> Action:
    """Give a group whose members change its next version; it must exist, and have the expected version when one is given."""
    condition, values = EXISTS, {":modified": {"S": moment.isoformat()}, ":one": {"N": "1"}}
    if expected is not None:
        condition = "version = :expected"
        values[":expected"] = {"N": str(expected)}
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "SET modified = :modified ADD version :one",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
    }


def join(key: Key, group_id: str) -> Action:
    """Note on a user or group that it is a member of a group; it must exist, which proves that the member does."""
    return _membership(key, group_id, "ADD groups :groups, version :one")


def leave(key: Key, group_id: str) -> Action:
    """Note on a user or group that it is no longer a member of a group; it must exist."""
    return _membership(key, group_id, "DELETE groups :groups ADD version :one")


def forget(key: Key, group_id: str) -> Action:
    """Take a deleted group out of a user's or group's set; not a new version, since no read has shown it any more."""
    action = _membership(key, group_id, "DELETE groups :groups")
    del action["Update"]["ExpressionAttributeValues"][":one"]
    return action


def _membership(key: Key, group_id: str, expression: str) -> Action:
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": expression,
            "ConditionExpression": EXISTS,
            "ExpressionAttributeValues": {":groups": {"SS": [group_id]}, ":one": {"N": "1"}},
        }
    }


def leave_many(key: Key, group_ids: list[str], expected: int) -> Action:
    """Take a resource out of several groups at once; it must have the version that its groups were read from."""
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "DELETE groups :groups ADD version :one",
            "ConditionExpression": "version = :expected",
            "ExpressionAttributeValues": {
                ":groups": {"SS": group_ids},
                ":one": {"N": "1"},
                ":expected": {"N": str(expected)},
            },
        }
    }


def check_exists(key: Key) -> Action:
    """Return the action that checks that an item exists."""
    return {"ConditionCheck": {"Key": key_of(key), "ConditionExpression": EXISTS}}


def check_absent(key: Key) -> Action:
    """Return the action that checks that an item does not exist."""
    return {"ConditionCheck": {"Key": key_of(key), "ConditionExpression": NEW}}


def set_mapping(key: Key, before: frozenset[str], after: frozenset[str]) -> Action:
    """Write the permission sets that a group is mapped to, which must still be those that were read; none deletes the item."""
    condition: Item = {"ConditionExpression": NEW}
    if before:
        condition = {
            "ConditionExpression": "#sets = :before",  # sets have no order, so DynamoDB compares them as such
            "ExpressionAttributeNames": {"#sets": "sets"},
            "ExpressionAttributeValues": {":before": _strings(before)},
        }
    if not after:
        return {"Delete": {"Key": key_of(key), **condition}}
    return {"Put": {"Item": {**key_of(key), "sets": _strings(after)}, **condition}}


def expire(key: Key, epoch_seconds: int) -> Action:
    """Let an item that must exist be deleted by the table at some time (its time-to-live attribute)."""
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "SET expires_at = :expires",
            "ConditionExpression": EXISTS,
            "ExpressionAttributeValues": {":expires": {"N": str(epoch_seconds)}},
        }
    }


def set_decided(key: Key, stored: Stored, expected: int) -> Action:
    """Write what an operator decided about a user, which must still have the version that it was decided upon.

    Like :func:`update_document` it leaves the rest of the item alone.
    """
    kept = {
        "assigned": _strings(stored.assigned) if stored.assigned else None,
        "login": stored.login and {"S": stored.login},
    }
    sets = [f"#{name} = :{name}" for name, value in kept.items() if value]
    removes = [f"#{name}" for name, value in kept.items() if not value]
    expression = "SET " + ", ".join(["version = :version", "modified = :modified", *sets])
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": f"{expression} REMOVE {', '.join(removes)}" if removes else expression,
            "ConditionExpression": "version = :expected",
            "ExpressionAttributeNames": {f"#{name}": name for name in kept},
            "ExpressionAttributeValues": {
                ":version": {"N": str(stored.version)},
                ":modified": {"S": stored.modified.isoformat()},
                ":expected": {"N": str(expected)},
                **{f":{name}": value for name, value in kept.items() if value},
            },
        }
    }


def _strings(values: frozenset[str]) -> Item:
    return {"SS": sorted(values)}
