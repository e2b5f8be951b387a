"""The five decisions that a manager takes: the form, the service and the message of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from assessments import services
from assessments.models import Assessment
from assessments.presenters.absence import absence_in_words
from assessments.review.forms import (
    AuthoriseForm,
    CorrectDatesForm,
    CorrectForm,
    DecisionForm,
    ReopenForm,
    ReturnForm,
)
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class Decision:
    """One of the decisions, from the form that is sent to the message once it is taken."""

    name: str
    """In addresses and names of addresses."""
    form_class: type[DecisionForm]
    service: Callable[..., Assessment]
    """Takes assessment, by, version and key, as every decision does, and the form's values."""
    done: str
    """The message once it is taken, with places for the child and the worker."""
    done_without_worker: str = ""
    """The same where the worker cannot go on with it, with a place for why."""

    def carry_out(
        self, form: DecisionForm, *, assessment: Assessment, by: User, version: int, key: UUID
    ) -> Assessment:
        """Take the decision with what the valid form holds. Raises as the service."""
        return self.service(
            assessment=assessment, by=by, version=version, key=key, **form.service_values()
        )

    def done_message(self, assessment: Assessment) -> str:
        absence = absence_in_words(assessment)
        done = (absence and self.done_without_worker) or self.done
        child, worker = assessment.episode.child, assessment.worker
        return done.format(child=child, worker=worker, absence=absence)


AUTHORISE = Decision(
    "authorise",
    AuthoriseForm,
    services.authorise,
    "The assessment of {child} is authorised.",
)
RETURN = Decision(
    "return",
    ReturnForm,
    services.return_to_worker,
    "The assessment of {child} is back with {worker}.",
    "The assessment of {child} is returned. {worker} {absence}: it waits to be reassigned.",
)
CORRECT = Decision(
    "correct",
    CorrectForm,
    services.correct,
    "The codes of {child} are corrected, and {worker} is told. It still awaits your decision.",
    "The codes of {child} are corrected. It still awaits your decision.",
)
REOPEN = Decision(
    "reopen",
    ReopenForm,
    services.reopen,
    "The assessment of {child} is reopened for {worker}.",
    "The assessment of {child} is reopened. {worker} {absence}: it waits to be reassigned.",
)
CORRECT_DATES = Decision(
    "dates",
    CorrectDatesForm,
    services.correct_dates,
    "The dates of the assessment of {child} are corrected.",
)
DECISIONS = (AUTHORISE, RETURN, CORRECT, REOPEN, CORRECT_DATES)
