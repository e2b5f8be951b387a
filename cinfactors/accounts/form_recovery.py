"""Form recovery: keeps what a person typed when their sign-in has ended, until the next sign-in.

A post that cannot be accepted, because nobody is signed in any more or its CSRF token is stale,
is kept for 15 minutes as an unsent draft: encrypted in the database, with a key made from
SECRET_KEY and a random token that only a cookie of that browser holds. Each draft has a cookie of
its own, so that forms sent at the same moment do not overwrite each other's. Neither the database
nor the cookie alone can be read. The draft is shown again once, unsaved, to the person for whom the
page was rendered and to nobody else, and deleted when that page has been rendered. A browser has
a draft of each page and person, or several that were sent at once; somebody else who signs in
there neither sees nor deletes it.

Whoever has a page of a person could send it again and again, so that a person has so many drafts
at most. What is not kept is shown on the page that says so, and not lost in silence.

A page takes part with three things: `@recovers_form` on its view, `{% draft_owner %}` in its
form, and a form filled from `request.unsent_draft`, a QueryDict or None, with a message that
nothing is saved yet.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone

from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import HeldForm, User

# The names below keep their values: browsers have the cookie, and open pages the field with its
# signature, while a new version is installed. With others, drafts of that moment would be lost.
COOKIE = f"{settings.COOKIE_PREFIX}held"
"""The name of a draft's cookie begins with it. This alone has several drafts' tokens, of before
each had a cookie: it is read, and ends by time."""
OWNER_FIELD = "typed_by"
# The salt keeps its words: with others, what browsers hold while a release is made would be lost.
_signer = TimestampSigner(salt="cinfactors.accounts.held_forms")

MAX_AGE = timedelta(minutes=15)
MOST_DRAFTS = 20
"""Of a person, and of a browser."""
MOST_BYTES = 512 * 1024
"""Of a person's drafts together, encrypted."""
SEPARATOR = "."
"""Between the tokens in that earlier cookie; no token has it."""
PAGE_MAX_AGE = timedelta(days=7)
"""How long after a page was rendered its owner field is accepted."""

_REFERENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a page has in fields that nobody types in."""

View = TypeVar("View", bound=Callable[..., Any])


def recovers_form(view: View) -> View:
    """Allow drafts of posts to the view. For classes, put it on `dispatch`."""
    view.recovers_form = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def sign_draft_owner(person: User) -> str:
    """Return the value of the hidden field that says for whom a page was rendered."""
    return _signer.sign(str(person.pk))


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
    """Keep what was posted. Return the draft's token, or None if not kept.

    It is kept if the view recovers its form, the page was rendered for an active person, nobody
    else is signed in by now, and there is room. What the same browser posted before to the same
    page is replaced.
    """
    if not _is_recoverable(request):
        return None
    owner = _draft_owner(request)
    if owner is None:
        return None
    HeldForm.objects.filter(at__lt=timezone.now() - MAX_AGE).delete()
    path = request.get_full_path()
    token = secrets.token_urlsafe(32)
    body = _cipher(token, path, owner).encrypt(_fields_to_keep(request.POST))
    kept = _drafts_of_browser(request)
    replaced = [each for each, row in kept.items() if (row.person_id, row.path) == (owner, path)]
    with transaction.atomic():
        # Two posts at once are counted one after the other.
        person = User.objects.select_for_update(no_key=True).filter(pk=owner, is_active=True)
        if person.first() is None or len(kept) - len(replaced) >= MOST_DRAFTS:
            return None
        hashes = [_hash(each) for each in replaced]
        others = HeldForm.objects.filter(person_id=owner).exclude(token_hash__in=hashes)
        held = others.aggregate(drafts=Count("pk"), bytes=Sum(Length("body"), default=0))
        if held["drafts"] >= MOST_DRAFTS or held["bytes"] + len(body) > MOST_BYTES:
            return None
        HeldForm.objects.filter(token_hash__in=hashes).delete()
        HeldForm.objects.create(
            token_hash=_hash(token), path=path, person_id=owner, body=body, at=timezone.now()
        )
    return token


def typed_fields(request: HttpRequest) -> list[tuple[str, list[str]]]:
    """Return what was typed in a post that is neither carried out nor kept, to be shown once more.

    Each field's name in words, and its values, without what nobody types. Empty where the page
    was rendered for somebody else than who is signed in by now.
    """
    if not _is_recoverable(request):
        return []
    fields = QueryDict(_fields_to_keep(request.POST))
    return [
        (re.sub(r"[_-]+", " ", name).strip().capitalize(), values)
        for name, values in fields.lists()
        if any(values) and name != "version" and not all(map(_REFERENCE.fullmatch, values))
    ]


def find_draft(request: HttpRequest) -> tuple[QueryDict | None, str]:
    """Return the signed-in person's draft of this page, or None, and the token that decrypts it.

    A draft stays until `delete_draft`, since a page that fails has shown it to nobody. One that
    cannot be decrypted is deleted at once.
    """
    if request.method != "GET" or not _view_recovers_form(request):
        return None, ""
    path = request.get_full_path()
    for token, draft in _drafts_of_browser(request).items():
        if (draft.person_id, draft.path) != (request.user.pk, path):
            continue
        try:
            body = _cipher(token, path, draft.person_id).decrypt(bytes(draft.body))
        except InvalidToken:  # SECRET_KEY has changed meanwhile, or somebody has changed the row
            HeldForm.objects.filter(token_hash=_hash(token)).delete()
            continue
        return QueryDict(body), token
    return None, ""


def has_draft(request: HttpRequest) -> bool:
    """Whether anything that was typed in this browser waits for its person to sign in."""
    return bool(_drafts_of_browser(request))


def delete_draft(request: HttpRequest, response: HttpResponseBase, token: str) -> None:
    """Delete a draft that has been shown, and its cookie."""
    HeldForm.objects.filter(token_hash=_hash(token)).delete()
    _delete_spent_cookies(request, response)


def set_draft_cookie(request: HttpRequest, response: HttpResponseBase, token: str) -> None:
    """Give the browser the cookie of a draft."""
    # Of those replaced: a request's headers are bounded.
    _delete_spent_cookies(request, response)
    response.set_cookie(
        _cookie_name(token),
        token,
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def has_cookie(request: HttpRequest) -> bool:
    """Whether the browser may have a draft; costs no query."""
    return bool(_cookies(request))


def _delete_spent_cookies(request: HttpRequest, response: HttpResponseBase) -> None:
    """Delete the browser's cookies that have no draft any more."""
    kept = _drafts_of_browser(request)
    for name, value in _cookies(request).items():
        if kept.keys().isdisjoint(value.split(SEPARATOR)):
            response.delete_cookie(name, samesite="Lax")


def _cookies(request: HttpRequest) -> dict[str, str]:
    return {
        name: value
        for name, value in request.COOKIES.items()
        if name == COOKIE or name.startswith(f"{COOKIE}-")
    }


def _cookie_name(token: str) -> str:
    """Return the name of the draft's cookie, of its own and short."""
    return f"{COOKIE}-{_hash(token)[:12]}"


def _drafts_of_browser(request: HttpRequest) -> dict[str, HeldForm]:
    """Return the drafts that were typed in this browser, by whomever, by their tokens."""
    cookies = _cookies(request)
    tokens = cookies.pop(COOKIE, "").split(SEPARATOR)[-MOST_DRAFTS:]
    tokens += [value for name, value in cookies.items() if name == _cookie_name(value)]
    by_hash = {_hash(token): token for token in tokens if token}
    if not by_hash:
        return {}
    rows = HeldForm.objects.filter(
        token_hash__in=by_hash, at__gte=timezone.now() - MAX_AGE
    ).order_by("at")
    return {by_hash[row.token_hash]: row for row in rows}


def _is_recoverable(request: HttpRequest) -> bool:
    """Whether a form of a page that takes part was sent, and by nobody but its own person."""
    # The view first: another may take what `request.POST` would refuse to read.
    if request.method != "POST" or not _view_recovers_form(request):
        return False
    if OWNER_FIELD not in request.POST:
        return False
    return not request.user.is_authenticated or _draft_owner(request) in (None, request.user.pk)


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
