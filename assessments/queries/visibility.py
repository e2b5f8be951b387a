"""What a person may see: every list, page, search and export starts here.

Role and teams say which records a person may see. A restricted child's are then only for the
people who are named for it: being named takes nobody further than their role and teams do.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.database.prepared_queries import Compiled, instances
from assessments.models import Assessment, Child, Episode, NamedPerson
from cinfactors.accounts.models import Role, Team, User


def teams_of(person: User) -> QuerySet[Team]:
    """The teams that the person belongs to, active ones alone."""
    return Team.objects.filter(memberships__user=person, active=True)


def _names(person: User) -> Exists:
    """Of children: that the person is named for the record."""
    return Exists(NamedPerson.objects.filter(child=OuterRef("pk"), person=person))


def _open_to(person: User, **of: OuterRef) -> Exists:
    """Of whatever is tied to a child by `of`: that the record is not restricted to others.

    As NOT EXISTS, which costs the page of one record two look-ups and a count of everything
    no join: restricted records are few.
    """
    return ~Exists(Child.objects.filter(~_names(person), restricted=True, **of))


def assessments_visible_to(person: User) -> QuerySet[Assessment]:
    """Social workers: their own and their team's. Managers: their teams'. Data officers: all.

    Of restricted records, those alone for which the person is named. Administrators look after
    people and teams and see no child's record; nor does anyone who has been deactivated.
    """
    return _within_role_and_teams(person).filter(_open_to(person, episodes=OuterRef("episode_id")))


def _within_role_and_teams(person: User) -> QuerySet[Assessment]:
    everything = Assessment.objects.all()
    if not person.is_active:
        return everything.none()
    if person.is_social_worker:
        return everything.filter(Q(worker=person) | Q(team__in=teams_of(person)))
    if person.is_team_manager:
        return everything.filter(team__in=teams_of(person))
    if person.is_data_officer:
        return everything
    return everything.none()


def for_reading(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """The assessments with what a page says of each, in one query."""
    return assessments.select_related("episode__child", "team", "worker")


def assessment_for(person: User, reference: UUID) -> Assessment:
    """Raise Assessment.DoesNotExist for what is not there and what the person may not see."""
    return for_reading(assessments_visible_to(person)).get(reference=reference)


def was_refused(person: User, reference: UUID) -> bool:
    """Whether this is a restricted record, and not to be seen by this person.

    To them it looks absent, whatever else would keep them from it; that they asked is kept.
    """
    restricted = Assessment.objects.filter(reference=reference, episode__child__restricted=True)
    return restricted.exclude(pk__in=assessments_visible_to(person)).exists()


def own_assessments(person: User) -> QuerySet[Assessment]:
    """Those that are the person's to work on, in whatever status, with the child of each."""
    if not (person.is_active and person.is_social_worker):
        return Assessment.objects.none()
    own = Assessment.objects.filter(
        _open_to(person, episodes=OuterRef("episode_id")), worker=person
    )
    return own.select_related("episode__child")


def own_assessment(person: User, reference: UUID, *, locked: bool = False) -> Assessment:
    """One of `own_assessments`, for the pages that people wait for; locked until the commit.

    Raise Assessment.DoesNotExist for what is not there and what is not theirs.
    """
    if not (person.is_active and person.is_social_worker):
        raise Assessment.DoesNotExist
    found = (_OWN_LOCKED if locked else _OWN).rows(person.pk, reference)
    if not found:
        raise Assessment.DoesNotExist
    assessment, episode, child = instances(found[0], Assessment, Episode, Child)
    assessment.episode, episode.child = episode, child
    return assessment


_NOBODY = User(pk=-1, role=Role.SOCIAL_WORKER)
_NOTHING = UUID(int=0)


def _own(*, locked: bool) -> Compiled:
    def one() -> QuerySet[Assessment]:
        found = own_assessments(_NOBODY).filter(reference=_NOTHING)
        return found.select_for_update(of=("self",)) if locked else found

    return Compiled(one, _NOBODY.pk, _NOTHING)


_OWN, _OWN_LOCKED = _own(locked=False), _own(locked=True)


def may_record(person: User, assessment: Assessment) -> bool:
    """Whether the assessment is theirs to change in its present status."""
    return (
        person.is_active
        and person.is_social_worker
        and assessment.worker_id == person.pk
        and assessment.is_with_the_worker
    )


def may_cancel(person: User, assessment: Assessment) -> bool:
    """Whether it is theirs, open, and without any authorised version."""
    return (
        may_record(person, assessment)
        and not assessment.versions.filter(authorised_at__isnull=False).exists()
    )


def managers_of(assessment: Assessment) -> QuerySet[User]:
    """Those who can authorise it: the active managers of its team, named if it is restricted."""
    child = Child.objects.filter(episodes=assessment.episode_id)
    named = NamedPerson.objects.filter(child__in=child, person=OuterRef("pk"))
    return User.objects.filter(
        Exists(child.filter(restricted=False)) | Exists(named),
        role=Role.TEAM_MANAGER,
        is_active=True,
        memberships__team=assessment.team_id,
    ).order_by("name", "pk")


def children_visible_to(person: User) -> QuerySet[Child]:
    """The children of the assessments that the person may see."""
    if person.is_active and person.is_data_officer:
        return _open_children(person)
    return Child.objects.filter(
        Q(pk__in=assessments_visible_to(person).values("episode__child_id"))
    )


def episodes_visible_to(person: User) -> QuerySet[Episode]:
    """The episodes of the assessments that the person may see."""
    if person.is_active and person.is_data_officer:
        return Episode.objects.filter(_open_to(person, pk=OuterRef("child_id")))
    return Episode.objects.filter(pk__in=assessments_visible_to(person).values("episode_id"))


def may_start_assessments(person: User) -> bool:
    return person.is_active and person.is_social_worker


def child_to_assess(person: User, la_child_id: str) -> Child | None:
    """The child with exactly this id, for a social worker about to start an assessment.

    Any child of the authority, since a referral may reach any team; one at a time and by
    the whole id, so that it is no way to browse. Not one whose record is restricted to others.
    """
    return children_to_assess(person).filter(la_child_id__iexact=la_child_id.strip()).first()


def child_of_reference(person: User, reference: UUID) -> Child | None:
    """The child whom `child_to_assess` led to, for the page that follows."""
    return children_to_assess(person).filter(reference=reference).first()


def children_to_assess(person: User) -> QuerySet[Child]:
    """Those of whom the person may start an assessment: a list that is never shown."""
    if not may_start_assessments(person):
        return Child.objects.none()
    return _open_children(person)


def _open_children(person: User) -> QuerySet[Child]:
    return Child.objects.filter(Q(restricted=False) | _names(person))
