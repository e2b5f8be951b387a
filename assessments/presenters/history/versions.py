"""Two versions of a record beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from assessments.catalogue import loader
from assessments.models import Version
from assessments.presenters.comparison import Comparison, compare


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """Two versions of a record beside each other."""

    earlier: Version
    later: Version
    codes: Comparison
    facts: tuple[tuple[str, str, str], ...]
    """What else a version says, in each of the two: name, earlier, later."""


def compare_versions(earlier: Version, later: Version) -> VersionComparison:
    """Compare the codes and the facts of two versions."""
    old, new = loader.edition(earlier.edition), loader.edition(later.edition)
    facts = (
        ("Outcome", earlier.get_outcome_display(), later.get_outcome_display()),
        ("Description", earlier.other_description, later.other_description),
        ("Started", _day(earlier.start_date), _day(later.start_date)),
        ("Ended", _day(earlier.end_date), _day(later.end_date)),
        ("Guide", old.title, new.title),
    )
    return VersionComparison(
        earlier,
        later,
        codes=compare(old, earlier.codes, new, later.codes),
        facts=tuple(fact for fact in facts if fact[1] or fact[2]),
    )


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""
