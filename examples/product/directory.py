"""The product's copy of the directory, kept current by events and reconciliation.

A real product keeps it in its database. The rules are the same: store what was read, remove what answers 404, and never store an
older version over a newer one, or a deleted resource again.
"""

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import urllib3

Resource = dict[str, Any]


class ScimUnavailable(Exception):  # noqa: N818 -- an outcome that callers handle
    """The endpoint did not answer with a resource or with 404; the caller tries again later."""


class Directory:
    """The users and groups of one customer."""

    def __init__(self, tenant_url: str, token: str) -> None:
        """Create an empty copy; :meth:`reconcile` fills it."""
        self.tenant_url = tenant_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/scim+json"}
        self._http = urllib3.PoolManager(timeout=10, retries=urllib3.Retry(3, status_forcelist=[429, 503]))
        self._lock = threading.Lock()
        self._resources: dict[str, Resource] = {}
        self._removed: set[str] = set()
        self._is_whole = False

    def user_by_object_id(self, object_id: str) -> Resource | None:
        """Return the user with an ``externalId``: with Entra ID the object id, which equals ``oid`` in ID tokens.

        Never look up a user by e-mail address or user name: an administrator can set both freely. The endpoint is asked, so that a
        user who was provisioned or enabled a second ago gets in. While it does not answer, the copy decides.

        :raises ScimUnavailable: When the endpoint does not answer, and the copy was never complete.
        """
        try:
            found = self.search_users(f"externalId eq {json.dumps(object_id)}")
        except ScimUnavailable:
            found = [each for each in self._copied_users() if each.get("externalId") == object_id]
        return found[0] if len(found) == 1 else None

    def user_by_name(self, name: str) -> Resource | None:
        """Return the user with a ``userName``, regardless of case, for a sign-in with a password: the name itself proves nothing.

        The endpoint is asked, as for an object id. While it does not answer, the copy decides.

        :raises ScimUnavailable: When the endpoint does not answer, and the copy was never complete.
        """
        try:
            found = self.search_users(f"userName eq {json.dumps(name)}")
        except ScimUnavailable:
            found = [each for each in self._copied_users() if each["userName"].casefold() == name.casefold()]
        return found[0] if len(found) == 1 else None

    def search_users(self, expression: str) -> list[Resource]:
        """Return the users that a SCIM filter finds at the endpoint, up to 100, and store them.

        :raises ScimUnavailable: When the endpoint does not answer.
        """
        _, page = self._get(f"/Users?count=100&filter={quote(expression)}")
        stored = [self._store(f"/Users/{each['id']}", each) for each in page.get("Resources", [])]
        return [each for each in stored if each is not None]

    def users(self) -> list[Resource]:
        """Return the users of the copy."""
        with self._lock:
            return [each for uri, each in self._resources.items() if uri.startswith("/Users/")]

    def user(self, user_id: str) -> Resource | None:
        """Return a user by its ``id``."""
        with self._lock:
            return self._resources.get(f"/Users/{user_id}")

    def read_again(self, uri: str) -> Resource | None:
        """Read one resource and store it; None when it was deleted.

        :param uri: Such as ``/Users/2819c223``, as ``sub_id.uri`` of an event has it.
        :raises ScimUnavailable: When the endpoint does not answer.
        """
        status, found = self._get(uri)
        if status == 404:
            with self._lock:
                self._resources.pop(uri, None)
                self._removed.add(uri)
            return None
        return self._store(uri, found)

    def reconcile(self) -> None:
        """Read everything, and remove what was deleted.

        :raises ScimUnavailable: When the endpoint does not answer.
        """
        with self._lock:
            before = set(self._resources)
        seen = set()
        for kind in ("Users", "Groups"):
            for found in self._all(f"/{kind}"):
                uri = f"/{kind}/{found['id']}"
                seen.add(uri)
                self._store(uri, found)
        for uri in before - seen:
            self.read_again(uri)
        self._is_whole = True

    def _copied_users(self) -> list[Resource]:
        """Return the users of the copy, unless it was never complete: it then says nothing about a user whom it lacks."""
        if not self._is_whole:
            raise ScimUnavailable("the copy is not complete")
        return self.users()

    def _store(self, uri: str, found: Resource) -> Resource | None:
        """Store a resource unless it was deleted or the copy has a newer version, and return what the copy has.

        An answer that was under way when the resource was deleted arrives late. Ids are never reused.
        """
        with self._lock:
            if uri in self._removed:
                return None
            if _version(found) >= _version(self._resources.get(uri)):
                self._resources[uri] = found
            return self._resources[uri]

    def _all(self, path: str) -> Iterator[Resource]:
        cursor: str | None = ""
        while cursor is not None:
            _, page = self._get(f"{path}?count=100&cursor={quote(cursor)}")
            yield from page.get("Resources", [])
            cursor = page.get("nextCursor")

    def _get(self, path: str) -> tuple[int, Resource]:
        try:
            answer = self._http.request("GET", self.tenant_url + path, headers=self._headers)
            body = json.loads(answer.data) if answer.status in (200, 404) else None
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise ScimUnavailable(type(error).__name__) from error
        if not isinstance(body, dict) or "schemas" not in body:  # an error, or an answer of a proxy in between
            raise ScimUnavailable(str(answer.status))
        return answer.status, body


def _version(resource: Resource | None) -> int:
    """Return the number in a resource's entity tag, ``W/"7-..."``; 0 for none."""
    if resource is None:
        return 0
    tag = resource["meta"]["version"].removeprefix("W/").strip('"')
    return int(tag.partition("-")[0])
