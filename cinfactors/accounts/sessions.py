"""How long a sign-in lasts: 30 minutes without use, 12 hours at most. Decided by the server.

A session holds when its person signed in and when they last did something; use is recorded at
most once a minute, so that reading a page rarely writes. A GET that a script makes by itself
(`is_script_request`) is no action of a person and keeps nobody signed in. A session may therefore
end up to a minute earlier than its person expects, never later.

This is also Django's session engine (`SESSION_ENGINE`): each row of a signed-in person names
them, so that all of a person's sessions can be listed and ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

if TYPE_CHECKING:
    from cinfactors.accounts.models import Session, User

IDLE_SECONDS: int = settings.SESSION_COOKIE_AGE
"""A session ends after so many seconds without use."""
MAX_SECONDS = 12 * 60 * 60
"""A session ends so many seconds after sign-in, used or not."""
USE_RECORDED_EVERY = 60
"""Seconds between two writes of when a session was last used."""

SIGNED_IN_AT, LAST_USED_AT, BROWSER = "signed_in_at", "last_used_at", "browser"
"""Keys in the session."""

BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
"""What a User-Agent contains, and the name for it. The first match counts, since most
User-Agents contain the names of other browsers and systems too."""


class SessionStore(DatabaseStore):
    """Sessions in the database, each with its person."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        from cinfactors.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        if SESSION_KEY in data:
            now = int(time.time())
            data.setdefault(SIGNED_IN_AT, now)
            data.setdefault(LAST_USED_AT, now)
        row = cast("Session", super().create_model_instance(data))  # see get_model_class
        row.person_id = data.get(SESSION_KEY)
        return row

    def save(self, must_create: bool = False) -> None:
        """Write the session, unless it was ended while the request went on: then it stays ended.

        What the request did is done, and its answer is given: whoever follows it signs in again.
        """
        try:
            super().save(must_create)
        except UpdateError:
            if self.exists(str(self.session_key)):
                raise


def record_sign_in(request: HttpRequest) -> None:
    """Write in the session that its person has just signed in, and with which browser."""
    now = int(time.time())
    request.session[SIGNED_IN_AT] = request.session[LAST_USED_AT] = now
    request.session[BROWSER] = browser_name(request.headers.get("User-Agent", ""))


def is_signed_in(session: SessionBase | dict[str, Any]) -> bool:
    return SESSION_KEY in session


def has_ended(session: SessionBase | dict[str, Any]) -> bool:
    return is_signed_in(session) and seconds_left(session) == 0


def seconds_left(session: SessionBase | dict[str, Any]) -> int:
    """Return the seconds until the session ends without further use; 0 if nobody is signed in."""
    if not is_signed_in(session):
        return 0
    now = int(time.time())
    idle_end: int = session.get(LAST_USED_AT, now) + IDLE_SECONDS
    return max(min(idle_end, _latest_end(session)) - now, 0)


def fixed_end(session: SessionBase | dict[str, Any]) -> datetime | None:
    """Return when the session ends, once no use can make it last longer; before that, None."""
    latest_end = _latest_end(session)
    if session.get(LAST_USED_AT, 0) + IDLE_SECONDS < latest_end:
        return None
    return datetime.fromtimestamp(latest_end, UTC)


def _latest_end(session: SessionBase | dict[str, Any]) -> int:
    signed_in_at: int = session.get(SIGNED_IN_AT, int(time.time()))
    return signed_in_at + MAX_SECONDS


def record_use(session: SessionBase, *, immediately: bool = False) -> None:
    """Write that the session is in use, unless that was written less than a minute ago.

    With `immediately`, write in any case.
    """
    now = int(time.time())
    if immediately or now - session.get(LAST_USED_AT, 0) >= USE_RECORDED_EVERY:
        session[LAST_USED_AT] = now


def is_script_request(request: HttpRequest) -> bool:
    """Whether a page's script made the request, so that no whole page is shown in response."""
    return request.headers.get("Sec-Fetch-Dest") == "empty"


def counts_as_use(request: HttpRequest) -> bool:
    """Whether a person did something, rather than a script by itself."""
    return request.method == "POST" or not is_script_request(request)


@dataclass(frozen=True, slots=True)
class ActiveSession:
    """A session of a person, as it is listed for them."""

    browser: str
    signed_in_at: datetime
    last_used_at: datetime
    is_current: bool


def active_sessions(person: User, current: SessionBase) -> list[ActiveSession]:
    """Return the person's sessions that have not ended: `current` first, then the latest used."""
    # Those of a SECRET_KEY that was changed are renewed when the session is used next.
    hashes = {person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()}
    found = []
    for row in person.sessions.filter(expire_date__gt=timezone.now()):
        session = current.decode(row.session_data)
        # A session from before a change of password, or past its time, admits nobody.
        if session.get(HASH_SESSION_KEY) not in hashes or has_ended(session):
            continue
        found.append(
            ActiveSession(
                browser=session.get(BROWSER, ""),
                signed_in_at=datetime.fromtimestamp(session[SIGNED_IN_AT], UTC),
                last_used_at=datetime.fromtimestamp(session[LAST_USED_AT], UTC),
                is_current=row.session_key == current.session_key,
            )
        )
    return sorted(found, key=lambda each: (each.is_current, each.last_used_at), reverse=True)


def browser_name(user_agent: str) -> str:
    """Return the browser and the system that a User-Agent names, or an empty text."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return " on ".join(filter(None, [browser, system]))
