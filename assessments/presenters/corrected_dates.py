"""What a manager's correction of the dates changed, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from assessments.models import Review, Version


@dataclass(frozen=True, slots=True)
class CorrectedFrom:
    """The dates that the present ones were corrected from; None where one never was."""

    start_date: date | None = None
    end_date: date | None = None


def corrected_from(reviews: Iterable[Review], versions: Iterable[Version]) -> CorrectedFrom:
    """Return what start and end were corrected from last; both in the order latest first."""
    by_number = {version.number: version for version in versions}
    start_date = end_date = None
    for review in reviews:
        if review.decision == Review.Decision.DATES_CORRECTED:
            before, made = by_number[review.version.number - 1], review.version
            if start_date is None and before.start_date != made.start_date:
                start_date = before.start_date
            if end_date is None and before.end_date != made.end_date:
                end_date = before.end_date
    return CorrectedFrom(start_date, end_date)


def dates_in_words(before: Version | None, made: Version) -> tuple[str, ...]:
    """Return for example "Ended 8 May 2025, corrected from 12 May 2025"."""
    if before is None:
        return ()
    dates = (
        ("Started", before.start_date, made.start_date),
        ("Ended", before.end_date, made.end_date),
    )
    return tuple(
        f"{what} {_day(now)}, corrected from {_day(then)}"
        for what, then, now in dates
        if then != now and then is not None and now is not None
    )


def _day(day: date) -> str:
    return date_format(day, "j F Y")
