"""Invented selections: as often as published, together as in families. No database."""

from __future__ import annotations

import csv
from collections import Counter
from math import sqrt
from pathlib import Path
from random import Random

import pytest

from assessments.catalogue import loader
from assessments.demo.parameters import load_parameters
from assessments.demo.selections import DrawnSelection, selection_generator

NUMBER = 20_000
PUBLISHED = Path(__file__).resolve().parents[2].parent / "shared/census/dfe-c3-national-by-code.csv"
EDITIONS = [edition for edition in loader.editions().values() if edition.recordable]
APRIL_2021 = loader.edition("2021-04")


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311


@pytest.fixture(scope="module")
def found() -> list[DrawnSelection]:
    """One child's selection each, under the April 2021 guide."""
    generator, random = selection_generator(APRIL_2021), seeded(1)
    return [generator.draw_family(random, 1)[1][0] for _ in range(NUMBER)]


@pytest.fixture(scope="module")
def with_factors(found) -> list[DrawnSelection]:
    return [each for each in found if each.codes != ("21",)]


def _tolerance(share: float, number: int) -> float:
    """Four standard deviations of a count, so that chance alone is far too small to fail it."""
    return 4 * sqrt(share * (1 - share) / number)


@pytest.mark.parametrize("column", load_parameters().shares.published)
def test_each_code_is_found_as_often_as_published(column, with_factors):
    share = load_parameters().shares.published[column]
    times = sum(column in each.columns for each in with_factors)
    assert times / len(with_factors) == pytest.approx(
        share, abs=_tolerance(share, len(with_factors))
    )


def test_brothers_and_sisters_do_not_move_the_shares():
    generator, random = selection_generator(APRIL_2021), seeded(2)
    counts: Counter[str] = Counter()
    children = 0
    while children < NUMBER:
        _, family = generator.draw_family(random, 3)
        children += sum(each.codes != ("21",) for each in family)
        for each in family:
            counts.update(each.columns)
    for column, share in load_parameters().shares.published.items():
        # What is found in one child of a family is mostly found in all three.
        assert counts[column] / children == pytest.approx(
            share, abs=2 * _tolerance(share, children)
        ), column


def test_there_are_as_many_factors_to_an_assessment_as_published(with_factors):
    mean = sum(len(each.codes) for each in with_factors) / len(with_factors)
    assert mean == pytest.approx(sum(load_parameters().shares.published.values()), abs=0.04)


def test_no_factors_stand_alone_in_one_assessment_of_twenty(found):
    share = load_parameters().shares.no_factors_share
    none = [each for each in found if "21" in each.codes]
    assert {each.codes for each in none} == {("21",)}
    assert len(none) / NUMBER == pytest.approx(share, abs=_tolerance(share, NUMBER))


def _share_with(found: list[DrawnSelection], code: str, other: str) -> float:
    having = [each for each in found if code in each.codes]
    return sum(other in each.codes for each in having) / len(having)


def test_gangs_come_mostly_with_criminal_exploitation(with_factors):
    assert _share_with(with_factors, "13A", "24A") > 0.8


@pytest.mark.parametrize(
    ("code", "other", "times"),
    [
        ("3A", "3B", 1.5),
        ("1B", "2B", 1.5),
        ("16A", "2B", 1.5),
        ("15A", "4A", 2),
        ("10A", "24A", 5),
        ("7A", "6B", 4),
        ("14A", "2A", 2),
    ],
)
def test_what_belongs_together_is_found_together(code, other, times, with_factors):
    overall = sum(other in each.codes for each in with_factors) / len(with_factors)
    assert _share_with(with_factors, code, other) > times * overall


def test_a_child_alone_and_seeking_asylum_has_no_factor_of_a_parent(with_factors):
    rule = next(rule for rule in APRIL_2021.rules if rule.id == "asylum-with-parents")
    alone = [set(each.codes) for each in with_factors if not rule.codes.isdisjoint(each.codes)]
    assert alone
    assert not set.union(*alone) & rule.with_codes


def test_a_child_is_privately_fostered_in_one_way(with_factors):
    ways = load_parameters().shares.columns["8B-8F"].values
    fostered = [each for each in with_factors if "8B-8F" in each.columns]
    assert fostered
    assert {sum(code in ways for code in each.codes) for each in fostered} == {1}


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
def test_every_code_of_an_edition_is_found_and_no_other(edition):
    generator, random = selection_generator(edition), seeded(3)
    drawn = {code for _ in range(60_000) for code in generator.draw_family(random, 1)[1][0].codes}
    shares = load_parameters().shares
    expected = {*shares.published, *shares.columns["8B-8F"].values, "21"} - {"8B-8F"}
    assert drawn == expected & edition.codes.keys()


def test_an_unborn_child_comes_alone_and_does_nothing_that_only_a_born_one_does():
    generator, random = selection_generator(APRIL_2021), seeded(4)
    rule = next(rule for rule in APRIL_2021.rules if rule.id == "unborn-child")
    families = [generator.draw_family(random, 2) for _ in range(5_000)]
    unborn = [family for pattern, family in families if pattern.unborn]
    assert unborn
    assert {len(family) for family in unborn} == {1}
    assert not {code for (each,) in unborn for code in each.codes} & rule.codes


def test_the_same_seed_finds_the_same():
    generator = selection_generator(APRIL_2021)
    once, again = (
        [generator.draw_family(random, 2) for _ in range(500)] for random in (seeded(5), seeded(5))
    )
    assert once == again


def test_the_shares_are_those_published():
    if not PUBLISHED.exists():
        pytest.skip("the published table is not beside this checkout")
    with PUBLISHED.open(newline="") as file:
        rows = {row["code"]: row["pct_of_episodes_2025"] for row in csv.DictReader(file)}
    counted = {code: float(share) / 100 for code, share in rows.items() if share and float(share)}
    assert dict(load_parameters().shares.published) == pytest.approx(counted)
