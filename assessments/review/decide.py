"""The page to decide on, and the decisions: each through its service, by a press of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from assessments import evaluation, queries, services
from assessments.catalogue.code_names import listed
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of
from assessments.components.picker.layout import domain_groups
from assessments.models import Assessment
from assessments.review import record
from assessments.review.forms import CorrectForm, Decision, ReopenForm, ReturnForm
from assessments.review.messages import decision_in_words, refusals_in_words
from assessments.review.navigation import Ways, kept_filters
from assessments.rules import Finding
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.audit.services import record_reading
from cinfactors.web.problems import Problem, problems_of

DECISIONS = ("authorise", "return", "correct", "reopen")
CONFLICT, REFUSED = 409, 422
NOT_SENT = (
    "You were signed out before this was sent. What you wrote is still in its boxes: check it, "
    "then send it again."
)


class Decisions(Ways):
    """The part of the assessments' admin in which a manager reads one record and decides."""

    def decision_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                f"<uuid:reference>/{name}/",
                view(getattr(self, f"{name}_view")),
                name=f"assessments_assessment_{name}",
            )
            for name in DECISIONS
        ]

    # Reading

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self._page(request, self._found(request, object_id))

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """The timeline of the page stands for the admin's own log, which knows nothing of it."""
        self._found(request, object_id)
        return redirect(f"{self.address_of(request, object_id)}#history")

    def _found(self, request: HttpRequest, reference: str | UUID) -> Assessment:
        if not self.has_view_permission(request):
            with suppress(Http404):  # to them nothing is there; that they asked is recorded
                self.get_object(request, str(reference))
            raise PermissionDenied
        return self.get_object(request, str(reference))

    def _page(
        self,
        request: HttpRequest,
        assessment: Assessment,
        *,
        form: Decision | None = None,
        problems: Sequence[Problem] = (),
        told: str = "",
        version: int | None = None,
        status: int = 200,
    ) -> HttpResponse:
        said = record.said_of(request.user, assessment)
        may_review = queries.may_review(request.user, assessment)
        may_reopen = queries.may_reopen(request.user, assessment)
        returning = None
        if may_review:
            data = form.data if isinstance(form, ReturnForm) else None
            returning = form if _fits(form, assessment) else _return_form(assessment, data)
        reopening = (form if isinstance(form, ReopenForm) else ReopenForm()) if may_reopen else None
        context = {
            **said,
            "title": "Decide on an assessment" if may_review else "An assessment",
            "groups": record.selection(assessment, said, returning),
            "may_review": may_review,
            "may_reopen": may_reopen,
            "return_form": returning,
            "reopen_form": reopening,
            "typed": _without_place(form, returning, reopening),
            "key_and_version": KeyAndVersionForm(
                initial={"version": version or assessment.version}
            ),
            "problems": problems,
            "told": told,
            "today": timezone.localdate(),
        }
        return self._response(request, assessment, "decide", context, status)

    def _response(
        self, request: HttpRequest, assessment: Assessment, name: str, context: dict, status: int
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "assessment": assessment,
            "media": self.media,
            "address": self.address_of(request, assessment.reference),
            "addresses": {
                each: self.address_of(request, assessment.reference, each) for each in DECISIONS
            },
            "list_address": self.address_of_list(request),
            "list_name": self.name_of_list(QueryDict(kept_filters(request))),
            **context,
        }
        record_reading(
            request, self.read_as, child=assessment.episode.child_id, assessment=assessment.pk
        )
        template = f"review/{name}.html"
        return TemplateResponse(request, template, context, status=status)

    # Deciding

    def authorise_view(self, request: HttpRequest, reference: UUID) -> HttpResponse:
        """Ask whether it is meant; then authorise."""
        assessment = self._found(request, reference)
        if request.method != "POST":
            return redirect(self.address_of(request, reference))
        key, version = key_and_version_of(request)
        form = _return_form(assessment, request.POST)
        if form.has_words():
            form.full_clean()
            problem = Problem(
                "You wrote a comment or chose a reason, which authorising would not send. Return "
                "the assessment, or clear what you wrote.",
                "return",
            )
            return self._page(
                request,
                assessment,
                form=form,
                problems=[problem],
                version=version,
                status=REFUSED,
            )
        if "confirmed" not in request.POST and self._may_be_confirmed(request, assessment, version):
            return self._confirmation(request, assessment)
        return self._carried_out(
            request,
            assessment,
            version,
            lambda: services.authorise(
                assessment=assessment, by=request.user, version=version, key=key
            ),
            f"The assessment of {assessment.episode.child} is authorised.",
        )

    def _may_be_confirmed(self, request: HttpRequest, assessment: Assessment, version: int) -> bool:
        """Whether to ask; where not, the service says what stands in the way."""
        return assessment.version == version and queries.may_review(request.user, assessment)

    def _confirmation(self, request: HttpRequest, assessment: Assessment) -> HttpResponse:
        context = {
            "title": "Authorise this assessment?",
            "groups": record.selection(assessment, {"since_last": None, "asked": None}),
            "key_and_version": KeyAndVersionForm(initial={"version": assessment.version}),
            "today": timezone.localdate(),
        }
        return self._response(request, assessment, "authorise", context, 200)

    @recovers_form
    def return_view(self, request: HttpRequest, reference: UUID) -> HttpResponse:
        """Send it back with a reason, a comment, and comments on single codes."""
        assessment = self._found(request, reference)
        if request.method != "POST":
            return self._shown_again(request, assessment, _return_form)
        key, version = key_and_version_of(request)
        form = _return_form(assessment, request.POST)
        if not form.is_valid():
            return self._refused(request, assessment, version, form)
        return self._carried_out(
            request,
            assessment,
            version,
            lambda: services.return_to_worker(
                assessment=assessment,
                reason=form.cleaned_data["reason"],
                comment=form.cleaned_data["comment"],
                pinned=form.pinned(),
                by=request.user,
                version=version,
                key=key,
            ),
            f"The assessment of {assessment.episode.child} is back with {assessment.worker}.",
            form,
        )

    @recovers_form
    def reopen_view(self, request: HttpRequest, reference: UUID) -> HttpResponse:
        """Open an authorised assessment for its worker; what is authorised goes on counting."""
        assessment = self._found(request, reference)
        if request.method != "POST":
            return self._shown_again(request, assessment, _reopen_form)
        key, version = key_and_version_of(request)
        form = ReopenForm(request.POST)
        if not form.is_valid():
            return self._refused(request, assessment, version, form)
        return self._carried_out(
            request,
            assessment,
            version,
            lambda: services.reopen(
                assessment=assessment,
                comment=form.cleaned_data["comment"],
                by=request.user,
                version=version,
                key=key,
            ),
            f"The assessment of {assessment.episode.child} is reopened for {assessment.worker}.",
            form,
        )

    @recovers_form
    def correct_view(self, request: HttpRequest, reference: UUID) -> HttpResponse:
        """Change the codes of a submission, with a reason, instead of returning it."""
        assessment = self._found(request, reference)
        if request.method != "POST":
            if not queries.may_review(request.user, assessment):
                return redirect(self.address_of(request, reference))
            form = CorrectForm(request.unsent_draft, initial=_facts(assessment))
            told = NOT_SENT if request.unsent_draft else ""
            return self._correct_page(request, assessment, form, told=told)
        key, version = key_and_version_of(request)
        form = CorrectForm(request.POST)
        if not form.is_valid():
            return self._refused(request, assessment, version, form)
        return self._carried_out(
            request,
            assessment,
            version,
            lambda: services.correct(
                assessment=assessment,
                codes=form.cleaned_data["codes"],
                other_description=form.cleaned_data["other_description"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                version=version,
                key=key,
            ),
            f"The codes of {assessment.episode.child} are corrected, and {assessment.worker} is "
            "told. It still awaits your decision.",
            form,
        )

    def _correct_page(
        self,
        request: HttpRequest,
        assessment: Assessment,
        form: CorrectForm,
        *,
        problems: Sequence[Problem] = (),
        told: str = "",
        version: int | None = None,
        status: int = 200,
    ) -> HttpResponse:
        edition = evaluation.current_edition()
        ticked = form.data.getlist("codes") if form.is_bound else form.initial["codes"]
        context = {
            "title": "Correct the codes",
            "edition": edition,
            "domains": domain_groups(edition),
            "recorded": listed(edition, assessment.codes),
            "ticked": frozenset(ticked),
            "form": form,
            "key_and_version": KeyAndVersionForm(
                initial={"version": version or assessment.version}
            ),
            "problems": problems,
            "told": told,
        }
        return self._response(request, assessment, "correct", context, status)

    def _shown_again(
        self,
        request: HttpRequest,
        assessment: Assessment,
        form_of: Callable[[Assessment, QueryDict], Decision],
    ) -> HttpResponse:
        """What was typed when the sign-in had ended, unsent; without that, the page itself."""
        if request.unsent_draft is None:
            return redirect(self.address_of(request, assessment.reference))
        form = form_of(assessment, request.unsent_draft)
        return self._page(request, assessment, form=form, told=NOT_SENT)

    # What becomes of a press

    def _carried_out(
        self,
        request: HttpRequest,
        assessment: Assessment,
        version: int,
        decide: Callable[[], object],
        done: str,
        form: Decision | None = None,
    ) -> HttpResponse:
        """Decide, and go on; or the page again with what stands against it, nothing typed lost."""
        try:
            decide()
        except services.NotPermitted as refused:
            raise PermissionDenied from refused
        except (services.AlreadyDecided, services.EditConflict, services.Locked) as refused:
            fresh = self.get_object(request, str(assessment.reference))
            return self._again(
                request, fresh, form, told=_overtaken(refused, fresh), status=CONFLICT
            )
        except services.FactsRefused as refused:
            form.add_refusals(refused.messages)
            return self._refused(request, assessment, version, form)
        except services.SelectionRefused as refused:
            problems = [
                Problem(finding.message, _box_of(finding, form)) for finding in refused.findings
            ] or [Problem(said) for said in refusals_in_words(refused)]
            return self._again(
                request, assessment, form, problems=problems, version=version, status=REFUSED
            )
        messages.success(request, done)
        if isinstance(form, CorrectForm):
            return redirect(self.address_of(request, assessment.reference))
        return self.onwards(request, assessment)

    def _refused(
        self, request: HttpRequest, assessment: Assessment, version: int, form: Decision
    ) -> HttpResponse:
        return self._again(
            request,
            assessment,
            form,
            problems=problems_of(form),
            version=version,
            status=REFUSED,
        )

    def _again(
        self, request: HttpRequest, assessment: Assessment, form: Decision | None, **told: Any
    ) -> HttpResponse:
        if isinstance(form, CorrectForm) and queries.may_review(request.user, assessment):
            return self._correct_page(request, assessment, form, **told)
        return self._page(request, assessment, form=form, **told)


def _return_form(assessment: Assessment, data: QueryDict | None) -> ReturnForm:
    edition = evaluation.edition_of(assessment)
    return ReturnForm(data, edition=edition, codes=assessment.codes)


def _reopen_form(assessment: Assessment, data: QueryDict) -> ReopenForm:
    return ReopenForm(data)


def _fits(form: Decision | None, assessment: Assessment) -> bool:
    """Whether the form was made for the codes as they stand."""
    return isinstance(form, ReturnForm) and form.codes == frozenset(assessment.codes)


def _facts(assessment: Assessment) -> dict[str, Any]:
    return {"codes": assessment.codes, "other_description": assessment.other_description}


def _overtaken(refused: services.Refused, fresh: Assessment) -> str:
    match refused:
        case services.AlreadyDecided():
            return f"{decision_in_words(refused.review)}, after you opened the page."
        case services.EditConflict():
            at = timezone.localtime(fresh.saved_at)
            return (
                f"It was changed at {at:%H:%M}, after you opened the page. It stands below as it "
                "is now; what you wrote is still in its boxes."
            )
    return f"{refusals_in_words(refused)[0]}: it is {fresh.get_status_display().lower()}."


def _without_place(form: Decision | None, *shown: Decision | None) -> list[tuple[str, str]]:
    """What was typed into a form that has no place on the page any more, to be copied."""
    if form is None or any(type(each) is type(form) for each in shown):
        return []
    typed = []
    for box in form:
        names = dict(getattr(box.field, "choices", ()))
        text = ", ".join(str(names.get(each, each)) for each in form.data.getlist(box.name))
        if "".join(form.data.getlist(box.name)).strip():
            typed.append((str(box.label), text))
    return typed


def _box_of(finding: Finding, form: Decision | None) -> str:
    if isinstance(form, CorrectForm) and finding.beside:
        return f"code-{finding.beside[0]}"
    return ""
