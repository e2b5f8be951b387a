"""Kinds that judge an episode with its child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from assessments.catalogue.working_days import is_working_day
from assessments.census.message import Child, Episode, has_fault
from assessments.census.rules.kinds import (
    STILL_OPEN,
    WRONG,
    Check,
    Context,
    Kind,
    Raised,
    Settings,
)


def referred_after_death(settings: Settings, context: Context) -> Check:
    """The child was referred after the date of death."""

    def check(child: Child, episode: Episode) -> Raised | None:
        death, referral = child.death_date, episode.referral_date
        return WRONG if death is not None and referral is not None and referral > death else None

    return check


def died_without_a_date(settings: Settings, context: Context) -> Check:
    """The episode was closed because the child died, and no date of death is there."""
    reasons = frozenset(settings["reasons"])

    def check(child: Child, episode: Episode) -> Raised | None:
        if episode.reason_for_closure not in reasons or child.death_date is not None:
            return None
        return None if has_fault(child, "PersonDeathDate") else WRONG

    return check


def referred_long_before_birth(settings: Settings, context: Context) -> Check:
    """The referral is more days before the birth, or the expected birth, than a pregnancy has."""
    longest = timedelta(days=settings["days"])

    def check(child: Child, episode: Episode) -> Raised | None:
        referral = episode.referral_date
        if referral is None:
            return None
        for birth in (child.birth_date, child.expected_birth_date):
            if birth is not None and birth - referral > longest:
                return WRONG
        return None

    return check


def no_further_action_of_an_earlier_year(settings: Settings, context: Context) -> Check:
    """A referral with no further action before the working day before the census year."""
    earliest = context.year.first_day - timedelta(days=1)
    while not is_working_day(earliest):
        earliest -= timedelta(days=1)

    def check(child: Child, episode: Episode) -> Raised | None:
        referral = episode.referral_date
        return WRONG if referral is not None and referral < earliest else None

    return check


def need_missing(settings: Settings, context: Context) -> Check:
    """The primary need is missing, and the referral led to further action."""

    def check(child: Child, episode: Episode) -> Raised | None:
        if episode.primary_need is None and episode.no_further_action is False:
            return None if has_fault(episode, "PrimaryNeedCode") else WRONG
        return None

    return check


def another_is_open(settings: Settings, context: Context) -> Check:
    """An earlier episode in the record is open too. Raised for every one after the first."""

    def check(child: Child, episode: Episode) -> Raised | None:
        if not episode.is_open_need:
            return None
        first = next(each for each in child.episodes if each.is_open_need)
        return None if first is episode else STILL_OPEN

    return check


def open_and_not_the_latest(settings: Settings, context: Context) -> Check:
    """An open episode is not the one that was referred last."""

    def check(child: Child, episode: Episode) -> Raised | None:
        referral = episode.referral_date
        if referral is None or not episode.is_open_need:
            return None
        for each in child.episodes:
            if each.referral_date is not None and each.referral_date > referral:
                return STILL_OPEN
        return None

    return check


def episodes_overlap(settings: Settings, context: Context) -> Check:
    """The referral falls into another episode; one may begin on the day when another ends."""
    last = context.year.reference_date

    def check(child: Child, episode: Episode) -> Raised | None:
        referral = episode.referral_date
        if referral is None:
            return None
        found, passed = None, False
        for each in child.episodes:
            if each is episode:
                passed = True
                continue
            if each.referral_date is None or each.referral_date > referral:
                continue
            if each.referral_date == referral and passed:
                continue  # said of the later one of two on the same day
            if each.closure_date is not None and referral < each.closure_date:
                return WRONG
            if each.is_open_need and referral <= last:
                found = STILL_OPEN
        return found

    return check


def activity_though_closed_after_assessment(settings: Settings, context: Context) -> Check:
    """A plan, a section 47 enquiry or a conference, though closed after assessment."""
    reasons, modules = frozenset(settings["reasons"]), frozenset(settings["modules"])

    def check(child: Child, episode: Episode) -> Raised | None:
        if episode.reason_for_closure not in reasons:
            return None
        found = episode.initial_conference_date is not None
        return WRONG if found or any(m.name in modules for m in episode.modules) else None

    return check


def module_without_assessment(settings: Settings, context: Context) -> Check:
    """A module is there that follows from an assessment, and no assessment."""
    modules = frozenset(settings["modules"])

    def check(child: Child, episode: Episode) -> Raised | None:
        if episode.assessments:
            return None
        return WRONG if any(each.name in modules for each in episode.modules) else None

    return check


def closed_after_assessment_without_one(settings: Settings, context: Context) -> Check:
    """The reason for closure says that there was an assessment, and there is none."""
    reasons = frozenset(settings["reasons"])

    def check(child: Child, episode: Episode) -> Raised | None:
        if episode.assessments or episode.reason_for_closure not in reasons:
            return None
        return WRONG

    return check


def activity_after_closure(settings: Settings, context: Context) -> Check:
    """A module, or a conference, has a date after the episode was closed."""
    elements = frozenset(settings["elements"])

    def check(child: Child, episode: Episode) -> Raised | None:
        closure, conference = episode.closure_date, episode.initial_conference_date
        if closure is None:
            return None
        if conference is not None and conference > closure:
            return WRONG
        for module in episode.modules:
            for element, text in module.values.items():
                if element in elements and _is_after(text, closure):
                    return WRONG
        return None

    return check


def _is_after(text: str, day: date) -> bool:
    try:
        return date.fromisoformat(text.strip()) > day
    except ValueError:
        return False


EPISODE_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            referred_after_death,
            died_without_a_date,
            referred_long_before_birth,
            no_further_action_of_an_earlier_year,
            need_missing,
            another_is_open,
            open_and_not_the_latest,
            episodes_overlap,
            activity_though_closed_after_assessment,
            module_without_assessment,
            closed_after_assessment_without_one,
            activity_after_closure,
        )
    }
)
