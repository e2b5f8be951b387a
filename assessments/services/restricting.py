"""Restricting a child's record to the people who are named for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import Child, NamedPerson
from assessments.services.refusals import FactsRefused, NotPermitted
from assessments.services.writing import rely_on_people_and_teams
from cinfactors.accounts.models import User


def restrict(*, child: Child, people: Collection[User], seen: Collection[User], by: User) -> Child:
    """Restrict the child's record to the people named, as far as their role and teams allow.

    For a record that is restricted already, change who is named; `seen` is who was named on the
    page that the manager changed. For a manager who may see an assessment of the child. Raises
    NotPermitted, and FactsRefused ("people") where the worker of an open assessment, or every
    manager of its team, could no longer see it. Repeating it changes nothing.
    """
    with transaction.atomic():
        rely_on_people_and_teams(by)
        current = _locked(child, by)
        named = set(queries.people_named_for(current))
        wanted = set(people)
        if current.restricted and named == wanted:
            return current
        if named != set(seen):
            raise FactsRefused({"people": "Who is named was changed meanwhile. Check it again"})
        if gone := wanted - set(queries.readers()):
            name = min(person.name for person in gone)
            raise FactsRefused({"people": f"{name} no longer works with children’s records"})
        if missing := list(_missing(current, wanted, by)):
            raise FactsRefused({"people": ". ".join(missing)})
        current.named_people.filter(person__in=named - wanted).delete()
        NamedPerson.objects.bulk_create(
            NamedPerson(child=current, person=person, named_by=by, named_at=timezone.now())
            for person in sorted(wanted - named, key=lambda person: person.pk)
        )
        current.restricted = True
        current.save(update_fields=["restricted"])
        return current


def lift_restriction(*, child: Child, by: User) -> Child:
    """Let everybody see the record again whose role and teams allow it; nobody stays named.

    By a manager who sees an assessment of the child; NotPermitted otherwise. If it was lifted
    already, nothing is written.
    """
    with transaction.atomic():
        rely_on_people_and_teams(by)
        current = _locked(child, by)
        current.named_people.all().delete()
        if current.restricted:
            current.restricted = False
            current.save(update_fields=["restricted"])
        return current


def _locked(child: Child, by: User) -> Child:
    """Return the child, locked until the transaction ends, for a manager who may see a record."""
    if not (by.is_active and by.is_team_manager):
        raise NotPermitted
    current = (
        queries.children_visible_to(by).select_for_update(of=("self",)).filter(pk=child.pk).first()
    )
    if current is None:
        raise NotPermitted
    return current


def _missing(child: Child, wanted: Collection[User], by: User) -> Iterator[str]:
    """Yield a message for each person who must be named so that work on the child can go on."""
    teams = set(queries.teams_that_assessed(child, by))
    waiting = []
    elsewhere = False
    for assessment in queries.open_assessments_of(child):
        worker, team = assessment.worker, assessment.team
        shut_out = queries.is_active_social_worker(worker) and worker not in wanted
        if team in teams:
            waiting.append(team)
            if shut_out:
                yield f"Select {worker.name}, whose assessment is open"
        elif shut_out or not queries.includes_manager_of(wanted, team):
            elsewhere = True
    if elsewhere:
        yield (
            "Another team has an open assessment of this child: name its social worker and its "
            "manager too, or ask that manager to restrict the record"
        )
    unmanaged = [team.name for team in teams if not queries.includes_manager_of(wanted, team)]
    if needed := sorted({team.name for team in waiting} & set(unmanaged)):
        yield f"Select a manager of {' and one of '.join(needed)}"
    elif len(unmanaged) == len(teams):
        yield f"Select a manager of {' or '.join(sorted(unmanaged))}"
