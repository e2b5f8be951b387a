"""An assessment with its edition, its findings, its answers and what is still open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.utils import timezone

from assessments import rules
from assessments.catalogue import loader
from assessments.catalogue.errors import NoEditionInForce
from assessments.catalogue.types import Edition, code_order
from assessments.database.compiled_queries import CompiledQuery, instances
from assessments.models import Assessment, RuleAnswer, Sex, Status
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


@dataclass(slots=True)
class _Shared:
    """What the evaluations of a record have in common: nothing is judged or fetched twice."""

    found: dict[rules.Selection, tuple[rules.Finding, ...]] = field(default_factory=dict)
    answers: list[RuleAnswer] | None = None


@dataclass(frozen=True)
class Evaluation:
    """What the rules of an edition find in a selection of an assessment, and what was answered.

    A request makes one for the record and passes it down, since each part is worked out once,
    when it is first read; those made from it for other selections share what they can. `answers`
    makes a query.
    """

    assessment: Assessment
    edition: Edition
    selection: rules.Selection
    """What is recorded; or what was posted in its place, see `with_codes`."""
    _shared: _Shared = field(default_factory=_Shared, repr=False, compare=False)

    @cached_property
    def findings(self) -> tuple[rules.Finding, ...]:
        """What the rules say; where nothing is asked any more, the errors and what was answered."""
        if self.selection not in self._shared.found:
            self._shared.found[self.selection] = rules.evaluate(self.edition, self.selection)
        found = self._shared.found[self.selection]
        if not self._asks_nothing_more:
            return found
        asking = [finding for finding in found if finding.rule.asks]
        unanswered = rules.unanswered(asking, rule_answers(self.answers)) if asking else ()
        return tuple(
            finding
            for finding in found
            if finding.is_error or (finding.rule.asks and finding not in unanswered)
        )

    @property
    def _asks_nothing_more(self) -> bool:
        """Whether the child is not born: nobody is asked to think of more then."""
        return self.assessment.episode.child.not_born

    @cached_property
    def asking(self) -> tuple[rules.Finding, ...]:
        """The findings that need an answer, whether they have one or not."""
        return tuple(finding for finding in self.findings if finding.rule.asks)

    @property
    def broken(self) -> tuple[rules.Finding, ...]:
        """The findings for which the selection cannot be saved at all."""
        return tuple(finding for finding in self.findings if finding.is_error_on_save)

    @cached_property
    def answers(self) -> list[RuleAnswer]:
        """Every answer given, the earliest first."""
        if self._shared.answers is None:
            self._shared.answers = answers_of(self.assessment)
        return self._shared.answers

    @cached_property
    def open(self) -> tuple[rules.Finding, ...]:
        """The findings that need an answer and have none that holds."""
        if not self.asking:
            return ()
        return rules.unanswered(self.asking, rule_answers(self.answers))

    def answer_to(self, finding: rules.Finding) -> RuleAnswer | None:
        """Return the reason or consideration that holds for a finding, None while it is open."""
        if finding in self.open:
            return None
        given = [
            answer
            for answer in self.answers
            if answer.rule == finding.rule.id
            and frozenset(answer.codes) == frozenset(finding.codes)
            and answer.kind != RuleAnswer.Kind.COMPLIED
        ]
        return given[-1] if given else None

    def with_codes(self, codes: Collection[str], other_description: str) -> Evaluation:
        """Return the same for another selection; a description that no code takes is left out."""
        is_described = not self.edition.described_codes.isdisjoint(codes)
        description = clean_text(other_description) if is_described else ""
        ordered = sorted(codes, key=code_order)
        return replace(self, selection=rules.replace_codes(self.selection, ordered, description))

    def with_outcome(self, outcome: str) -> Evaluation:
        """Return the same for another outcome."""
        return replace(self, selection=replace(self.selection, outcome=outcome))

    def of_row(self, row: Assessment, given: Sequence[RuleAnswer] = ()) -> Evaluation:
        """Return the evaluation of the row as it is by now, with all answers stored since."""
        known = self._shared
        answers = None if known.answers is None else [*known.answers, *given]
        return replace(evaluate(row, self.edition), _shared=_Shared(known.found, answers))


def evaluate(assessment: Assessment, edition: Edition | None = None) -> Evaluation:
    """Return the evaluation of what is recorded, under the assessment's edition or another."""
    return Evaluation(assessment, edition or edition_of(assessment), selection_of(assessment))


def selection_of(assessment: Assessment) -> rules.Selection:
    """Return what the rules read about an assessment: its selection, the outcome and the child.

    Age is on the day the assessment started; an unborn child has none, nor has one who was born
    after that day and before the end: rules about age are silent, those about the unborn too.
    """
    child = assessment.episode.child
    unborn = child_was_unborn(assessment)
    return rules.Selection(
        sent=tuple(assessment.codes),
        other_description=assessment.other_description,
        outcome=assessment.outcome,
        age=child.age_on(assessment.start_date),
        unborn=unborn,
        # A sex that was recorded with the birth is none of an unborn child's facts.
        sex=Sex.UNKNOWN if unborn else child.sex,
        # Not known is not a yes.
        disabled=child.disabled is True,
    )


def child_was_unborn(assessment: Assessment) -> bool:
    """Return whether the child is an unborn one as a fact of the assessment.

    That is, not born by the day it ended, or by today while it has not: a birth that is recorded
    later changes nothing that was finished before it. What was cancelled ended on that day.
    """
    if assessment.end_date is not None:
        last_day = assessment.end_date
    elif assessment.status == Status.CANCELLED:
        last_day = timezone.localdate(assessment.saved_at)
    else:
        last_day = timezone.localdate()
    return assessment.episode.child.is_unborn_on(last_day)


def current_edition() -> Edition:
    """Return the edition in force today. Raise NoEditionInForce as `edition_on`."""
    return edition_on(timezone.localdate())


def edition_on(day: date) -> Edition:
    """Return the edition in force on a day, under which what ends on it is recorded.

    Raise NoEditionInForce where there is none, or one that can only be read.
    """
    edition = loader.edition_for(day)
    if not edition.recordable:
        raise NoEditionInForce(day)
    return edition


def edition_to_record(assessment: Assessment) -> Edition:
    """Return the edition under which a change of the assessment is recorded.

    That of the day it ended, if it is being amended; else today's. Raise NoEditionInForce as
    `edition_on`.
    """
    return edition_on(assessment.end_date or timezone.localdate())


def edition_of(assessment: Assessment) -> Edition:
    """Return the assessment's edition: today's while the worker first records it, else its own."""
    if assessment.is_with_the_worker and not assessment.is_completed:
        return current_edition()
    return loader.edition(assessment.edition)


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
