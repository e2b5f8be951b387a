"""Two versions of a record beside each other."""

from __future__ import annotations

from dataclasses import dataclass

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
        ("Started", _day(earlier), _day(later)),
        ("Guide", old.title, new.title),
    )
    return VersionComparison(
        earlier,
        later,
        codes=compare(old, earlier.codes, new, later.codes),
        facts=tuple(fact for fact in facts if fact[1] or fact[2]),
    )


def _day(version: Version) -> str:
    return date_format(version.start_date, "j F Y")
