"""What is true of every selection, of known codes or not."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue import loader
from assessments.rules import Selection, evaluate
from tests.rules.oracle import CODES, rules_that_speak

APRIL_2021 = loader.edition("2021-04")

codes = st.sampled_from(CODES)
entries = codes | st.sampled_from(["8A", "18A", "19A", "1a", " 1A", "1", "A", ""]) | st.text()
facts = st.fixed_dictionaries(
    {
        "other_description": st.text(),
        "outcome": st.none() | st.sampled_from(["no_further_action", "early_help"]) | st.text(),
        "age": st.none() | st.integers(15, 19) | st.integers(),
        "unborn": st.booleans(),
        "sex": st.none() | st.sampled_from(["M", "F", "U"]) | st.text(),
        "disabled": st.booleans(),
    }
)
anything = st.builds(
    lambda sent, known: Selection(tuple(sent), **known), st.lists(entries, max_size=60), facts
)
known_codes = st.builds(
    lambda sent, known: Selection(tuple(sent), **known), st.lists(codes, unique=True), facts
)
often = settings(max_examples=300, deadline=None)


def ids_of(selection):
    return [finding.rule.id for finding in evaluate(APRIL_2021, selection)]


@often
@given(st.lists(entries, max_size=60), facts)
def test_whatever_is_sent_the_rules_and_the_oracle_agree(sent, known):
    assert ids_of(Selection(tuple(sent), **known)) == rules_that_speak(tuple(sent), **known)


@often
@given(known_codes, st.randoms(use_true_random=False))
def test_the_order_of_ticks_never_matters(selection, shuffler):
    shuffled = list(selection.sent)
    shuffler.shuffle(shuffled)
    again = Selection(
        tuple(shuffled),
        selection.other_description,
        selection.outcome,
        selection.age,
        selection.unborn,
        selection.sex,
        selection.disabled,
    )
    assert evaluate(APRIL_2021, again) == evaluate(APRIL_2021, selection)


@often
@given(st.lists(entries.filter(lambda entry: entry != "21"), min_size=1), facts, st.data())
def test_21_with_anything_is_refused(others, known, data):
    place = data.draw(st.integers(0, len(others)))
    selection = Selection((*others[:place], "21", *others[place:]), **known)
    refused = [f.rule.id for f in evaluate(APRIL_2021, selection) if f.is_error_on_save]
    assert "no-factors-stands-alone" in refused


@often
@given(anything.filter(lambda selection: "21" not in selection.codes))
def test_21_never_appears_by_itself(selection):
    for finding in evaluate(APRIL_2021, selection):
        assert "21" not in (*finding.codes, *finding.beside, *finding.rule.adds)


@pytest.mark.parametrize("edition", loader.editions().values(), ids=lambda edition: edition.id)
def test_no_rule_asks_to_add_a_code_that_stands_alone(edition):
    assert [rule.id for rule in edition.rules if edition.solitary_codes & {*rule.adds}] == []


@often
@given(anything)
def test_every_finding_names_selected_codes_of_the_edition_in_the_guides_order(selection):
    for finding in evaluate(APRIL_2021, selection):
        assert list(finding.codes) == [c for c in CODES if c in finding.codes]
        assert set(finding.codes) <= selection.codes
        assert list(finding.beside) == [c for c in CODES if c in finding.beside]


@often
@given(anything)
def test_findings_come_by_severity_each_rule_once(selection):
    order = ["error_on_save", "error_on_submission", "explain", "consider", "note"]
    found = evaluate(APRIL_2021, selection)
    severities = [order.index(finding.rule.severity) for finding in found]
    assert severities == sorted(severities)
    assert len({finding.rule.id for finding in found}) == len(found)


@often
@given(st.lists(codes, unique=True), facts)
def test_a_selection_of_listed_codes_without_21_can_always_be_saved(sent, known):
    sent = [code for code in sent if code != "21"]
    found = evaluate(APRIL_2021, Selection(tuple(sent), **known))
    assert [f.rule.id for f in found if f.is_error_on_save] == []


PAIRS = [(short, long) for short, long in permutations(CODES, 2) if short in long]


def test_twelve_pairs_of_codes_contain_each_other():
    assert len(PAIRS) == 12


@pytest.mark.parametrize(("short", "long"), PAIRS)
@pytest.mark.parametrize("unborn", [False, True])
def test_a_code_is_never_taken_for_one_that_contains_it(short, long, unborn):
    for alone, other in ((short, long), (long, short)):
        known = {"age": 18, "sex": "M", "unborn": unborn}
        found = evaluate(APRIL_2021, Selection((alone,), **known))
        assert [f.rule.id for f in found] == rules_that_speak((alone,), **known)
        assert {code for f in found for code in f.codes} <= {alone}
        assert all(other not in f.beside for f in found)


@pytest.mark.parametrize("edition", loader.editions().values(), ids=lambda edition: edition.id)
def test_evaluation_never_raises_for_any_code_of_any_edition(edition):
    for code in [*CODES, "8A", "18A", "19A"]:
        for finding in evaluate(edition, Selection((code, code), age=18, sex="M")):
            assert set(finding.codes) <= set(edition.codes)
