"""How children are found by what is typed: the same letters, whichever way they are written."""

from __future__ import annotations

import re
import unicodedata

import pytest
from django.db import connection
from django.urls import reverse

from assessments import queries
from assessments.models import Child
from tests import people as make
from tests.database.raw import a_child_row, insert
from tests.people import People

FOUND = [
    ("obrien", "O’Brien"),
    ("obrien", "O'Brien"),
    ("o’brien", "O`Brien"),
    ("o´brien", "OBrien"),
    ("o'br", "Oʼbrien"),
    ("zoe", "Zoë"),
    ("ZOË", "Zoe"),
    ("zoe\u0308", "Zoë"),
    ("garcia lopez", "García-López"),
    ("lopez garcia", "García-López"),
    ("garcía–lópez", "Garcia Lopez"),
    ("lukasz", "Łukasz"),
    ("ŁUKASZ", "lukasz"),
    ("jones", "Smith-Jones"),
    ("smith-jones", "Smith Jones"),
    ("ann marie", "Ann\u00a0Marie"),
    ("marie ann", "Ann Marie"),
    ("strasse", "Straße"),
    ("STRASSE", "straße"),
    ("aesa", "Æsa"),
    ("thor", "Þór"),
    ("ismail", "İsmail"),
    ("isik", "Işık"),
    ("dang", "Đặng"),
    ("محمد", "مُحَمَّد"),
    ("αλεξης", "Αλέξης"),
    ("семен", "Семён"),
    ("יוסף", "יוֹסֵף"),
    ("ada", "A\u00adda"),
    ("full", "Ｆull"),
]


def words_of(*texts: str) -> list[list[str]]:
    """What the database makes of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_words(text) FROM unnest(%s::text[]) AS text", [list(texts)])
        return [words for (words,) in cursor.fetchall()]


@pytest.mark.parametrize(("typed", "name"), FOUND)
def test_a_name_is_found_as_people_type_it(db, typed: str, name: str):
    Child.objects.create(**a_child_row(given_name=name, family_name="Sample"))
    Child.objects.create(**a_child_row(la_child_id="EX1", given_name="", family_name="Other"))
    assert [child.la_child_id for child in queries.children_found_by(typed)] == ["EX9999"]
    assert queries.children_found_by(f"sampl {typed} ex99").exists()
    assert not queries.children_found_by(f"{typed} other").exists()


@pytest.mark.parametrize("typed", ["", " ", "-", "'", "\u200b", "&", "!", ":*", "\\", "' | 'a"])
def test_signs_alone_find_nobody(db, typed: str):
    Child.objects.create(**a_child_row(given_name="Robin"))
    assert not queries.children_found_by(typed).exists()


def test_every_letter_of_latin_is_found_without_its_accent(db):
    letters = {}
    for point in [*range(0x80, 0x250), *range(0x1E00, 0x1F00)]:
        name = unicodedata.name(chr(point), "")
        if found := re.fullmatch(
            r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z])(?: WITH (?!SMALL LETTER).*)?", name
        ):
            letters[chr(point)] = [found[1].lower()]
    assert len(letters) > 500
    assert dict(zip(letters, words_of(*letters), strict=True)) == letters


def test_capitals_and_composition_make_no_difference_to_any_character(db):
    every = [
        chr(point)
        for point in range(1, 0x110000)
        if not 0xD800 <= point <= 0xDFFF and unicodedata.category(chr(point)) not in ("Cn", "Co")
    ]
    plain = words_of(*(f"a{each}b" for each in every))
    for spelling in ("NFC", "NFD"):
        spelt = [unicodedata.normalize(spelling, f"a{each}b") for each in every]
        assert words_of(*spelt) == plain
    upper = words_of(*(f"a{each.upper()}b" for each in every))
    assert upper == plain


def test_plain_letters_make_the_words_that_every_script_makes(db):
    """Of rows with nothing but plain letters they are made in a shorter way."""
    texts = ["", "-", "' '", "O'Brien", "Ann-Marie  McDonald", "DEMO000001 İ", "a'-b", "X Æ A-12"]
    texts += [f"Ab{chr(number)}Cd" for number in range(1, 128)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT search_words(text), search_words_of_any_script(text)"
            " FROM unnest(%s::text[]) AS text",
            [texts],
        )
        for words, of_any_script in cursor.fetchall():
            assert words == of_any_script


def test_what_is_typed_is_read_as_names_are_whoever_writes_them(db):
    insert(Child, **a_child_row(given_name="Zoë", family_name="O’Brien-Łukasz"))
    assert queries.children_found_by("lukasz zoe").exists()
    Child.objects.update(given_name="Ada")
    assert not queries.children_found_by("zoe").exists()
    assert queries.children_found_by("ada").exists()


def test_an_index_holds_the_words_of_many_children(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_child (reference, la_child_id, given_name, family_name, "
            "birth_date, sex, disabled, restricted) SELECT gen_random_uuid(), 'EX' || number, "
            "'Given' || number, 'Family' || number % 997, '2015-02-03', 'F', false, false "
            "FROM generate_series(1, 20000) AS number"
        )
        # Whether it can serve, whatever the statistics of rows just written say.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = queries.children_found_by("given12345 fam").explain()
    assert "Bitmap Index Scan on child_words" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("name", ["child", "episode", "assessment"])
def test_the_lists_of_the_admin_find_by_name_too(people: People, browser_of, name: str):
    make.submit(make.start(people.ada, "EX1", given_name="Zoë", family_name="O’Brien"))
    make.submit(make.start(people.ada, "EX2"))
    make.submit(make.start(people.cleo, "EX3", given_name="Zoë", family_name="O’Brien"))
    mo = browser_of(people.mo)
    address = reverse(f"admin:assessments_{name}_changelist")
    for typed, found in {"obrien zoe": ["EX1"], "ex2": ["EX2"], "ex": ["EX1", "EX2"]}.items():
        response = mo.post(address, {"q": typed}, follow=True)
        rows = response.context_data["cl"].result_list
        admin = response.context_data["cl"].model_admin
        assert sorted(admin.child_of(row).la_child_id for row in rows) == found
