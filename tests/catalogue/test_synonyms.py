"""The everyday words by which a factor is found."""

from __future__ import annotations

import pytest

from assessments.catalogue import loader

RECORDABLE = [edition for edition in loader.editions().values() if edition.recordable]
FACTORS = [(edition, factor) for edition in RECORDABLE for factor in edition.factors]


@pytest.mark.parametrize(
    "factor", [factor for _, factor in FACTORS], ids=[f"{e.id} {f.number}" for e, f in FACTORS]
)
def test_a_factor_has_at_least_five_words_in_lower_case_each_once(factor):
    assert len(set(factor.synonyms)) == len(factor.synonyms) >= 5
    assert [word for word in factor.synonyms if word != word.lower().strip()] == []


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("county lines", {"12", "13", "24"}),
        ("cuckooing", {"24"}),
        ("trap house", {"24"}),
        ("cannabis", {"2"}),
        ("spice", {"2"}),
        ("vape", {"2"}),
        ("knife", {"13", "24"}),
        ("postcode war", {"13"}),
        ("coercive control", {"3"}),
        ("honour", {"3"}),
        ("witchcraft", {"23"}),
        ("cutting", {"15", "22"}),
        ("overdose", {"15"}),
        ("drug overdose", {"2"}),
        ("runaway", {"10"}),
        ("refugee", {"9"}),
    ],
)
def test_an_everyday_word_finds_its_factors(april_2021, word, numbers):
    assert {factor.number for factor in april_2021.factors if word in factor.synonyms} == numbers
