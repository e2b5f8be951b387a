"""How often the search is right: a floor below which nobody may make it."""

from __future__ import annotations

import pytest

from assessments.catalogue import loader
from benchmarks import finding

FLOORS = {finding.TUNED: (0.985, 0.992, 0.992), finding.UNSEEN: (0.96, 0.984, 0.91)}
"""First right, in the first three, told that no code describes it."""


@pytest.mark.parametrize("name", FLOORS)
def test_the_search_is_right_at_least_as_often_as_it_was(name):
    found = finding.figures(name)
    for share, floor in zip((found.first, found.in_three, found.none), FLOORS[name], strict=True):
        assert share >= floor


def test_the_phrases_are_many_of_every_kind_and_no_phrase_is_in_both_files():
    tuned, unseen = finding.phrases(finding.TUNED), finding.phrases(finding.UNSEEN)
    assert len(tuned) >= 400
    assert len(unseen) >= 400
    assert {each.kind for each in tuned} == {each.kind for each in unseen}
    texts = [each.text for each in (*tuned, *unseen)]
    assert len(texts) == len(set(texts))


def test_what_is_expected_is_of_the_guide():
    edition = loader.edition("2021-04")
    known = {*edition.codes, *edition.factors_by_number}
    for name in FLOORS:
        for each in finding.phrases(name):
            assert known >= {*each.expected}
        # Every factor is looked for.
        numbers = {
            finding.number_of(edition, one)
            for each in finding.phrases(name)
            for one in each.expected
        }
        assert numbers == {*edition.factors_by_number}
