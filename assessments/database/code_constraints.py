"""The constraints on codes, written in SQL from the catalogue.

The rules that hold on every save hold whoever writes, raw SQL included. Each edition has its
own part, so that old records stay as they were recorded. `makeeditionmigration` puts the
result into a migration; `assessments.checks` compares it with the database.
"""

from __future__ import annotations

from collections.abc import Iterable

from assessments.catalogue.types import STANDS_ALONE, Edition, Rule, Severity

TABLES = ("assessments_assessment", "assessments_version")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _array(codes: Iterable[str]) -> str:
    return f"ARRAY[{', '.join(map(_literal, codes))}]::varchar[]"


def _listed(edition: Edition) -> str:
    return f"edition = {_literal(edition.id)} AND codes <@ {_array(edition.codes)}"


def _alone(edition: Edition, rule: Rule) -> str:
    codes = _array(code for code in edition.codes if code in rule.codes)
    return f"edition <> {_literal(edition.id)} OR NOT codes && {codes} OR cardinality(codes) = 1"


def conditions(editions: Iterable[Edition]) -> dict[str, str]:
    """Name and condition of each constraint that follows from the catalogue."""
    editions = list(editions)
    alone = [
        _alone(edition, rule)
        for edition in editions
        for rule in edition.rules
        if rule.severity is Severity.ERROR_ON_SAVE and rule.kind == STANDS_ALONE
    ]
    return {
        "codes_are_of_the_edition": "\n    OR ".join(f"({_listed(e)})" for e in editions),
        "codes_are_sorted_and_each_once": "codes = sorted_codes(codes)",
        "no_factors_identified_stands_alone": "\n    AND ".join(f"({part})" for part in alone)
        or "true",
    }


def statements(editions: Iterable[Edition]) -> list[str]:
    """The SQL that puts the constraints on every table of codes, replacing what stood there."""
    found = []
    for table in TABLES:
        for name, condition in conditions(editions).items():
            found.append(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            found.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (\n    {condition}\n)")
    return found
