"""What differs between two selections: the one comparison that every page renders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.models import Version
from assessments.presenters.selection import SelectedCode, named_codes


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between an earlier selection and a later one, in the guide's order."""

    added: tuple[SelectedCode, ...]
    removed: tuple[SelectedCode, ...]
    """Named as under the edition of the earlier selection."""
    kept: tuple[SelectedCode, ...]

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.removed)


def compare(
    earlier_edition: Edition, earlier: Collection[str], edition: Edition, codes: Collection[str]
) -> Comparison:
    """Return what differs between two selections, each with the edition it was recorded under."""
    before, now = frozenset(earlier), frozenset(codes)
    return Comparison(
        added=named_codes(edition, now - before),
        removed=named_codes(earlier_edition, before - now),
        kept=named_codes(edition, now & before),
    )


def compare_with_version(earlier: Version, edition: Edition, codes: Collection[str]) -> Comparison:
    """Return the difference between a submitted or authorised version and another selection."""
    return compare(loader.edition(earlier.edition), earlier.codes, edition, codes)
