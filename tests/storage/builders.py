"""Plain builders for the storage tier: a directory, its users and its groups."""

from dataclasses import dataclass
from typing import Any

from scim2_models import Resource, ResourceType, SearchRequest
from scim2_server.utils import parametrize

from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.members_in_requests import Member, MemberChange
from lambdas.scim.provider import build_provider
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table

PROVIDER: DirectoryProvider = build_provider()
USER: ResourceType = next(each for each in PROVIDER.resource_types if each.name == "User")
GROUP: ResourceType = next(each for each in PROVIDER.resource_types if each.name == "Group")
NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""


@dataclass
class Directory:
    """One directory on a table; a new storage for every call, as every request has its own."""

    table: Table
    id: str = "acme"
    provider: DirectoryProvider = PROVIDER

    @property
    def storage(self) -> DynamoStorage:
        return DynamoStorage(self.table, self.id, self.provider)

    def user(self, name: str, **values: Any) -> str:
        """Create a user and return its id."""
        model = self.provider.model_for("User")
        created = self.storage.create(USER, model.model_validate({"userName": name, **values}))
        return str(created.id)

    def group(self, name: str, *members: str, **values: Any) -> str:
        """Create a group and return its id."""
        model = self.provider.model_for("Group")
        payload = {"displayName": name, "members": [{"value": each} for each in members], **values}
        return str(self.storage.create(GROUP, model.model_validate(payload)).id)

    def change(self, group: str, *, add: list[str] | None = None, remove: list[str] | None = None) -> None:
        """Add and remove members of a group in one change."""
        change = MemberChange(added={each: Member(each) for each in add or []}, removed=set(remove or []))
        self.storage.update_group(GROUP, group, None, change)

    def replace_members(self, group: str, *members: str) -> None:
        """Give a group exactly these members."""
        change = MemberChange(replaces=True, added={each: Member(each) for each in members})
        self.storage.update_group(GROUP, group, None, change)

    def members(self, group: str) -> set[str]:
        """Return the ids of a group's members."""
        found = self.storage.get(GROUP, group)
        return {each.value for each in getattr(found, "members", None) or []}

    def groups(self, user: str) -> set[str]:
        """Return the ids of a user's groups."""
        found = self.storage.get(USER, user)
        return {each.value for each in getattr(found, "groups", None) or []}

    def version(self, resource_type: ResourceType, resource_id: str) -> str:
        """Return a resource's version."""
        meta = self.storage.get_head(resource_type, resource_id).meta
        assert meta is not None
        return str(meta.version)

    def search(self, resource_type: ResourceType, **parameters: Any) -> Any:
        """Search one type of resource, as the service does."""
        model = self.provider.model_for(resource_type)
        request = parametrize(SearchRequest, model).model_validate({"startIndex": 1, **parameters})
        with self.provider:
            return self.storage.search([resource_type], request)

    def cost(self) -> tuple[int, float, float]:
        """Return the calls, read units and write units since the last time, and start counting anew."""
        meter = self.table.meter
        counted = (meter.calls, meter.read_units, meter.write_units)
        meter.reset()
        return counted

    def get(self, resource_type: ResourceType, resource_id: str) -> Resource[Any]:
        """Return a resource whole."""
        return self.storage.get(resource_type, resource_id)
