"""What the rules find in an assessment, under its edition, and the answers given to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from assessments import rules
from assessments.catalogue import loader
from assessments.catalogue.errors import NoEditionInForce
from assessments.catalogue.types import Edition
from assessments.database.compiled_queries import CompiledQuery, instances
from assessments.models import Assessment, RuleAnswer
from cinfactors.accounts.models import User


def selection_of(assessment: Assessment) -> rules.Selection:
    """Return what the rules read about an assessment: its selection, the outcome and the child.

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
    """Return the edition in force today, the only one under which anything is recorded.

    Raise NoEditionInForce where today's edition can only be read.
    """
    today = timezone.localdate()
    edition = loader.edition_for(today)
    if not edition.recordable:
        raise NoEditionInForce(today)
    return edition


def edition_of(assessment: Assessment) -> Edition:
    """Return the assessment's edition: that of the day it ended, today's while it is open."""
    if assessment.is_with_the_worker:
        return current_edition()
    return loader.edition(assessment.edition)


def findings_of(assessment: Assessment) -> tuple[rules.Finding, ...]:
    """Return the findings of the assessment's edition on its selection."""
    return rules.evaluate(edition_of(assessment), selection_of(assessment))


def answers_of(assessment: Assessment) -> list[RuleAnswer]:
    """Return every answer given, the earliest first, each with its person."""
    answers = []
    for row in _ANSWERS.rows(assessment.pk):
        answer, answer.answered_by = instances(row, RuleAnswer, User)
        answer.assessment = assessment
        answers.append(answer)
    return answers


# Stands in the compiled query for the key of the assessment.
_ASSESSMENT = -1
_ANSWERS = CompiledQuery(
    lambda: (
        RuleAnswer.objects.filter(assessment=_ASSESSMENT)
        .select_related("answered_by")
        .order_by("pk")
    ),
    _ASSESSMENT,
)


def rule_answers(answers: Iterable[RuleAnswer]) -> list[rules.Answer]:
    """Return the stored answers as the rules take them."""
    return [
        rules.Answer(rule=answer.rule, kind=answer.kind, codes=frozenset(answer.codes))
        for answer in answers
    ]
