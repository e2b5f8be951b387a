"""What was said or recorded of single codes before, as it stands beside them on the factor page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from django.utils.formats import date_format

from assessments import evaluation, queries
from assessments.catalogue.types import (
    Edition,
)
from assessments.models import Assessment, Review
from assessments.queries import Earlier, ManagersWords
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said or recorded of a code before; stands beside it, ticked or not."""

    kind: str
    """What sort of note, which is also the beginning of its id on the page."""
    source: str
    text: str = ""


Notes = Mapping[str, tuple[Note, ...]]
"""By code."""
NO_NOTES: Notes = MappingProxyType({})


def notes_of(
    edition: Edition, earlier: Iterable[Earlier], review: Review | None, pinned: Mapping[str, str]
) -> Notes:
    """What stands beside the codes, none of which it selects.

    What a manager pinned to them, what was recorded of the child before, and what was recorded of
    the parents or the household for brothers and sisters: never what is about them alone.
    """
    notes = pinned_notes(review, pinned) if review is not None else {}
    family: dict[str, list[str]] = {}
    for each in earlier:
        on = date_format(each.on, "j F Y")
        if each.of_the_same_child:
            for code in each.codes:
                notes[code] = (*notes.get(code, ()), Note("before", f"Recorded on {on}"))
        else:
            for code in shared_by_a_family(edition).intersection(each.codes):
                family.setdefault(code, []).append(f"{each.la_child_id} on {on}")
    for code, sources in family.items():
        source = f"Recorded for a brother or sister: {', '.join(sources)}"
        notes[code] = (*notes.get(code, ()), Note("family", source))
    return notes


def pinned_notes(review: Review, pinned: Mapping[str, str]) -> dict[str, tuple[Note, ...]]:
    """What the manager pinned to single codes, which need not be selected."""
    said_by = f"{review.decided_by.name}:"
    return {code: (Note("comment", said_by, text),) for code, text in pinned.items()}


@lru_cache(maxsize=8)
def shared_by_a_family(edition: Edition) -> frozenset[str]:
    """The codes about a parent, a carer or somebody else at home: alike for brothers and sisters.

    They are those of the factors that have a code in every domain, which ask the same of the
    child, the parents and the household; never the child's own, in the first domain.
    """
    domains = {domain.id for domain in edition.domains}
    child = edition.domains[0].id
    return frozenset(
        code.code
        for factor in edition.factors
        if domains <= {code.domain for code in factor.codes}
        for code in factor.codes
        if code.domain != child
    )


def notes_beside(person: User, assessment: Assessment, decided: ManagersWords | None) -> Notes:
    """What stands beside single codes on the person's factor page, `decided` among it."""
    return notes_of(
        evaluation.edition_of(assessment),
        queries.recorded_before(person, assessment),
        decided.review if decided else None,
        decided.pinned if decided else {},
    )
