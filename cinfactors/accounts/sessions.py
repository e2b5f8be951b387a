"""How long a sign-in lasts: 30 minutes without use, 12 hours at most. Kept by the server.

A session says when its person signed in and when they last did something, noted at most once a
minute, so that reading a page rarely writes. What a script reads by itself (`asked_by_script`
with GET) is nothing that a person did, and keeps nobody signed in. A session may end up to a
minute early by its person's own reckoning; never late.

This is also Django's session engine (`SESSION_ENGINE`): each row of a signed-in person names
them, so that all of a person's sessions can be shown and ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

if TYPE_CHECKING:
    from cinfactors.accounts.models import User

IDLE = settings.SESSION_COOKIE_AGE
"""Seconds without use after which a session ends."""
LONGEST = 12 * 60 * 60
"""Seconds after sign-in at which it ends, used or not."""
NOTED_EVERY = 60
"""Seconds between two notes of use."""

STARTED, SEEN, BROWSER = "signed_in_at", "last_used_at", "browser"

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
"""What a User-Agent holds, in the order to ask in, since most name others too."""


class SessionStore(DatabaseStore):
    """Sessions in the database, each with its person."""

    @classmethod
    def get_model_class(cls):
        from cinfactors.accounts.models import Session

        return Session

    def create_model_instance(self, data):
        if SESSION_KEY in data:
            now = int(time.time())
            data.setdefault(STARTED, now)
            data.setdefault(SEEN, now)
        row = super().create_model_instance(data)
        row.person_id = data.get(SESSION_KEY)
        return row


def begin(request: HttpRequest) -> None:
    """The person of the request has signed in this moment."""
    now = int(time.time())
    request.session[STARTED] = request.session[SEEN] = now
    request.session[BROWSER] = name_of_browser(request.headers.get("User-Agent", ""))


def is_signed_in(session: SessionBase | dict[str, Any]) -> bool:
    return SESSION_KEY in session


def is_over(session: SessionBase | dict[str, Any]) -> bool:
    return is_signed_in(session) and seconds_left(session) == 0


def seconds_left(session: SessionBase | dict[str, Any]) -> int:
    """Until the session ends if its person does nothing more; 0 for nobody's session."""
    if not is_signed_in(session):
        return 0
    now = int(time.time())
    return max(min(session.get(SEEN, now) + IDLE, _ends_at_last(session)) - now, 0)


def ends_whatever_is_done(session: SessionBase | dict[str, Any]) -> datetime | None:
    """When the session ends, where no use makes it last longer; None where use does."""
    at_last = _ends_at_last(session)
    if session.get(SEEN, 0) + IDLE < at_last:
        return None
    return datetime.fromtimestamp(at_last, UTC)


def _ends_at_last(session: SessionBase | dict[str, Any]) -> int:
    return session.get(STARTED, int(time.time())) + LONGEST


def note_use(session: SessionBase, *, now: bool = False) -> None:
    """The person has done something; at once with `now`, otherwise at the next whole minute."""
    moment = int(time.time())
    if now or moment - session.get(SEEN, 0) >= NOTED_EVERY:
        session[SEEN] = moment


def asked_by_script(request: HttpRequest) -> bool:
    """Whether a script of a page asks, and so no page is shown in answer."""
    return (
        request.headers.get("HX-Request") == "true"
        or request.headers.get("Sec-Fetch-Dest") == "empty"
    )


def is_use(request: HttpRequest) -> bool:
    """Whether a person did something, rather than a script by itself."""
    return request.method == "POST" or not asked_by_script(request)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A place where somebody is signed in, as it is shown to them."""

    browser: str
    since: datetime
    last_used: datetime
    here: bool


def where_signed_in(person: User, current: SessionBase) -> list[SignedIn]:
    """Every session of the person that has not ended, this one first, then the latest used."""
    auth_hash = person.get_session_auth_hash()
    found = []
    for row in person.sessions.filter(expire_date__gt=timezone.now()):
        session = current.decode(row.session_data)
        # Of an earlier password, or past its time: it opens nothing any more.
        if session.get(HASH_SESSION_KEY) != auth_hash or is_over(session):
            continue
        found.append(
            SignedIn(
                browser=session.get(BROWSER, ""),
                since=datetime.fromtimestamp(session[STARTED], UTC),
                last_used=datetime.fromtimestamp(session[SEEN], UTC),
                here=row.session_key == current.session_key,
            )
        )
    return sorted(found, key=lambda each: (each.here, each.last_used), reverse=True)


def name_of_browser(user_agent: str) -> str:
    """The browser and the system that a User-Agent names, or nothing."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return " on ".join(filter(None, [browser, system]))
