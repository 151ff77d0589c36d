"""The actions of transactions, each with the condition under which it is correct."""

from collections.abc import Sequence
from datetime import datetime

from lambdas.store.items import Stored
from lambdas.store.keys import Item, Key, key_of
from lambdas.store.transactions import Action, OptionalAction

EXISTS = "attribute_exists(pk)"
NEW = "attribute_not_exists(pk)"


def put_new(item: Item) -> Action:
    """Return the action that puts an item, on condition that it does not exist."""
    return {"Put": {"Item": item, "ConditionExpression": NEW}}


def put(item: Item) -> Action:
    """Return the action that puts an item, whether it exists or not."""
    return {"Put": {"Item": item}}


def own(key: Key, resource_id: str) -> Action:
    """Return the action that reserves a unique value, on condition that no other resource has it."""
    return {
        "Put": {
            "Item": {**key_of(key), "id": {"S": resource_id}},
            "ConditionExpression": f"{NEW} OR id = :id",
            "ExpressionAttributeValues": {":id": {"S": resource_id}},
        }
    }


def release(key: Key, resource_id: str) -> Action:
    """Return the action that frees a unique value, unless another resource has it, from before it was declared unique."""
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
    """Return the action that adds a look-up key: a value that several resources may share."""
    return put({**key_of(key)})


def delete(key: Key) -> Action:
    """Return the action that deletes an item, whether it exists or not."""
    return {"Delete": {"Key": key_of(key)}}


def delete_existing(key: Key) -> Action:
    """Return the action that deletes an item, on condition that it exists."""
    return {"Delete": {"Key": key_of(key), "ConditionExpression": EXISTS}}


def delete_version(key: Key, version: int) -> Action:
    """Return the action that deletes a resource, on condition that it has the version that was read."""
    return {
        "Delete": {
            "Key": key_of(key),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(version)}},
        }
    }


def count(key: Key, difference: int) -> Action:
    """Return the action that adds to a count of resources."""
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "ADD n :difference",
            "ExpressionAttributeValues": {":difference": {"N": str(difference)}},
        }
    }


def update_document(key: Key, stored: Stored, expected: int, leaving: Sequence[str] = ()) -> Action:
    """Return the action that writes a resource's new state, on condition that it has the version that was read.

    It does not write what the item holds beside the document, such as a user's groups, so it never undoes a membership.

    :param leaving: The groups that the resource leaves in the same write, if any.
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
    """Return the action that increments the version of a group whose members change.

    :param expected: The version that the group must have; None when it only has to exist.
    """
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
    """Return the action that adds a group to a member's set, on condition that the member exists."""
    return _membership(key, group_id, "ADD groups :groups, version :one")


def leave(key: Key, group_id: str) -> Action:
    """Return the action that removes a group from a member's set, on condition that the member exists."""
    return _membership(key, group_id, "DELETE groups :groups ADD version :one")


def forget(key: Key, group_id: str) -> Action:
    """Return the action that removes a deleted group from a member's set; the version stays, since no read showed the group."""
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
    """Return the action that removes several groups from a member's set, on condition that it has the version that was read."""
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
    """Return the action that writes a group's permission sets, on condition that they are unchanged; none deletes the item."""
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
    """Return the action that sets when DynamoDB deletes an item (time to live), on condition that the item exists."""
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "SET expires_at = :expires",
            "ConditionExpression": EXISTS,
            "ExpressionAttributeValues": {":expires": {"N": str(epoch_seconds)}},
        }
    }


def set_decided(key: Key, stored: Stored, expected: int) -> Action:
    """Return the action that writes the permission sets and login method that an operator set for a user.

    It is conditional on the version that was read and, like :func:`update_document`, does not write the rest of the item.
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
