"""Passwords of users whose login method is ``built-in``, such as guests: set once with an invitation, and checked with a limit."""

import secrets
import threading
import time
from collections import deque

from werkzeug.security import check_password_hash, generate_password_hash

METHOD = "scrypt:32768:8:3"
"""scrypt with parameters that OWASP's password storage cheat sheet recommends."""

MIN_LENGTH = 15
"""Characters of a password that is the only factor (NIST SP 800-63B-4 section 3.1.1.2)."""

INVITATION_SECONDS = 24 * 3600
ATTEMPTS = 5
PERIOD_SECONDS = 15 * 60

NO_PASSWORD = generate_password_hash(secrets.token_urlsafe(), METHOD)
"""Checked for users without a password, so that the time of an answer does not show which users have one."""


class TooManyAttempts(Exception):  # noqa: N818 -- an outcome that the page shows
    """A user name failed too often; the password was not checked."""


class Passwords:
    """All passwords. A real product keeps hashes, invitations and failures in its database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hashes: dict[str, str] = {}
        self._invitations: dict[str, tuple[str, float]] = {}
        self._failures: deque[tuple[float, str]] = deque(maxlen=10_000)

    def invite(self, user_id: str) -> str:
        """Return an invitation with which a user sets a password once, within 24 hours; it replaces the user's earlier one."""
        invitation = secrets.token_urlsafe(32)
        with self._lock:
            self._invitations = {key: each for key, each in self._invitations.items() if each[0] != user_id}
            self._invitations[invitation] = (user_id, time.time() + INVITATION_SECONDS)
        return invitation

    def invited(self, invitation: str) -> str | None:
        """Return the id of the user whom an invitation is for, or None when it was used or replaced, or expired."""
        with self._lock:
            user_id, ends = self._invitations.get(invitation, (None, 0.0))
        return user_id if time.time() < ends else None

    def set(self, invitation: str, password: str) -> bool:
        """Set a user's password and use the invitation up; False when the invitation or the password is not accepted."""
        user_id = self.invited(invitation)
        if user_id is None or len(password) < MIN_LENGTH:
            return False
        hashed = generate_password_hash(password, METHOD)
        with self._lock:
            if self._invitations.pop(invitation, None) is None:
                return False
            self._hashes[user_id] = hashed
        return True

    def check(self, name: str, user_id: str | None, password: str) -> bool:
        """Return whether a password is a user's.

        :param name: The user name as it was typed: failures are counted for it, whether there is such a user or not. After five
            within 15 minutes it is refused, which also locks the user out for as long.
        :param user_id: The user's id; None when there is no user of this name.
        :raises TooManyAttempts: When the name failed too often.
        """
        name = name.casefold()
        with self._lock:
            recent = [at for at, failed in self._failures if failed == name and at > time.time() - PERIOD_SECONDS]
            if len(recent) >= ATTEMPTS:
                raise TooManyAttempts
            self._failures.append((time.time(), name))  # before the check, which other requests run at the same time
            hashed = self._hashes.get(user_id or "", NO_PASSWORD)
        is_right = check_password_hash(hashed, password)
        if is_right:
            with self._lock:
                self._failures = deque((each for each in self._failures if each[1] != name), maxlen=10_000)
        return is_right
