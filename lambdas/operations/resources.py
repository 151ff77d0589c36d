"""The users and groups of a directory, as an operator reads and changes them: by the rules for identity providers' requests."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scim2_models import Context, NotFoundException, Resource, ResourceType, SCIMException, SearchRequest
from scim2_server.storage import SearchPage

from lambdas.credentials.store import check_directory
from lambdas.environment.rules import OperatorRules
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Problem, Refused
from lambdas.operations.requests import OperatorRequest
from lambdas.operations.target import Target
from lambdas.scim.ids import is_id
from lambdas.store import keys
from lambdas.store.directories import Directories
from lambdas.store.items import ByHand
from lambdas.store.listing import Listing
from lambdas.store.reads import Reader
from lambdas.store.storage import DynamoStorage

PAGE = 200
"""Resources that one read of a whole listing returns."""

NAMES = {"User": ("userName", "externalId", "emails.value"), "Group": ("displayName", "externalId")}
"""By resource type, the attributes that identify a resource besides its id: each has a look-up key."""


BY_HAND = "createdByHand"
"""True in a user that an operator created, and no identity provider has provisioned since; absent in any other."""

BUILT_IN = "built-in"
"""The login method of users who sign in with a password of the product."""

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@dataclass(frozen=True)
class Page:
    """A page of users or groups."""

    resources: list[dict[str, Any]]
    """As SCIM shows them; locations and references are relative to the Tenant URL."""

    total: int
    """The number of resources on all pages."""

    next: str | None = None
    """What :meth:`Resources.page` takes to return the next page; None on the last one."""


@dataclass(frozen=True)
class Member:
    """A direct member of a group."""

    id: str
    type: str
    """``User`` or ``Group``."""

    name: str | None
    """The ``userName`` or ``displayName``."""


@dataclass(frozen=True)
class Members:
    """A page of a group's members, in the order of their ids."""

    members: list[Member]
    next: str | None
    """What :meth:`Resources.members` takes to return the next page; None on the last one."""


class Resources:
    """The users and groups of one directory.

    Every method raises :class:`Problem` when the table cannot be reached, and :class:`Refused` when a request is refused, in the
    words that an identity provider gets.
    """

    def __init__(self, target: Target, directory: str | None = None) -> None:
        """Open a directory of an environment by its id; the environment's own when None.

        :raises InvalidConnectionError: When the id is not that of a directory.
        """
        self.target = target
        self.directory = target.settings.directory if directory is None else directory
        check_directory(self.directory)
        self.table = target.table()
        self.directories = Directories.open(target.settings, self.table, OperatorRules)
        self.provider = self.directories.provider
        self.service = self.directories.service

    @property
    def place(self) -> str:
        """What messages call the directory."""
        return f"directory {self.directory} of environment {self.target.settings.name}"

    # -- Reading ----------------------------------------------------------------------------------------------------

    def pages(
        self, type_name: str, scim_filter: str | None = None, *, leaving_out: str | None = None
    ) -> Iterator[Page]:
        """Yield all resources of a type, or those that match a filter, page by page.

        The matches of a filter are one page, because all of them are read before the first is known.

        :param leaving_out: An attribute to leave out, and not to read where it is stored separately.
        """
        resource_type = self._type(type_name)
        query: dict[str, Any] = {"excludedAttributes": [leaving_out]} if leaving_out else {}
        if scim_filter is not None:
            query["filter"] = scim_filter
        with self.errors_as_problems(), self.provider:
            request, _ = self.service.read_search([resource_type], query)
            if scim_filter is None:
                yield from self._all(resource_type, request)
                return
            request.count = None
            found = self._storage().search([resource_type], request)
            yield self._page(resource_type, found, request)

    def page(
        self, type_name: str, after: str | None = None, *, size: int = 100, leaving_out: str | None = None
    ) -> Page:
        """Return a page of the users or groups, in the order of their ids.

        :param after: :attr:`Page.next` of the page before; None for the first.
        :param leaving_out: An attribute to leave out, such as ``members``.
        :raises Refused: When ``after`` is not the position of a page.
        """
        resource_type = self._type(type_name)
        query: dict[str, Any] = {"excludedAttributes": [leaving_out]} if leaving_out else {}
        with self.errors_as_problems(), self.provider:
            request, _ = self.service.read_search([resource_type], query)
            request.cursor, request.count = "", size
            found = self._storage().search([resource_type], request, position=_position(after))
            return self._page(resource_type, found, request)

    def page_at(
        self, type_name: str, start: int, count: int, *, leaving_out: str | None = None, only: Sequence[str] = ()
    ) -> Page:
        """Return a page by its number, so that it can be linked: 2 Queries at any depth, and what is stored separately.

        :param start: The number of its first resource, from 1.
        :param leaving_out: See :meth:`pages`.
        :param only: The attributes to return, instead of all but one: what a list does not show need not be made.
        """
        resource_type = self._type(type_name)
        query: dict[str, Any] = {"startIndex": start, "count": count}
        if only:
            query["attributes"] = list(only)
        if leaving_out:
            query["excludedAttributes"] = [leaving_out]
        with self.errors_as_problems(), self.provider:
            request, _ = self.service.read_search([resource_type], query)
            found = self._storage().search([resource_type], request)
            return self._page(resource_type, found, request)

    def head(self, type_name: str, resource_id: str) -> dict[str, Any] | None:
        """Return a resource without what is stored separately, such as a group's members: 1 GetItem. None when there is none."""
        resource_type = self._type(type_name)
        with self.errors_as_problems(), self.provider:
            reader = self.reader()
            try:
                stored = reader.stored(resource_type, resource_id)
            except NotFoundException:
                return None
            return self._shown(reader.resources(resource_type, [stored], whole=False)[0])

    def heads(self, type_name: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return the existing ones of these resources, as :meth:`head` does: 1 BatchGetItem for each 100."""
        resource_type = self._type(type_name)
        with self.errors_as_problems(), self.provider:
            reader = self.reader()
            stored = reader.stored_many(resource_type, list(ids))
            return [self._shown(each) for each in reader.resources(resource_type, stored, whole=False)]

    def matches(self, type_name: str, name: str, *, leaving_out: str | None = None) -> list[dict[str, Any]]:
        """Return all resources with this id or name (:data:`NAMES`): one look-up by key for each.

        :param leaving_out: See :meth:`pages`.
        """
        found = {}
        if is_id(name):
            by_id = self.head(type_name, name) if leaving_out else self._by_id(self._type(type_name), name)
            found = {name: by_id} if by_id else {}
        for attribute in NAMES[type_name]:
            scim_filter = f"{attribute} eq {json.dumps(name, ensure_ascii=False)}"
            (page,) = self.pages(type_name, scim_filter, leaving_out=leaving_out)
            found |= {each["id"]: each for each in page.resources}
        return list(found.values())

    def members(self, group_id: str, after: str | None = None, *, size: int = 100) -> Members:
        """Return a page of a group's direct members with their names: 1 Query and 1 BatchGetItem for each 100.

        :param after: :attr:`Members.next` of the page before; None for the first.
        """
        with self.target.aws_errors_as_problems():
            pk = keys.members(self.directory, group_id)
            items = list(self.table.query(pk, after=after, limit=size + 1, attributes=("sk", "type")))
            shown = [(item["sk"]["S"], item["type"]["S"]) for item in items[:size]]
            names = self._names(shown)
        members = [Member(each, kind, names[each]) for each, kind in shown if each in names]
        return Members(members, shown[-1][0] if len(items) > size else None)

    def memberships(self, group_id: str, name: str) -> list[tuple[dict[str, Any], bool]]:
        """Return the users with this id or name (:data:`NAMES`), each with whether it is a direct member of a group.

        By keys, in a group of any size: the look-ups of :meth:`matches`, and 1 BatchGetItem of the memberships.
        """
        users = self.matches("User", name, leaving_out="groups")
        wanted = [keys.member(self.directory, group_id, each["id"]) for each in users]
        with self.target.aws_errors_as_problems():
            found = {item["sk"]["S"] for item in self.table.batch_get(wanted, attributes=("sk",))}
        return [(each, each["id"] in found) for each in users]

    def with_member_names(self, group: Mapping[str, Any], limit: int | None = None) -> dict[str, Any]:
        """Return a group whose members also have ``name``: the ``userName`` or ``displayName``. 1 BatchGetItem for each 100.

        :param group: A group as :meth:`find` returns it.
        :param limit: The number of members to name, from the first; None for all. The others are returned without ``name``.
        """
        members: list[dict[str, Any]] = group.get("members") or []
        with self.target.aws_errors_as_problems():
            names = self._names([(each["value"], each["type"]) for each in members[:limit]])
        named = [{**each, "name": names[each["value"]]} if names.get(each["value"]) else each for each in members]
        return {**group, "members": named} if members else dict(group)

    def _names(self, references: Iterable[tuple[str, str]]) -> dict[str, str | None]:
        """Return the names of the users and groups that exist, by id; each reference is an id and a resource type."""
        wanted = [keys.resource(self.directory, kind, each) for each, kind in references]
        found = self.table.batch_get(wanted, attributes=("sk", "name"))
        return {item["sk"]["S"]: item.get("name", {}).get("S") for item in found}

    def counts(self) -> dict[str, int]:
        """Return the number of users and groups, by type: 1 Query for each."""
        listing = Listing(self.table, self.directory)
        with self.target.aws_errors_as_problems():
            return {str(each.name): sum(listing.counts(each).values()) for each in self.provider.resource_types}

    def _by_id(self, resource_type: ResourceType, resource_id: str) -> dict[str, Any] | None:
        storage = self._storage()
        with self.errors_as_problems(), self.provider:
            try:
                shown = self._shown(storage.get(resource_type, resource_id))
            except NotFoundException:
                return None
        return {**shown, BY_HAND: True} if storage.is_by_hand(resource_id) else shown

    def _all(self, resource_type: ResourceType, request: SearchRequest[Any]) -> Iterator[Page]:
        request.cursor, request.count = "", PAGE
        position = None
        while True:
            found = self._storage().search([resource_type], request, position=position)
            yield self._page(resource_type, found, request)
            position = found.next
            if position is None:
                return

    def _page(self, resource_type: ResourceType, found: SearchPage, request: SearchRequest[Any]) -> Page:
        shown = [self._shown(each, request) for each in found.resources]
        if resource_type.name == "User":
            by_hand = self._created_by_hand(each["id"] for each in shown)
            shown = [{**each, BY_HAND: True} if each["id"] in by_hand else each for each in shown]
        return Page(shown, int(found.total or 0), None if found.next is None else json.dumps(found.next))

    def _created_by_hand(self, ids: Iterable[str]) -> set[str]:
        """Return which of these users an operator created by hand: 1 BatchGetItem for each 100."""
        wanted = [keys.resource(self.directory, "User", each) for each in ids]
        items = self.table.batch_get(wanted, attributes=("pk", "sk", "by_hand"))
        return {item["sk"]["S"] for item in items if "by_hand" in item}

    def find(self, type_name: str, name: str) -> dict[str, Any] | None:
        """Return the resource with this id or name (:data:`NAMES`), with all of its attributes; None when there is none.

        :raises Problem: When several resources have the name.
        """
        resource_type = self._type(type_name)
        if is_id(name):
            by_id = self._by_id(resource_type, name)
            if by_id is not None:  # else a name may look like an id
                return by_id
        for attribute in NAMES[type_name]:
            (found,) = self.pages(type_name, f"{attribute} eq {json.dumps(name, ensure_ascii=False)}")
            if len(found.resources) > 1:
                ids = ", ".join(each["id"] for each in found.resources)
                raise Problem(
                    f"{found.total} {type_name.lower()}s have the {attribute} {name}. Use the id of one of them: {ids}."
                )
            if found.resources:
                return found.resources[0]
        return None

    def reader(self) -> Reader:
        """Return a reader of the directory's items, for what SCIM does not show. It caches, so it serves one operation."""
        return self._storage().reader

    # -- Changing ---------------------------------------------------------------------------------------------------

    def create_user(self, journal: Journal, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Create a user by hand, with built-in sign-in where the environment has login methods.

        No sync disables or deletes the user, until the identity provider provisions the same userName.

        :param attributes: The user's attributes, as SCIM writes them; ``userName`` at least.
        :return: The user.
        :raises Refused: When the user is refused, for example because its userName is taken; the refusal is recorded.
        """
        endpoint = f"{self._type('User').endpoint}"
        login = None if self.target.settings.login is None else BUILT_IN
        with self.errors_as_problems():
            request = OperatorRequest(journal, self.directories, self.directory, ByHand(login))
            response = request.send("POST", endpoint, endpoint, {"schemas": [USER], **attributes})
        return {**(response.body or {}), BY_HAND: True}

    def change(
        self, journal: Journal, method: str, type_name: str, resource_id: str, body: Any = None
    ) -> dict[str, Any]:
        """Change a resource with a SCIM request, which is recorded like a client's.

        :param body: The body of a PATCH; None for DELETE.
        :return: What a client would get; empty when that is nothing.
        :raises Refused: When the request is refused; the refusal is recorded.
        """
        endpoint = f"{self._type(type_name).endpoint}"
        request = OperatorRequest(journal, self.directories, self.directory)
        with self.errors_as_problems():
            response = request.send(method, f"{endpoint}/{{id}}", f"{endpoint}/{resource_id}", body)
        return response.body or {}

    # -- Both -------------------------------------------------------------------------------------------------------

    @contextmanager
    def errors_as_problems(self) -> Iterator[None]:
        """Turn an error of SCIM or AWS inside the block into a :class:`Problem`."""
        try:
            with self.target.aws_errors_as_problems():
                yield
        except SCIMException as refusal:
            raise Refused(f"{refusal.detail}") from refusal

    def _type(self, name: str) -> ResourceType:
        found = next((each for each in self.provider.resource_types if each.name == name), None)
        if found is None:
            settings = self.target.settings.name
            raise Problem(
                f"Environment {settings} has no {name.lower()}s: {name.lower()}s.served is false in its file."
            )
        return found

    def _storage(self) -> DynamoStorage:
        """Return a new storage, which serves one request. It creates no system groups: reading never writes."""
        return DynamoStorage(self.table, self.directory, self.provider, self.directories.product)

    def _shown(self, resource: Resource[Any], request: SearchRequest[Any] | None = None) -> dict[str, Any]:
        published = self.service.publish("", resource)
        shown: dict[str, Any] = published.model_dump(
            scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=request
        )
        return shown


def _position(after: str | None) -> Any:
    """Return the position that :attr:`Page.next` stands for.

    :raises Problem: When the text is not JSON.
    """
    try:
        return None if after is None else json.loads(after)
    except ValueError:
        raise Problem("This is not the address of a page. Start with the first page.") from None
