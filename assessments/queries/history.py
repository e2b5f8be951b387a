"""The history of one assessment, for somebody who may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from assessments.models import (
    Assessment,
    Child,
    Episode,
    FactsCorrection,
    IdempotencyKey,
    NamedPerson,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Version,
)
from cinfactors.accounts.models import Team, User
from cinfactors.audit.models import Change

_CHILDREN, _EPISODES, _ASSESSMENTS = (
    model._meta.db_table for model in (Child, Episode, Assessment)
)


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """Every change of a record, as keys: a page of them is read by its keys.

    Ordered and cut by the database itself, a page of one record's changes would be looked for
    from the end of the whole history.
    """

    keys: Sequence[int]
    """The changes, the latest first."""
    transactions: Mapping[int, int]
    """The transaction of each."""

    def changes(self, keys: Collection[int]) -> list[Change]:
        """Return these changes, the earliest first."""
        return list(Change.objects.filter(pk__in=keys).order_by("pk"))

    def around(self, keys: Collection[int]) -> list[Change]:
        """Return these changes of the record and others of it by the same transactions."""
        transactions = {self.transactions[key] for key in keys}
        return self.changes(
            [key for key, transaction in self.transactions.items() if transaction in transactions]
        )

    def started_with(self, changes: Collection[Change]) -> dict[int, Change]:
        """Return what started the assessment with which a program recorded a child or a referral.

        By the key of the change that recorded it: of all assessments of the child or the episode
        that the same transaction wrote, the first. In at most two queries, and in none where a
        person's request recorded them.
        """
        recorded = [
            each for each in changes if each.operation == "insert" and each.actor_id is None
        ]
        of_children = {each.row_key for each in recorded if each.table_name == _CHILDREN}
        episodes = {
            each.row_key: each.parent_key for each in recorded if each.table_name == _EPISODES
        }
        if of_children:
            others = Change.objects.filter(
                table_name=_EPISODES, parent_key__in=of_children, old__isnull=True
            )
            episodes |= dict(others.values_list("row_key", "parent_key"))
        if not episodes:
            return {}
        found: dict[tuple[int, str, int | None], Change] = {}
        starts = Change.objects.filter(
            table_name=_ASSESSMENTS, parent_key__in=episodes, old__isnull=True
        )
        for start in sorted(starts, key=_started_at):
            episode = start.parent_key or 0
            for table, key in (_EPISODES, episode), (_CHILDREN, episodes[episode]):
                found.setdefault((start.transaction_id, table, key), start)
        places = {
            each.pk: (each.transaction_id, each.table_name, each.row_key) for each in recorded
        }
        return {key: found[place] for key, place in places.items() if place in found}


def history_of(assessment: Assessment) -> RecordHistory:
    """Return the history of the assessment, in one query after those of `changes_of`."""
    found = dict(changes_of(assessment).order_by().values_list("pk", "transaction_id"))
    return RecordHistory(sorted(found, reverse=True), found)


def changes_of(assessment: Assessment) -> QuerySet[Change]:
    """Return every change of the assessment, of what belongs to it, its episode and its child.

    Of the child's records that were joined to the present one, too. The keys are read first, in
    three queries: with these as subqueries the database reads the whole history.
    """

    def rows(model: type[Model], **lookups: Any) -> Q:
        return Q(table_name=model._meta.db_table, **lookups)

    episode = assessment.episode
    child = Q(pk=episode.child_id) | Q(joined_to=episode.child_id)
    children = _keys(Child.objects.filter(child))
    reviews = _keys(Review.objects.filter(assessment=assessment))
    corrections = _keys(
        FactsCorrection.objects.filter(
            Q(episode=None) | Q(episode=episode),
            Q(assessment=None) | Q(assessment=assessment),
            child__in=children,
        )
    )
    about = (
        rows(Assessment, row_key=assessment.pk)
        | rows(Version, parent_key=assessment.pk)
        | rows(RuleAnswer, parent_key=assessment.pk)
        | rows(Review, parent_key=assessment.pk)
        | rows(PinnedComment, parent_key__in=reviews)
        | rows(Reply, parent_key__in=reviews)
        | rows(Episode, row_key=episode.pk)
        | rows(Child, row_key__in=children)
        | rows(NamedPerson, parent_key=episode.child_id)
        | rows(FactsCorrection, row_key__in=corrections)
    )
    return Change.objects.filter(about)


def _started_at(start: Change) -> datetime:
    row: dict[str, Any] = start.new or {}
    return datetime.fromisoformat(row["started_at"])


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def history_is_complete(assessment: Assessment) -> bool:
    """Return whether the history goes back to the start of the assessment."""
    return Change.objects.filter(
        table_name=Assessment._meta.db_table, row_key=assessment.pk, old__isnull=True
    ).exists()


def versions_with_corrected_dates(assessment: Assessment) -> set[int]:
    """Return the keys of the versions that a manager made by correcting dates: no submissions."""
    reviews = assessment.reviews.filter(decision=Review.Decision.DATES_CORRECTED)
    return set(reviews.values_list("version_id", flat=True))


def row_at(row: Assessment | Child | Episode, version: int) -> dict[str, Any] | None:
    """Return the columns of a row as they were at a version; None if the history has none."""
    rows = Change.objects.filter(
        table_name=row._meta.db_table, row_key=row.pk, new__version=version
    )
    return rows.order_by("pk").values_list("new", flat=True).last()


def names_of(people: Collection[int], teams: Collection[int]) -> tuple[dict[int, str], ...]:
    """Return the names of the people and the names of the teams, each by key."""
    return (
        dict(User.objects.filter(pk__in=people).values_list("pk", "name")),
        dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")),
    )


def versions_numbered(assessment: Assessment) -> dict[int, Version]:
    """Return the versions by number, the earliest first."""
    return {version.number: version for version in assessment.versions.order_by("number")}


def last_change(person: User, assessment: Assessment) -> IdempotencyKey | None:
    """Return the form submission that last changed the assessment after the person loaded it.

    None for demo data, which is loaded without any. Submissions after the last save changed
    nothing: what they held was saved already. Where the person's own was the last save, their page
    is stale because the assessment was reassigned, to somebody else and back: that is returned.
    """
    keys = assessment.idempotency_keys.select_related("person").order_by("at")
    saved = keys.filter(at__lte=assessment.saved_at).last()
    if saved is not None and saved.person_id != person.pk:
        return saved
    return keys.filter(act="reassign", at__gt=assessment.saved_at).last() or saved


def others_who_changed(person: User, assessment: Assessment, since: int) -> tuple[str, ...]:
    """Return the names of others who changed the assessment after a version, the earliest first.

    Reassigning it changes nothing that a page shows.
    """
    row = row_at(assessment, since)
    if row is None:
        return ()
    later = assessment.idempotency_keys.filter(at__gt=row["saved_at"])
    later = later.exclude(person=person).exclude(act="reassign")
    return tuple(dict.fromkeys(later.order_by("at").values_list("person__name", flat=True)))
