"""Notes beside single codes on the factor page: a manager's comments, and earlier records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from django.utils.formats import date_format

from assessments.catalogue.types import Edition
from assessments.queries import EarlierSelection, ReviewFeedback


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a code, or recorded earlier; it stands beside it, ticked or not."""

    kind: str
    """The sort of note, which is also the beginning of its id on the page."""
    source: str
    text: str = ""
    takes_reply: bool = False
    """Whether the page has a box for the reply to it, with the other comments of the decision."""


FAMILY = "family"
"""The kind of a note of what is recorded for brothers and sisters."""

OF_THE_FAMILY = "Recorded for a brother or sister: "

WHO_IS_IT = "Is that person somebody other than this child?"

Notes = Mapping[str, tuple[Note, ...]]
"""The notes by code."""
NO_NOTES: Notes = MappingProxyType({})


def notes_by_code(
    edition: Edition, earlier: Iterable[EarlierSelection], feedback: ReviewFeedback | None
) -> Notes:
    """Return the notes beside the codes, none of which selects its code.

    What a manager pinned to codes, what was recorded earlier for the child, and what is recorded
    about the parents or the household for brothers and sisters: never what is about them alone.
    Another person in the household of a sister may be the child himself, so that is asked.
    """
    notes = pinned_notes(feedback, take_replies=True)
    siblings: dict[str, list[str]] = {}
    for selection in earlier:
        on = date_format(selection.day, "j F Y")
        if selection.is_same_child:
            for code in selection.codes:
                notes[code] = (*notes.get(code, ()), Note("before", f"Recorded on {on}"))
        else:
            for code in codes_shared_by_siblings(edition).intersection(selection.codes):
                agreed = "" if selection.is_agreed else " (submitted, not yet agreed)"
                siblings.setdefault(code, []).append(f"{selection.la_child_id} on {on}{agreed}")
    household = edition.domains[-1].id
    for code, sources in siblings.items():
        source = f"{OF_THE_FAMILY}{', '.join(sources)}"
        question = WHO_IS_IT if edition.codes[code].domain == household else ""
        notes[code] = (*notes.get(code, ()), Note(FAMILY, source, question))
    return notes


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that is recorded for brothers and sisters, which may be selected by itself."""

    code: str
    sources: str
    """For whom it is recorded, and when."""
    question: str
    """What selecting it answers; empty for one about the parents, whom they share."""


def offers(notes: Notes) -> list[Offer]:
    """Return what the notes of brothers and sisters offer."""
    return [
        Offer(code, note.source.removeprefix(OF_THE_FAMILY), note.text)
        for code in notes
        for note in notes[code]
        if note.kind == FAMILY
    ]


def pinned_notes(
    feedback: ReviewFeedback | None, *, take_replies: bool
) -> dict[str, tuple[Note, ...]]:
    """Return the manager's comments on single codes, which need not be selected."""
    if feedback is None:
        return {}
    source = f"{feedback.review.decided_by.name}:"
    return {
        code: (Note("comment", source, text, take_replies),)
        for code, text in feedback.pinned.items()
    }


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
