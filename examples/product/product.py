"""What all pages share: the parts of the product, and the user who is signed in."""

from dataclasses import dataclass, field

from flask import session

from examples.product.access import login_method
from examples.product.directory import Directory, Resource
from examples.product.passwords import Passwords
from examples.product.sessions import Sessions
from examples.product.settings import Settings


@dataclass(frozen=True)
class Product:
    """The parts of the product."""

    settings: Settings
    directory: Directory
    sessions: Sessions = field(default_factory=Sessions)
    passwords: Passwords = field(default_factory=Passwords)

    def user_of(self, session_id: str | None) -> Resource | None:
        """Return the user of a session, or None when it ended or its user may not sign in this way any more.

        Asked at each request: ``active``, the login method and permission sets change during a session.
        """
        found = self.sessions.get(session_id)
        user = self.directory.user(found.user_id) if found else None
        return user if found and login_method(user) == found.method else None

    def current_user(self) -> Resource | None:
        """Return the user of the browser's session, or None."""
        return self.user_of(session.get("id"))

    def begin_session(self, user: Resource, method: str) -> None:
        """Begin a session of the browser; another one that it had is forgotten, against session fixation."""
        self.sessions.end(session.get("id"))
        session.clear()
        session["id"] = self.sessions.begin(user["id"], method)
