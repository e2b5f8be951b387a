"""Text that says nothing or cannot be shown is refused, and names stand in one form."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from hypothesis import given
from hypothesis import strategies as st

from assessments.models import Assessment, Child, PinnedComment, Review, RuleAnswer, Version
from cinfactors.accounts.models import Team, User
from cinfactors.settings import BASE_DIR
from cinfactors.web.clean_text import (
    NameField,
    clean_name,
    clean_text,
    says_something,
    validate_clean,
)
from tests import people as make
from tests.database.raw import accept, change, refused
from tests.people import People

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
    "assessments.CensusCheck.year": "the name of a census year that is known",
    "assessments.CensusSubmission.year": "the name of a census year that is known",
    "assessments.CensusTask.year": "the name of a census year that is known",
    "assessments.CensusTask.request_id": "made by the product",
    "assessments.CensusTask.refusal": "words of ours, with what a file says as it can be shown",
    "assessments.CensusTaskPart.name": "words of ours",
    "assessments.CensusFinding.rule": "the number or name of a rule",
    "assessments.CensusFinding.message": "the words of a rule",
    "assessments.CensusFinding.mend": "the words of a rule",
    "assessments.CensusNote.rule": "the number or name of a rule",
    "assessments.CensusNote.year": "the name of a census year that is known",
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
TURNING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
"""Bidirectional embeddings, overrides and isolates."""
SAYING_NOTHING = [
    *("\u200b", "\u2800", "\u3164", "\u115f", "\u1160", "\uffa0", "\u00ad", "\u200d\ufeff"),
    *("\ufe0f", "\U000e0101", "\U000e0061\U000e007f", "\u0301", "\u20dd", "\u180e", "\u2060"),
    *("\t\n", " \u00a0\u3000", "\U0001d159", "\ufffc", "\U00013441"),
]
CLEAN = "Ada\tO’Hara\nß Ł 家 🙂 \u00a0"


@pytest.mark.parametrize(
    "column",
    [pytest.param(pair, id=f"{pair[0]._meta.label}.{pair[1].name}") for pair in text_columns()],
)
def test_each_text_column_that_people_type_into_refuses_what_says_nothing(db, column):
    """And controls and turned directions; a column that may be empty still takes that."""
    model, field = column
    if f"{model._meta.label}.{field.name}" in NOBODY_TYPES:
        return
    unclean = [f"a{chr(point)}b" for point in (*UNCLEAN, *TURNING)]
    assert accepted_of(model, field, [*unclean, *SAYING_NOTHING]) == set()
    free = f"_{field.name}_says_something"
    if any(constraint.name.endswith(free) for constraint in model._meta.constraints):
        empty = [""] if field.blank else []
        assert accepted_of(model, field, ["", "Ada"]) == {"Ada", *empty}


def accepted_of(model: type[models.Model], field: models.Field, texts: list[str]) -> set[str]:
    """Which texts the CHECKs of the column accept, read from the database."""
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
        f"SELECT {field.column} FROM (SELECT {row}, {field.column} "  # noqa: S608
        f"FROM unnest(%s::text[]) AS {field.column}) AS one WHERE {accepted}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [texts])
        return {text for (text,) in cursor.fetchall()}


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
    for code in (*UNCLEAN, *TURNING):
        with refused("assessment_other_description_is_clean_text"):
            change(draft, codes=["20"], other_description=f"a{chr(code)}b")
    accept(draft, codes=["20"], other_description=CLEAN)


def test_every_column_that_nobody_types_into_exists():
    known = {f"{model._meta.label}.{field.name}" for model, field in text_columns()}
    assert known >= NOBODY_TYPES.keys()


# What draws nothing


EVERY_CHARACTER = [
    chr(point)
    for point in range(1, 0x110000)
    if not 0xD800 <= point <= 0xDFFF and unicodedata.category(chr(point)) != "Cn"
]
"""Those that the running Python knows."""
FILLERS = set("\u115f\u1160\u2800\u3164\uffa0\ufffc\U00013441\U00013442\U0001d159")
"""Letters and symbols that are blank."""


def test_letters_digits_punctuation_and_symbols_say_something_and_nothing_else_does():
    for each in EVERY_CHARACTER:
        drawn = unicodedata.category(each)[0] in "LNPS" and each not in FILLERS
        assert says_something(each) == drawn, f"{ord(each):x}"
        assert clean_text(f" {each}\u200b") == (f"{each}\u200b" if drawn else "")


def test_the_database_finds_the_same_characters_blank(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chr(point) FROM generate_series(1, 1114111) AS point "
            "WHERE point NOT BETWEEN 55296 AND 57343 AND says_something(chr(point))"
        )
        found = {each for (each,) in cursor.fetchall()}
    every = [chr(point) for point in range(1, 0x110000) if not 0xD800 <= point <= 0xDFFF]
    assert found == {each for each in every if says_something(each)}


# Names


NAME_COLUMNS = [
    pytest.param(model, field, id=f"{model._meta.label}.{field.name}")
    for model, field in text_columns()
    if isinstance(field, NameField)
]
UNTIDY = {
    "Zoe\u0308": "Zoë",
    "Ann\u00a0Marie": "Ann Marie",
    "Ann  Marie": "Ann Marie",
    "Ann\tMarie\n": "Ann Marie",
    " \u3000Ann\u2009\u2028Marie": "Ann Marie",
}


def test_names_of_children_people_and_teams_are_names():
    assert {each.id for each in NAME_COLUMNS} == {
        "accounts.Team.name",
        "accounts.User.name",
        "assessments.Child.family_name",
        "assessments.Child.given_name",
    }


@pytest.mark.parametrize(("model", "field"), NAME_COLUMNS)
def test_a_name_is_in_nfc_with_single_spaces(db, model, field):
    assert accepted_of(model, field, [*UNTIDY, *UNTIDY.values()]) == {*UNTIDY.values()}
    for typed, stored in UNTIDY.items():
        assert (
            clean_name(typed) == field.clean(typed, None) == field.get_prep_value(typed) == stored
        )


@pytest.mark.parametrize(("model", "field"), NAME_COLUMNS)
def test_a_form_takes_a_name_as_it_is_stored_and_refuses_one_that_turns_the_direction(model, field):
    form_field = field.formfield()
    for typed, stored in UNTIDY.items():
        assert form_field.clean(typed) == stored
    for each in TURNING:
        with pytest.raises(ValidationError, match="Remove the invisible characters that turn"):
            form_field.clean(f"Ada{chr(each)}")
    for each in SAYING_NOTHING:
        assert form_field.to_python(each) == ""


@given(st.text(st.sampled_from(EVERY_CHARACTER)).map("A".__add__))
def test_a_clean_name_stays_as_it_is(name: str):
    assert clean_name(clean_name(name)) == clean_name(name)


def test_the_database_cleans_a_name_as_forms_do(db):
    names = [f"A{each}\u0301 {each}e\u0308 b" for each in EVERY_CHARACTER]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT typed, clean_name(typed) FROM unnest(%s::text[]) AS typed",
            [names],
        )
        different = {typed for typed, cleaned in cursor.fetchall() if cleaned != clean_name(typed)}
    assert different == set()


def test_clean_text_keeps_every_letter_and_the_marks_that_order_two_scripts():
    for text in (CLEAN, "محمد\u200e 11", "\u200fשלום", "می\u200cخواهم", "👩\u200d🚒"):
        validate_clean(text)
        assert clean_text(text) == text.strip()


# Repair


def repair_of(app: str, name: str) -> Callable:
    return importlib.import_module(f"{app}.migrations.{name}").repair


def without_checks(*found: type[models.Model]) -> None:
    """Drop the CHECKs on texts of these tables."""
    with connection.cursor() as cursor:
        for model in found:
            for constraint in model._meta.constraints:
                if constraint.name.endswith(("_clean_text", "_says_something", "_a_clean_name")):
                    cursor.execute(
                        f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {constraint.name}"
                    )


@pytest.mark.django_db(transaction=True)
def test_the_migrations_repair_what_there_is_and_say_how_many(as_owner, capsys):
    people: People = make.make_people()
    done = make.submit(make.start(people.ada), "20", description="Debt at home")
    make.return_it(done, people.mo, "Whose debt?", pinned={"20": "Whose?"})
    make.start(people.ada, "EX2")
    gone = make.cancel(make.start(people.ada, "EX3"), "By mistake")
    mine = [Team, User, Child, Assessment, Version, RuleAnswer, Review, PinnedComment]
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        without_checks(*mine)
        cursor.execute("ALTER TABLE assessments_version DISABLE TRIGGER guard")
        cursor.execute("ALTER TABLE assessments_review DISABLE TRIGGER keep")
        cursor.execute("ALTER TABLE assessments_pinnedcomment DISABLE TRIGGER keep")
        cursor.execute("ALTER TABLE assessments_assessment DISABLE TRIGGER guard")
        for sql, *values in (
            ("UPDATE accounts_team SET name = %s WHERE id = %s", "NORTH\u00a0", people.south.pk),
            ("UPDATE accounts_user SET name = %s WHERE id = %s", "\u2800", people.ada.pk),
            ("UPDATE accounts_user SET name = %s WHERE id = %s", "Be\u0301  M", people.ben.pk),
            (
                "UPDATE assessments_child SET given_name = %s, family_name = %s "
                "WHERE la_child_id = 'EX2'",
                "\u3164",
                "\u200b",
            ),
            ("UPDATE assessments_version SET other_description = %s", "Debt\u202e at home"),
            (
                "UPDATE assessments_assessment SET other_description = %s WHERE id = %s",
                "Debt\u202e at home",
                done.pk,
            ),
            (
                "UPDATE assessments_assessment SET cancellation_reason = %s WHERE id = %s",
                "\ufe0f",
                gone.pk,
            ),
            ("UPDATE assessments_review SET comment = %s", "\u2066Whose debt?"),
            ("UPDATE assessments_pinnedcomment SET text = %s", "\u200b"),
        ):
            cursor.execute(sql, values)
        with connection.schema_editor() as editor:
            repair_of("cinfactors.accounts", "0006_text_that_says_something")(apps, editor)
            repair_of("assessments", "0010_text_that_says_something")(apps, editor)
        assert capsys.readouterr().out.splitlines() == [
            "Names of teams repaired: 1",
            "Names of people repaired: 2",
            "Rows of assessments_child.given_name repaired: 1",
            "Rows of assessments_child.family_name repaired: 1",
            "Rows of assessments_assessment.other_description repaired: 1",
            "Rows of assessments_assessment.cancellation_reason repaired: 1",
            "Rows of assessments_version.other_description repaired: 1",
            "Rows of assessments_review.comment repaired: 1",
            "Rows of assessments_pinnedcomment.text repaired: 1",
        ]
        for row in (people.south, people.ada, people.ben, done, gone):
            row.refresh_from_db()
        assert people.south.name == f"NORTH {people.south.pk}"
        assert (people.ada.name, people.ben.name) == ("ada", "Bé M")
        child = Child.objects.get(la_child_id="EX2")
        assert (child.given_name, child.family_name) == ("", "Not known")
        assert done.other_description == done.versions.get().other_description == "Debt at home"
        assert gone.cancellation_reason == "Nothing that can be read was entered"
        assert Review.objects.get().comment == "Whose debt?"
        assert PinnedComment.objects.get().text == "Nothing that can be read was entered"
        with connection.schema_editor() as editor:
            for model in mine:
                for constraint in model._meta.constraints:
                    if constraint.name.endswith(
                        ("_clean_text", "_says_something", "_a_clean_name")
                    ):
                        editor.add_constraint(model, constraint)
        transaction.set_rollback(True)
