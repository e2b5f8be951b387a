"""What pages say of managers' decisions: the words, and what a correction changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessments import evaluation
from assessments.catalogue import loader
from assessments.catalogue.code_names import in_a_sentence
from assessments.catalogue.types import Edition, code_order
from assessments.models import Assessment, Review, Version
from assessments.presenters.selection import SelectedCode, named


@dataclass(frozen=True, slots=True)
class PinnedTo:
    """A comment on one code."""

    selected: SelectedCode
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with both selections where it is a correction."""

    review: Review
    pinned: tuple[PinnedTo, ...]
    before: tuple[SelectedCode, ...] = ()
    after: tuple[SelectedCode, ...] = ()
    told: str = ""
    """A correction in a few words: what it changed."""

    @property
    def is_correction(self) -> bool:
        return self.review.decision == Review.Decision.CORRECTED

    @property
    def is_unread(self) -> bool:
        return self.is_correction and not hasattr(self.review, "read")


def decisions(reviews: Iterable[Review], versions: Iterable[Version]) -> list[Decision]:
    """The decisions of one assessment in the order given; `versions` are all that it has."""
    by_number = {version.number: version for version in versions}
    return [_decision(review, by_number) for review in reviews]


def _decision(review: Review, versions: Mapping[int, Version]) -> Decision:
    edition = loader.edition(review.version.edition)
    pinned = tuple(
        PinnedTo(named(edition, [comment.code])[0], comment.text)
        for comment in sorted(review.pinned.all(), key=lambda comment: code_order(comment.code))
    )
    if review.decision != Review.Decision.CORRECTED:
        return Decision(review, pinned)
    before, after = versions[review.version.number - 1], review.version
    return Decision(
        review,
        pinned,
        before=named(loader.edition(before.edition), before.codes),
        after=named(edition, after.codes),
        told=correction_in_words(edition, before.codes, after.codes),
    )


def missed_codes(assessment: Assessment, pinned: Mapping[str, str]) -> tuple[PinnedTo, ...]:
    """The comments on codes that are not selected, as where a manager misses a factor."""
    edition = evaluation.edition_of(assessment)
    missed = named(edition, pinned.keys() - set(assessment.codes))
    return tuple(PinnedTo(each, pinned[each.code]) for each in missed)


def correction_in_words(edition: Edition, before: Iterable[str], after: Iterable[str]) -> str:
    """What a correction did: "corrected A to B", "added B", "removed A"; to be followed by "in"."""
    old, new = frozenset(before), frozenset(after)
    removed, added = in_a_sentence(edition, old - new), in_a_sentence(edition, new - old)
    if removed and added:
        return f"corrected {removed} to {added}"
    if added:
        return f"added {added}"
    if removed:
        return f"removed {removed}"
    return "corrected the description of the other factor"
