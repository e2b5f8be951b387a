"""Starting an assessment: find the child, or add one; the referral; the start date."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.confirmation import confirmed_in, hardly_right
from assessments.components.forms import Form, posted_or_draft
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.components.referral_form import ReferralForm
from assessments.models import Assessment, Child, Episode
from assessments.pages.start.family import (
    address_with_family,
    copied_referral,
    sibling_assessment,
)
from assessments.pages.start.forms import FindChildForm, NewChildForm, StartDateForm
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.models import Team
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list, record_refusal, record_start
from cinfactors.web.problems import Problem, add_messages, problems_of
from cinfactors.web.rate_limits import rate_limited_search

STARTED = "started"
"""The key in the session of what was started from which form: references by idempotency keys."""

NOT_FOUND = "not_found"
"""The key in the session of the id that was looked for last, and the key of the form for it."""

MOST_FOUND = 20
"""As many children of a name are listed; for more, the name has to be typed in full."""


def _teams_to_start_in_or_404(request: SignedInRequest) -> QuerySet[Team]:
    """Return the person's teams; raises Http404 for those who start no assessments."""
    if not queries.may_start_assessments(request.user):
        raise Http404
    return queries.teams_of(request.user)


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def find_child(request: SignedInRequest) -> HttpResponse:
    """Ask for the child's id; go on with the child, or offer to add one.

    By a name, list the children of that name whom the person sees anyway.
    """
    teams = _teams_to_start_in_or_404(request)
    form = FindChildForm(posted_or_draft(request))
    if request.method == "POST" and form.is_valid():
        la_child_id = form.cleaned_data["la_child_id"]
        child = queries.child_to_assess(request.user, la_child_id)
        if child is not None:
            record_start(request, Page.SEARCH, child.pk)
            address = reverse("start_for_child", args=[child.reference])
            return redirect(address_with_family(address, request))
        record_refusal(request, Page.SEARCH, la_child_id=la_child_id)
        if form.is_name():
            found = _children_of_the_name(request, la_child_id)
            if not found:
                form.add_nobody_found()
            return _find_child_page(request, form, teams, found)
        key = str(uuid.uuid4())
        request.session[NOT_FOUND] = {"key": key, "la_child_id": la_child_id}
        return redirect(address_with_family(reverse("start_with_new_child"), request, form=key))
    return _find_child_page(request, form, teams)


def _children_of_the_name(request: SignedInRequest, name: str) -> list[Child]:
    """Return those whom the person sees, and record that they are shown; one more than is shown."""
    visible = queries.children_visible_to(request.user).order_by("la_child_id")
    found = list(visible.filter(pk__in=queries.children_found_by(name))[: MOST_FOUND + 1])
    record_list(request, (child.pk for child in found[:MOST_FOUND]), Page.SEARCH)
    return found


def _find_child_page(
    request: SignedInRequest,
    form: FindChildForm,
    teams: QuerySet[Team],
    found: Sequence[Child] = (),
) -> HttpResponse:
    new_child = reverse("start_with_new_child")
    context = {
        "form": form,
        "problems": problems_of(form),
        "teams": teams,
        "new_child": address_with_family(new_child, request, form=str(uuid.uuid4())),
        "sibling": sibling_assessment(request),
        "query": address_with_family("", request),
        "found": found[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
    }
    status = 422 if form.errors else 200
    return render(request, "pages/start/find_child.html", context, status=status)


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def start_with_new_child(request: SignedInRequest) -> HttpResponse:
    """Add a child with the referral, and start the assessment.

    The form keeps its idempotency key, which is in the address too: who goes back to it after
    starting is led on to what was started.
    """
    teams = _teams_to_start_in_or_404(request)
    data = posted_or_draft(request)
    key = request.POST.get("key") or request.GET.get("form", "")
    not_found = _id_not_found(request, key) if data is None else ""
    sibling = sibling_assessment(request)
    child = NewChildForm(data, initial={"la_child_id": not_found})
    copied = copied_referral(sibling.episode) if sibling else {}
    referral, start = ReferralForm(data, initial=copied), StartDateForm(data, teams=teams)
    if request.method != "POST" or not _are_valid([child, referral, start]):
        started = request.session.get(STARTED, {}).get(key)
        if started is not None:
            # Who goes back from the factors to this form is led to where its facts are changed: to
            # the factors again would be no way back.
            return redirect("factors" if request.method == "POST" else "record", started)
        return _new_child_page(request, child, referral, start, sibling, not_found=not_found)
    try:
        assessment = services.start_assessment(
            by=request.user,
            team=start.chosen_team(),
            start_date=start.cleaned_data["start_date"],
            key=key_of(request),
            child=services.NewChild(**child.cleaned_data),
            episode=services.NewEpisode(**referral.cleaned_data),
            confirmed=confirmed_in(request),
            family_of=sibling.episode if sibling else None,
        )
    except services.FactsRefused as refused:
        la_child_id = child.cleaned_data["la_child_id"]
        if queries.child_to_assess(request.user, la_child_id) is None:
            # Whoever reads the log can look into an id that is in use and that nobody is found by.
            record_refusal(request, Page.ADD, la_child_id=la_child_id)
        _add_refusals(_by_field(refused.messages), [child, referral, start])
        return _new_child_page(request, child, referral, start, sibling)
    except services.NeedsConfirming as asked:
        hardly = hardly_right(_by_field(asked.messages), child, referral, start)
        alike = _children_alike(request, child)
        return _new_child_page(request, child, referral, start, sibling, hardly=hardly, alike=alike)
    started, now = request.session.get(STARTED, {}), str(assessment.reference)
    if started.get(key) != now:
        request.session[STARTED] = {**started, key: now}
    return redirect("factors", assessment.reference)


def _children_alike(request: SignedInRequest, form: NewChildForm) -> list[Child]:
    """Return the likely duplicates whom the person may see, and record that they are shown."""
    entered = Child(**form.cleaned_data)
    alike = queries.visible_among(request.user, queries.likely_duplicates_of(entered))
    record_list(request, (child.pk for child in alike), Page.SEARCH)
    return alike


def _id_not_found(request: SignedInRequest, key: str) -> str:
    """Return the id that was looked for before this form, or "" if it is for another child."""
    looked_for = request.session.get(NOT_FOUND, {})
    return str(looked_for["la_child_id"]) if key and looked_for.get("key") == key else ""


def _same_key(request: SignedInRequest) -> dict[str, UUID]:
    """Return the key that was posted or is in the address, as the initial value of the next."""
    try:
        return {"key": UUID(request.POST.get("key") or request.GET.get("form", ""))}
    except ValueError:
        return {}


def _new_child_page(
    request: SignedInRequest,
    child: NewChildForm,
    referral: ReferralForm,
    start: StartDateForm,
    sibling: Assessment | None,
    *,
    not_found: str = "",
    hardly: Sequence[Problem] = (),
    alike: Sequence[Child] = (),
) -> HttpResponse:
    problems = problems_of(child, referral, start)
    context = {
        "child_form": child,
        "referral_form": referral,
        "start_form": start,
        "sibling": sibling,
        "key_form": IdempotencyKeyForm(initial=_same_key(request)),
        "not_found": not_found,
        "alike": [
            (each, address_with_family(reverse("start_for_child", args=[each.reference]), request))
            for each in alike
        ],
        "problems": problems,
        "hardly": hardly,
        "title_prefix": "Error: " if problems else "Is this right? " if hardly else "",
    }
    status = 422 if problems or hardly else 200
    return render(request, "pages/start/new_child.html", context, status=status)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def start_for_child(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Start an assessment of a known child, in the open episode or from a new referral."""
    child = queries.child_to_assess_by_reference(request.user, reference)
    if child is None:
        record_refusal(request, Page.START, reference=reference)
        raise Http404
    teams = _teams_to_start_in_or_404(request)
    record_start(request, Page.START, child.pk)
    episode = next((each for each in child.episodes.all() if each.is_open), None)
    data = posted_or_draft(request)
    # A post that carries a referral is about that one, even if it opened the episode itself
    # when it was sent before.
    has_referral = episode is None or (data is not None and "referral_source" in data)
    sibling = sibling_assessment(request)
    copied = copied_referral(sibling.episode) if sibling else {}
    referral = ReferralForm(data, initial=copied) if has_referral else None
    start = StartDateForm(data, teams=teams)
    forms: list[Form] = [start] if referral is None else [referral, start]
    if request.method != "POST" or not _are_valid(forms):
        return _known_child_page(request, child, episode, referral, start, sibling)
    try:
        assessment = services.start_assessment(
            by=request.user,
            team=start.chosen_team(),
            start_date=start.cleaned_data["start_date"],
            key=key_of(request),
            child=child,
            episode=_episode_to_start_in(episode, referral),
            confirmed=confirmed_in(request),
            family_of=sibling.episode if sibling else None,
        )
    except services.FactsRefused as refused:
        others = _add_refusals(refused.messages, forms)
        return _known_child_page(request, child, episode, referral, start, sibling, others)
    except services.NeedsConfirming as asked:
        hardly = hardly_right(asked.messages, *forms)
        return _known_child_page(request, child, episode, referral, start, sibling, hardly=hardly)
    return redirect("factors", assessment.reference)


def _episode_to_start_in(
    episode: Episode | None, referral: ReferralForm | None
) -> Episode | services.NewEpisode:
    """Return a new episode from the referral, or else the open one."""
    if episode is not None and referral is None:
        return episode
    if referral is None:
        raise ValueError("without an open episode a referral is needed")
    return services.NewEpisode(**referral.cleaned_data)


def _known_child_page(
    request: SignedInRequest,
    child: Child,
    episode: Episode | None,
    referral: ReferralForm | None,
    start: StartDateForm,
    sibling: Assessment | None,
    others: Sequence[Problem] = (),
    *,
    hardly: Sequence[Problem] = (),
) -> HttpResponse:
    """Return the page with the problems of its forms, others before them, or what is asked."""
    forms = [form for form in (referral, start) if form is not None]
    problems = [*others, *problems_of(*forms)]
    context = {
        "child": child,
        "joined_ids": queries.ids_joined_to(child),
        "episode": episode,
        "not_completed": _not_completed(request, episode),
        "referral_form": referral,
        "start_form": start,
        "sibling": sibling,
        "key_form": IdempotencyKeyForm(),
        "problems": problems,
        "hardly": hardly,
        "title_prefix": "Error: " if problems else "Is this right? " if hardly else "",
    }
    status = 422 if problems or hardly else 200
    return render(request, "pages/start/known_child.html", context, status=status)


def _not_completed(request: SignedInRequest, episode: Episode | None) -> Assessment | None:
    """Return the open assessment that prevents another, if the person may see it."""
    if episode is None:
        return None
    visible = queries.assessments_visible_to(request.user)
    return visible.filter(pk__in=queries.not_completed_in(episode)).first()


def _are_valid(forms: Sequence[Form]) -> bool:
    # Validate every form, so that all their errors are shown at once.
    return not [form for form in forms if not form.is_valid()]


def _by_field(messages: Mapping[str, str]) -> dict[str, str]:
    """Return the messages by the fields of a new child's form, which has one date for both."""
    return {
        "birth_date" if name == "expected_birth_date" else name: message
        for name, message in messages.items()
    }


def _add_refusals(messages: Mapping[str, str], forms: Sequence[Form]) -> list[Problem]:
    """Put each message beside its field, in whichever form; return those that have no field."""
    others = messages
    for form in forms:
        mine = {name: message for name, message in others.items() if name in form.fields}
        add_messages(form, mine)
        others = {name: message for name, message in others.items() if name not in mine}
    return add_messages(forms[-1], others)
