"""Which codes the database accepts, tried with raw SQL, code by code."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assessments.catalogue import loader
from assessments.database.code_constraints import TABLES, conditions
from assessments.models import Assessment, Version
from tests import people as make
from tests.database.raw import a_version_row, accept, change, insert, refused
from tests.people import People

EDITION = list(loader.editions().values())[-1]
NEWEST = tuple(EDITION.codes)
ALONE = sorted(code for rule in EDITION.rules if rule.kind == "stands_alone" for code in rule.codes)


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
def test_each_code_of_an_edition_alone_is_accepted_and_no_other(draft: Assessment, edition):
    others = {c for each in loader.editions().values() for c in each.codes} - set(edition.codes)
    assert edition.codes
    for code in edition.codes:
        accept(draft, edition=edition.id, codes=[code])
    for code in [*sorted(others), "8A", "25A", "1a", "1A ", "", "999"]:
        with refused("codes_are_of_the_edition"):
            change(draft, edition=edition.id, codes=[code])


def test_a_replaced_code_is_accepted_under_the_edition_that_had_it(draft: Assessment):
    accept(draft, edition="2016-04", codes=["18A", "19A"])
    for edition in ("2020-04", "2021-04"):
        with refused("codes_are_of_the_edition"):
            change(draft, edition=edition, codes=["18A"])


def test_all_codes_at_once_are_accepted_but_for_the_one_that_stands_alone(draft: Assessment):
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
