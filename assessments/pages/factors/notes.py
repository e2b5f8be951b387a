"""The notes beside codes, which show other children: their reading is recorded with them."""

from __future__ import annotations

from assessments import queries
from assessments.components.records import record_reading_of
from assessments.evaluation import Evaluation
from assessments.presenters.code_notes import Notes, notes_by_code
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page


def notes_and_reading(
    request: SignedInRequest, evaluation: Evaluation, feedback: queries.ReviewFeedback | None
) -> Notes:
    """Return the notes beside the codes; record the reading, of the brothers and sisters too."""
    earlier = queries.earlier_selections(request.user, evaluation.assessment)
    siblings = [each.child for each in earlier if not each.is_same_child]
    record_reading_of(request, evaluation.assessment, Page.FACTORS, listed=siblings)
    return notes_by_code(evaluation.edition, earlier, feedback)
