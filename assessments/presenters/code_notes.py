"""Notes beside single codes on the factor page: a manager's comments, and earlier records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from django.utils.formats import date_format

from assessments import evaluation, queries
from assessments.catalogue.types import Edition
from assessments.models import Assessment, Review
from assessments.queries import EarlierSelection, ReviewFeedback
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a code, or recorded earlier; it stands beside it, ticked or not."""

    kind: str
    """The sort of note, which is also the beginning of its id on the page."""
    source: str
    text: str = ""


Notes = Mapping[str, tuple[Note, ...]]
"""The notes by code."""
NO_NOTES: Notes = MappingProxyType({})


def notes_by_code(
    edition: Edition, earlier: Iterable[EarlierSelection], feedback: ReviewFeedback | None
) -> Notes:
    """Return the notes beside the codes, none of which selects its code.

    What a manager pinned to codes, what was recorded earlier for the child, and what was recorded
    about the parents or the household for brothers and sisters: never what is about them alone.
    """
    notes = pinned_notes(feedback.review, feedback.pinned) if feedback else {}
    siblings: dict[str, list[str]] = {}
    for selection in earlier:
        on = date_format(selection.end_date, "j F Y")
        if selection.is_same_child:
            for code in selection.codes:
                notes[code] = (*notes.get(code, ()), Note("before", f"Recorded on {on}"))
        else:
            for code in codes_shared_by_siblings(edition).intersection(selection.codes):
                siblings.setdefault(code, []).append(f"{selection.la_child_id} on {on}")
    for code, sources in siblings.items():
        source = f"Recorded for a brother or sister: {', '.join(sources)}"
        notes[code] = (*notes.get(code, ()), Note("family", source))
    return notes


def pinned_notes(review: Review, pinned: Mapping[str, str]) -> dict[str, tuple[Note, ...]]:
    """Return the manager's comments on single codes, which need not be selected."""
    source = f"{review.decided_by.name}:"
    return {code: (Note("comment", source, text),) for code, text in pinned.items()}


@lru_cache(maxsize=8)
def codes_shared_by_siblings(edition: Edition) -> frozenset[str]:
    """Return the codes about a parent, a carer or somebody else at home.

    They are alike for brothers and sisters: the codes of the factors that have a code in every
    domain, which ask the same of the child, the parents and the household. Never the child's
    own, in the first domain.
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


def notes_for_factor_page(
    person: User, assessment: Assessment, feedback: ReviewFeedback | None
) -> Notes:
    """Return the notes for the person's factor page, those of the manager's `feedback` included."""
    return notes_by_code(
        evaluation.edition_of(assessment),
        queries.earlier_selections(person, assessment),
        feedback,
    )
