"""Correcting the facts of a child, and adding to them: the birth, the death, that it is not born.

For whom `queries.children_to_correct` names. Each raises NotPermitted, StaleFacts, FactsRefused by
field for what cannot be, and NeedsConfirming for what is hardly right, unless its messages are
among those `confirmed`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.utils import timezone

from assessments import queries
from assessments.models import Child, FactsCorrection
from assessments.services.correcting import FactsCorrected, correct_facts
from assessments.services.facts import (
    ask_whether_right,
    impossible_child,
    improbable_birth,
    improbable_child,
    improbable_death,
    refused_facts,
)
from assessments.services.refusals import FactsRefused
from assessments.services.starting import NewChild
from cinfactors.accounts.models import User

NOTHING: Mapping[str, str] = {}
ID_OF_A_JOINED_RECORD = (
    "This id is of a record that was joined to this one: it finds the child already"
)

UNCHANGED = "Nothing is changed yet. Change what is wrong, or leave it as it is"
IS_NOT_BORN = "The child is recorded as not born. If that was an error, change the details first"


@dataclass(frozen=True, slots=True)
class ChildFacts(NewChild):
    """What is right about a child who is recorded already."""

    death_date: date | None = None
    not_born: bool = False


@dataclass(frozen=True, slots=True)
class Birth:
    """What becomes known of a child with the birth."""

    birth_date: date
    given_name: str
    family_name: str
    sex: str
    disabled: bool | None = None


def change_details(
    *,
    child: Child,
    facts: ChildFacts,
    reason: str,
    by: User,
    version: int,
    key: uuid.UUID,
    confirmed: Collection[str] = (),
) -> FactsCorrected:
    """Correct any of the facts, also back to unborn with an expected date."""

    def write(current: Child) -> None:
        values = asdict(facts)
        if all(getattr(current, name) == value for name, value in values.items()):
            raise FactsRefused({"unchanged": UNCHANGED})
        hardly = NOTHING
        if facts.death_date and facts.death_date != current.death_date:
            hardly = improbable_death(facts.death_date, _referrals(current))
        if current.joined.filter(la_child_id__iexact=facts.la_child_id).exists():
            raise FactsRefused({"la_child_id": ID_OF_A_JOINED_RECORD})
        _write(current, values, confirmed, hardly)

    return correct_facts(
        child,
        by=by,
        act=FactsCorrection.Act.DETAILS,
        reason=reason,
        key=key,
        content=facts,
        write=write,
        version=version,
    )


def record_birth(
    *,
    child: Child,
    birth: Birth,
    reason: str,
    by: User,
    version: int,
    key: uuid.UUID,
    confirmed: Collection[str] = (),
) -> FactsCorrected:
    """Record that an unborn child is born; the id stays."""

    def write(current: Child) -> None:
        if not current.is_unborn:
            raise FactsRefused({"birth_date": "The birth of this child is recorded already"})
        if current.not_born:
            raise FactsRefused({"birth_date": IS_NOT_BORN})
        hardly = improbable_birth(birth.birth_date, current.expected_birth_date)
        _write(current, asdict(birth) | {"expected_birth_date": None}, confirmed, hardly)

    return correct_facts(
        child,
        by=by,
        act=FactsCorrection.Act.BIRTH,
        reason=reason,
        key=key,
        content=birth,
        write=write,
        version=version,
    )


def record_death(
    *,
    child: Child,
    death_date: date,
    reason: str,
    by: User,
    version: int,
    key: uuid.UUID,
    confirmed: Collection[str] = (),
) -> FactsCorrected:
    """Record the day on which a child died."""

    def write(current: Child) -> None:
        if current.death_date is not None:
            raise FactsRefused({"death_date": "The death of this child is recorded already"})
        if current.is_unborn:
            raise FactsRefused({"death_date": "Record the birth of this child first"})
        hardly = improbable_death(death_date, _referrals(current))
        _write(current, {"death_date": death_date}, confirmed, hardly)

    return correct_facts(
        child,
        by=by,
        act=FactsCorrection.Act.DEATH,
        reason=reason,
        key=key,
        content=death_date,
        write=write,
        version=version,
    )


def record_not_born(*, child: Child, by: User, version: int, key: uuid.UUID) -> FactsCorrected:
    """Record that the pregnancy ended and the child is not born; no reason is asked for."""

    def write(current: Child) -> None:
        if not current.is_unborn:
            raise FactsRefused({"not_born": "The birth of this child is recorded"})
        _write(current, {"not_born": True}, ())

    return correct_facts(
        child,
        by=by,
        act=FactsCorrection.Act.NOT_BORN,
        reason="",
        key=key,
        content=None,
        write=write,
        version=version,
    )


def _write(
    current: Child,
    values: Mapping[str, object],
    confirmed: Collection[str],
    hardly: Mapping[str, str] = NOTHING,
) -> None:
    """Set the values and judge them; what was hardly right before is not asked again."""
    today, referrals = timezone.localdate(), _referrals(current)
    before = _improbable(current)
    # What cannot be and was recorded in older days stands in the way of nothing else.
    impossible_before = impossible_child(current, today=today, referrals=referrals)
    changed = {name for name, value in values.items() if getattr(current, name) != value}
    for name, value in values.items():
        setattr(current, name, value)
    refused = refused_facts(current, values)
    impossible = impossible_child(current, today=today, referrals=referrals)
    refused |= {
        name: text
        for name, text in impossible.items()
        if name in changed or impossible_before.get(name) != text
    }
    if refused:
        raise FactsRefused(refused)
    now = {**_improbable(current), **hardly}
    asked = {name: text for name, text in now.items() if before.get(name) != text}
    ask_whether_right(asked, confirmed)


def _improbable(child: Child) -> dict[str, str]:
    opened = queries.open_assessments_of(child)
    return improbable_child(
        birth_date=child.birth_date,
        expected_birth_date=child.expected_birth_date,
        today=timezone.localdate(),
        starts=list(opened.values_list("start_date", flat=True)),
        death_date=child.death_date,
        not_born=child.not_born,
    )


def _referrals(child: Child) -> list[date]:
    return list(child.episodes.values_list("referral_date", flat=True))
