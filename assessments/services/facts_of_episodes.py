"""What the dates of a referral and an assessment cannot be, and what they hardly are, as `facts`.

Pure: the day is passed in. What cannot be is refused; what is hardly right is asked once ("Is this
right?") and then believed. The figures are ours where no census rule is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assessments.catalogue.working_days import working_days_after
from assessments.models import Assessment, Child, Episode
from assessments.services.facts import LONGEST_BEFORE_BIRTH, in_words, referral_is_too_early

LONGEST_UNTIL_START = 10
"""Working days from the referral to the start of the first assessment."""

# What cannot be: each returns a message, or "" where nothing is wrong.


def referral_refused(referral_date: date, child: Child, today: date) -> str:
    """Say why the child was not referred on that day."""
    birth = child.birth_date or child.expected_birth_date
    if referral_date > today:
        return "Referral date must be today or in the past"
    if birth and referral_is_too_early(referral_date, child.birth_date, child.expected_birth_date):
        of = "date of birth" if child.birth_date else "expected date of birth"
        earliest = birth - LONGEST_BEFORE_BIRTH
        return (
            f"Referral date must be on or after {in_words(earliest)}, 40 weeks before the {of} "
            "(census rule 8606)"
        )
    return ""


def overlap_refused(
    referral_date: date, closure_date: date | None, others: Iterable[Episode]
) -> str:
    """Say which of the child's other episodes overlaps (census rules 8815, 8816 and 8820).

    One may begin on the day on which another was closed. A referral that ended in no further
    action takes no time.
    """
    for other in others:
        if (
            not other.no_further_action
            and other.referral_date < (closure_date or date.max)
            and referral_date < (other.closure_date or date.max)
        ):
            until = in_words(other.closure_date) if other.closure_date else "now"
            return (
                f"The child has another episode, from {in_words(other.referral_date)} until "
                f"{until}. Episodes of a child must not overlap (census rule 8820)"
            )
    return ""


def closure_refused(
    closure_date: date, referral_date: date, assessments: Iterable[Assessment], today: date
) -> str:
    """Say why an episode with these assessments, of those that are counted, was not closed then."""
    if closure_date > today:
        return "Closure date must be today or in the past"
    if closure_date < referral_date:
        return (
            f"Closure date must be on or after the referral date, {in_words(referral_date)} "
            "(census rule 8630)"
        )
    for each in assessments:
        if not each.is_completed:
            return (
                "This episode has an assessment that is not completed. Finish or cancel that one "
                "first (census rule 8867)"
            )
        if each.end_date and closure_date < each.end_date:
            return (
                "Closure date must be on or after the day an assessment of the episode ended, "
                f"{in_words(each.end_date)} (census rule 8565)"
            )
    return ""


def start_refused(
    start_date: date,
    episode: Episode,
    today: date,
    *,
    internal_review_date: date | None = None,
) -> str:
    """Say why an assessment in the episode did not start on that day."""
    message = ""
    if start_date > today:
        message = "Start date must be today or in the past"
    elif start_date < episode.referral_date:
        message = (
            "Start date must be on or after the referral date, "
            f"{in_words(episode.referral_date)} (census rule 1103)"
        )
    elif episode.closure_date is not None and start_date > episode.closure_date:
        message = (
            "Start date must be on or before the day the episode was closed, "
            f"{in_words(episode.closure_date)} (census rule 8565)"
        )
    elif internal_review_date is not None and start_date > internal_review_date:
        message = (
            f"Start date must be on or before the internal review, {in_words(internal_review_date)}"
        )
    return message


# What is hardly right: each returns a message by field, empty where nothing is to be asked.


def improbable_referral(referral_date: date, today: date) -> dict[str, str]:
    """Ask about a referral of more than a year ago."""
    a_year_ago = (today.year - 1, today.month, today.day)
    if (referral_date.year, referral_date.month, referral_date.day) >= a_year_ago:
        return {}
    words = f"The referral, {in_words(referral_date)}, was more than a year ago"
    return {"referral_date": words}


def improbable_wait(start_date: date, referral_date: date) -> dict[str, str]:
    """Ask about the first assessment of an episode that starts long after the referral."""
    days = working_days_after(referral_date, start_date)
    if days <= LONGEST_UNTIL_START:
        return {}
    return {"start_date": f"The start is {days} working days after the referral"}


def improbable_overlap(
    start_date: date, end_date: date | None, others: Iterable[Assessment]
) -> dict[str, str]:
    """Ask about other assessments of the episode at the same time (census query 8863).

    One may start on the day on which another ended.
    """
    spans = [
        f"{in_words(other.start_date)} to {in_words(other.end_date)}"
        for other in others
        if other.end_date is not None
        and other.start_date < (end_date or date.max)
        and start_date < other.end_date
    ]
    if not spans:
        return {}
    return {
        "overlap": "It overlaps with another assessment in the same episode, from "
        + ", and from ".join(spans)
    }
