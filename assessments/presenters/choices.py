"""What lists can be narrowed to, in words: every code, every census year."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from assessments.catalogue import loader
from assessments.catalogue.code_names import code_with_name
from assessments.catalogue.types import code_order

Choices = list[tuple[str, str]]


@lru_cache(maxsize=1)
def every_code() -> Choices:
    """The codes of every edition, since old records keep theirs, by the latest of their names."""
    names = {
        code: code_with_name(edition, code)
        for edition in loader.editions().values()
        for code in edition.codes
    }
    return sorted(names.items(), key=lambda named: code_order(named[0]))


def census_years(today: date) -> Choices:
    """The years from the first edition on, the latest first, each by the year that it ends in.

    A census year runs from April.
    """
    last = today.year + (today.month >= 4)
    first = min(each.in_force_from for each in loader.editions().values()).year + 1
    return [(str(year), f"{year - 1}-{year % 100:02}") for year in range(last, first - 1, -1)]
