"""What a browser keeps of a single sign-on between its start and its return.

It is in a cookie, encrypted, for ten minutes, and in no row: anybody may press the button. Each
start has a cookie of its own, so that several tabs do not disturb each other. Of the proof key
(RFC 7636) the provider has only the digest, until the code is exchanged.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass, replace

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from cinfactors.accounts.encryption import cipher

MAX_AGE = 10 * 60
MAX_STARTS = 3
"""Of one browser. The cookies of earlier ones are deleted: a request's headers are bounded."""
MAX_LENGTH = 1600
"""Characters of a start in its cookie. A browser drops a cookie of more than 4,096 bytes, and
gunicorn refuses a request with more than 8,190 of all its cookies."""
_COOKIE = f"{settings.COOKIE_PREFIX}single-sign-on-"
_STATE = re.compile(r"[0-9]{10}-[A-Za-z0-9_-]{32}")

_cipher = functools.partial(cipher, "start of single sign-on")


@dataclass(frozen=True, slots=True)
class Start:
    """A single sign-on that a browser has started."""

    state: str
    verifier: str
    next_page: str = ""
    """The page to go on to, on this host."""
    person: int | None = None
    """The key of the signed-in person who links their account by it, if that is its purpose."""
    ask_again: bool = False
    """Whether the provider must ask who it is, although it may know."""

    @property
    def at(self) -> int:
        """When it was started, in seconds of the epoch."""
        return int(self.state[:10])

    @property
    def nonce(self) -> str:
        """Derived from the verifier, so that code, token and browser belong together."""
        return _digest("nonce of " + self.verifier)

    @property
    def challenge(self) -> str:
        return _digest(self.verifier)


def new_start(next_page: str = "", person: int | None = None, *, ask_again: bool = False) -> Start:
    """Return a start, without the next page where that makes it too long for a cookie."""
    start = Start(
        state=f"{int(time.time()):010}-{secrets.token_urlsafe(24)}",
        verifier=secrets.token_urlsafe(48),
        next_page=next_page,
        person=person,
        ask_again=ask_again,
    )
    return start if len(_encrypted(start)) <= MAX_LENGTH else replace(start, next_page="")


def remember(request: HttpRequest, response: HttpResponseBase, start: Start) -> None:
    """Give the browser the cookie of the start."""
    # The names begin with the time.
    earlier = sorted(name for name in request.COOKIES if name.startswith(_COOKIE))
    for name in earlier[: -(MAX_STARTS - 1)]:
        response.delete_cookie(name, samesite="Lax")
    response.set_cookie(
        _COOKIE + start.state,
        _encrypted(start),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def find(request: HttpRequest) -> Start | None:
    """Return the start that the callback's address names; None if this browser has it not."""
    state = request.GET.get("state", "")
    encrypted = request.COOKIES.get(_COOKIE + state)
    if not encrypted or not _STATE.fullmatch(state):
        return None
    try:
        start = Start(**json.loads(_cipher().decrypt(encrypted.encode(), ttl=MAX_AGE)))
    except InvalidToken:
        return None
    return start if start.state == state else None  # the cookie of another start


def use(start: Start) -> bool:
    """Return whether the start returns for the first time, whatever a browser still has of it."""
    return cache.add(f"single-sign-on:{start.state}", True, timeout=MAX_AGE)


def forget(request: HttpRequest, response: HttpResponseBase) -> None:
    """Delete the cookie of the start that the callback's address names."""
    name = _COOKIE + request.GET.get("state", "")
    if name in request.COOKIES:
        response.delete_cookie(name, samesite="Lax")


def forget_all(request: HttpRequest, response: HttpResponseBase) -> None:
    """Delete the cookies of all starts of this browser."""
    for name in request.COOKIES:
        if name.startswith(_COOKIE):
            response.delete_cookie(name, samesite="Lax")


def _encrypted(start: Start) -> str:
    return _cipher().encrypt(json.dumps(asdict(start)).encode()).decode()


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
