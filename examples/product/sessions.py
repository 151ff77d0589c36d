"""The sessions of signed-in users, on the server: only there can one be ended before it expires."""

import secrets
import threading
import time
from dataclasses import dataclass

LIFETIME_SECONDS = 8 * 3600


@dataclass(frozen=True)
class Session:
    """A signed-in user."""

    user_id: str
    """The SCIM ``id``, which never changes."""

    method: str
    """The login method that the session began with."""

    ends: float


class Sessions:
    """All sessions. A real product keeps them in a store that its servers share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def begin(self, user_id: str, method: str) -> str:
        """Begin a session and return its id, which only the browser's cookie or the desktop client holds."""
        session_id = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[session_id] = Session(user_id, method, time.time() + LIFETIME_SECONDS)
        return session_id

    def get(self, session_id: str | None) -> Session | None:
        """Return a session, or None when it ended."""
        with self._lock:
            session = self._sessions.get(session_id or "")
        return session if session and time.time() < session.ends else None

    def end(self, session_id: str | None) -> None:
        """End one session."""
        with self._lock:
            self._sessions.pop(session_id or "", None)

    def keep_only(self, user_id: str, method: str | None) -> None:
        """End all sessions of a user that began with another login method; with None, all sessions of the user."""
        with self._lock:
            for key, each in list(self._sessions.items()):
                if each.user_id == user_id and each.method != method:
                    del self._sessions[key]
