"""The kinds of rule: that a rule's fields fit its kind, and what every kind promises."""

from dataclasses import replace
from itertools import combinations

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import Rule, Severity
from assessments.rules import KINDS, Selection, evaluate, misfits

APRIL_2021 = loader.edition("2021-04")
GANGS = APRIL_2021.rules_by_id["gangs-with-criminal-exploitation"]


def rule(**fields):
    return Rule(id="a-rule", severity=Severity.NOTE, message="A message.", **fields)


def test_a_rule_that_lacks_what_its_kind_needs_does_not_fit():
    assert misfits(rule(kind="at_or_over_age")) == (
        "The kind at_or_over_age needs codes.",
        "The kind at_or_over_age needs age.",
    )


def test_a_rule_that_fills_what_its_kind_does_not_read_does_not_fit():
    assert misfits(replace(GANGS, age=18, sex="M")) == (
        "The kind with_without does not read age.",
        "The kind with_without does not read sex.",
    )


def test_an_age_of_nought_is_an_age():
    assert misfits(rule(kind="at_or_over_age", codes=frozenset({"7A"}), age=0)) == ()


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Add {code}.", "KeyError('code')"),
        ("Add {codes.", "ValueError(\"expected '}' before end of string\")"),
        ("Add {unlisted}.", "KeyError('unlisted')"),
    ],
)
def test_a_message_that_names_what_there_is_not_does_not_fit(message, error):
    assert misfits(replace(GANGS, message=message)) == (
        f"Its message cannot be filled in: {error}.",
    )


def test_a_message_that_refuses_codes_has_places_of_its_own():
    listed = APRIL_2021.rules_by_id["listed-codes"]
    assert misfits(replace(listed, message="{codes}", message_doubled="{unlisted}")) == (
        "Its message cannot be filled in: KeyError('codes').",
        "Its message_doubled cannot be filled in: KeyError('unlisted').",
    )


def test_a_rule_of_an_unheard_of_kind_does_not_fit():
    assert misfits(rule(kind="sometimes")) == ("There is no kind 'sometimes'.",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_when_it_speaks(kind):
    assert KINDS[kind].speaks.__name__ == kind
    assert KINDS[kind].speaks.__doc__


@pytest.mark.parametrize("asked", APRIL_2021.rules, ids=lambda rule: rule.id)
def test_a_rule_with_codes_is_silent_unless_one_of_them_is_selected(asked):
    own = asked.codes.union(*asked.pairs)
    others = [code for code in APRIL_2021.codes if code not in own]
    speaks = KINDS[asked.kind].speaks
    told = [
        sent
        for size in range(3)
        for sent in combinations(others, size)
        if speaks(asked, Selection(sent, age=18, sex="M", disabled=True), APRIL_2021)
    ]
    assert not told or not own


def test_a_rule_of_a_changed_edition_is_asked_as_it_now_is():
    evaluate(APRIL_2021, Selection(("13A",)))
    changed = replace(APRIL_2021, rules=(replace(GANGS, message="Changed: {codes}."),))
    assert [f.message for f in evaluate(changed, Selection(("13A",)))] == ["Changed: 13A Gangs."]
