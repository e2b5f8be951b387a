"""Every selection of up to five codes, compared with the oracle."""

from collections.abc import Iterable
from itertools import combinations, product
from math import comb
from typing import Any

import pytest

from assessments.catalogue import loader
from assessments.rules import Selection, evaluate
from tests.rules.oracle import CODES, rules_that_speak

EDITION = loader.edition("2021-04")

# As many rules as can be have something to say of him.
GROWN_UP: dict[str, Any] = {"age": 18, "sex": "M", "disabled": True}
SITUATIONS: list[dict[str, Any]] = [
    GROWN_UP,
    {"age": 17, "sex": "F"},
    {"age": 17, "sex": "F", "disabled": True},
    {"age": 16, "sex": "U"},
    {"age": 15, "sex": "M"},
    {"age": 0, "sex": "F", "outcome": "no_further_action"},
    {"age": None, "sex": "M"},
    {"unborn": True},
    {"unborn": True, "sex": "M", "disabled": True, "outcome": "no_further_action"},
    {"age": 18, "sex": "F", "outcome": "early_help", "other_description": "Debt"},
]


def differences(selections: Iterable[tuple[str, ...]], **child: Any) -> list[Any]:
    found = []
    for sent in selections:
        spoke = [finding.rule.id for finding in evaluate(EDITION, Selection(sent, **child))]
        expected = rules_that_speak(sent, **child)
        if spoke != expected:
            found.append((sent, child, spoke, expected))
    return found


def selections_that_begin_with(first: str) -> Iterable[tuple[str, ...]]:
    later = CODES[CODES.index(first) + 1 :]
    for size in range(5):
        for rest in combinations(later, size):
            yield (first, *rest)


def test_there_are_974982_selections_of_up_to_five_codes():
    begun = sum(comb(41 - place, size) for place in range(42) for size in range(5))
    assert begun + 1 == sum(comb(42, size) for size in range(6)) == 974_982


def test_the_oracle_and_the_edition_list_the_same_codes():
    assert tuple(EDITION.codes) == CODES


@pytest.mark.parametrize("first", CODES)
def test_every_selection_of_up_to_five_codes_agrees_with_the_oracle(first):
    assert differences(selections_that_begin_with(first), **GROWN_UP) == []


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_every_selection_of_up_to_three_codes_agrees_for_children_of_every_kind(situation):
    selections = (sent for size in range(4) for sent in combinations(CODES, size))
    assert differences(selections, **situation) == []


@pytest.mark.parametrize("age", [None, 15, 16, 17, 18])
@pytest.mark.parametrize("unborn", [False, True])
def test_every_pair_of_codes_agrees_whatever_is_known_of_the_child(age, unborn):
    selections = [sent for size in range(3) for sent in combinations(CODES, size)]
    for sex, disabled, outcome, description in product(
        ["M", "F", None],
        [False, True],
        [None, "no_further_action", "early_help"],
        [" \n", "Debt"],
    ):
        assert (
            differences(
                selections,
                age=age,
                unborn=unborn,
                sex=sex,
                disabled=disabled,
                outcome=outcome,
                other_description=description,
            )
            == []
        )
