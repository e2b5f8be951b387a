"""What was said or recorded of single codes before, as it stands beside them on the factor page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.formats import date_format

from assessments.catalogue.types import Edition
from assessments.layout import Note
from assessments.models import Review
from assessments.queries import Earlier
from assessments.selecting import shared_by_a_family

Notes = Mapping[str, tuple[Note, ...]]
"""By code."""


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
