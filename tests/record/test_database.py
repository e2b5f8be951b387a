"""The database's own guarantees, tried with raw SQL as the application's role.

Each is broken and refused by its name, and the nearest lawful thing is accepted.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from assessments.catalogue import loader
from assessments.constraints import TABLES, conditions
from assessments.models import Assessment, Child, Episode, Review, Status, Version
from cinfactors.settings import BASE_DIR
from tests import people as make
from tests.people import People

EDITION = list(loader.editions().values())[-1]
NEWEST = tuple(EDITION.codes)
ALONE = sorted(code for rule in EDITION.rules if rule.kind == "stands_alone" for code in rule.codes)


def run(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The statement is refused by the constraint or trigger of that name, and undone."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == name


def change(row: models.Model, **values: Any) -> None:
    """One UPDATE of one row; an assessment's version is counted up unless it is given."""
    if isinstance(row, Assessment):
        values.setdefault("version", row.version + 1)
    columns = ", ".join(f"{name} = %s" for name in values)
    table = row._meta.db_table
    assert run(f"UPDATE {table} SET {columns} WHERE id = %s", *values.values(), row.pk) == 1  # noqa: S608


def accept(row: models.Model, **values: Any) -> None:
    """The change is stored, and undone for the next one."""
    point = transaction.savepoint()
    change(row, **values)
    transaction.savepoint_rollback(point)


def insert(model: type[models.Model], **values: Any) -> None:
    fields = {field.name: field for field in model._meta.concrete_fields}
    columns = [fields[name].column for name in values]
    run(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(columns))})",
        *values.values(),
    )


def a_child_row(**values: Any) -> dict[str, Any]:
    return {
        "reference": uuid.uuid4(),
        "la_child_id": "EX9999",
        "given_name": "Robin",
        "family_name": "Sample",
        "birth_date": date(2015, 2, 3),
        "sex": "F",
        "disabled": False,
    } | values


def an_episode_row(child: Child, **values: Any) -> dict[str, Any]:
    return {
        "reference": uuid.uuid4(),
        "child": child.pk,
        "referral_date": date(2026, 1, 5),
        "referral_source": "6",
        "primary_need": "",
        "reason_for_closure": "",
        "no_further_action": False,
        "family_reference": "",
    } | values


def an_assessment_row(like: Assessment, **values: Any) -> dict[str, Any]:
    return {
        "reference": uuid.uuid4(),
        "episode": like.episode_id,
        "team": like.team_id,
        "worker": like.worker_id,
        "start_date": like.start_date,
        "edition": like.edition,
        "codes": [],
        "other_description": "",
        "outcome": "",
        "status": Status.DRAFT,
        "cancellation_reason": "",
        "version": 1,
        "started_at": timezone.now(),
        "saved_at": timezone.now(),
    } | values


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.start(people.ada)


@pytest.fixture
def submitted(people: People, draft: Assessment) -> Assessment:
    return make.submit(draft)


@pytest.fixture
def authorised(people: People, submitted: Assessment) -> Assessment:
    return make.authorise(submitted, people.mo)


def test_the_tests_are_no_superuser_and_own_no_table(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


# Codes


def every_constraint_on_codes() -> Iterator[tuple[str, str]]:
    yield from itertools.product(TABLES, conditions(loader.editions().values()))


def test_every_table_of_codes_has_every_constraint_of_the_catalogue(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE contype = 'c' AND convalidated AND conname = ANY(%s)",
            [list(conditions(loader.editions().values()))],
        )
        assert set(cursor.fetchall()) == set(every_constraint_on_codes())


def test_the_database_says_of_every_selection_what_the_catalogue_says_now(db):
    """The constraints as they stand in the database against the catalogue's, code by code."""
    editions = loader.editions()
    everything = sorted({code for edition in editions.values() for code in edition.codes})
    selections = [
        [],
        *([code] for code in [*everything, "8A", "25A", "1a", " 1A", "1A ", "01A", "", "99"]),
        *(list(pair) for pair in itertools.permutations(everything, 2)),
        *([code, code] for code in everything),
        [None],
        ["1A", None],
        list(editions["2016-04"].codes),
    ]
    wanted = conditions(editions.values())
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND conname = ANY(%s)",
                [table, list(wanted)],
            )
            stand = {name: text.removeprefix("CHECK ") for name, text in cursor.fetchall()}
            assert stand.keys() == wanted.keys()
            for edition in [*editions, "1999-01"]:
                for name in wanted:
                    cursor.execute(
                        f"SELECT count(*), count(*) FILTER (WHERE "  # noqa: S608
                        f"({stand[name]}) IS DISTINCT FROM ({wanted[name]})) FROM ("
                        "SELECT ARRAY(SELECT jsonb_array_elements_text(one))::varchar[] AS codes, "
                        "%s AS edition FROM jsonb_array_elements(%s::jsonb) AS one) AS each",
                        [edition, json.dumps(selections)],
                    )
                    assert cursor.fetchone() == (len(selections), 0), (table, edition, name)


@pytest.mark.parametrize("edition", loader.editions().values(), ids=lambda edition: edition.id)
def test_each_code_of_an_edition_alone_is_held_and_no_other(draft: Assessment, edition):
    others = {c for each in loader.editions().values() for c in each.codes} - set(edition.codes)
    assert edition.codes
    for code in edition.codes:
        accept(draft, edition=edition.id, codes=[code])
    for code in [*sorted(others), "8A", "25A", "1a", "1A ", "", "999"]:
        with refused("codes_are_of_the_edition"):
            change(draft, edition=edition.id, codes=[code])


def test_a_replaced_code_is_held_under_the_edition_that_had_it(draft: Assessment):
    accept(draft, edition="2016-04", codes=["18A", "19A"])
    for edition in ("2020-04", "2021-04"):
        with refused("codes_are_of_the_edition"):
            change(draft, edition=edition, codes=["18A"])


def test_all_codes_at_once_are_held_but_for_the_one_that_stands_alone(draft: Assessment):
    accept(draft, codes=[code for code in NEWEST if code not in ALONE])
    with refused("no_factors_identified_stands_alone"):
        change(draft, codes=list(NEWEST))


def test_an_unknown_edition_is_refused(draft: Assessment):
    for edition in ("2021-05", "", "1999-01"):
        with refused("codes_are_of_the_edition"):
            change(draft, edition=edition)


def test_what_stands_alone_is_refused_beside_each_other_code(draft: Assessment):
    assert ALONE == ["21"]
    others = [code for code in NEWEST if code != "21"]
    assert len(others) == 41
    accept(draft, codes=["21"])
    for other in others:
        both = [code for code in NEWEST if code in {"21", other}]
        with refused("no_factors_identified_stands_alone"):
            change(draft, codes=both)


def test_each_code_doubled_is_refused(draft: Assessment):
    for code in NEWEST:
        if code not in ALONE:
            with refused("codes_are_sorted_and_each_once"):
                change(draft, codes=[code, code])


def test_codes_in_another_order_than_the_guides_are_refused(draft: Assessment):
    for before, after in itertools.pairwise(code for code in NEWEST if code not in ALONE):
        accept(draft, codes=[before, after])
        with refused("codes_are_sorted_and_each_once"):
            change(draft, codes=[after, before])


@pytest.mark.parametrize("codes", ["{NULL}", "{1A,NULL}", "{NULL,1A}"])
def test_a_missing_code_among_the_codes_is_refused(draft: Assessment, codes: str):
    with refused("codes_are_of_the_edition"):
        change(draft, codes=codes)


@pytest.mark.parametrize("codes", ["{{1A,2A}}", "[2:3]={1A,2A}"])
def test_codes_are_a_plain_list(draft: Assessment, codes: str):
    accept(draft, codes="{1A,2A}")
    with refused("codes_are_sorted_and_each_once"):
        change(draft, codes=codes)


def test_no_codes_at_all_is_an_empty_list_and_not_a_missing_one(draft: Assessment):
    accept(draft, codes=[])
    with pytest.raises(DatabaseError, match="null value"), transaction.atomic():
        change(draft, codes=None)


def test_a_code_too_long_for_any_edition_is_refused(draft: Assessment):
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        change(draft, codes=["1234"])


def test_a_submitted_or_authorised_selection_is_not_empty(people: People, draft: Assessment):
    with refused("submitted_and_authorised_selections_are_not_empty"):
        change(draft, status="submitted", submitted_at=timezone.now())
    with refused("submitted_and_authorised_selections_are_not_empty"):
        insert(
            Assessment,
            **an_assessment_row(draft, status="authorised", end_date=timezone.localdate()),
        )
    accept(draft, status="submitted", submitted_at=timezone.now(), codes=["4B"])


def test_a_version_holds_to_the_same_codes(people: People, submitted: Assessment):
    def a_version(**values: Any) -> dict[str, Any]:
        return {
            "assessment": submitted.pk,
            "number": 2,
            "codes": ["4B"],
            "other_description": "",
            "outcome": "early_help",
            "start_date": submitted.start_date,
            "edition": "2021-04",
            "answers": "[]",
            "submitted_by": people.ada.pk,
            "submitted_at": timezone.now(),
        } | values

    for name, wrong in (
        ("a_version_is_not_empty", {"codes": []}),
        ("codes_are_of_the_edition", {"codes": ["18A"]}),
        ("codes_are_sorted_and_each_once", {"codes": ["4B", "4A"]}),
        ("no_factors_identified_stands_alone", {"codes": ["4B", "21"]}),
        ("a_version_has_a_known_outcome", {"outcome": ""}),
        ("version_numbers_are_unique", {"number": 1}),
        ("an_authorised_version_says_who_and_when", {"authorised_at": timezone.now()}),
        ("an_authorised_version_says_who_and_when", {"end_date": timezone.localdate()}),
        (
            "a_version_ends_on_or_after_its_start",
            {
                "authorised_at": timezone.now(),
                "authorised_by": people.mo.pk,
                "end_date": submitted.start_date - timedelta(days=1),
            },
        ),
    ):
        with refused(name):
            insert(Version, **a_version(**wrong))
    insert(Version, **a_version())


# Statuses

LEGAL = {
    ("draft", "submitted"),
    ("draft", "cancelled"),
    ("returned", "submitted"),
    ("returned", "cancelled"),
    ("reopened", "submitted"),
    ("submitted", "draft"),
    ("submitted", "returned"),
    ("submitted", "reopened"),
    ("submitted", "authorised"),
    ("authorised", "reopened"),
}


def standing_in(status: str) -> dict[str, Any]:
    """What a row must hold besides, to stand in a status."""
    return {
        "status": status,
        "end_date": timezone.localdate() if status == "authorised" else None,
        "submitted_at": timezone.now() if status == "submitted" else None,
        "cancellation_reason": "In error" if status == "cancelled" else "",
    }


@pytest.mark.parametrize(("old", "new"), list(itertools.product(Status.values, repeat=2)))
def test_a_status_changes_only_as_an_assessment_may_go(people: People, old: str, new: str):
    values = {"codes": ["4B"], "episode": another_episode("EX2").pk, **standing_in(old)}
    insert(Assessment, **an_assessment_row(make.start(people.ada), **values))
    row = Assessment.objects.get(episode=values["episode"])
    if old == new:
        accept(row)
    elif (old, new) in LEGAL:
        accept(row, **standing_in(new))
    else:
        with refused("status_changes_are_legal"):
            change(row, **standing_in(new))


def another_episode(la_child_id: str) -> Episode:
    return Episode.objects.create(
        child=Child.objects.create(**a_child_row(la_child_id=la_child_id)),
        referral_date=timezone.localdate() - timedelta(days=10),
        referral_source="6",
    )


def test_an_unknown_status_is_refused(draft: Assessment):
    with refused("status_is_known"):
        insert(Assessment, **an_assessment_row(draft, status="archived"))
    with refused("status_changes_are_legal"):
        change(draft, status="archived")


def test_an_unknown_outcome_is_refused(draft: Assessment):
    accept(draft, outcome="early_help")
    with refused("outcome_is_known"):
        change(draft, outcome="closed")


def test_a_record_that_was_authorised_once_is_not_cancelled(people: People, authorised: Assessment):
    again = make.reopen(authorised, people.mo)
    sent = make.submit(again)
    back = make.return_it(sent, people.mo)
    with refused("an_authorised_record_is_not_cancelled"):
        change(back, status="cancelled", cancellation_reason="In error")


def test_a_cancelled_assessment_has_a_reason_and_no_other_has(draft: Assessment):
    with refused("a_cancelled_assessment_has_a_reason"):
        change(draft, status="cancelled")
    with refused("a_cancelled_assessment_has_a_reason"):
        change(draft, cancellation_reason="In error")
    accept(draft, status="cancelled", cancellation_reason="In error")


def test_a_submitted_assessment_has_its_time(draft: Assessment):
    with refused("a_submitted_assessment_has_its_time"):
        change(draft, status="submitted", codes=["4B"])


# Versions and locks


@pytest.mark.parametrize("step", [-1, 0, 2, 10])
def test_every_write_counts_the_version_up_by_one(draft: Assessment, step: int):
    with refused("version_grows_by_one"):
        change(draft, version=draft.version + step, codes=["4B"])
    accept(draft, version=draft.version + 1, codes=["4B"])


FACTS = {
    "codes": ["4A"],
    "other_description": "Something else",
    "outcome": "early_help",
    "start_date": "2026-01-01",
    "internal_review_date": "2099-01-01",
}


@pytest.mark.parametrize("status", ["submitted", "authorised", "cancelled"])
@pytest.mark.parametrize("field", FACTS)
def test_facts_do_not_change_while_they_are_locked(people: People, status: str, field: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    value = FACTS[field]
    if field == "start_date":
        value = row.start_date + timedelta(days=1)
    elif field == "internal_review_date":
        value = row.start_date + timedelta(days=2)
    with refused("a_locked_assessment_does_not_change"):
        change(row, **{field: value})
    accept(row, worker_id=people.ben.pk)


@pytest.mark.parametrize("field", FACTS)
@pytest.mark.parametrize("status", ["draft", "returned", "reopened"])
def test_facts_change_while_they_are_with_the_worker(people: People, status: str, field: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    value = row.start_date + timedelta(days=1) if "date" in field else FACTS[field]
    accept(row, **{field: value})


@pytest.mark.parametrize("status", ["submitted", "authorised", "cancelled"])
def test_the_edition_and_the_end_of_a_locked_assessment_stay(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    with refused("a_locked_assessment_does_not_change"):
        change(row, edition="2020-04")
    if status == "authorised":
        with refused("a_locked_assessment_does_not_change"):
            change(row, end_date=timezone.localdate() + timedelta(days=1))
    if status == "cancelled":
        with refused("a_locked_assessment_does_not_change"):
            change(row, cancellation_reason="Another")


@pytest.mark.parametrize("status", Status.values)
def test_an_assessment_stays_what_it_is(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    for changed in (
        {"reference": uuid.uuid4()},
        {"episode_id": another_episode(f"EX{uuid.uuid4().hex[:6]}").pk},
        {"started_at": timezone.now()},
        {"id": 99_999},
    ):
        with refused("an_assessment_stays_what_it_is"):
            change(row, **changed)


@pytest.mark.parametrize("status", Status.values)
def test_no_assessment_is_deleted(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    with refused("this_row_does_not_change"):
        run("DELETE FROM assessments_assessment WHERE id = %s", row.pk)


def test_a_version_takes_the_mark_of_its_authorisation_and_no_other_change(
    people: People, submitted: Assessment
):
    version = submitted.versions.get()
    mark = {
        "authorised_by_id": people.mo.pk,
        "authorised_at": timezone.now(),
        "end_date": timezone.localdate(),
    }
    others = {field.column for field in Version._meta.concrete_fields} - mark.keys()
    tried = {
        "id": 99_999,
        "assessment_id": make.start(people.ben, "EX2").pk,
        "number": 2,
        "codes": ["4A"],
        "other_description": "Other",
        "outcome": "early_help",
        "start_date": timezone.localdate(),
        "internal_review_date": timezone.localdate(),
        "edition": "2020-04",
        "answers": '[{"rule": "x"}]',
        "submitted_by_id": people.ben.pk,
        "submitted_at": timezone.now(),
    }
    assert tried.keys() == others
    for column, value in tried.items():
        with refused("a_version_does_not_change"):
            change(version, **{column: value})
        with refused("a_version_does_not_change"):
            change(version, **mark, **{column: value})
    change(version, **mark)
    with refused("a_version_does_not_change"):
        change(version, **mark)
    with refused("a_version_does_not_change"):
        change(version, authorised_by_id=None, authorised_at=None, end_date=None)
    with refused("a_version_does_not_change"):
        run("DELETE FROM assessments_version WHERE id = %s", version.pk)


def test_answers_and_reviews_are_never_changed_or_deleted(people: People, draft: Assessment):
    sent = make.submit(draft, "13A")
    make.return_it(sent, people.mo)
    for row in (sent.answers.get(), sent.reviews.get()):
        table = row._meta.db_table
        for sql in (
            f"DELETE FROM {table} WHERE id = %s",  # noqa: S608
            f"UPDATE {table} SET id = id WHERE id = %s",  # noqa: S608
        ):
            with refused("this_row_does_not_change"):
                run(sql, row.pk)


@pytest.mark.parametrize(
    "table", ["assessment", "version", "ruleanswer", "review", "episode", "child"]
)
def test_the_application_cannot_empty_or_alter_a_table(db, table: str):
    for sql in (
        f"TRUNCATE assessments_{table} CASCADE",
        f"ALTER TABLE assessments_{table} DISABLE TRIGGER ALL",
        f"DROP TABLE assessments_{table} CASCADE",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            run(sql)
        assert isinstance(caught.value.__cause__, InsufficientPrivilege)


def test_the_application_cannot_go_round_the_triggers(db):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run("SET session_replication_role = replica")
    assert isinstance(caught.value.__cause__, InsufficientPrivilege)


# Dates


def test_an_authorised_assessment_has_an_end_date_and_no_other_has(
    people: People, draft: Assessment
):
    with refused("an_authorised_assessment_has_an_end_date"):
        change(draft, end_date=timezone.localdate())
    sent = make.submit(draft)
    with refused("an_authorised_assessment_has_an_end_date"):
        change(sent, status="authorised")
    accept(sent, status="authorised", end_date=timezone.localdate())


def test_an_assessment_does_not_end_before_it_starts(people: People, submitted: Assessment):
    start = submitted.start_date
    with refused("authorised_on_or_after_the_start"):
        change(submitted, status="authorised", end_date=start - timedelta(days=1))
    accept(submitted, status="authorised", end_date=start)


def test_an_internal_review_is_not_before_the_start(draft: Assessment):
    with refused("reviewed_on_or_after_the_start"):
        change(draft, internal_review_date=draft.start_date - timedelta(days=1))
    accept(draft, internal_review_date=draft.start_date)


def test_an_assessment_does_not_start_before_the_referral(draft: Assessment):
    referral = draft.episode.referral_date
    with refused("starts_on_or_after_the_referral"):
        change(draft, start_date=referral - timedelta(days=1))
    accept(draft, start_date=referral + timedelta(days=1))
    with refused("starts_on_or_after_the_referral"):
        insert(
            Assessment,
            **an_assessment_row(
                draft,
                start_date=referral - timedelta(days=1),
                status="cancelled",
                cancellation_reason="In error",
            ),
        )


def test_a_referral_does_not_move_past_its_assessments(draft: Assessment):
    with refused("starts_on_or_after_the_referral"):
        change(draft.episode, referral_date=draft.start_date + timedelta(days=1))
    accept(draft.episode, referral_date=draft.start_date - timedelta(days=1))


def test_an_episode_stays_its_childs(people: People, draft: Assessment):
    other = another_episode("EX2")
    for changed in ({"child_id": other.child_id}, {"reference": uuid.uuid4()}):
        with refused("an_episode_stays_the_childs"):
            change(draft.episode, **changed)


def test_an_episode_is_not_closed_before_its_referral(draft: Assessment):
    referral = draft.episode.referral_date
    with refused("closed_on_or_after_the_referral"):
        change(
            draft.episode,
            closure_date=referral - timedelta(days=1),
            reason_for_closure="RC8",
        )
    accept(draft.episode, closure_date=referral, reason_for_closure="RC8")


def test_a_closure_has_a_date_and_a_reason(draft: Assessment):
    with refused("closure_has_a_date_and_a_reason"):
        change(draft.episode, closure_date=timezone.localdate())
    with refused("closure_has_a_date_and_a_reason"):
        change(draft.episode, reason_for_closure="RC8")


def test_an_episode_has_one_draft(draft: Assessment):
    with refused("one_draft_for_each_episode"):
        insert(Assessment, **an_assessment_row(draft))
    insert(
        Assessment,
        **an_assessment_row(draft, status="cancelled", cancellation_reason="In error"),
    )


def test_a_child_has_one_open_episode(draft: Assessment):
    child = draft.episode.child
    with refused("one_open_episode_for_each_child"):
        insert(Episode, **an_episode_row(child))
    insert(Episode, **an_episode_row(child, no_further_action=True))
    insert(
        Episode,
        **an_episode_row(child, closure_date=date(2026, 1, 6), reason_for_closure="RC8"),
    )


# Ids and code sets

WRONG_IDS = [
    "",
    " ",
    "EX 1",
    " EX1",
    "EX1 ",
    "EX1\n",
    "\nEX1",
    "EX\t1",
    "=1+1",
    "+1",
    "-1",
    "@x",
    "EX'1",
    "É1",
    "\uff11",
    "x" * 20 + "\n",
]


@pytest.mark.parametrize("wrong", WRONG_IDS)
def test_a_child_id_is_letters_and_digits(db, wrong: str):
    name = "child_id_is_letters_and_digits"
    if len(wrong) > 20:
        with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
            insert(Child, **a_child_row(la_child_id=wrong))
        return
    with refused(name):
        insert(Child, **a_child_row(la_child_id=wrong))


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG_IDS if wrong and len(wrong) <= 20])
def test_a_family_reference_is_letters_and_digits(draft: Assessment, wrong: str):
    with refused("family_reference_is_letters_and_digits"):
        change(draft.episode, family_reference=wrong)


def test_ids_of_twenty_letters_and_digits_are_held_and_longer_ones_are_not(draft: Assessment):
    accept(draft.episode, family_reference="A1" * 10)
    insert(Child, **a_child_row(la_child_id="A1" * 10))
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        insert(Child, **a_child_row(la_child_id="A1" * 10 + "B"))
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        change(draft.episode, family_reference="A1" * 10 + "B")


def test_a_child_id_is_one_childs_whatever_its_capitals(db):
    insert(Child, **a_child_row(la_child_id="ex1"))
    with refused("child_ids_are_unique"):
        insert(Child, **a_child_row(la_child_id="EX1"))


def test_a_child_has_a_birth_date_or_an_expected_one(db):
    name = "exactly_one_of_birth_date_and_expected_birth_date"
    with refused(name):
        insert(Child, **a_child_row(birth_date=None))
    with refused(name):
        insert(Child, **a_child_row(expected_birth_date=date(2026, 12, 1)))
    insert(Child, **a_child_row(birth_date=None, expected_birth_date=date(2026, 12, 1)))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("referral_source_is_of_the_census_code_set", "referral_source"),
        ("primary_need_is_of_the_census_code_set", "primary_need"),
        ("reason_for_closure_is_of_the_census_code_set", "reason_for_closure"),
    ],
)
def test_code_sets_of_an_episode_are_the_census_s(draft: Assessment, name: str, field: str):
    closed = {"closure_date": timezone.localdate()} if field == "reason_for_closure" else {}
    with refused(name):
        change(draft.episode, **closed, **{field: "ZZ"})
    for value, _ in Episode._meta.get_field(field).choices:
        accept(draft.episode, **closed, **{field: value})


def test_a_childs_sex_is_of_the_census_code_set(db):
    for wrong in ("X", "1", "f", ""):
        with refused("sex_is_of_the_census_code_set"):
            insert(Child, **a_child_row(sex=wrong))


def test_answers_and_reviews_have_a_known_kind_and_say_why(people: People, submitted: Assessment):
    for name, wrong in (
        ("answer_kind_is_known", {"kind": "ignored"}),
        ("a_reason_is_not_empty", {"kind": "reason", "text": ""}),
    ):
        with refused(name):
            insert(
                apps.get_model("assessments", "RuleAnswer"),
                **{
                    "assessment": submitted.pk,
                    "rule": "some-rule",
                    "kind": "reason",
                    "codes": [],
                    "text": "So",
                    "answered_by": people.ada.pk,
                    "answered_at": timezone.now(),
                }
                | wrong,
            )
    for name, wrong in (
        ("decision_is_known", {"decision": "lost", "comment": "Why"}),
        ("a_return_or_reopening_says_why", {"decision": "returned"}),
        ("a_return_or_reopening_says_why", {"decision": "reopened"}),
    ):
        with refused(name):
            insert(
                Review,
                **{
                    "assessment": submitted.pk,
                    "version": submitted.versions.get().pk,
                    "decision": "authorised",
                    "comment": "",
                    "decided_by": people.mo.pk,
                    "decided_at": timezone.now(),
                }
                | wrong,
            )


# Clean text

NOBODY_TYPES = {
    # Made by the product, never typed.
    "accounts.User.password": "a hash",
    "accounts.User.density": "a choice that the service checks",
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
            for model in app.get_models():
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
    # A CHECK that cannot be told for want of the other columns refuses nothing.
    accepted = " AND ".join(f"coalesce({text.removeprefix('CHECK ')}, true)" for text in mine)
    sql = (
        f"SELECT code FROM (SELECT {row}, code, "  # noqa: S608
        f"'a' || chr(code) || 'b' AS {field.column} FROM unnest(%s::int[]) AS code) AS one "
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
