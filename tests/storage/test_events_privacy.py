"""With `content = "notice"`, no event holds a value of a user or group, whatever they are and whatever happens to them."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.environment.event_types import EventType
from lambdas.store.table import Table
from tests.examples import examples
from tests.storage.builders import USER
from tests.storage.product import SOURCE, ProductDirectory
from tests.storage.test_events_agree import Life, picks, sets

MARK = "zqx"
"""Begins every value: no key, id or name of the project holds it."""

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20).map(
    lambda text: MARK + text
)
attributes = st.fixed_dictionaries(
    {"externalId": texts, "displayName": texts},
    optional={
        "active": st.booleans(),
        "title": texts,
        "nickName": texts,
        "userType": texts,
        "name": st.fixed_dictionaries({"familyName": texts, "givenName": texts}),
        "emails": st.lists(st.fixed_dictionaries({"value": texts, "display": texts}), max_size=2),
        "addresses": st.lists(st.fixed_dictionaries({"streetAddress": texts}), max_size=1),
        # A role can be found by its display name, whatever its value is.
        "roles": st.lists(st.fixed_dictionaries({"value": texts, "display": sets}), max_size=2),
        ENTERPRISE: st.fixed_dictionaries({"department": texts, "employeeNumber": texts}),
    },
)
changes = st.one_of(
    st.tuples(st.just("create_person"), texts, attributes),
    st.tuples(st.just("change_person"), picks, attributes),
    st.tuples(st.just("create_group"), texts, st.lists(picks, max_size=3)),
    st.tuples(st.just("rename_group"), picks, texts),
    st.tuples(st.just("add"), picks, st.lists(picks, max_size=3)),
    st.tuples(st.just("remove"), picks, st.lists(picks, max_size=3)),
    st.tuples(st.just("delete_user"), picks),
    st.tuples(st.just("delete_group"), picks),
    st.tuples(st.just("map"), picks, sets),
    st.tuples(st.just("unmap"), picks),
    st.tuples(st.just("assign"), picks, sets),
    st.tuples(st.just("login"), picks),
)


class PersonalLife(Life):
    """A life whose users have every kind of personal value."""

    def create_person(self, name: str, values: dict[str, Any]) -> None:
        model = self.directory.provider.model_for("User")
        created = self.directory.storage.create(USER, model.model_validate({"userName": name, **values}))
        self.users.append(str(created.id))

    def change_person(self, user: int, values: dict[str, Any]) -> None:
        chosen = self._one(self.users, user)
        stored = self.directory.storage.get(USER, chosen)
        kept = stored.model_dump(exclude_none=True)
        changed = type(stored).model_validate({**kept, **values, "id": chosen})
        changed.meta = stored.meta
        self.directory.storage.update(USER, changed)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=examples(25))
@given(first=attributes, history=st.lists(changes, max_size=25))
def test_no_value_of_a_user_or_group_is_in_a_notice(
    new_table: Callable[[], Table], first: dict[str, Any], history: list[tuple[Any, ...]]
) -> None:
    directory = ProductDirectory.on(new_table())
    life = PersonalLife(directory)
    role = {"value": MARK, "display": "editor"}
    life.create_person(f"{MARK}.ada@example.com", {**first, "active": True, "roles": [role]})
    life.create_group(f"{MARK}'s team", [0])
    life.map(0, "admin")
    life.add(0, [0])
    life.remove(0, [0])
    for what, *arguments in history:
        life.happen(what, *arguments)
    while life.deleted:
        life.sweep(0)
    events = directory.events()
    assert {EventType.CREATE_NOTICE, EventType.PERMISSIONS_CHANGED} <= {each.type for each in events}
    published = [json.dumps(each.claims(SOURCE), ensure_ascii=False).casefold() for each in events]
    assert [each for each in published if MARK in each] == []
