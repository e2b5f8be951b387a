"""Which codes the database accepts, tried with raw SQL, code by code."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.database.code_constraints import TABLES, conditions
from assessments.models import Assessment, Review, Version
from tests import people as make
from tests.database.raw import (
    a_review_row,
    a_version_row,
    accept,
    an_assessment_row,
    another_episode,
    change,
    insert,
    refused,
    settle,
)
from tests.people import People

EDITIONS = list(loader.editions().values())
of_each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)


LONDON = ZoneInfo("Europe/London")


def under(edition: Edition, **values: Any) -> dict[str, Any]:
    """The columns of a row that is recorded under the edition, on its first day."""
    return {"edition": edition.id, "saved_at": at_noon(edition.in_force_from)} | values


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=LONDON)


def not_alone(edition: Edition) -> list[str]:
    """Return the edition's codes that may stand beside others, in the guide's order.

    An edition of codes alone has no rules; 21 stands alone in every year (census rule 8869).
    """
    alone = edition.solitary_codes or {"21"}
    return [code for code in edition.codes if code not in alone]


def test_the_tests_are_no_superuser_and_own_no_table(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


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


def test_constraints_and_catalogue_agree_on_every_selection(db):
    """The conditions as they are in the database against those made from the catalogue."""
    editions = loader.editions()
    everything = sorted({code for edition in editions.values() for code in edition.codes})
    selections = [
        [],
        *([code] for code in [*everything, "8A", "99Z", "1a", " 1A", "1A ", "01A", "", "99"]),
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


@of_each_edition
def test_each_code_of_an_edition_alone_is_accepted_and_no_other(draft: Assessment, edition):
    others = {c for each in loader.editions().values() for c in each.codes} - set(edition.codes)
    assert edition.codes
    for code in edition.codes:
        accept(draft, **under(edition, codes=[code]))
    for code in [*sorted(others), "8A", "99Z", "1a", "1A ", "", "999"]:
        with refused("codes_are_of_the_edition"):
            change(draft, **under(edition, codes=[code]))


def test_a_replaced_code_is_accepted_under_the_edition_that_had_it(draft: Assessment):
    accept(draft, **under(loader.edition("2016-04"), codes=["18A", "19A"]))
    for edition in ("2020-04", "2021-04"):
        with refused("codes_are_of_the_edition"):
            change(draft, **under(loader.edition(edition), codes=["18A"]))


@of_each_edition
def test_all_codes_at_once_are_accepted_but_for_what_stands_alone(
    draft: Assessment, edition: Edition
):
    accept(draft, **under(edition, codes=not_alone(edition)))
    with refused("no_factors_identified_stands_alone"):
        change(draft, **under(edition, codes=list(edition.codes)))


@pytest.mark.parametrize("edition", ["1999-04", "", "2021-4"])
def test_an_unknown_edition_is_refused(people: People, submitted: Assessment, edition: str):
    back = make.return_it(submitted, people.mo)
    with refused("recorded_under_the_edition_in_force"):
        change(back, edition=edition, codes=["4A"])
    with refused("codes_are_of_the_edition"):
        insert(Version, **a_version_row(back, edition=edition))


# The edition


def days_that_matter() -> Iterator[tuple[date, str | None]]:
    """The first and last day of each edition with its id, and the days beside them."""
    for edition in EDITIONS:
        last = edition.in_force_to or date(9999, 12, 30)
        for day in (edition.in_force_from, edition.in_force_from - timedelta(days=1)):
            yield day, edition_on(day)
        for day in (last, last + timedelta(days=1)):
            yield day, edition_on(day)
    yield timezone.localdate(), edition_on(timezone.localdate())


def edition_on(day: date) -> str | None:
    for edition in EDITIONS:
        if edition.in_force_from <= day <= (edition.in_force_to or date.max):
            return edition.id
    return None


def test_the_database_knows_the_days_of_every_edition(db):
    assert {edition for _, edition in days_that_matter()} == {None, *loader.editions()}
    with connection.cursor() as cursor:
        for day, edition in days_that_matter():
            cursor.execute("SELECT edition_in_force(%s)", [day])
            assert cursor.fetchone() == (edition,), day


def other_editions(edition: Edition) -> list[Edition]:
    return [each for each in EDITIONS if each != edition]


@of_each_edition
def test_codes_and_description_are_recorded_under_the_edition_of_the_day(
    draft: Assessment, edition: Edition
):
    for changed in ({"codes": ["1A"]}, {"codes": ["20"], "other_description": "Debts"}):
        accept(draft, **under(edition, **changed))
        for other in other_editions(edition):
            with refused("recorded_under_the_edition_in_force"):
                change(draft, **under(edition, **changed) | {"edition": other.id})
    described = make.record(draft, "20", description="Debts")
    accept(described, other_description="Rent")
    with refused("recorded_under_the_edition_in_force"):
        change(described, edition=EDITIONS[0].id, other_description="Rent")


def test_the_day_is_that_of_london(draft: Assessment):
    """In summer time 1 April begins an hour before it does in UTC."""
    for at, edition in (
        ("2021-03-31 22:59:59+00", "2020-04"),
        ("2021-03-31 23:00:00+00", "2021-04"),
        ("2020-03-31 22:59:59+00", "2016-04"),
        ("2020-03-31 23:00:00+00", "2020-04"),
    ):
        accept(draft, saved_at=at, edition=edition, codes=["1A"])
        for other in {each.id for each in EDITIONS} - {edition}:
            with refused("recorded_under_the_edition_in_force"):
                change(draft, saved_at=at, edition=other, codes=["1A"])


@of_each_edition
def test_other_writes_leave_the_edition(draft: Assessment, edition: Edition):
    ready = make.record(draft, "1A")
    day = {"saved_at": at_noon(edition.in_force_from)}
    for values in ({"outcome": "early_help"}, {"status": "cancelled", "cancellation_reason": "So"}):
        accept(ready, **values, **day)
        if edition.id != ready.edition:
            with refused("recorded_under_the_edition_in_force"):
                change(ready, **values, edition=edition.id, **day)


@of_each_edition
def test_an_assessment_begins_under_the_edition_of_the_day(draft: Assessment, edition: Edition):
    row = an_assessment_row(draft, episode=another_episode("EX2").pk)
    for other in other_editions(edition):
        with refused("recorded_under_the_edition_in_force"):
            insert(Assessment, **row | under(edition, codes=["1A"]) | {"edition": other.id})
    insert(Assessment, **row | under(edition, codes=["1A"]))


@of_each_edition
def test_what_is_submitted_is_so_under_the_edition_of_the_day(draft: Assessment, edition: Edition):
    ready = make.set_outcome(make.record(draft, "4B"))
    now = timezone.now()
    for saved_at in (now, at_noon(edition.in_force_from)):
        right = edition_on(saved_at.date()) == edition.id
        point = transaction.savepoint()
        insert(Version, **a_version_row(ready, submitted_at=now, edition=edition.id))
        values = {"status": "submitted", "submitted_at": now, "edition": edition.id}
        if right:
            change(ready, **values, saved_at=saved_at)
            settle()
        else:
            with refused("recorded_under_the_edition_in_force"):
                change(ready, **values, saved_at=saved_at)
        transaction.savepoint_rollback(point)


@of_each_edition
def test_what_is_authorised_is_so_under_the_edition_of_its_end(people: People, edition: Edition):
    first = EDITIONS[0].in_force_from
    sent = make.submit(make.start(people.ada, referred=first, birth_date=date(2012, 5, 1)))
    version = sent.versions.get()
    last = edition.in_force_to or max(timezone.localdate(), edition.in_force_from)
    for end in (edition.in_force_from, last):
        for other in EDITIONS:
            point = transaction.savepoint()
            # An edition may be there before it is in force; nothing ends before its day has come.
            saved_at = max(timezone.now(), at_noon(end))
            marked = {"authorised_by_id": people.mo.pk, "authorised_at": saved_at}
            change(version, **marked, end_date=end, edition=other.id)
            decision = {"decision": "authorised", "reason": "", "comment": ""}
            insert(Review, **a_review_row(sent, people.mo, **decision))
            values = {
                "status": "authorised",
                "end_date": end,
                "edition": other.id,
                "saved_at": saved_at,
            }
            if other == edition:
                change(sent, **values)
                settle()
            else:
                with refused("recorded_under_the_edition_in_force"):
                    change(sent, **values)
            transaction.savepoint_rollback(point)


def test_an_amendment_is_under_the_edition_of_its_end(people: People, authorised: Assessment):
    again = make.reopen(authorised, people.mo)
    ended = edition_on(again.end_date)
    for edition in EDITIONS:
        values = under(edition, codes=["4A"])
        if edition.id == ended:
            accept(again, **values)
        else:
            with refused("recorded_under_the_edition_in_force"):
                change(again, **values)
            accept(again, **values | {"edition": ended})


@pytest.mark.django_db(transaction=True)
def test_what_the_owner_loads_is_exempt(transactional_db, as_owner):
    draft = make.start(make.make_people().ada)
    with as_owner(), transaction.atomic():
        row = an_assessment_row(draft, episode=another_episode("EX2").pk)
        insert(Assessment, **row | {"edition": "2016-04", "codes": ["18A"]})
        change(draft, edition="2020-04", codes=["1A"])
        with refused("no_factors_identified_stands_alone"):
            insert(Assessment, **row | {"edition": "2020-04", "codes": ["1A", "21"]})
        transaction.set_rollback(True)


@of_each_edition
def test_no_day_lets_21_stand_beside_another_code(draft: Assessment, edition: Edition):
    """The census has refused it in every year (rule 8869)."""
    accept(draft, **under(edition, codes=["21"]))
    for codes in (["1A", "21"], ["20", "21"]):
        with refused("no_factors_identified_stands_alone"):
            change(draft, **under(edition, codes=codes))


# Single codes


def test_no_factors_identified_stands_alone_in_april_2021():
    april_2021 = loader.edition("2021-04")
    assert april_2021.solitary_codes == {"21"}
    assert len(not_alone(april_2021)) == 41


@of_each_edition
def test_what_stands_alone_is_refused_beside_each_other_code(draft: Assessment, edition: Edition):
    for alone, other in itertools.product(edition.solitary_codes, not_alone(edition)):
        accept(draft, **under(edition, codes=[alone]))
        both = [code for code in edition.codes if code in {alone, other}]
        with refused("no_factors_identified_stands_alone"):
            change(draft, **under(edition, codes=both))


@of_each_edition
def test_each_code_doubled_is_refused(draft: Assessment, edition: Edition):
    for code in not_alone(edition):
        with refused("codes_are_sorted_and_each_once"):
            change(draft, **under(edition, codes=[code, code]))


@of_each_edition
def test_codes_in_another_order_than_the_guides_are_refused(draft: Assessment, edition: Edition):
    for before, after in itertools.pairwise(not_alone(edition)):
        accept(draft, **under(edition, codes=[before, after]))
        with refused("codes_are_sorted_and_each_once"):
            change(draft, **under(edition, codes=[after, before]))


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


def test_a_submitted_selection_is_not_empty(draft: Assessment):
    with refused("a_version_is_not_empty"):
        insert(Version, **a_version_row(draft, outcome="early_help"))
    with refused("what_is_locked_equals_its_latest_version"):
        change(draft, status="submitted", submitted_at=timezone.now())


def test_a_version_holds_to_the_same_codes(people: People, submitted: Assessment):
    back = make.return_it(submitted, people.mo)
    for name, wrong in (
        ("a_version_is_not_empty", {"codes": []}),
        ("codes_are_of_the_edition", {"codes": ["18A"]}),
        ("codes_are_sorted_and_each_once", {"codes": ["4B", "4A"]}),
        ("no_factors_identified_stands_alone", {"codes": ["4B", "21"]}),
        ("a_version_has_a_known_outcome", {"outcome": ""}),
    ):
        with refused(name):
            insert(Version, **a_version_row(back, **wrong))
    insert(Version, **a_version_row(back))


def test_a_version_says_who_authorised_it_and_when(people: People, submitted: Assessment):
    version, now = submitted.versions.get(), timezone.now()
    for wrong in (
        {"authorised_at": now},
        {"authorised_at": now, "authorised_by_id": people.mo.pk},
        {"authorised_at": now, "end_date": timezone.localdate()},
    ):
        with refused("an_authorised_version_says_who_and_when"):
            change(version, **wrong)
