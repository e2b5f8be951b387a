"""Changing the referral of an episode, and closing or opening it again."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date

from django.utils import timezone

from assessments import queries
from assessments.models import NEVER_COUNTED, Assessment, Child, Episode, FactsCorrection
from assessments.models.code_sets import ReasonForClosure
from assessments.services.correcting import FactsCorrected, correct_facts
from assessments.services.facts import ask_whether_right, in_words
from assessments.services.facts_of_episodes import (
    closure_refused,
    improbable_referral,
    improbable_wait,
    overlap_refused,
    referral_refused,
)
from assessments.services.refusals import (
    FactsRefused,
    NotPermitted,
    StaleFacts,
    field_errors,
)
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class Referral:
    """All that is recorded about a referral, as it ought to be."""

    referral_date: date
    referral_source: str
    primary_need: str = ""
    family_reference: str = ""
    closure_date: date | None = None
    reason_for_closure: str = ""


def change_referral(
    *,
    episode: Episode,
    referral: Referral,
    reason: str,
    by: User,
    version: int,
    key: uuid.UUID,
    confirmed: Collection[str] = (),
) -> FactsCorrected:
    """Change the facts of a referral; close the episode, or open it again.

    `version` is the one of the episode that the page showed, `confirmed` has the messages
    that the person confirmed. Raises NotPermitted, StaleFacts, NeedsConfirming, and FactsRefused by
    field for what cannot be, by "unchanged" where all is as before, and by "reason" where
    something is authorised and nothing says why.
    """

    def write(child: Child) -> None:
        visible = queries.episodes_visible_to(by).filter(pk=episode.pk, child=child)
        current = Episode.objects.select_for_update().filter(pk__in=visible.values("pk")).first()
        if current is None:
            raise NotPermitted
        if current.version != version:
            raise StaleFacts(current)
        _change(current, child, referral, confirmed)

    return correct_facts(
        episode.child,
        by=by,
        act=FactsCorrection.Act.REFERRAL,
        reason=reason,
        key=key,
        content=(episode.pk, version, referral),
        write=write,
        episode=episode,
    )


def _change(current: Episode, child: Child, referral: Referral, confirmed: Collection[str]) -> None:
    """Write the referral into the episode, which is locked, as is the child."""
    before = current.referral_date
    names = [each.name for each in fields(Referral)]
    if all(getattr(current, name) == getattr(referral, name) for name in names):
        raise FactsRefused({"unchanged": "Change something, or go back to the record"})
    assessments = list(
        current.assessments.exclude(status__in=NEVER_COUNTED).order_by("start_date", "pk")
    )
    # What cannot be and was recorded in older days stands in the way of nothing else.
    refused_before = _refused(current, child, assessments)
    changed = {name for name in names if getattr(current, name) != getattr(referral, name)}
    for name in names:
        setattr(current, name, getattr(referral, name))
    refused = _refused(current, child, assessments)
    messages = field_errors(current, *names) | {
        name: text
        for name, text in refused.items()
        if name in changed or refused_before.get(name) != text
    }
    if messages:
        raise FactsRefused(messages)
    hardly = _improbable(current, child, assessments) if current.referral_date != before else {}
    if "reason_for_closure" in changed:
        hardly |= improbable_closure(current, child)
    ask_whether_right(hardly, confirmed)
    current.version += 1
    current.save(force_update=True)


def _refused(current: Episode, child: Child, assessments: Sequence[Assessment]) -> dict[str, str]:
    """Return a message for each fact that contradicts another, by field."""
    today = timezone.localdate()
    referred, closed = current.referral_date, current.closure_date
    messages = {"referral_date": referral_refused(referred, child, today)}
    # A cancelled one as well: it was started after its referral too.
    first = current.assessments.order_by("start_date").first()
    if first is not None and first.start_date < referred:
        messages["referral_date"] = messages["referral_date"] or (
            "Referral date must be on or before the day an assessment started, "
            f"{in_words(first.start_date)} (census rule 1103)"
        )
    if closed is None and current.reason_for_closure:
        messages["closure_date"] = "Enter the closure date, or clear the reason (census rule 8810)"
    elif closed is not None:
        messages["closure_date"] = closure_refused(closed, referred, assessments, today)
        if not current.reason_for_closure:
            messages["reason_for_closure"] = (
                "Select the reason for closure, or clear the date (census rule 8805)"
            )
    messages = {name: message for name, message in messages.items() if message}
    others = child.episodes.exclude(pk=current.pk).order_by("referral_date")
    overlap = overlap_refused(referred, closed, others)
    if overlap and not messages:
        messages["referral_date"] = overlap
    return messages


def improbable_closure(current: Episode, child: Child) -> dict[str, str]:
    """Return a message if it closed because of a death that is not recorded (census query 8585)."""
    if current.reason_for_closure != ReasonForClosure.DIED or child.death_date or child.not_born:
        return {}
    return {"reason_for_closure": "The reason is that the child died, and no death is recorded"}


def _improbable(
    current: Episode, child: Child, assessments: Sequence[Assessment]
) -> dict[str, str]:
    hardly = improbable_referral(current.referral_date, timezone.localdate())
    if child.death_date and child.death_date < current.referral_date:
        hardly["referral_date"] = (
            f"The referral, {in_words(current.referral_date)}, is after the child’s death, "
            f"{in_words(child.death_date)}"
        )
    if assessments:
        hardly |= improbable_wait(assessments[0].start_date, current.referral_date)
    return hardly
