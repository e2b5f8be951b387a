"""Text that XML cannot carry is refused by the database too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models

from assessments.models import Assessment
from cinfactors.settings import BASE_DIR
from tests.database.raw import accept, change, refused

NOBODY_TYPES = {
    # Made by the product, never typed.
    "accounts.User.password": "a hash",
    "accounts.User.density": "a choice that the service checks",
    "accounts.Session.session_key": "letters and digits by chance",
    "accounts.Session.session_data": "signed by the product",
    "accounts.HeldForm.token_hash": "a hash",
    "accounts.HeldForm.path": "an address of ours",
    "assessments.RuleAnswer.rule": "the id of a rule of the catalogue",
    "assessments.IdempotencyKey.act": "a word of ours",
    # Typed by administrators; Django's validator of user names and addresses holds them.
    "accounts.User.username": "letters, digits and @.+-_",
    "accounts.User.email": "an address, which no page asks for",
}
"""Text columns without a CHECK, each with what keeps it clean."""


def text_columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    for app in apps.get_app_configs():
        if (BASE_DIR / app.label).is_dir() or app.name.startswith("cinfactors."):
            # The history's tables, which no model makes, hold the words of functions of ours.
            for model in filter(lambda each: each._meta.managed, app.get_models()):
                for field in model._meta.concrete_fields:
                    if isinstance(field, models.CharField | models.TextField):
                        yield model, field


def checks_of(model: type[models.Model]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'c' AND conrelid = %s::regclass",
            [model._meta.db_table],
        )
        return [text for (text,) in cursor.fetchall()]


UNCLEAN = [*range(1, 9), *range(11, 32), *range(127, 160), 0xFFFE, 0xFFFF]
CLEAN = "Ada\tO’Hara\nß Ł 家 🙂 \u00a0"


@pytest.mark.parametrize(
    "column",
    [pytest.param(pair, id=f"{pair[0]._meta.label}.{pair[1].name}") for pair in text_columns()],
)
def test_each_text_column_that_people_type_into_refuses_control_characters(db, column):
    """By the conditions of its own table's CHECKs, read from the database."""
    model, field = column
    if f"{model._meta.label}.{field.name}" in NOBODY_TYPES:
        return
    mine = [text for text in checks_of(model) if f"({field.column})" in text]
    assert mine, "no CHECK speaks of this column"
    others = {
        each.column: f"NULL::{each.db_type(connection)}"
        for each in model._meta.concrete_fields
        if each.column != field.column
    }
    row = ", ".join(f"{value} AS {name}" for name, value in others.items())
    # A CHECK that is null because the other columns are refuses nothing.
    accepted = " AND ".join(f"coalesce({text.removeprefix('CHECK ')}, true)" for text in mine)
    sql = (
        f"SELECT point FROM (SELECT {row}, point, "  # noqa: S608
        f"'a' || chr(point) || 'b' AS {field.column} FROM unnest(%s::int[]) AS point) AS one "
        f"WHERE {accepted}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [UNCLEAN])
        assert cursor.fetchall() == []


def clean_columns() -> list[tuple[str, str]]:
    found = []
    for model, field in text_columns():
        for constraint in model._meta.constraints:
            if constraint.name.endswith(f"_{field.name}_is_clean_text"):
                found.append((model._meta.db_table, field.column))
    return found


def test_free_text_takes_every_letter_with_tabs_and_newlines(db):
    columns = clean_columns()
    assert len(columns) >= 9
    with connection.cursor() as cursor:
        for table, column in columns:
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE "
                "conrelid = %s::regclass AND conname LIKE %s",
                [table, f"%\\_{column}\\_is\\_clean\\_text"],
            )
            [(check,)] = cursor.fetchall()
            cursor.execute(
                f"SELECT {check.removeprefix('CHECK ')} FROM (SELECT %s AS {column}) AS one",  # noqa: S608
                [CLEAN],
            )
            assert cursor.fetchone() == (True,), (table, column)


def test_unclean_text_is_refused_in_a_row(draft: Assessment):
    for code in UNCLEAN:
        with refused("assessment_other_description_is_clean_text"):
            change(draft, codes=["20"], other_description=f"a{chr(code)}b")
    accept(draft, codes=["20"], other_description=CLEAN)


def test_every_column_that_nobody_types_into_exists():
    known = {f"{model._meta.label}.{field.name}" for model, field in text_columns()}
    assert known >= NOBODY_TYPES.keys()
