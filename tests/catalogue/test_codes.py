"""The codes of each edition, their domains and their names."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise, permutations

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import code_order

EDITIONS = list(loader.editions())
ABOUT = {
    "": {""},
    "child": {"The child"},
    "parent or carer": {"A parent or carer"},
    "another person in household/family": {
        "Another person in the household",
        "Another person in the family or household",
    },
}
"""Our labels for the table's."""

CENSUS_YEARS = {
    "2016-04": ["2016-17", "2017-18", "2018-19", "2019-20"],
    "2020-04": ["2020-21"],
    "2021-04": ["2021-22", "2022-23", "2023-24", "2024-25", "2025-26", "2026-27"],
}
"""The years that the table knows, with the editions of which it tells."""
LAST_DAY_OF_THE_TABLE = date(2027, 3, 31)


def in_use(row: dict[str, str], year: str) -> bool:
    """Whether the table gives the code for that census year, named as "2020-21".

    Where the table leaves a first or last year open between two, the later one counts.
    """
    first = row["first_census_year"].removesuffix(" or earlier")
    last = row["last_census_year"].split(" or ")[-1]
    return first <= year and (not last or year <= last)


@pytest.mark.parametrize(
    ("edition", "year"), [(id, year) for id, years in CENSUS_YEARS.items() for year in years]
)
def test_an_edition_has_the_codes_of_its_census_years(code_table, edition, year):
    expected = {code for code, row in code_table.items() if in_use(row, year)}
    assert set(loader.edition(edition).codes) == expected


def test_the_census_years_of_each_edition_are_those_it_is_in_force():
    found = {}
    for id in CENSUS_YEARS:
        edition = loader.edition(id)
        last = min(edition.in_force_to or date.max, LAST_DAY_OF_THE_TABLE)
        years = range(edition.in_force_from.year, last.year)
        found[id] = [f"{year}-{(year + 1) % 100:02}" for year in years]
    assert found == CENSUS_YEARS


@pytest.mark.parametrize(("edition", "count"), [("2016-04", 39), ("2020-04", 41), ("2021-04", 42)])
def test_an_edition_has_as_many_codes_as_the_census_had(edition, count):
    assert len(loader.edition(edition).codes) == count


def test_each_code_stands_in_the_domain_of_the_table(code_table, april_2021):
    assert {code.code: code.domain or "none" for code in april_2021.codes.values()} == {
        code: code_table[code]["domain"] for code in april_2021.codes
    }


def test_the_domains_hold_every_code_once_and_20_and_21_stand_after_them(april_2021):
    placed = [
        code.code
        for domain in (*[domain.id for domain in april_2021.domains], None)
        for _, codes in april_2021.factors_in(domain)
        for code in codes
    ]
    assert sorted(placed, key=code_order) == list(april_2021.codes)
    assert placed[-2:] == ["20", "21"]
    assert [number.number for number, _ in april_2021.factors_in(None)] == ["20", "21"]


@pytest.mark.parametrize("edition", CENSUS_YEARS)
def test_each_code_is_labelled_by_whom_it_is_about(code_table, edition):
    for code in loader.edition(edition).codes.values():
        told_apart = code_table[code.code]["about"]
        if told_apart:
            assert code.about in ABOUT[told_apart], code.code


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_code_is_labelled_where_its_factor_has_several_and_not_otherwise(edition):
    for factor in loader.edition(edition).factors:
        labels = [code.about for code in factor.codes]
        assert len(set(labels)) == len(labels), factor.number
        assert all(labels) is (len(labels) > 1), factor.number


def test_the_words_of_the_family_and_the_household_follow_the_guide(april_2021):
    for code in april_2021.codes.values():
        assert ("family/household" in code.words) is (code.about.endswith("family or household"))


@pytest.mark.parametrize("edition", ["2016-04", "2020-04"])
def test_the_earlier_editions_have_only_codes_and_names(code_table, edition):
    edition = loader.edition(edition)
    assert {code: edition.factor_of(code).name for code in edition.codes} == {
        code: code_table[code]["category"] for code in edition.codes
    }
    assert not edition.recordable
    assert edition.sections == edition.rules == edition.domains == ()
    assert {factor.blocks for factor in edition.factors} == {()}
    assert {(code.words, code.domain) for code in edition.codes.values()} == {("", None)}


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(EDITIONS)))
def test_an_edition_has_a_message_for_every_code_that_an_earlier_one_had(earlier, later):
    earlier, later = loader.edition(earlier), loader.edition(later)
    assert set(later.replaced) >= {*earlier.codes, *earlier.replaced} - set(later.codes)


@pytest.mark.parametrize("edition", CENSUS_YEARS)
def test_an_edition_has_a_message_for_every_code_that_is_gone(code_table, edition):
    edition = loader.edition(edition)
    gone = {
        code
        for code, row in code_table.items()
        if row["last_census_year"] and code not in edition.codes
    }
    assert set(edition.replaced) == gone


def test_each_replaced_code_has_its_message(april_2021):
    assert april_2021.replaced == {
        "8A": "8A was replaced: use 8B, 8C, 8D, 8E or 8F, by the kind of private fostering",
        "18A": "18A was replaced: use 18B (by another child) or 18C (by an adult)",
        "19A": "19A was replaced: use 19B (by another child) or 19C (by an adult)",
    }


@pytest.mark.parametrize("edition", EDITIONS)
def test_codes_stand_in_the_order_of_the_guide(edition):
    codes = list(loader.edition(edition).codes)
    assert codes == [
        code.code for factor in loader.edition(edition).factors for code in factor.codes
    ]


def test_a_code_of_two_digits_stands_after_those_of_one(april_2021):
    codes = list(april_2021.codes)
    assert codes.index("2A") + 1 == codes.index("2B") < codes.index("10A") < codes.index("20")


def test_codes_sort_by_number_and_then_by_letter():
    shuffled = ["10A", "2B", "21", "1A", "19C", "2A", "20", "19B", "9A"]
    assert sorted(shuffled, key=code_order) == [
        "1A", "2A", "2B", "9A", "10A", "19B", "19C", "20", "21",
    ]  # fmt: skip


@pytest.mark.parametrize("odd", ["", " 1A", "A1", "x", "9" * 50, "٣A", "-1"])
def test_what_is_no_code_sorts_without_an_error_and_not_among_the_first(odd):
    assert code_order(odd) > code_order("24A")


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_code_is_a_number_and_perhaps_a_letter(edition):
    for code in loader.edition(edition).codes:
        assert re.fullmatch(r"[0-9]{1,2}[A-Z]?", code), code


def test_codes_that_contain_each_other_are_of_different_factors(april_2021):
    contained = [(a, b) for a, b in permutations(april_2021.codes, 2) if a in b]
    assert ("1A", "11A") in contained
    assert ("8B", "18B") in contained
    for inner, outer in contained:
        assert april_2021.factor_of(inner) != april_2021.factor_of(outer)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_code_has_a_name_of_its_own(edition):
    edition = loader.edition(edition)
    assert len({edition.name_of(code) for code in edition.codes}) == len(edition.codes)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("3A", "Domestic Abuse, the child"),
        ("1B", "Alcohol Misuse, a parent or carer"),
        ("5C", "Learning disability, another person in the family or household"),
        ("8D", "Private fostering, UK child in an educational placement"),
        ("18C", "Physical abuse, by an adult"),
        ("24A", "Child criminal exploitation"),
        ("21", "No factors identified"),
    ],
)
def test_a_name_reads_as_a_person_would_say_it(april_2021, code, name):
    assert april_2021.name_of(code) == name


def test_an_unlisted_code_has_no_name(april_2021):
    with pytest.raises(KeyError):
        april_2021.name_of("18A")


def test_each_code_has_words_of_its_own_unless_the_guide_uses_the_same_for_two(april_2021):
    codes = {}
    for code in april_2021.codes.values():
        codes.setdefault(code.words, []).append(code.code)
    assert [shared for shared in codes.values() if len(shared) > 1] == [
        ["16A", "17A"],
        ["18C", "19C"],
    ]


def test_the_words_of_a_code_begin_where_the_guide_turns_to_it(april_2021):
    for code in april_2021.codes.values():
        text = april_2021.factor_of(code.code).text
        before = text[: text.index(code.words)]
        assert re.search(rf"(?:\({code.code}\)|Code {code.code})[^()]*$", before), code.code
