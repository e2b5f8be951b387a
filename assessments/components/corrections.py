"""The pages that correct a fact of a child, an episode or an assessment: they work alike.

What each has of its own stands in a `Correction`. Each leads back to where one came from, the
record or Check answers, and says what is asked more since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import MultiWidget
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from assessments import queries, services
from assessments.components.confirmation import confirmed_in, hardly_right
from assessments.components.forms import Form, posted_or_draft
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of, version_of
from assessments.models import Assessment, Child, Episode
from assessments.presenters.corrections import (
    Difference,
    differences,
    typed_by_the_person,
    what_is_asked,
)
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.problems import Problem, add_messages, problems_of

Facts = Assessment | Child | Episode


@dataclass(frozen=True, slots=True)
class Correction:
    """One of the pages."""

    template: str
    title: str
    form: Callable[..., Form]
    """Takes the data, the assessment and whether a reason is asked."""
    facts: Callable[[Assessment], Facts]
    """Returns the row whose version the page carries."""
    carry_out: Callable[..., services.FactsCorrected]
    """Takes the assessment, the form's values, the messages confirmed, and what every form
    carries."""
    done: str
    level: int = messages.SUCCESS
    """Of the message; a death is no success, for which a green banner would be out of place."""
    may: Callable[[User, Assessment], bool] = lambda person, assessment: True
    """Whether the assessment is in a state in which this is corrected."""
    stays: Callable[[SignedInRequest, Assessment], HttpResponse] | None = None
    """Returns the page that says why it is not, where there is such a state."""


def correction_page(
    request: SignedInRequest, assessment: Assessment, correction: Correction
) -> HttpResponse:
    """Show the form of a correction; or carry it out, and lead back to where one came from."""
    data = posted_or_draft(request)
    asks_reason = queries.was_authorised(assessment.episode.child)
    form = correction.form(data, assessment=assessment, asks_reason=asks_reason)
    if request.method == "POST":
        return _carry_out(request, assessment, correction, form)
    return _form_page(request, assessment, correction, form, data)


def _carry_out(
    request: SignedInRequest, assessment: Assessment, correction: Correction, form: Form
) -> HttpResponse:
    key, version = key_and_version_of(request.POST)
    again = partial(_form_page, request, assessment, correction, form, request.POST)
    if not form.is_valid():
        return again()
    try:
        done = correction.carry_out(
            assessment,
            dict(form.cleaned_data),
            by=request.user,
            version=version,
            key=key,
            confirmed=confirmed_in(request),
        )
    except services.NotPermitted as lost:
        # Somebody else has the assessment by now, or it is finished.
        raise Http404 from lost
    except (services.Locked, services.StaleFacts, services.EditConflict) as stale:
        is_locked = isinstance(stale, services.Locked)
        if correction.stays and (is_locked or not correction.may(request.user, assessment)):
            return correction.stays(request, assessment)
        if isinstance(stale, services.Locked):
            raise
        return _stale_page(request, assessment, correction, form, stale.theirs, version)
    except services.FactsRefused as refused:
        return again(others=add_messages(form, refused.messages))
    except services.NeedsConfirming as asked:
        return again(hardly=hardly_right(asked.messages, form))
    context = {
        "done": correction.done,
        "assessment": assessment,
        "asked": what_is_asked(done, assessment, request.user),
        "from_check": _is_from_check(request, assessment),
    }
    told = render_to_string("components/corrections/done.html", context)
    messages.add_message(request, correction.level, told)
    return redirect(way_back(request, assessment))


def _stale_page(
    request: SignedInRequest,
    assessment: Assessment,
    correction: Correction,
    form: Form,
    theirs: Facts,
    version: int,
) -> HttpResponse:
    """Return the page with what is recorded now, and what the person changed on it.

    What they left as the page showed it is no change of theirs: it is what others recorded since.
    """
    row_seen = queries.row_at(theirs, version)
    differing = differences(theirs, form, row_seen)
    typed = typed_by_the_person(form, row_seen)
    if isinstance(theirs, Assessment):
        assessment = theirs
    elif isinstance(theirs, Episode):
        assessment.episode = theirs
    else:
        assessment.episode.child = theirs
    asks_reason = queries.was_authorised(assessment.episode.child)
    now = correction.form(None, assessment=assessment, asks_reason=asks_reason)
    data = request.POST.copy()
    for name in now.fields.keys() - typed:
        data.update(_posted(now, name))
    merged = correction.form(data, assessment=assessment, asks_reason=asks_reason)
    return _form_page(
        request, assessment, correction, merged, request.POST, theirs=theirs, differing=differing
    )


def _posted(form: Form, name: str) -> dict[str, Any]:
    """Return what a browser posts of a field that is left as the form shows it."""
    value, widget = form[name].value(), form.fields[name].widget
    if isinstance(widget, MultiWidget):
        parts = enumerate(widget.decompress(value) or ())
        return {f"{name}_{place}": "" if part is None else str(part) for place, part in parts}
    return {name: "" if value is None else str(value)}


def _form_page(
    request: SignedInRequest,
    assessment: Assessment,
    correction: Correction,
    form: Form,
    data: QueryDict | None,
    *,
    others: Sequence[Problem] = (),
    hardly: Sequence[Problem] = (),
    theirs: Facts | None = None,
    differing: Sequence[Difference] = (),
) -> HttpResponse:
    """Return the page with what stands against it: problems, a question, or a newer state."""
    shown = theirs or correction.facts(assessment)
    problems = [*others, *problems_of(form)]
    context = correction_context(request, assessment) | {
        "title": f"Is this right? {correction.title}" if hardly else correction.title,
        "heading": correction.title,
        "form": form,
        # What is typed is saved over the newer state only by who has seen it.
        "key_and_version": KeyAndVersionForm(
            initial={"version": shown.version if theirs else version_of(shown, data)}
        ),
        "problems": problems,
        "hardly": hardly,
        "stale": theirs is not None,
        "differences": differing,
        "unsaved": request.unsent_draft is not None,
    }
    if isinstance(shown, Child):
        context["child"] = shown
    status = 409 if theirs else 422 if problems or hardly else 200
    return render(request, correction.template, context, status=status)


def correction_context(request: SignedInRequest, assessment: Assessment) -> dict[str, Any]:
    """Return what every page about correcting the assessment shows."""
    return {
        "assessment": assessment,
        "child": assessment.episode.child,
        "deadline": deadline_of(assessment),
        "way_back": way_back(request, assessment),
        "from_check": _is_from_check(request, assessment),
    }


def _is_from_check(request: SignedInRequest, assessment: Assessment) -> bool:
    return request.GET.get("from") == "check" and queries.may_record(request.user, assessment)


def way_back(request: SignedInRequest, assessment: Assessment) -> str:
    """Return the address of the page that led here: Check answers, or the record."""
    page = "check" if _is_from_check(request, assessment) else "record"
    return reverse(page, args=[assessment.reference])
