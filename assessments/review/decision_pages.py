"""The pages about one record: to decide on, to correct the codes, to correct the dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from assessments import queries
from assessments.components.idempotency import KeyAndVersionForm
from assessments.components.picker.posted_selection import PostedSelection, parse_post
from assessments.components.way_back import query_to_review
from assessments.models import Assessment
from assessments.review import record
from assessments.review.codes import selection_groups
from assessments.review.correcting import correction_context
from assessments.review.decisions import DECISIONS
from assessments.review.forms import (
    AuthoriseForm,
    CorrectDatesForm,
    CorrectForm,
    DecisionForm,
    ReopenForm,
    ReturnForm,
)
from assessments.review.navigation import ReviewNavigation
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.services import record_reading
from cinfactors.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a page says when it comes back with a form that was not carried out."""

    status: int = 200
    message: str = ""
    problems: Sequence[Problem] = ()
    hardly: Sequence[str] = ()
    """What is hardly right, to be confirmed."""
    version: int | None = None
    """The version that the form was filled in on; None where the page shows a newer one."""

    def key_and_version(self, assessment: Assessment) -> KeyAndVersionForm:
        return KeyAndVersionForm(initial={"version": self.version or assessment.version})


class DecisionPages(ReviewNavigation):
    """The part of the assessments' admin that draws the pages about one record."""

    def form_again(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: DecisionForm,
        feedback: Feedback,
    ) -> HttpResponse:
        if isinstance(form, CorrectForm) and queries.may_review(request.user, assessment):
            return self.correct_page(request, assessment, form, feedback)
        if isinstance(form, CorrectDatesForm) and queries.may_reopen(request.user, assessment):
            return self.dates_page(request, assessment, form, feedback)
        if (
            isinstance(form, AuthoriseForm)
            and form.errors
            and queries.may_review(request.user, assessment)
        ):
            return self.decide_page(request, assessment, form, feedback, confirming=True)
        return self.decide_page(request, assessment, form, feedback)

    def decide_page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: DecisionForm | None = None,
        feedback: Feedback = Feedback(),
        *,
        confirming: bool = False,
    ) -> HttpResponse:
        """Show the record beside what can be decided; `confirming` asks whether to authorise."""
        shown = record.page_context(request.user, assessment)
        may_review = queries.may_review(request.user, assessment)
        may_reopen = queries.may_reopen(request.user, assessment)
        confirming = confirming and may_review
        return_form = _return_form(form, assessment) if may_review else None
        reopen_form = _reopen_form(form, assessment) if may_reopen else None
        since_last = shown["since_last"]
        context = {
            **shown,
            "title": "Review an assessment" if may_review else "An assessment",
            "groups": selection_groups(
                assessment,
                added=[each.code for each in since_last.codes.added] if since_last else (),
                comments=shown["comments"],
                questions=shown["questions"],
                form=return_form,
            ),
            "is_alone": not shown["edition"].solitary_codes.isdisjoint(assessment.codes),
            "may_review": may_review,
            "may_reopen": may_reopen,
            "return_form": return_form,
            "reopen_form": reopen_form,
            "authorise_form": _authorise_form(form, assessment) if may_review else None,
            "confirming": confirming,
            "queue": self.place_in_queue(request, assessment) if may_review else None,
            "workers": queries.with_caseload(queries.workers_managed_by(request.user))
            if return_form and "to" in return_form.fields
            else (),
            "unsent": _entries_without_place(form, return_form, reopen_form, confirming=confirming),
            "today": timezone.localdate(),
        }
        return self._page(request, assessment, "decide", context, feedback)

    def correct_page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: CorrectForm,
        feedback: Feedback,
        posted: PostedSelection | None = None,
    ) -> HttpResponse:
        """Show the picker with what is recorded, or was sent; `posted` is after one of its buttons.

        Then nothing was sent to be saved, and nothing is said against it.
        """
        is_edited = posted is not None
        if posted is None and form.is_bound:
            posted = parse_post(form.edition, form.entered)
        context = {
            "title": "Correct the codes",
            "form": form,
            **correction_context(
                assessment,
                form,
                posted,
                density=request.user.density,
                is_judged=form.is_bound
                and not is_edited
                and bool(form.errors or feedback.problems),
            ),
        }
        return self._page(request, assessment, "correct", context, feedback, is_edited=is_edited)

    def dates_page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: CorrectDatesForm,
        feedback: Feedback,
    ) -> HttpResponse:
        context = {"title": "Correct the dates", "form": form, "hardly": feedback.hardly}
        return self._page(request, assessment, "dates", context, feedback)

    def _page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        name: str,
        context: dict[str, Any],
        feedback: Feedback,
        *,
        is_edited: bool = False,
    ) -> HttpResponse:
        """Render a page of one record, and record that it was read.

        But where it `is_edited`, only if the page that is edited was not.
        """
        address = self.address_of(request, assessment.reference)
        list_address, list_name = self.origin_of(request, assessment)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "assessment": assessment,
            "media": self.media,
            "address": address,
            "addresses": {
                each.name: self.address_of(request, assessment.reference, each.name)
                for each in DECISIONS
            },
            "guidance_address": self.address_of(request, assessment.reference, "guidance"),
            "to_review": query_to_review(address.partition("?")[2]),
            "list_address": list_address,
            "list_name": list_name,
            "key_and_version": feedback.key_and_version(assessment),
            "problems": feedback.problems,
            "message": feedback.message,
            **context,
        }
        queue = context.get("queue")
        if not (is_edited and queries.was_read_lately(request.user, assessment)):
            record_reading(
                request,
                self.read_as,
                child=assessment.episode.child_id,
                assessment=assessment.pk,
                listed=[queue.following.episode.child_id] if queue and queue.following else [],
            )
        template = f"review/{name}.html"
        return TemplateResponse(request, template, context, status=feedback.status)


def _return_form(form: DecisionForm | None, assessment: Assessment) -> ReturnForm:
    """The form to return the assessment, with what was entered, for the codes as they stand."""
    if not isinstance(form, ReturnForm):
        return ReturnForm(assessment=assessment)
    return form if form.is_of(assessment) else ReturnForm(form.entered, assessment=assessment)


def _reopen_form(form: DecisionForm | None, assessment: Assessment) -> ReopenForm:
    return form if isinstance(form, ReopenForm) else ReopenForm(assessment=assessment)


def _authorise_form(form: DecisionForm | None, assessment: Assessment) -> AuthoriseForm:
    if isinstance(form, AuthoriseForm):
        return form
    typed = form.entered if isinstance(form, ReturnForm) and form.is_bound else None
    authorise_form = AuthoriseForm(typed, assessment=assessment)
    authorise_form.leave_unjudged()
    return authorise_form


def _entries_without_place(
    form: DecisionForm | None, *on_page: DecisionForm | None, confirming: bool
) -> list[tuple[str, str]]:
    """What was entered into a form that the page does not show any more, to be copied."""
    if confirming and isinstance(form, AuthoriseForm):
        return []
    if form is None or type(form) in map(type, on_page):
        return []
    return form.entries()
