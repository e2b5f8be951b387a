"""Kinds that judge the fields of one part alone: of a child, an episode or an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from assessments.census.message import has_fault
from assessments.census.rules.kinds import WRONG, Check, Context, Kind, Raised, Settings, shown


def missing(settings: Settings, context: Context) -> Check:
    """A field has no value."""
    value = attrgetter(settings["field"])

    def check(part: Any) -> Raised | None:
        found = value(part)
        return WRONG if found is None or found == () else None

    return check


def holds(settings: Settings, context: Context) -> Check:
    """A field has a value that must not be there."""
    value = attrgetter(settings["field"])
    return lambda part: WRONG if value(part) else None


def differs(settings: Settings, context: Context) -> Check:
    """A field has another value than the one that it must have."""
    value, only = attrgetter(settings["field"]), settings["value"]
    return lambda part: WRONG if value(part) not in (None, only) else None


def not_exactly_one(settings: Settings, context: Context) -> Check:
    """Of several elements none is there, or more than one."""
    fields: Mapping[str, str] = settings["fields"]
    both = attrgetter(*fields.values())

    def check(part: Any) -> Raised | None:
        values = both(part)
        if len(values) - values.count(None) == 1 and not part.faults:
            return None
        there = [
            value is not None or has_fault(part, element)
            for element, value in zip(fields, values, strict=True)
        ]
        return None if sum(there) == 1 else WRONG

    return check


def outside_set(settings: Settings, context: Context) -> Check:
    """A value is not in the year's code set; `required` says that it must be there."""
    value, codes = attrgetter(settings["field"]), context.year.sets[settings["set"]]
    required = settings.get("required", False)

    def check(part: Any) -> Raised | None:
        found = value(part)
        if found in codes or (found is None and not required):
            return None
        return Raised(MappingProxyType({"value": shown(found) if found else "missing"}))

    return check


def any_outside_set(settings: Settings, context: Context) -> Check:
    """One of several values is not in the year's code set."""
    values, codes = attrgetter(settings["field"]), context.year.sets[settings["set"]]

    def check(part: Any) -> Raised | None:
        if codes.issuperset(found := values(part)):
            return None
        strange = dict.fromkeys(
            shown(each) or "an empty one" for each in found if each not in codes
        )
        return Raised(MappingProxyType({"value": ", ".join(strange)}))

    return check


def stands_alone(settings: Settings, context: Context) -> Check:
    """A code that excludes every other stands beside another."""
    values, codes = attrgetter(settings["field"]), frozenset(settings["codes"])

    def check(part: Any) -> Raised | None:
        found = values(part)
        if len(found) < 2 or codes.isdisjoint(found) or len(set(found)) < 2:
            return None
        return WRONG

    return check


def repeated(settings: Settings, context: Context) -> Check:
    """The same code stands twice."""
    values = attrgetter(settings["field"])

    def check(part: Any) -> Raised | None:
        found = values(part)
        if len(found) == len(set(found)):
            return None
        twice = dict.fromkeys(shown(each) for each in found if found.count(each) > 1)
        return Raised(MappingProxyType({"value": ", ".join(twice)}))

    return check


def code_used(settings: Settings, context: Context) -> Check:
    """A code stands there that is used no more."""
    values, codes = attrgetter(settings["field"]), frozenset(settings["codes"])
    return lambda part: None if codes.isdisjoint(values(part)) else WRONG


def longer_than(settings: Settings, context: Context) -> Check:
    """A text has more characters than it may."""
    value, length = attrgetter(settings["field"]), settings["length"]
    return lambda part: WRONG if len(value(part)) > length else None


def not_alphanumeric(settings: Settings, context: Context) -> Check:
    """A text holds more than the letters A to Z and digits."""
    value = attrgetter(settings["field"])

    def check(part: Any) -> Raised | None:
        text = value(part)
        return None if text.isalnum() and text.isascii() else WRONG

    return check


def after_the_year(settings: Settings, context: Context) -> Check:
    """A date is after 31 March of the census year."""
    value, last = attrgetter(settings["field"]), context.year.reference_date
    return lambda part: WRONG if value(part) > last else None


def outside_the_year(settings: Settings, context: Context) -> Check:
    """A date is outside the census year."""
    value = attrgetter(settings["field"])
    first, last = context.year.first_day, context.year.reference_date
    return lambda part: None if first <= value(part) <= last else WRONG


def earlier(settings: Settings, context: Context) -> Check:
    """A date is before another that it must not precede."""
    value, than = attrgetter(settings["field"]), attrgetter(settings["than"])

    def check(part: Any) -> Raised | None:
        other = than(part)
        return WRONG if other is not None and value(part) < other else None

    return check


FIELD_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            missing,
            holds,
            differs,
            not_exactly_one,
            outside_set,
            any_outside_set,
            stands_alone,
            repeated,
            code_used,
            longer_than,
            not_alphanumeric,
            after_the_year,
            outside_the_year,
            earlier,
        )
    }
)

CODE_KINDS = frozenset({"outside_set", "any_outside_set", "stands_alone", "repeated", "code_used"})
"""Those that look at codes, of which there are few combinations. None needs a value to be there."""
