"""What every correction of a child's facts has in common.

Who may, whether the page was stale, why it was done where something is authorised already, and
what the rules ask of the child's open assessments afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.evaluation import Evaluation, evaluate
from assessments.models import Assessment, Child, Episode, FactsCorrection
from assessments.rules import Finding
from assessments.services.facts import save_facts
from assessments.services.refusals import (
    FactsRefused,
    NeedsConfirming,
    NotPermitted,
    StaleFacts,
    field_errors,
)
from assessments.services.writing import is_first_time
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text

Act = FactsCorrection.Act

REASON_MISSING = "Enter why it is corrected: an assessment was authorised with it"
SOURCE_MISSING = "Enter how you know: an assessment was authorised before"
MISSING = {Act.BIRTH: SOURCE_MISSING, Act.DEATH: SOURCE_MISSING}
"""What is said where the reason is missing. A birth and a death are no corrections: what counts is
how they are known. Of a child who is not born nothing is asked at all."""


@dataclass(frozen=True)
class FactsCorrected:
    """What a correction led to."""

    child: Child
    evaluations: tuple[Evaluation, ...]
    """Of each open assessment of the child, judged anew; `open` is what it asks now."""
    open_before: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    """What each asked before, by its key."""

    @property
    def asking(self) -> tuple[Evaluation, ...]:
        """Those that ask something."""
        return tuple(each for each in self.evaluations if each.open)

    def asked_of(self, assessment: Assessment) -> tuple[Finding, ...]:
        """Return what an assessment asks since the correction, and did not before."""
        return tuple(
            finding
            for each in self.evaluations
            if each.assessment.pk == assessment.pk
            for finding in each.open
            if finding not in self.open_before.get(assessment.pk, ())
        )


def correct_facts(
    child: Child,
    *,
    by: User,
    act: FactsCorrection.Act,
    reason: str,
    key: uuid.UUID,
    content: object,
    write: Callable[[Child], None],
    version: int | None = None,
    episode: Episode | None = None,
    assessment: Assessment | None = None,
) -> FactsCorrected:
    """Carry out a correction once: lock the child, check person and version, write, count up.

    `write` changes and saves what is corrected; the child that it is given is saved afterwards
    where `version`, the one of the child that the page showed, is given. `episode` and
    `assessment` say what else was corrected. Raises NotPermitted, StaleFacts, what `write`
    raises, and FactsRefused by "reason" where an assessment of the child was authorised and
    nothing says why; with what `write` refuses, if it refuses too.
    """
    reason_text = clean_text(reason)
    derived_key = uuid.uuid5(key, repr((by.pk, act, child.pk, version, reason_text, content)))
    with transaction.atomic():
        current = _locked(child, by)
        evaluations = judged_anew(current)
        before = {each.assessment.pk: each.open for each in evaluations}
        if is_first_time(derived_key, by=by, act=act, assessment=assessment):
            if version is not None and current.version != version:
                raise StaleFacts(current)
            row = FactsCorrection(
                act=act,
                child=current,
                episode=episode,
                assessment=assessment,
                reason=reason_text,
                corrected_by=by,
                corrected_at=timezone.now(),
            )
            _write(write, current, _refused_reason(row))
            if version is not None:
                current.version += 1
                save_facts(current)
            row.save(force_insert=True)
            evaluations = judged_anew(current)
        return FactsCorrected(current, evaluations, before)


def _refused_reason(row: FactsCorrection) -> dict[str, str]:
    refused = field_errors(row, "reason")
    if not row.reason and row.act != Act.NOT_BORN and queries.was_authorised(row.child):
        refused["reason"] = MISSING.get(Act(row.act), REASON_MISSING)
    return refused


def _write(write: Callable[[Child], None], current: Child, refused: dict[str, str]) -> None:
    """Write it; where the reason is refused, raise FactsRefused with what else is refused."""
    try:
        write(current)
    except FactsRefused as impossible:
        raise FactsRefused({**impossible.messages, **refused}) from impossible
    except NeedsConfirming:
        # To be asked once everything else is right.
        if not refused:
            raise
    if refused:
        raise FactsRefused(refused)


def _locked(child: Child, by: User) -> Child:
    current = Child.objects.select_for_update(of=("self",)).filter(pk=child.pk).first()
    # Asked after the lock: somebody may have finished the assessment meanwhile.
    if current is None or not queries.may_correct_facts(by, current):
        raise NotPermitted
    return current


def judged_anew(child: Child) -> tuple[Evaluation, ...]:
    """Return the evaluation of each open assessment of the child."""
    opened = queries.open_assessments_of(child).select_related("episode__child").order_by("pk")
    return tuple(evaluate(assessment) for assessment in opened)
