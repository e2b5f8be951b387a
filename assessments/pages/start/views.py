"""Starting an assessment: find the child, or add one; the referral; the start date."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.models import Episode
from assessments.pages.start.forms import FindChildForm, NewChildForm, ReferralForm, StartDateForm
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.models import Team
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading, record_refusal
from cinfactors.web.problems import add_messages, problems_of


def _sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if it is nothing, or what was held since the sign-in ended."""
    return request.POST if request.method == "POST" else request.unsent_draft


def _may_start_or_404(request: HttpRequest) -> QuerySet[Team]:
    if not queries.may_start_assessments(request.user):
        raise Http404
    return queries.teams_of(request.user)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def find_child(request: HttpRequest) -> HttpResponse:
    """Ask for the child's id; go on with the child, or offer to add one."""
    teams = _may_start_or_404(request)
    form = FindChildForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        la_child_id = form.cleaned_data["la_child_id"]
        child = queries.child_to_assess(request.user, la_child_id)
        if child is not None:
            record_reading(request, Page.SEARCH, child=child.pk)
            return redirect("start_for_child", child.reference)
        record_refusal(request, Page.SEARCH, la_child_id=la_child_id)
        new_child = NewChildForm(initial={"la_child_id": la_child_id})
        return _new_child_page(request, teams, new_child, not_found=la_child_id)
    context = {"form": form, "problems": problems_of(form), "teams": teams}
    return render(request, "pages/start/find_child.html", context, status=_status(form))


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def start_with_new_child(request: HttpRequest) -> HttpResponse:
    """Add a child with the referral, and start the assessment."""
    teams = _may_start_or_404(request)
    data = _sent(request)
    child, referral = NewChildForm(data), ReferralForm(data)
    start = StartDateForm(data, teams=teams)
    if request.method != "POST" or not _valid(child, referral, start):
        return _new_child_page(request, teams, child, referral, start)
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
            # That the id is somebody's already is all that is told of a restricted record.
            record_refusal(request, Page.SEARCH, la_child_id=la_child_id)
        _show(refused, child, referral, start)
        return _new_child_page(request, teams, child, referral, start)
    return redirect("factors", assessment.reference)


def _new_child_page(
    request: HttpRequest, teams, child, referral=None, start=None, *, not_found: str = ""
) -> HttpResponse:
    referral = referral or ReferralForm()
    start = start or StartDateForm(teams=teams)
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
def start_for_child(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Start an assessment of a known child, in the open episode or from a new referral."""
    child = queries.child_of_reference(request.user, reference)
    if child is None:
        record_refusal(request, Page.START, reference=reference)
        raise Http404
    teams = _may_start_or_404(request)
    record_reading(request, Page.START, child=child.pk)
    episode = next((each for each in child.episodes.all() if each.is_open), None)
    data = _sent(request)
    # A post that carries a referral is about that one, even if it opened the episode itself
    # when it was sent before.
    asks_referral = episode is None or (data is not None and "referral_source" in data)
    referral = ReferralForm(data) if asks_referral else None
    start = StartDateForm(data, teams=teams)
    others = []
    forms = [form for form in (referral, start) if form]
    if request.method == "POST" and _valid(*forms):
        try:
            assessment = services.start_assessment(
                by=request.user,
                team=start.chosen_team(),
                start_date=start.cleaned_data["start_date"],
                key=key_of(request),
                child=child,
                episode=services.NewEpisode(**referral.cleaned_data) if referral else episode,
            )
        except services.FactsRefused as refused:
            others = _show(refused, *[form for form in (referral, start) if form])
        else:
            return redirect("factors", assessment.reference)
    problems = others + problems_of(*[form for form in (referral, start) if form])
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


def _not_completed(request: HttpRequest, episode: Episode | None):
    """The assessment that stands in the way, if there is one that the person may see."""
    if episode is None:
        return None
    visible = queries.assessments_visible_to(request.user)
    return visible.filter(pk__in=queries.not_completed_in(episode)).first()


def _valid(*forms) -> bool:
    # Each is asked, so that every message is shown at once.
    return not [form for form in forms if not form.is_valid()]


def _show(refused: services.FactsRefused, *forms) -> list:
    others = refused.messages
    for form in forms:
        mine = {name: message for name, message in others.items() if name in form.fields}
        add_messages(form, mine)
        others = {name: message for name, message in others.items() if name not in mine}
    return add_messages(forms[-1], others)


def _status(form) -> int:
    return 422 if form.errors else 200
