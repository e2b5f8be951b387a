"""The timeline of the review page: what was submitted and decided, from versions and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assessments.catalogue import loader
from assessments.models import Assessment, Review, Version
from assessments.presenters.comments import Comment, comments_of
from assessments.presenters.corrected_dates import dates_in_words
from assessments.presenters.history.words import DecisionWords, SubmissionWords


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to the record."""

    at: datetime
    title: str
    who: str
    lines: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()


def timeline(
    assessment: Assessment, versions: Sequence[Version], reviews: Sequence[Review]
) -> list[TimelineEntry]:
    """What was submitted and decided, the latest first; `versions` are all, the latest first."""
    earlier = dict(zip(versions, [*versions[1:], None], strict=False))
    entries = [_decision(review, earlier.get(review.version)) for review in reviews]
    entries += [
        _submission(version, earlier[version])
        for version in versions
        if version.corrected_by_id is None
    ]
    entries.append(TimelineEntry(assessment.started_at, "Started", ""))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _submission(version: Version, earlier: Version | None) -> TimelineEntry:
    words = SubmissionWords.of_version(version)
    before = SubmissionWords.of_version(earlier) if earlier else None
    return TimelineEntry(
        version.submitted_at,
        words.title(before),
        version.submitted_by.name,
        words.changes_since(before),
    )


def _decision(review: Review, earlier: Version | None) -> TimelineEntry:
    words = DecisionWords.of_review(review)
    lines = [words.reason] if words.reason else []
    if review.decision == Review.Decision.CORRECTED:
        before = SubmissionWords.of_version(earlier) if earlier else None
        lines += SubmissionWords.of_version(review.version).changes_since(before)
    elif review.decision == Review.Decision.DATES_CORRECTED:
        lines += dates_in_words(earlier, review.version)
    return TimelineEntry(
        review.decided_at,
        words.title,
        review.decided_by.name,
        tuple(lines),
        comments_of(review, loader.edition(review.version.edition)),
    )
