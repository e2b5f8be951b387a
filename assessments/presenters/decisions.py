"""Managers' decisions as pages show them: comments, who decided when, what a correction changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessments.catalogue import loader
from assessments.catalogue.code_names import in_a_sentence
from assessments.catalogue.types import Edition
from assessments.models import Review, Version
from assessments.presenters.comments import Comment, comments_of
from assessments.presenters.corrected_dates import dates_in_words
from assessments.presenters.selection import SelectedCode, named_codes


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """One decision, with both selections where it is a correction."""

    review: Review
    comments: tuple[Comment, ...]
    before: tuple[SelectedCode, ...] = ()
    after: tuple[SelectedCode, ...] = ()
    summary: str = ""
    """What a correction changed, in a few words."""
    dates: tuple[str, ...] = ()
    """What a correction of the dates changed, a line for each."""

    @property
    def is_correction(self) -> bool:
        return self.review.decision == Review.Decision.CORRECTED

    @property
    def is_unread(self) -> bool:
        return self.is_correction and not hasattr(self.review, "read")


def decisions(reviews: Iterable[Review], versions: Iterable[Version]) -> list[DecisionSummary]:
    """The decisions of one assessment in the order given; `versions` are all that it has."""
    by_number = {version.number: version for version in versions}
    return [_decision(review, by_number) for review in reviews]


def _decision(review: Review, versions: Mapping[int, Version]) -> DecisionSummary:
    edition = loader.edition(review.version.edition)
    comments = comments_of(review, edition)
    if review.decision == Review.Decision.DATES_CORRECTED:
        earlier = versions.get(review.version.number - 1)
        return DecisionSummary(review, comments, dates=dates_in_words(earlier, review.version))
    if review.decision != Review.Decision.CORRECTED:
        return DecisionSummary(review, comments)
    before, after = versions[review.version.number - 1], review.version
    return DecisionSummary(
        review,
        comments,
        before=named_codes(loader.edition(before.edition), before.codes),
        after=named_codes(edition, after.codes),
        summary=correction_in_words(edition, before.codes, after.codes),
    )


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
