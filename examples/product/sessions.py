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

    ends: float


class Sessions:
    """All sessions. A real product keeps them in a store that its servers share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def begin(self, user_id: str) -> str:
        """Begin a session and return its id, which only the browser's cookie holds."""
        session_id = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[session_id] = Session(user_id, time.time() + LIFETIME_SECONDS)
        return session_id

    def user_of(self, session_id: str | None) -> str | None:
        """Return the user of a session, or None when it ended."""
        with self._lock:
            session = self._sessions.get(session_id or "")
        return session.user_id if session and time.time() < session.ends else None

    def end(self, session_id: str | None) -> None:
        """End one session."""
        with self._lock:
            self._sessions.pop(session_id or "", None)

    def end_all_of(self, user_id: str) -> int:
        """End all sessions of a user, and return how many."""
        with self._lock:
            ended = [key for key, each in self._sessions.items() if each.user_id == user_id]
            for key in ended:
                del self._sessions[key]
        return len(ended)
