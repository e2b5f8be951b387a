"""What the database knows of the editions, in SQL made from the catalogue.

CHECK constraints on selected codes enforce the rules of every save whoever writes, raw SQL
included. Each edition has its own part of a condition, so that old records stay as they were
recorded. A function returns the edition in force on a day; `guards/guard_assessment.sql` holds
records to it. `makeeditionmigration` writes the statements into a migration; `assessments.checks`
reports at start-up when the newest of those migrations has other statements than the editions
give now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def _stands_alone_rules(edition: Edition, editions: Iterable[Edition]) -> Iterator[Rule]:
    """Yield the edition's rules of what stands alone.

    An edition of codes alone, which has no rules, takes those of the first that has: the census
    has refused 21 beside other codes in every year (rule 8869).
    """
    with_rules = (
        edition if edition.rules else next((each for each in editions if each.rules), edition)
    )
    for rule in with_rules.rules:
        if rule.severity is Severity.ERROR_ON_SAVE and rule.kind == STANDS_ALONE:
            yield rule


def edition_in_force(editions: Iterable[Edition]) -> str:
    """Return the SQL of the function that returns the edition in force on a day, NULL for none."""
    cases = "\n        ".join(
        f"WHEN day BETWEEN '{edition.in_force_from}' AND '{edition.in_force_to or 'infinity'}'"
        f" THEN {_sql_string(edition.id)}"
        for edition in editions
    )
    return (
        "CREATE OR REPLACE FUNCTION edition_in_force(day date) RETURNS varchar\n"
        "LANGUAGE sql IMMUTABLE AS $$\n"
        f"    SELECT CASE\n        {cases}\n    END\n"
        "$$"
    )


def conditions(editions: Iterable[Edition]) -> dict[str, str]:
    """Return the condition of each constraint on codes, by the constraint's name."""
    editions = list(editions)
    stands_alone = [
        _stands_alone(edition, rule)
        for edition in editions
        for rule in _stands_alone_rules(edition, editions)
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
    """Return the SQL that puts the function and the constraints in place of those of that name."""
    editions = list(editions)
    sql = [edition_in_force(editions)]
    for table in TABLES:
        for name, condition in conditions(editions).items():
            sql.append(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            sql.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (\n    {condition}\n)")
    return sql
