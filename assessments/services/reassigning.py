"""Giving assessments to another social worker, and the records of a closed team to another."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Child, NamedPerson
from assessments.services.refusals import (
    EditConflict,
    FactsRefused,
    Locked,
    NotPermitted,
    Refused,
)
from assessments.services.writing import rely_on_people_and_teams, run_once
from cinfactors.accounts.models import Team, User


def reassign(
    *, assessment: Assessment, to: User, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Give an open assessment to another social worker, in whatever status it is.

    For a manager of its team, and an active social worker of one of the manager's teams; where
    that is another team, the assessment moves there. For a restricted record the worker becomes
    one of the people who are named. Raises NotPermitted, Locked when it is authorised or
    cancelled, EditConflict, and FactsRefused ("to") for a person who cannot have it or has it
    already.
    """

    def write() -> Assessment:
        rely_on_people_and_teams(by)
        current = _locked(assessment, by)
        if current.version != version:
            raise EditConflict(current)
        if current.status not in queries.OPEN:
            raise Locked
        worker = queries.workers_managed_by(by).filter(pk=to.pk).first()
        team = queries.team_after_reassignment(by, worker, current) if worker else None
        if worker is None or team is None:
            raise FactsRefused({"to": "Select a social worker of your teams"})
        if (worker, team) == (current.worker, current.team):
            raise FactsRefused({"to": f"{worker.name} has this assessment already"})
        child = Child.objects.select_for_update().get(pk=current.episode.child_id)
        if child.restricted:
            NamedPerson.objects.get_or_create(
                child=child, person=worker, defaults={"named_by": by, "named_at": timezone.now()}
            )
        current.worker, current.team = worker, team
        current.version += 1
        current.save(force_update=True)
        return current

    content = (assessment.pk, to.pk)
    return run_once(key, by=by, act="reassign", content=content, write=write)


class Reassigned(NamedTuple):
    """The result for one of several: the refusal is None where it was reassigned."""

    assessment: Assessment
    refusal: Refused | None


def reassign_each(
    *, chosen: Sequence[tuple[Assessment, int]], to: User, by: User, key: uuid.UUID
) -> list[Reassigned]:
    """Give several assessments to one social worker, each checked by itself as by `reassign`.

    Each with the version that the manager saw; the results are in the order of `chosen`. One that
    is refused undoes none of the others. Sent twice, it is carried out once.
    """
    results: dict[int, Refused | None] = {}
    with transaction.atomic():
        # In one order for everybody, so that no two managers wait for each other's rows.
        for assessment, version in sorted(chosen, key=lambda pair: pair[0].pk):
            own_key = uuid.uuid5(key, str(assessment.reference))
            try:
                reassign(assessment=assessment, to=to, by=by, version=version, key=own_key)
            except Refused as refusal:
                results[assessment.pk] = refusal
            else:
                results[assessment.pk] = None
    return [Reassigned(assessment, results[assessment.pk]) for assessment, _ in chosen]


def move_records(*, team: Team, to: Team, by: User) -> int:
    """Move every assessment of a closed team to another, and return how many there were.

    By an administrator, who changes people and teams in the same transaction. What is finished
    moves too, so that the other team's managers can reopen, correct and restrict it; each keeps
    its worker. Raises NotPermitted.
    """
    if not (by.is_active and by.is_administrator) or team.active or not to.active:
        raise NotPermitted
    with transaction.atomic():
        of_team = Assessment.objects.filter(team=team)
        return of_team.update(team=to, version=F("version") + 1)


def _locked(assessment: Assessment, by: User) -> Assessment:
    """Return the row, locked until the transaction ends, for a manager of its team."""
    if not (by.is_active and by.is_team_manager):
        raise NotPermitted
    visible = queries.with_child_team_and_worker(queries.assessments_visible_to(by))
    current = visible.select_for_update(of=("self",)).filter(pk=assessment.pk).first()
    if current is None:
        raise NotPermitted
    return current
