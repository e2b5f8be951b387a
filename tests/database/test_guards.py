"""The files of guards say exactly what functions and triggers the database has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.db import connection, transaction

from assessments.database import guards
from assessments.models.transitions import allowed_pairs

pytestmark = pytest.mark.django_db(transaction=True)

NOT_OF_THE_FILES = [
    "keep_sign_in_change()",
    "says_something(text)",
    "clean_name(text)",
    "edition_in_force(date)",
    "search_words(text)",
    "search_words_of_any_script(text)",
    "search_query(text)",
    "child_words(text,text,text)",
]
"""Functions of the schema that belong to no table of assessments, are made from the catalogue
(`test_codes.py` tries the latter on every day that matters), or serve the search."""

# What an extension brings is none of ours.
FUNCTIONS = """
SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND NOT oid::regprocedure::text = ANY(%s)
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""

# Without those of foreign keys, which are internal, and those that write the history.
TRIGGERS = """
SELECT tgrelid::regclass || ' ' || tgname,
    pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgrelid::regclass::text LIKE 'assessments\\_%%' AND NOT tgisinternal
    AND pronamespace <> 'history'::regnamespace
"""


def in_the_database() -> dict[str, str]:
    """Each function and trigger by its name, as the database defines it."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS, [NOT_OF_THE_FILES])
        found = cursor.fetchall()
        cursor.execute(TRIGGERS, [])
        found += cursor.fetchall()
    return dict(found)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def as_owner_undone(
    as_owner: Callable[[], AbstractContextManager[None]],
) -> Iterator[None]:
    """The role that owns functions and tables; what it does is rolled back."""
    with as_owner(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def from_the_files() -> dict[str, str]:
    """What the database has when all its functions are dropped and the files are run."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS, [NOT_OF_THE_FILES])
        functions = [name for name, _ in cursor.fetchall()]
    # With the triggers that use them, and the CHECK constraints, which the files do not hold.
    run(*(f"DROP FUNCTION {name} CASCADE" for name in functions))
    assert in_the_database() == {}
    run(*guards.statements(allowed_pairs()).values())
    return in_the_database()


def test_the_database_has_exactly_the_guards_of_the_files(as_owner_undone):
    before = in_the_database()
    assert from_the_files() == before


def test_each_file_holds_one_function_of_its_name_and_the_triggers_that_use_it(db):
    functions = [name for name in in_the_database() if name.endswith(")")]
    texts = guards.statements(allowed_pairs())
    assert sorted(name.partition("(")[0] for name in functions) == sorted(texts)
    for name, text in texts.items():
        assert text.count(f"CREATE OR REPLACE FUNCTION {name}(") == 1
        assert text.count("CREATE OR REPLACE FUNCTION") == 1
        assert text.count("EXECUTE FUNCTION") == text.count(f"EXECUTE FUNCTION {name}()")
        assert text.startswith("-- "), "what it guards, in words"


@pytest.mark.parametrize(
    "altered",
    [
        "CREATE FUNCTION one_more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TRIGGER keep ON assessments_review",
        "ALTER TABLE assessments_review DISABLE TRIGGER keep",
        "CREATE TRIGGER one_more BEFORE INSERT ON assessments_child "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION last_decision(assessment bigint) RETURNS varchar "
        "LANGUAGE sql STABLE AS $$ SELECT 'draft' $$",
    ],
)
def test_a_database_with_another_guard_is_noticed(as_owner_undone, altered: str):
    run(altered)
    before = in_the_database()
    assert from_the_files() != before
