"""The documented reconciliation makes a copy equal to the directory, also when changes happen between its pages."""

import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.protocol.client import Api

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "product" / "reconcile.md"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture(scope="module")
def reconcile() -> Any:
    """The function that the document shows."""
    (block,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 -- the project's own documentation
    return names["reconcile"]


class Changing:
    """A directory that changes by chance, and the resources that a change touched."""

    def __init__(self, api: Api, chance: random.Random) -> None:
        self.api = api
        self.chance = chance
        self.users: list[str] = []
        self.groups: list[str] = []
        self.touched: set[str] = set()
        self.number = 0
        self.api.get("/Users?count=0")

    def change(self) -> None:
        """Let one thing happen."""
        kinds = [self.create_user, self.create_group]
        kinds += [self.title, self.delete_user, self.delete_user] if self.users else []
        kinds += [self.delete_group] if self.groups else []
        kinds += [self.add] if self.users and self.groups else []
        self.chance.choice(kinds)()

    def create_user(self) -> None:
        self.number += 1
        body = {"schemas": [USER], "userName": f"user{self.number}-{self.chance.random()}", "active": True}
        self.users.append(self.api.post("/Users", body).json["id"])
        self.touched.add(f"/Users/{self.users[-1]}")

    def create_group(self) -> None:
        self.number += 1
        body = {"schemas": [GROUP], "displayName": f"group{self.number}-{self.chance.random()}"}
        self.groups.append(self.api.post("/Groups", body).json["id"])
        self.touched.add(f"/Groups/{self.groups[-1]}")

    def title(self) -> None:
        user = self.chance.choice(self.users)
        self._patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": str(self.chance.random())})

    def add(self) -> None:
        user, group = self.chance.choice(self.users), self.chance.choice(self.groups)
        self.touched.add(f"/Users/{user}")
        self._patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": user}]})

    def delete_user(self) -> None:
        user = self.users.pop(self.chance.randrange(len(self.users)))
        self.touched |= {f"/Users/{user}", *(f"/Groups/{each}" for each in self.groups)}
        assert self.api.delete(f"/Users/{user}").status == 204

    def delete_group(self) -> None:
        group = self.groups.pop(self.chance.randrange(len(self.groups)))
        self.touched |= {f"/Groups/{group}", *(f"/Users/{each}" for each in self.users)}
        assert self.api.delete(f"/Groups/{group}").status == 204

    def _patch(self, path: str, operation: dict[str, Any]) -> None:
        self.touched.add(path)
        assert self.api.patch(path, {"schemas": [PATCH], "Operations": [operation]}).status in (200, 204)

    def everything(self) -> dict[str, Any]:
        """The real directory, resource by resource."""
        paths = [*(f"/Users/{each}" for each in self.users), *(f"/Groups/{each}" for each in self.groups)]
        return {path: self.api.get(path).json for path in paths}

    def clear(self) -> None:
        """Delete everything, for the next example."""
        for path in self.everything():
            self.api.delete(path)


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_a_reconciled_copy_equals_the_directory_and_one_made_during_changes_has_what_did_not_change(
    api: Api, reconcile: Any, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    directory = Changing(api, chance)
    copy: dict[str, Any] = {}

    def quiet(path: str) -> tuple[int, Any]:
        reply = api.get(path)
        return reply.status, reply.json

    def noisy(path: str) -> tuple[int, Any]:
        if chance.random() < 0.6:
            directory.change()
        return quiet(path)

    for _ in range(chance.randrange(8)):
        directory.change()
    for _ in range(2):
        directory.touched.clear()
        reconcile(noisy, copy, count=2)
        real = directory.everything()
        assert {path: copy.get(path) for path in copy.keys() | real.keys() if path not in directory.touched} == {
            path: each for path, each in real.items() if path not in directory.touched
        }
    reconcile(quiet, copy, count=2)
    assert copy == directory.everything()
    directory.clear()
