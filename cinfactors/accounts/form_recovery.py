"""What was typed when a sign-in had ended, kept for its writer until the next one.

A post that can not be accepted, because nobody is signed in any more or its token is stale, is
held for 15 minutes: encrypted in the database, its key made from SECRET_KEY and a random token
that only a cookie of that browser holds. Neither the database nor the cookie alone reads it. It
is played back once, unsaved, to the person for whom the page was drawn and nobody else, and
deleted when that page has been made.

A page takes part with three things: `@recovers_form` on its view, `{% typed_by %}` in its
form, and a form filled from `request.unsent_draft`, a QueryDict or None, with a message that
nothing is saved yet.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import HeldForm, User

COOKIE = f"{settings.COOKIE_PREFIX}held"
KEPT = timedelta(minutes=15)
LARGEST = 64 * 1024
"""Bytes of the urlencoded form."""
PAGE_LIFE = timedelta(days=7)
"""How long a page may have stood open and its writer still be believed."""
FIELD = "typed_by"

_signer = TimestampSigner(salt="cinfactors.accounts.held_forms")


def recovers_form(view: Callable) -> Callable:
    """Let what is posted to the view be held. For classes, put it on `dispatch`."""
    view.recovers_form = True
    return view


def typed_by(person: User) -> str:
    """The value of the hidden field that says for whom a page was drawn."""
    return _signer.sign(str(person.pk))


def draft_owner_field(person: User) -> SafeString:
    """That hidden field."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, typed_by(person))


def came_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very host sent the request."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        scheme, host = urlsplit(sender)[:2]
    except ValueError:  # no address at all
        return False
    return (scheme, host) == (request.scheme, request.get_host()) and request.headers.get(
        "Sec-Fetch-Site", "same-origin"
    ) == "same-origin"


def hold(request: HttpRequest) -> str | None:
    """Keep what was posted and return the token that opens it; None if it may not be kept.

    It may be if the view takes part, the page was drawn for a person known to us, nobody else
    is signed in by now, and it is small enough.
    """
    if request.method != "POST" or not _takes_part(request):
        return None
    person = _writer(request)
    if person is None or (request.user.is_authenticated and request.user.pk != person):
        return None
    body = _worth_keeping(request.POST)
    if len(body) > LARGEST or not User.objects.filter(pk=person, is_active=True).exists():
        return None
    HeldForm.objects.filter(at__lt=timezone.now() - KEPT).delete()
    drop(request)
    token = secrets.token_urlsafe(32)
    path = request.get_full_path()
    HeldForm.objects.create(
        token_hash=_hash(token),
        path=path,
        person_id=person,
        body=_cipher(token, path, person).encrypt(body),
        at=timezone.now(),
    )
    return token


def find(request: HttpRequest) -> tuple[QueryDict | None, bool]:
    """What this browser holds for the person and the page, and whether that is of no use any more.

    It stays until `drop`: a page that failed has shown nobody anything. Of no use is what is too
    old, somebody else's, or not to be opened.
    """
    token = request.COOKIES[COOKIE]
    held = HeldForm.objects.filter(token_hash=_hash(token), at__gte=timezone.now() - KEPT).first()
    if held is None or held.person_id != request.user.pk:
        return None, True
    if request.method != "GET" or request.get_full_path() != held.path or not _takes_part(request):
        return None, False
    try:
        body = _cipher(token, held.path, held.person_id).decrypt(bytes(held.body))
    except InvalidToken:  # SECRET_KEY has changed meanwhile, or somebody has changed the row
        return None, True
    return QueryDict(body), False


def drop(request: HttpRequest) -> None:
    """Delete what this browser holds, if anything."""
    if token := request.COOKIES.get(COOKIE):
        HeldForm.objects.filter(token_hash=_hash(token)).delete()


def give_token(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def take_token_away(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def _takes_part(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and getattr(match.func, "recovers_form", False)


def _writer(request: HttpRequest) -> int | None:
    try:
        return int(_signer.unsign(request.POST.get(FIELD, ""), max_age=PAGE_LIFE))
    except BadSignature:
        return None


def _worth_keeping(post: QueryDict) -> bytes:
    """The fields, less the tokens of the page and whatever is a password."""
    kept = post.copy()
    for name in post:
        if name in {"csrfmiddlewaretoken", FIELD} or "password" in name.lower():
            del kept[name]
    return kept.urlencode().encode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _cipher(token: str, path: str, person: int) -> MultiFernet:
    """A key for this token, page and person, so that a row put in another's place opens nothing."""
    return cipher(f"held form of {person} at {path}", token)
