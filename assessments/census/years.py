"""The census years: their first and last day, and the codes that they know. Data: `years.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from assessments.catalogue.loader import edition_for
from assessments.catalogue.tables import Table, read

FOLDER = Path(__file__).parent
NAME = re.compile(r"(20[0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class CensusYear:
    """The year from 1 April to 31 March, named by both years: "2025-26"."""

    name: str
    factors: frozenset[str]
    """The codes that a return of that year may hold."""
    sets: Mapping[str, frozenset[str]]

    @property
    def first_day(self) -> date:
        return date(int(self.name[:4]), 4, 1)

    @property
    def reference_date(self) -> date:
        """The last day, 31 March: what the return describes."""
        return date(int(self.name[:4]) + 1, 3, 31)


def name_of_year(ends: int) -> str:
    """Return the name of the census year that ends in that year: 2026 gives "2025-26"."""
    return f"{ends - 1}-{ends % 100:02}"


def years(folder: Path = FOLDER) -> Mapping[str, CensusYear]:
    """Return the census years that can be judged, by name. Raise CatalogueError."""
    return _years(folder)


@cache
def _years(folder: Path) -> Mapping[str, CensusYear]:
    with read(folder / "years.toml") as table:
        first, last = year_named(table, "first"), year_named(table, "last")
        names = [name_of_year(ends) for ends in range(_ends(first), _ends(last) + 1)]
        sets: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for each in table.tables("set"):
            with each:
                name = each.filled("name")
                each.named(f"set {name}")
                begins = year_named(each, "first_year")
                sets.setdefault(name, []).append((begins, frozenset(each.texts("codes"))))
    found = {}
    for name in names:
        codes = {
            key: max(begun)[1]
            for key, versions in sets.items()
            if (begun := [version for version in versions if version[0] <= name])
        }
        edition = edition_for(date(int(name[:4]), 4, 1))
        factors = frozenset(edition.codes) | codes.get("factors_still_accepted", frozenset())
        found[name] = CensusYear(name, factors, MappingProxyType(codes))
    return MappingProxyType(found)


def year_named(table: Table, key: str) -> str:
    """Return the name of a census year that a table holds; refuse what is none."""
    name = table.filled(key)
    match = NAME.fullmatch(name)
    if not match or int(match[2]) != (int(match[1]) + 1) % 100:
        table.refuse(f"{key} must be a census year, such as 2025-26")
    return name


def _ends(name: str) -> int:
    return int(name[:4]) + 1
