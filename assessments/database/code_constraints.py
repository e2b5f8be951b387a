"""CHECK constraints on selected codes, in SQL made from the editions of the catalogue.

They enforce the rules of every save whoever writes, raw SQL included. Each edition has its own
part of a condition, so that old records stay as they were recorded. `makeeditionmigration` writes
the statements into a migration; `assessments.checks` reports at start-up when the newest of those
migrations has other statements than the editions give now.
"""

from __future__ import annotations

from collections.abc import Iterable

from assessments.catalogue.types import STANDS_ALONE, Edition, Rule, Severity

TABLES = ("assessments_assessment", "assessments_version")
"""The tables that get the constraints: both have the columns `edition` and `codes`."""


def _sql_string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql_array(codes: Iterable[str]) -> str:
    return f"ARRAY[{', '.join(map(_sql_string, codes))}]::varchar[]"


def _only_codes_of(edition: Edition) -> str:
    """Return the condition that a row is under the edition and has no codes but the edition's."""
    return f"edition = {_sql_string(edition.id)} AND codes <@ {_sql_array(edition.codes)}"


def _stands_alone(edition: Edition, rule: Rule) -> str:
    """Return the condition that a row under the edition has a code of the rule alone, or none."""
    codes = _sql_array(code for code in edition.codes if code in rule.codes)
    return f"edition <> {_sql_string(edition.id)} OR NOT codes && {codes} OR cardinality(codes) = 1"


def conditions(editions: Iterable[Edition]) -> dict[str, str]:
    """Return the condition of each constraint on codes, by the constraint's name."""
    editions = list(editions)
    stands_alone = [
        _stands_alone(edition, rule)
        for edition in editions
        for rule in edition.rules
        if rule.severity is Severity.ERROR_ON_SAVE and rule.kind == STANDS_ALONE
    ]
    return {
        "codes_are_of_the_edition": "\n    OR ".join(
            f"({_only_codes_of(edition)})" for edition in editions
        ),
        "codes_are_sorted_and_each_once": "codes = sorted_codes(codes)",
        "no_factors_identified_stands_alone": "\n    AND ".join(
            f"({condition})" for condition in stands_alone
        )
        or "true",
    }


def statements(editions: Iterable[Edition]) -> list[str]:
    """Return the SQL that puts the constraints on every table, instead of those of that name."""
    sql = []
    for table in TABLES:
        for name, condition in conditions(editions).items():
            sql.append(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            sql.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (\n    {condition}\n)")
    return sql
