"""Form recovery: keeps what a person typed when their sign-in has ended, until the next sign-in.

A post that cannot be accepted, because nobody is signed in any more or its CSRF token is stale,
is kept for 15 minutes as an unsent draft: encrypted in the database, with a key made from
SECRET_KEY and a random token that only a cookie of that browser holds. Neither the database nor
the cookie alone can be read. The draft is shown again once, unsaved, to the person for whom the
page was rendered and to nobody else, and deleted when that page has been rendered.

A page takes part with three things: `@recovers_form` on its view, `{% draft_owner %}` in its
form, and a form filled from `request.unsent_draft`, a QueryDict or None, with a message that
nothing is saved yet.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import HeldForm, User

# The names below keep their values: browsers have the cookie, and open pages the field with its
# signature, while a new version is installed. With others, drafts of that moment would be lost.
COOKIE = f"{settings.COOKIE_PREFIX}held"
OWNER_FIELD = "typed_by"
_signer = TimestampSigner(salt="cinfactors.accounts.held_forms")

MAX_AGE = timedelta(minutes=15)
MAX_BYTES = 64 * 1024
"""Of the urlencoded form."""
PAGE_MAX_AGE = timedelta(days=7)
"""How long after a page was rendered its owner field is accepted."""

View = TypeVar("View", bound=Callable[..., Any])


def recovers_form(view: View) -> View:
    """Allow drafts of posts to the view. For classes, put it on `dispatch`."""
    view.recovers_form = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def sign_draft_owner(person: User) -> str:
    """Return the value of the hidden field that says for whom a page was rendered."""
    return _signer.sign(str(person.pk))


def draft_owner_field(person: User) -> SafeString:
    """Return that hidden field."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', OWNER_FIELD, sign_draft_owner(person)
    )


def is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very host sent the request."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        scheme, host = urlsplit(sender)[:2]
    except ValueError:  # Ignore malformed Origin and Referer headers
        return False
    return (scheme, host) == (request.scheme, request.get_host()) and request.headers.get(
        "Sec-Fetch-Site", "same-origin"
    ) == "same-origin"


def save_draft(request: HttpRequest) -> str | None:
    """Keep what was posted. Return the token that decrypts it, or None if it may not be kept.

    It may be kept if the view recovers its form, the page was rendered for an active person,
    nobody else is signed in by now, and it is small enough.
    """
    if request.method != "POST" or not _view_recovers_form(request):
        return None
    owner = _draft_owner(request)
    if owner is None or (request.user.is_authenticated and request.user.pk != owner):
        return None
    body = _fields_to_keep(request.POST)
    if len(body) > MAX_BYTES or not User.objects.filter(pk=owner, is_active=True).exists():
        return None
    HeldForm.objects.filter(at__lt=timezone.now() - MAX_AGE).delete()
    delete_draft(request)
    token = secrets.token_urlsafe(32)
    path = request.get_full_path()
    HeldForm.objects.create(
        token_hash=_hash(token),
        path=path,
        person_id=owner,
        body=_cipher(token, path, owner).encrypt(body),
        at=timezone.now(),
    )
    return token


def find_draft(request: HttpRequest) -> tuple[QueryDict | None, bool]:
    """Return the draft for this page, or None; and whether this browser's draft is unusable.

    A draft stays until `delete_draft`, since a page that fails has shown it to nobody. It is
    unusable when it is too old, somebody else's, or cannot be decrypted.
    """
    token = request.COOKIES[COOKIE]
    draft = HeldForm.objects.filter(
        token_hash=_hash(token), at__gte=timezone.now() - MAX_AGE
    ).first()
    if draft is None or draft.person_id != request.user.pk:
        return None, True
    is_its_page = request.method == "GET" and request.get_full_path() == draft.path
    if not is_its_page or not _view_recovers_form(request):
        return None, False
    try:
        body = _cipher(token, draft.path, draft.person_id).decrypt(bytes(draft.body))
    except InvalidToken:  # SECRET_KEY has changed meanwhile, or somebody has changed the row
        return None, True
    return QueryDict(body), False


def delete_draft(request: HttpRequest) -> None:
    """Delete the draft of this browser, if there is one."""
    if token := request.COOKIES.get(COOKIE):
        HeldForm.objects.filter(token_hash=_hash(token)).delete()


def set_draft_cookie(response: HttpResponseBase, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def delete_draft_cookie(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def _view_recovers_form(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and getattr(match.func, "recovers_form", False)


def _draft_owner(request: HttpRequest) -> int | None:
    """Return the number of the person for whom the posted page was rendered, if it is signed."""
    try:
        return int(_signer.unsign(request.POST.get(OWNER_FIELD, ""), max_age=PAGE_MAX_AGE))
    except BadSignature:
        return None


def _fields_to_keep(post: QueryDict) -> bytes:
    """Return the urlencoded fields, without the page's tokens and without passwords."""
    kept = post.copy()
    for name in post:
        if name in {"csrfmiddlewaretoken", OWNER_FIELD} or "password" in name.lower():
            del kept[name]
    return kept.urlencode().encode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _cipher(token: str, path: str, person: int) -> MultiFernet:
    """A cipher for this token, page and person: a row copied over another cannot be decrypted.

    The purpose keeps its words: with others, drafts kept before an upgrade could not be read.
    """
    return cipher(f"held form of {person} at {path}", token)
