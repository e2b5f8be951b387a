"""Likely duplicates: children of the same date of birth and a like name."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

from django.db.models import Q, QuerySet

from assessments.models import Child, LikelyDuplicate
from assessments.queries.corrections import children_to_join
from assessments.queries.visibility import (
    children_not_restricted_from,
    children_visible_to,
)
from cinfactors.accounts.models import Team, User

ALIKE = 0.75
"""Names are alike from this share of letters in common, in their order: Jon and John, 0.86."""


def likely_duplicates_of(child: Child) -> list[Child]:
    """Return the other children with this date of birth, or expected date, and a like name.

    Whoever may see them. Records that were joined to another are left out.
    """
    same_day = Q(pk__in=())
    if child.birth_date is not None:
        same_day |= Q(birth_date=child.birth_date)
    if child.expected_birth_date is not None:
        same_day |= Q(expected_birth_date=child.expected_birth_date)
    others = Child.objects.filter(same_day, joined_to__isnull=True).exclude(pk=child.pk)
    return [other for other in others.order_by("la_child_id") if _have_like_names(child, other)]


def _have_like_names(one: Child, other: Child) -> bool:
    """Return whether given and family names are alike, or the one like the other's other."""
    (given, family), (others_given, others_family) = (
        (_folded(child.given_name), _folded(child.family_name)) for child in (one, other)
    )
    return _are_alike((given, others_given), (family, others_family)) or _are_alike(
        (given, others_family), (family, others_given)
    )


def _are_alike(*pairs: tuple[str, str]) -> bool:
    """Return whether the names of each pair share a word, or nearly all letters.

    A name that is not known speaks neither for it nor against it.
    """
    known = [(one, other) for one, other in pairs if one and other]
    return bool(known) and all(
        {*one.split()} & {*other.split()} or SequenceMatcher(None, one, other).ratio() >= ALIKE
        for one, other in known
    )


def _folded(name: str) -> str:
    """Return the name without capitals, marks, apostrophes and hyphens."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = (
        " " if letter in "-‐‑" else letter
        for letter in letters
        if letter.isalnum() or letter.isspace() or letter in "-‐‑"
    )
    return " ".join("".join(kept).split())


def visible_among(person: User, children: list[Child]) -> list[Child]:
    """Return those of the children whom the person may see.

    With none of them too the database is asked: the time that it takes tells nothing.
    """
    no_child = 0
    keys = [no_child, *(child.pk for child in children)]
    visible = children_visible_to(person).filter(pk__in=keys)
    seen = {*visible.values_list("pk", flat=True)}
    return [child for child in children if child.pk in seen]


def likely_duplicates_for(manager: User) -> QuerySet[LikelyDuplicate]:
    """Return what waits for a manager who sees one of the two children; the oldest first.

    Nothing of a record that is restricted to others.
    """
    if not (manager.is_active and manager.is_team_manager):
        return LikelyDuplicate.objects.none()
    visible = children_visible_to(manager).values("pk")
    allowed = children_not_restricted_from(manager).values("pk")
    return (
        LikelyDuplicate.objects.filter(
            Q(child__in=visible) | Q(other__in=visible),
            decided_at__isnull=True,
            child__in=allowed,
            other__in=allowed,
        )
        .select_related("child", "other")
        .order_by("found_at", "pk")
    )


def was_told_apart_by(manager: User, pk: int) -> bool:
    """Return whether the manager has said of it already that they are not the same child."""
    return LikelyDuplicate.objects.filter(pk=pk, decided_by=manager).exists()


def children_to_join_among(manager: User, duplicates: list[LikelyDuplicate]) -> set[int]:
    """Return the keys of the children of these whose records the manager may join."""
    keys = {key for each in duplicates for key in (each.child_id, each.other_id)}
    return {*children_to_join(manager).filter(pk__in=keys).values_list("pk", flat=True)}


def teams_that_assess(child: Child) -> QuerySet[Team]:
    """Return the teams with an assessment of the child, by name."""
    return Team.objects.filter(assessments__episode__child=child).distinct().order_by("name")
