"""Kinds that judge a child as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from operator import attrgetter
from types import MappingProxyType

from assessments.census.message import Child
from assessments.census.rules.kinds import WRONG, Check, Context, Kind, Raised, Settings

LENGTH_OF_UPN = 13
UPN_CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""By the remainder of the weighted sum, 0 to 22; I, O and S are left out."""


def upn_check_letter(settings: Settings, context: Context) -> Check:
    """The first letter is not the one that the twelve digits ask for; where they are digits."""

    def check(child: Child) -> Raised | None:
        upn = child.upn or ""
        digits = upn[1:]
        if len(upn) != LENGTH_OF_UPN or not (digits.isascii() and digits.isdigit()):
            return None
        total = sum(int(digit) * weight for weight, digit in enumerate(digits, start=2))
        return WRONG if upn[0] != UPN_CHECK_LETTERS[total % len(UPN_CHECK_LETTERS)] else None

    return check


def upn_authority(settings: Settings, context: Context) -> Check:
    """Characters 2 to 4 are no authority's number; a UPN of another length is not judged."""
    known = frozenset(
        f"{number:03}"
        for first, last in settings["authorities"]
        for number in range(first, last + 1)
    )

    def check(child: Child) -> Raised | None:
        upn = child.upn or ""
        return WRONG if len(upn) == LENGTH_OF_UPN and upn[1:4] not in known else None

    return check


def upn_digits(settings: Settings, context: Context) -> Check:
    """Characters 5 to 12 are not all digits, or the UPN has not thirteen characters."""

    def check(child: Child) -> Raised | None:
        upn = child.upn or ""
        digits = upn[4:12]
        right = len(upn) == LENGTH_OF_UPN and digits.isascii() and digits.isdigit()
        return None if right else WRONG

    return check


def upn_last_character(settings: Settings, context: Context) -> Check:
    """Character 13 is neither a digit nor one of the letters in use."""
    allowed = frozenset("0123456789" + UPN_CHECK_LETTERS)

    def check(child: Child) -> Raised | None:
        upn = child.upn or ""
        return WRONG if len(upn) == LENGTH_OF_UPN and upn[-1] not in allowed else None

    return check


def former_upn_format(settings: Settings, context: Context) -> Check:
    """The former UPN is not a letter, eleven digits and a digit or letter."""

    def check(child: Child) -> Raised | None:
        upn = child.former_upn or ""
        right = (
            len(upn) == LENGTH_OF_UPN
            and upn.isascii()
            and upn[0].isalpha()
            and upn[1:12].isdigit()
            and upn[-1].isalnum()
        )
        return None if right else WRONG

    return check


def no_upn_at_school_age(settings: Settings, context: Context) -> Check:
    """Neither a UPN nor a reason that holds at that age, and some referral led to action."""
    born_by = _anniversary(
        context.year.reference_date.year - settings["years"], settings["born_by"]
    )
    reasons = frozenset(settings["reasons"])

    def check(child: Child) -> Raised | None:
        if child.upn is not None or child.upn_unknown in reasons:
            return None
        if child.birth_date is None or child.birth_date > born_by:
            return None
        action = any(episode.no_further_action is False for episode in child.episodes)
        return WRONG if action else None

    return check


def reason_is_contradicted(settings: Settings, context: Context) -> Check:
    """The reason says that no referral led to further action, and one did."""
    reason = settings["reason"]

    def check(child: Child) -> Raised | None:
        if child.upn_unknown != reason:
            return None
        action = any(episode.no_further_action is False for episode in child.episodes)
        return WRONG if action else None

    return check


def older_than(settings: Settings, context: Context) -> Check:
    """The child was that old by 31 March, and was not closed by that birthday."""
    years, last = settings["years"], context.year.reference_date
    born_before = _anniversary(last.year - years, f"{last:%m-%d}")

    def check(child: Child) -> Raised | None:
        birth = child.birth_date
        if birth is None or birth >= born_before:
            return None
        birthday = _anniversary(birth.year + years, f"{birth:%m-%d}")
        closed = child.episodes and all(
            each.closure_date is not None and each.closure_date <= birthday
            for each in child.episodes
        )
        return None if closed else WRONG

    return check


def outside_months(settings: Settings, context: Context) -> Check:
    """A date is outside a part of the calendar year in which the census ends."""
    value, ends = attrgetter(settings["field"]), context.year.reference_date.year
    first, last = _anniversary(ends, settings["first"]), _anniversary(ends, settings["last"])
    return lambda child: None if first <= value(child) <= last else WRONG


def _anniversary(year: int, month_and_day: str) -> date:
    try:
        return date.fromisoformat(f"{year:04}-{month_and_day}")
    except ValueError:  # 29 February
        return date(year, 3, 1)


CHILD_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            upn_check_letter,
            upn_authority,
            upn_digits,
            upn_last_character,
            former_upn_format,
            no_upn_at_school_age,
            reason_is_contradicted,
            older_than,
            outside_months,
        )
    }
)
