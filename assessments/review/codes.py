"""The selected codes as a manager reads them: what was asked, what was answered, the guidance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.forms import BoundField

from assessments.catalogue.types import Block, Factor, Quotation
from assessments.components.picker.layout import key_points
from assessments.evaluation import Evaluation, edition_of
from assessments.models import Assessment, RuleAnswer
from assessments.presenters.comments import Comment
from assessments.presenters.questions import Question, questions_of
from assessments.presenters.selection import SelectedCode, codes_by_domain
from assessments.review.forms import ReturnForm


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """What a rule asks, and the answer that holds."""

    question: Question
    answer: RuleAnswer | None
    is_new: bool
    """Whether it was answered after the last return or reopening."""
    beside: str
    """The selected code that it stands beside; empty where it is about none."""
    quotations: tuple[Quotation, ...]
    """The words of the guide that the guidance of the selected codes does not have."""

    @property
    def subject(self) -> str:
        return self.beside or self.question.subject


def answered_questions(
    evaluation: Evaluation, *, since: datetime | None = None
) -> list[AnsweredQuestion]:
    """Return the rules that ask, each with its answer; `since` is the time of the last request."""
    edition, codes = evaluation.edition, evaluation.assessment.codes
    shown = [edition.factor_of(code).text for code in codes if code in edition.codes]
    answered = []
    for question in questions_of(evaluation):
        finding, answer = question.finding, evaluation.answer_to(question.finding)
        places = [code for code in (*finding.beside, *finding.codes) if code in codes]
        answered.append(
            AnsweredQuestion(
                question,
                answer,
                is_new=bool(since and answer and answer.answered_at > since),
                beside=places[0] if places else "",
                quotations=tuple(
                    each
                    for each in finding.rule.quotations
                    if not any(each.words in text for text in shown)
                ),
            )
        )
    return answered


@dataclass(frozen=True, slots=True)
class Guidance:
    """The guide's words for a factor."""

    factor: Factor
    key_points: tuple[Block, ...]
    rest: tuple[Block, ...]
    """What opens on request."""


@dataclass(frozen=True, slots=True)
class ReviewedCode:
    """A selected code with what a manager reads beside it."""

    selected: SelectedCode
    is_new: bool = False
    """Since the last submission."""
    comment: Comment | None = None
    """On it in the last return, with the reply."""
    comment_field: BoundField | None = None
    """Where a comment on it is typed, if the person may return it."""
    questions: tuple[AnsweredQuestion, ...] = ()
    guidance: Guidance | None = None
    """Of its factor, where that is shown first."""
    guidance_with: str = ""
    """The code above whose guidance is this one's too."""
    code_words: str = ""
    """The guide's own words for this code alone."""


@dataclass(frozen=True, slots=True)
class ReviewedGroup:
    """A domain, or the group after the domains, with its selected codes."""

    name: str
    codes: tuple[ReviewedCode, ...]


def selection_groups(
    assessment: Assessment,
    *,
    added: Collection[str] = (),
    comments: Sequence[Comment] = (),
    questions: Iterable[AnsweredQuestion] = (),
    form: ReturnForm | None = None,
) -> list[ReviewedGroup]:
    """Return the selection by domain, with the text of each factor once."""
    edition, asked = edition_of(assessment), tuple(questions)
    by_code = {each.code: each for each in comments}
    first_of: dict[str, str] = {}
    groups = []
    for group in codes_by_domain(edition, assessment.codes):
        codes = []
        for each in group.codes:
            code, factor = each.code, each.factor
            explained = factor is not None and bool(factor.blocks)
            first = first_of.setdefault(factor.number, code) if factor and explained else ""
            codes.append(
                ReviewedCode(
                    each,
                    is_new=code in added,
                    comment=by_code.get(code),
                    comment_field=form.comment_field(code) if form else None,
                    questions=tuple(one for one in asked if one.beside == code),
                    guidance=_guidance(factor) if factor and first == code else None,
                    guidance_with="" if first == code else first,
                    code_words=each.entry.words if each.entry else "",
                )
            )
        groups.append(ReviewedGroup(group.short_name, tuple(codes)))
    return groups


def _guidance(factor: Factor) -> Guidance:
    points, rest = key_points(factor)
    return Guidance(factor, points, rest) if points else Guidance(factor, factor.blocks, ())
