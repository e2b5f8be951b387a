"""Giving an assessment to another social worker."""

from __future__ import annotations

import uuid

from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Child, NamedPerson
from assessments.services.refusals import EditConflict, FactsRefused, Locked, NotPermitted
from assessments.services.writing import rely_on_people_and_teams, run_once
from cinfactors.accounts.models import User


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


def _locked(assessment: Assessment, by: User) -> Assessment:
    """Return the row, locked until the transaction ends, for a manager of its team."""
    if not (by.is_active and by.is_team_manager):
        raise NotPermitted
    visible = queries.with_child_team_and_worker(queries.assessments_visible_to(by))
    current = visible.select_for_update(of=("self",)).filter(pk=assessment.pk).first()
    if current is None:
        raise NotPermitted
    return current
