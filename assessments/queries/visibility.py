"""Visibility: what a person may see. Every list, page and search starts here.

Role and teams decide which records a person may see. A restricted child's records are then
visible only to the people named for that child. Being named never shows anybody more than their
role and teams do.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable, NegatedExpression
from django.db.models.functions import Coalesce
from django.utils import timezone

from assessments.database.compiled_queries import CompiledQuery, instances
from assessments.models import NEVER_COUNTED, Assessment, Child, Episode, NamedPerson
from assessments.queries.finding import KEPT_RECORD
from cinfactors.accounts.models import Cover, Membership, Role, Team, User


def teams_of(person: User) -> QuerySet[Team]:
    """Return the active teams that the person belongs to; of a manager, those they cover too."""
    if not person.is_team_manager:
        return Team.objects.filter(memberships__user=person, active=True)
    own = Membership.objects.filter(user=person)
    covered = covers_on(timezone.localdate()).filter(covered_by=person)
    # Two index look-ups; with OR between them the planner would expect half of all teams.
    of_covered = Membership.objects.filter(user__in=covered.values("manager"))
    return Team.objects.filter(
        pk__in=own.values("team").union(of_covered.values("team")), active=True
    )


def covers_on(day: date) -> QuerySet[Cover]:
    """Return the cover of managers by others that holds on a day."""
    return Cover.objects.filter(
        first_day__lte=day,
        last_day__gte=day,
        ended_at__isnull=True,
        manager__role=Role.TEAM_MANAGER,
    )


def _is_in_team_of(person: User) -> Func:
    """Return the condition on assessments that they are in one of the person's teams.

    The teams are an array, which the database works out first and looks up in its indexes. With
    a subquery as one of two alternatives it reads every assessment.
    """
    return is_any_of("team", teams_of(person).values("pk"))


def is_any_of(field: str, found: QuerySet[Any, Any]) -> Func:
    """Return the condition that the field is one of what is found, looked up in its index."""
    return Func(
        F(field),
        ArraySubquery(found),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def _person_is_named_for_child(person: User) -> Exists:
    """Return the condition on children that the person is named for the record."""
    return Exists(NamedPerson.objects.filter(child=OuterRef("pk"), person=person))


def _is_not_restricted_from(person: User, **child: OuterRef) -> NegatedExpression[Combinable]:
    """Return the condition on rows that their child's record is not restricted to others.

    `child` is the look-up that leads from a child to the row. It is two index look-ups for each
    row that is all else that was asked for. Were it NOT EXISTS, the database could join the few
    restricted records instead, and go through every episode there is to come to the next of them.
    """
    hidden = Child.objects.filter(~_person_is_named_for_child(person), restricted=True, **child)
    return ~Coalesce(Subquery(hidden.values("restricted")[:1]), False)


def assessments_visible_to(person: User) -> QuerySet[Assessment]:
    """Return the assessments that the person may see.

    Social workers: their own and their teams'. Managers: their teams'. Data officers: all. Of
    restricted records, only those for which the person is named. Administrators manage people
    and teams and see no child's record; nor does anyone who has been deactivated.
    """
    return _within_role_and_teams(person).filter(
        _is_not_restricted_from(person, episodes=OuterRef("episode_id"))
    )


def _within_role_and_teams(person: User) -> QuerySet[Assessment]:
    assessments = Assessment.objects.all()
    if not person.is_active:
        return assessments.none()
    if person.is_social_worker:
        return assessments.filter(Q(worker=person) | Q(_is_in_team_of(person)))
    if person.is_team_manager:
        return assessments.filter(team__in=teams_of(person))
    if person.is_data_officer:
        return assessments
    return assessments.none()


def with_child_team_and_worker(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Return the assessments with what a page shows about each, in one query."""
    return assessments.select_related("episode__child", "team", "worker")


def assessment_for(person: User, reference: UUID) -> Assessment:
    """Return the assessment that the person may see.

    Raise Assessment.DoesNotExist alike for an unknown one and one that they may not see.
    """
    return with_child_team_and_worker(assessments_visible_to(person)).get(reference=reference)


def own_assessments(person: User) -> QuerySet[Assessment]:
    """Return the assessments whose worker the person is, in any status, with the child of each."""
    if not (person.is_active and person.is_social_worker):
        return Assessment.objects.none()
    own = Assessment.objects.filter(
        _is_not_restricted_from(person, episodes=OuterRef("episode_id")), worker=person
    )
    return own.select_related("episode__child")


def own_assessment(person: User, reference: UUID, *, locked: bool = False) -> Assessment:
    """Return one of `own_assessments`, by a compiled query, for the pages that people wait for.

    With `locked`, its row is locked until the transaction ends. Raise Assessment.DoesNotExist
    alike for an unknown one and one that is not theirs.
    """
    if not (person.is_active and person.is_social_worker):
        raise Assessment.DoesNotExist
    rows = (_OWN_LOCKED if locked else _OWN).rows(person.pk, reference)
    if not rows:
        raise Assessment.DoesNotExist
    assessment: Assessment
    assessment, episode, child = instances(rows[0], Assessment, Episode, Child)
    assessment.episode, episode.child = episode, child
    return assessment


# Placeholders in the compiled query for the values of a request.
_PERSON = User(pk=-1, role=Role.SOCIAL_WORKER)
_REFERENCE = UUID(int=0)


def _own(*, locked: bool) -> CompiledQuery:
    def query() -> QuerySet[Assessment]:
        own = own_assessments(_PERSON).filter(reference=_REFERENCE)
        return own.select_for_update(of=("self",)) if locked else own

    return CompiledQuery(query, _PERSON.pk, _REFERENCE)


_OWN, _OWN_LOCKED = _own(locked=False), _own(locked=True)


def may_record(person: User, assessment: Assessment) -> bool:
    """Return whether the person may change the assessment in its present status."""
    return (
        person.is_active
        and person.is_social_worker
        and assessment.worker_id == person.pk
        and assessment.is_with_the_worker
    )


def may_cancel(person: User, assessment: Assessment) -> bool:
    """Return whether it is the person's own, open, and was never authorised."""
    return (
        may_record(person, assessment)
        and not assessment.versions.filter(authorised_at__isnull=False).exists()
    )


def managers_of(assessment: Assessment) -> QuerySet[User]:
    """Return who can authorise it: the active managers of its team, named if it is restricted.

    Whoever covers one of them today is among them.
    """
    child = Child.objects.filter(episodes=assessment.episode_id)
    named = NamedPerson.objects.filter(child__in=child, person=OuterRef("pk"))
    in_team = Membership.objects.filter(team=assessment.team_id).values("user")
    covering = covers_on(timezone.localdate()).filter(manager__in=in_team).values("covered_by")
    return User.objects.filter(
        Exists(child.filter(restricted=False)) | Exists(named),
        Q(pk__in=in_team) | Q(pk__in=covering),
        role=Role.TEAM_MANAGER,
        is_active=True,
    ).order_by("name", "pk")


def children_visible_to(person: User) -> QuerySet[Child]:
    """Return the children of the assessments that the person may see."""
    if person.is_active and person.is_data_officer:
        return children_not_restricted_from(person)
    return Child.objects.filter(
        Q(pk__in=assessments_visible_to(person).values("episode__child_id"))
    )


def episodes_visible_to(person: User) -> QuerySet[Episode]:
    """Return the episodes of the assessments that the person may see."""
    if person.is_active and person.is_data_officer:
        return Episode.objects.filter(_is_not_restricted_from(person, pk=OuterRef("child_id")))
    return Episode.objects.filter(pk__in=assessments_visible_to(person).values("episode_id"))


def may_start_assessments(person: User) -> bool:
    return person.is_active and person.is_social_worker


def may_start_for_family(person: User, assessment: Assessment) -> bool:
    """Return whether they may start for another child of the family, with the same referral.

    Not from what was started in error, nor from what was another child's: neither says whose
    family it is.
    """
    return may_start_assessments(person) and assessment.status not in NEVER_COUNTED


def child_to_assess(person: User, la_child_id: str) -> Child | None:
    """Return the child with exactly this id, for a social worker about to start an assessment.

    Any child of the authority, since a referral may reach any team; one at a time and by the
    whole id, so that nobody can browse; one that was joined to another record finds that one.
    None for a child whose record is restricted to others.
    """
    has_id = Child.objects.filter(la_child_id__iexact=la_child_id.strip())
    return children_to_assess(person).filter(pk__in=has_id.values(kept=KEPT_RECORD)).first()


def child_to_assess_by_reference(person: User, reference: UUID) -> Child | None:
    """Return the child that `child_to_assess` found, for the page that follows."""
    return children_to_assess(person).filter(reference=reference).first()


def children_to_assess(person: User) -> QuerySet[Child]:
    """Return the children of whom the person may start an assessment; never shown as a list."""
    if not may_start_assessments(person):
        return Child.objects.none()
    return children_not_restricted_from(person)


def children_not_restricted_from(person: User) -> QuerySet[Child]:
    """Return the children, of any team, whose record is not restricted to others, nor joined."""
    return Child.objects.filter(
        Q(restricted=False) | _person_is_named_for_child(person), joined_to__isnull=True
    )


def may_make_census_files(person: User) -> bool:
    """Return whether the person may see the census return of the authority."""
    return person.is_active and person.is_data_officer


def may_export_restricted(person: User) -> bool:
    """Return whether files made for the person may hold restricted records.

    A permission of its own, given by an administrator: it shows no record on any page.
    """
    return may_make_census_files(person) and person.exports_restricted
