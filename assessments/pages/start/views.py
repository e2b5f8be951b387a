"""Starting an assessment: find the child, or add one; the referral; the start date."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.forms import Form, posted_or_draft
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.models import Assessment, Child, Episode
from assessments.pages.start.forms import FindChildForm, NewChildForm, ReferralForm, StartDateForm
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.models import Team
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading, record_refusal
from cinfactors.web.problems import Problem, add_messages, problems_of
from cinfactors.web.rate_limits import rate_limited_search


def _teams_to_start_in_or_404(request: SignedInRequest) -> QuerySet[Team]:
    """Return the person's teams; raises Http404 for those who start no assessments."""
    if not queries.may_start_assessments(request.user):
        raise Http404
    return queries.teams_of(request.user)


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def find_child(request: SignedInRequest) -> HttpResponse:
    """Ask for the child's id; go on with the child, or offer to add one."""
    teams = _teams_to_start_in_or_404(request)
    form = FindChildForm(posted_or_draft(request))
    if request.method == "POST" and form.is_valid():
        la_child_id = form.cleaned_data["la_child_id"]
        child = queries.child_to_assess(request.user, la_child_id)
        if child is not None:
            record_reading(request, Page.SEARCH, child=child.pk)
            return redirect("start_for_child", child.reference)
        record_refusal(request, Page.SEARCH, la_child_id=la_child_id)
        new_child = NewChildForm(initial={"la_child_id": la_child_id})
        start = StartDateForm(teams=teams)
        return _new_child_page(request, new_child, ReferralForm(), start, not_found=la_child_id)
    context = {"form": form, "problems": problems_of(form), "teams": teams}
    status = 422 if form.errors else 200
    return render(request, "pages/start/find_child.html", context, status=status)


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def start_with_new_child(request: SignedInRequest) -> HttpResponse:
    """Add a child with the referral, and start the assessment."""
    teams = _teams_to_start_in_or_404(request)
    data = posted_or_draft(request)
    child, referral = NewChildForm(data), ReferralForm(data)
    start = StartDateForm(data, teams=teams)
    if request.method != "POST" or not _are_valid([child, referral, start]):
        return _new_child_page(request, child, referral, start)
    try:
        assessment = services.start_assessment(
            by=request.user,
            team=start.chosen_team(),
            start_date=start.cleaned_data["start_date"],
            key=key_of(request),
            child=services.NewChild(**child.cleaned_data),
            episode=services.NewEpisode(**referral.cleaned_data),
        )
    except services.FactsRefused as refused:
        la_child_id = child.cleaned_data["la_child_id"]
        if queries.child_to_assess(request.user, la_child_id) is None:
            # Of a restricted record the person learns only that the id is somebody's already.
            record_refusal(request, Page.SEARCH, la_child_id=la_child_id)
        _add_refusals(refused, [child, referral, start])
        return _new_child_page(request, child, referral, start)
    return redirect("factors", assessment.reference)


def _new_child_page(
    request: SignedInRequest,
    child: NewChildForm,
    referral: ReferralForm,
    start: StartDateForm,
    *,
    not_found: str = "",
) -> HttpResponse:
    problems = problems_of(child, referral, start)
    context = {
        "child_form": child,
        "referral_form": referral,
        "start_form": start,
        "key_form": IdempotencyKeyForm(),
        "not_found": not_found,
        "problems": problems,
    }
    return render(request, "pages/start/new_child.html", context, status=422 if problems else 200)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def start_for_child(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Start an assessment of a known child, in the open episode or from a new referral."""
    child = queries.child_to_assess_by_reference(request.user, reference)
    if child is None:
        record_refusal(request, Page.START, reference=reference)
        raise Http404
    teams = _teams_to_start_in_or_404(request)
    record_reading(request, Page.START, child=child.pk)
    episode = next((each for each in child.episodes.all() if each.is_open), None)
    data = posted_or_draft(request)
    # A post that carries a referral is about that one, even if it opened the episode itself
    # when it was sent before.
    has_referral = episode is None or (data is not None and "referral_source" in data)
    referral = ReferralForm(data) if has_referral else None
    start = StartDateForm(data, teams=teams)
    forms: list[Form] = [start] if referral is None else [referral, start]
    if request.method != "POST" or not _are_valid(forms):
        return _known_child_page(request, child, episode, referral, start)
    try:
        assessment = services.start_assessment(
            by=request.user,
            team=start.chosen_team(),
            start_date=start.cleaned_data["start_date"],
            key=key_of(request),
            child=child,
            episode=_episode_to_start_in(episode, referral),
        )
    except services.FactsRefused as refused:
        others = _add_refusals(refused, forms)
        return _known_child_page(request, child, episode, referral, start, others)
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
    others: Sequence[Problem] = (),
) -> HttpResponse:
    """Return the page with the problems of its forms, and others before them."""
    forms = [form for form in (referral, start) if form is not None]
    problems = [*others, *problems_of(*forms)]
    context = {
        "child": child,
        "episode": episode,
        "not_completed": _not_completed(request, episode),
        "referral_form": referral,
        "start_form": start,
        "key_form": IdempotencyKeyForm(),
        "problems": problems,
    }
    return render(request, "pages/start/known_child.html", context, status=422 if problems else 200)


def _not_completed(request: SignedInRequest, episode: Episode | None) -> Assessment | None:
    """Return the open assessment that prevents another, if the person may see it."""
    if episode is None:
        return None
    visible = queries.assessments_visible_to(request.user)
    return visible.filter(pk__in=queries.not_completed_in(episode)).first()


def _are_valid(forms: Sequence[Form]) -> bool:
    # Validate every form, so that all their errors are shown at once.
    return not [form for form in forms if not form.is_valid()]


def _add_refusals(refused: services.FactsRefused, forms: Sequence[Form]) -> list[Problem]:
    """Put each message beside its field, in whichever form; return those that have no field."""
    others = refused.messages
    for form in forms:
        mine = {name: message for name, message in others.items() if name in form.fields}
        add_messages(form, mine)
        others = {name: message for name, message in others.items() if name not in mine}
    return add_messages(forms[-1], others)
