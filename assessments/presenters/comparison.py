"""What differs between two selections: the one comparison that every page draws from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.models import Version
from assessments.presenters.selection import SelectedCode, named


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of an earlier selection's codes in a later one, in the guide's order."""

    added: tuple[SelectedCode, ...]
    removed: tuple[SelectedCode, ...]
    """By the names that they had under the edition of the earlier selection."""
    kept: tuple[SelectedCode, ...]

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.removed)


def compare(
    earlier_edition: Edition, earlier: Collection[str], edition: Edition, codes: Collection[str]
) -> Comparison:
    """Compare two selections, each with the edition that it was recorded under."""
    before, now = frozenset(earlier), frozenset(codes)
    return Comparison(
        added=named(edition, now - before),
        removed=named(earlier_edition, before - now),
        kept=named(edition, now & before),
    )


def compare_with_version(earlier: Version, edition: Edition, codes: Collection[str]) -> Comparison:
    """Compare a submitted or authorised version with another selection."""
    return compare(loader.edition(earlier.edition), earlier.codes, edition, codes)
