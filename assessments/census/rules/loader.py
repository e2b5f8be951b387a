"""Reads the rules of a census year.

A rule is a table: its number, its severity, the years in which it holds, its kind with what the
kind needs to know, and its words. A kind is a function of `FIELD_KINDS`, `CHILD_KINDS`,
`EPISODE_KINDS` or `ASSESSMENT_KINDS`. Where a rule changed, a table for each of its forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assessments.catalogue.tables import Table, read
from assessments.census.years import CensusYear, year_named

FOLDER = Path(__file__).parent
FILES = ("file.toml", "children.toml", "episodes.toml", "assessments.toml")


class Severity(StrEnum):
    """An error must be put right before DfE accepts the return, a query put right or explained."""

    ERROR = "error"
    QUERY = "query"


class Level(StrEnum):
    """What a rule judges."""

    FILE = "file"
    PART = "part"
    CHILD = "child"
    EPISODE = "episode"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it holds in one census year."""

    number: str
    """DfE's, without its letter; a name for our own."""
    severity: Severity
    level: Level
    kind: str
    about: str
    """What it judges that another system may not hold (`upn`, `disabilities`); mostly empty."""
    needs: str
    """The field without which there is nothing to judge, "child." or "episode." before it where
    it is of what the part stands in; empty where there always is something."""
    compares: bool
    """Whether it compares with others of its level, so that one alone is not judged."""
    message: str
    """With the kind's own words in braces."""
    mend: str
    mended: str
    """Where that is done, if not in the facts of its level: `child`, `episode`, `dates` (those of
    the assessment) or `assessment` (its factors, and its submission)."""
    settings: Mapping[str, Any]
    """What the kind needs to know: fields, codes, numbers."""


def rules_of(year: str, folder: Path = FOLDER) -> tuple[Rule, ...]:
    """Return the rules that hold in a census year. Raise CatalogueError."""
    return tuple(
        rule for first, last, rule in _rules(folder, year) if first <= year and year <= last
    )


@cache
def _rules(folder: Path, year: str) -> tuple[tuple[str, str, Rule], ...]:
    found = []
    for file in FILES:
        with read(folder / file) as table:
            found += [_rule(each, year) for each in table.tables("rule")]
    return tuple(found)


def codes_that_stand_alone(year: CensusYear) -> frozenset[str]:
    """Return the codes that say that no factors were identified, from the year's rule."""
    return frozenset(
        code
        for rule in rules_of(year.name)
        if rule.level is Level.ASSESSMENT and rule.kind == "stands_alone"
        for code in rule.settings["codes"]
    )


def _rule(table: Table, year: str) -> tuple[str, str, Rule]:
    with table:
        number = table.filled("number")
        table.named(f"rule {number}")
        first = year_named(table, "first_year") if "first_year" in table.content else "0000-00"
        last = year_named(table, "last_year") if "last_year" in table.content else "9999-99"
        query_from = year_named(table, "query_from") if "query_from" in table.content else None
        severity = _one_of(table, "severity", Severity)
        if query_from is not None and query_from <= year:
            severity = Severity.QUERY
        table.text("source", "")
        return (
            first,
            last,
            Rule(
                number=number,
                severity=severity,
                level=_one_of(table, "level", Level),
                kind=table.filled("kind"),
                about=table.text("about", ""),
                needs=table.text("needs", ""),
                compares=bool(table.optional_boolean("compares")),
                message=table.filled("message"),
                mend=table.filled("mend"),
                mended=table.text("mended", ""),
                settings=MappingProxyType(table.mapping("settings")),
            ),
        )


def _one_of(table: Table, key: str, choices: Any) -> Any:
    value = table.filled(key)
    if value not in list(choices):
        table.refuse(f"{key} must be one of {', '.join(choices)}")
    return choices(value)
