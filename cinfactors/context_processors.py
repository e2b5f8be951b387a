"""Site context of every template: the authority, the navigation, the source of the guidance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessments.catalogue import loader
from cinfactors.accounts import sessions
from cinfactors.accounts.models import Role, User


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A link of the main navigation.

    `current` when it leads to the page or to one above it, `exactly` when to the page itself.
    """

    name: str
    address: str
    current: bool
    exactly: bool


QUEUE = "admin:assessments_assessment_changelist"
NAVIGATION = (
    ("Review", "admin:index", {Role.TEAM_MANAGER}),
    ("Awaiting review", QUEUE, {Role.TEAM_MANAGER}),
    ("My assessments", "assessments", {Role.SOCIAL_WORKER}),
    ("Assessments", f"{QUEUE}?status=any", {Role.TEAM_MANAGER}),
    ("Assessments", "assessments", {Role.DATA_OFFICER}),
    ("Children", "admin:assessments_child_changelist", {Role.TEAM_MANAGER}),
    ("Start an assessment", "start", {Role.SOCIAL_WORKER}),
    ("Work to reassign", "without_a_worker", {Role.TEAM_MANAGER}),
    ("Census", "census", {Role.DATA_OFFICER}),
    ("Reading of records", "reading_log", {Role.DATA_OFFICER}),
    ("Admin", "admin:index", {Role.ADMINISTRATOR}),
    ("Guidance", "guidance", set(Role)),
)


def navigation(person: User, path: str) -> Iterator[NavigationItem]:
    """Yield the links that are of use to the person's role; only the longest match is current."""
    links = [(name, _address(view)) for name, view, roles in NAVIGATION if person.role in roles]
    matching = [address for _, address in links if path.startswith(address)]
    current = max(matching, key=len, default=None)
    for name, address in links:
        yield NavigationItem(name, address, address == current, address == path)


def _address(view: str) -> str:
    """Return the address of a view, with the query that is written after its name."""
    name, *query = view.split("?")
    return "?".join([reverse(name), *query])


def _path_in_navigation(request: HttpRequest) -> str:
    """Return the path of the request, as if the list of any status were a page of its own.

    What awaits review and the other lists of assessments in the admin are at one address, and so
    are the records that one opens from them.
    """
    queue = _address(QUEUE)
    list_filters = QueryDict(request.GET.get("_changelist_filters", ""))
    if request.path.startswith(queue) and (request.GET.get("status") or list_filters.get("status")):
        return request.path.replace(queue, _address(f"{QUEUE}?status=any"), 1)
    return request.path


def site_context_for(person: User | None, path: str) -> dict[str, Any]:
    """Return the site context of the page at this path, for a person or for nobody."""
    return {
        "authority_name": settings.AUTHORITY_NAME,
        "guide_source": loader.edition_for(timezone.localdate()).source,
        "navigation": list(navigation(person, path)) if person else (),
    }


def site_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Loads the person and nothing else; on error pages, nothing at all."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return site_context_for(None, request.path)
    return site_context_for(person, _path_in_navigation(request)) | {
        "signed_in_for": sessions.seconds_left(request.session),
        "printed_at": printed_at(),
        "names_printed": request.GET.get("names") == "printed",
    }


def printed_at() -> str:
    """Return the time now as printed pages show it; a script updates it when one is printed."""
    return date_format(timezone.localtime(), "j F Y, H:i")


@login_not_required
@require_safe
@cache_control(max_age=24 * 60 * 60, public=True)
def icon(request: HttpRequest) -> HttpResponse:
    """Redirect /favicon.ico to the icon: browsers request it where no page names one."""
    return redirect(static("icon.svg"))
