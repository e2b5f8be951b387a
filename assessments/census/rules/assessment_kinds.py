"""Kinds that judge an assessment with its child and its episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from assessments.catalogue.working_days import working_days_after
from assessments.census.message import Assessment, Child, Episode
from assessments.census.rules.kinds import (
    STILL_OPEN,
    WRONG,
    Check,
    Context,
    Kind,
    Raised,
    Settings,
    shown,
)


def starts_before_referral(settings: Settings, context: Context) -> Check:
    """The assessment starts before the referral."""

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        start, referral = assessment.start_date, episode.referral_date
        return WRONG if start is not None and referral is not None and start < referral else None

    return check


def open_from_another_year(settings: Settings, context: Context) -> Check:
    """It is open, and did not start in the census year."""
    first, last = context.year.first_day, context.year.reference_date

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        start = assessment.start_date
        if start is None or first <= start <= last:
            return None
        return STILL_OPEN if start < first else WRONG

    return check


def open_too_long(settings: Settings, context: Context) -> Check:
    """It is open, and started more working days ago than it may take, counted from its start.

    The message names the year: why it is open in one explains nothing of the next.
    """
    most, last, day = settings["working_days"], context.year.reference_date, context.day
    wrong = Raised({"year": last.year})
    still_open = replace(wrong, if_still_open=True)

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        start = assessment.start_date
        if start is None or start > last or _days(start, last) <= most:
            return None
        return wrong if start <= day and _days(start, day) > most else still_open

    return check


def _days(start: date, end: date) -> int:
    # No calendar reaches back to a slip such as the year 0205, nor is one needed.
    if (end - start).days > 366:
        return (end - start).days
    return working_days_after(start, end)


def assessments_overlap(settings: Settings, context: Context) -> Check:
    """It starts while another of the episode goes on, the first and the last day included."""
    last = context.year.reference_date

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        start = assessment.start_date
        if start is None:
            return None
        found, passed = None, False
        for each in episode.assessments:
            if each is assessment:
                passed = True
                continue
            if each.start_date is None or each.start_date > start:
                continue
            if each.start_date == start and passed:
                continue  # said of the later one of two that start on the same day
            if each.authorisation_date is not None and start <= each.authorisation_date:
                return WRONG
            if each.is_open and start <= last:
                found = STILL_OPEN
        return found

    return check


def another_is_open(settings: Settings, context: Context) -> Check:
    """Another of the episode is open too. Raised for every one after the first."""

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        if not assessment.is_open:
            return None
        first = next(each for each in episode.assessments if each.is_open)
        return None if first is assessment else STILL_OPEN

    return check


def open_though_closed(settings: Settings, context: Context) -> Check:
    """It is open, and its episode is closed."""

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        return None if episode.closure_date is None else STILL_OPEN

    return check


def after_closure(settings: Settings, context: Context) -> Check:
    """It starts, or is authorised, after its episode was closed."""

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        closure = episode.closure_date
        if closure is None:
            return None
        for day in (assessment.start_date, assessment.authorisation_date):
            if day is not None and day > closure:
                return WRONG
        return None

    return check


def no_need_found_and_not_closed_so(settings: Settings, context: Context) -> Check:
    """The only assessment found nothing, and the episode was not closed for a reason that fits."""
    codes, reasons = frozenset(settings["codes"]), frozenset(settings["reasons"])

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        if codes.isdisjoint(assessment.factors) or len(episode.assessments) != 1:
            return None
        if episode.reason_for_closure in reasons:
            return None
        return STILL_OPEN if episode.is_open else WRONG

    return check


def completed_without_factors(settings: Settings, context: Context) -> Check:
    """It was authorised in the census year and has no factor."""
    first, last = context.year.first_day, context.year.reference_date

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        if assessment.factors or assessment.authorisation_date is None:
            return None
        return WRONG if first <= assessment.authorisation_date <= last else None

    return check


def completed_with_unknown_factors(settings: Settings, context: Context) -> Check:
    """It was authorised in the census year and has a code that the year does not know."""
    first, last = context.year.first_day, context.year.reference_date
    codes = context.year.factors

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        if codes.issuperset(assessment.factors) or assessment.authorisation_date is None:
            return None
        if not first <= assessment.authorisation_date <= last:
            return None
        strange = [
            shown(each) or "an empty one" for each in assessment.factors if each not in codes
        ]
        return Raised(MappingProxyType({"value": ", ".join(dict.fromkeys(strange))}))

    return check


def disabled_and_none_of(settings: Settings, context: Context) -> Check:
    """The child is disabled, and an assessment of the year has none of the codes about that."""
    first, last = context.year.first_day, context.year.reference_date
    codes, none = frozenset(settings["codes"]), frozenset(settings["not_disabled"])

    def check(child: Child, episode: Episode, assessment: Assessment) -> Raised | None:
        if none.issuperset(child.disabilities) or assessment.authorisation_date is None:
            return None
        in_year = first <= assessment.authorisation_date <= last
        return WRONG if in_year and codes.isdisjoint(assessment.factors) else None

    return check


ASSESSMENT_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            starts_before_referral,
            open_from_another_year,
            open_too_long,
            assessments_overlap,
            another_is_open,
            open_though_closed,
            after_closure,
            no_need_found_and_not_closed_so,
            completed_without_factors,
            completed_with_unknown_factors,
            disabled_and_none_of,
        )
    }
)
