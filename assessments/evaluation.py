"""How the rules read an assessment, and what was answered to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from assessments import rules
from assessments.catalogue import loader
from assessments.catalogue.errors import NoEditionInForce
from assessments.catalogue.types import Edition
from assessments.database.prepared_queries import Compiled, instances
from assessments.models import Assessment, RuleAnswer
from cinfactors.accounts.models import User


def selection_of(assessment: Assessment) -> rules.Selection:
    """What the rules read of an assessment: its selection and the child's circumstances.

    Age is on the day the assessment started; an unborn child has none.
    """
    child = assessment.episode.child
    return rules.Selection(
        sent=tuple(assessment.codes),
        other_description=assessment.other_description,
        outcome=assessment.outcome,
        age=child.age_on(assessment.start_date),
        unborn=child.is_unborn,
        sex=child.sex,
        disabled=child.disabled,
    )


def current_edition() -> Edition:
    """The edition in force today, under which alone anything is recorded.

    Raises NoEditionInForce where today's edition can only be held and read.
    """
    today = timezone.localdate()
    edition = loader.edition_for(today)
    if not edition.recordable:
        raise NoEditionInForce(today)
    return edition


def edition_of(assessment: Assessment) -> Edition:
    """The edition it stands under: that of the day it ended, today's while it is open."""
    if assessment.is_with_the_worker:
        return current_edition()
    return loader.edition(assessment.edition)


def findings_of(assessment: Assessment) -> tuple[rules.Finding, ...]:
    return rules.evaluate(edition_of(assessment), selection_of(assessment))


def answers_of(assessment: Assessment) -> list[RuleAnswer]:
    """Every answer given, the earliest first."""
    answers = []
    for row in _ANSWERS.rows(assessment.pk):
        answer, answer.answered_by = instances(row, RuleAnswer, User)
        answer.assessment = assessment
        answers.append(answer)
    return answers


_NOT_THERE = -1
_ANSWERS = Compiled(
    lambda: (
        RuleAnswer.objects.filter(assessment=_NOT_THERE)
        .select_related("answered_by")
        .order_by("pk")
    ),
    _NOT_THERE,
)


def rule_answers(answers: Iterable[RuleAnswer]) -> list[rules.Answer]:
    return [
        rules.Answer(rule=answer.rule, kind=answer.kind, codes=frozenset(answer.codes))
        for answer in answers
    ]
