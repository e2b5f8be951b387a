"""Which findings still need an answer, and how long an answer holds."""

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import Severity
from assessments.rules import Answer, evaluate, unanswered
from tests.rules.examples import EXAMPLES, child
from tests.rules.speaking import EVERY_RULE, finding_of, selection_that_breaks

APRIL_2021 = loader.edition("2021-04")
ASKING = [param for param in EVERY_RULE if param.values[1].asks]
FITTING = {Severity.EXPLAIN: "reason", Severity.CONSIDER: "considered"}


def still_asked(selection, *answers):
    found = evaluate(APRIL_2021, selection)
    return [finding.rule.id for finding in unanswered(found, answers)]


def considered(rule, *codes):
    return Answer(rule, "considered", frozenset(codes))


def explained(rule, *codes):
    return Answer(rule, "reason", frozenset(codes))


@pytest.mark.parametrize(("edition", "rule"), ASKING)
def test_a_rule_asks_until_it_is_answered(edition, rule):
    selection = selection_that_breaks(edition, rule)
    found = finding_of(edition, rule, selection)
    answer = Answer(rule.id, FITTING[rule.severity], frozenset(found.codes))
    assert unanswered([found], []) == (found,)
    assert unanswered([found], [answer]) == ()


def test_errors_and_notes_need_no_answer():
    found = evaluate(APRIL_2021, child("21", "18B", "20", "XX"))
    assert {f.rule.severity for f in found} == {
        Severity.ERROR_ON_SAVE,
        Severity.ERROR_ON_SUBMISSION,
        Severity.NOTE,
    }
    assert unanswered(found, []) == ()


def test_another_factor_does_not_ask_again():
    answer = considered("child-as-victim", "3B")
    assert still_asked(child("3B"), answer) == []
    assert still_asked(child("3B", "4B", "12A"), answer) == []


def test_another_code_of_the_rule_asks_again():
    answer = considered("child-as-victim", "3B")
    assert still_asked(child("3B", "3C"), answer) == ["child-as-victim"]
    assert still_asked(child("3C"), answer) == ["child-as-victim"]


def test_another_code_on_the_other_side_of_the_rule_asks_again():
    answer = considered("asylum-with-parents", "9A", "4B")
    assert still_asked(child("9A", "4B"), answer) == []
    assert still_asked(child("9A", "4B", "5B"), answer) == ["asylum-with-parents"]


def test_an_answer_still_holds_when_its_codes_come_back():
    answer = explained("gangs-with-criminal-exploitation", "13A")
    assert still_asked(child("13A", "24A"), answer) == []
    assert still_asked(child("13A"), answer) == []


def test_a_later_answer_for_the_changed_codes_is_enough():
    answers = [considered("child-as-victim", "3B"), considered("child-as-victim", "3B", "3C")]
    assert still_asked(child("3B", "3C"), *answers) == []


def test_an_answer_to_one_rule_does_not_answer_another_about_the_same_codes():
    answer = explained("gangs-with-criminal-exploitation", "7A")
    assert still_asked(child("7A", age=18), answer) == ["young-carer-age"]


@pytest.mark.parametrize("kind", ["considered", "complied", "unheard of"])
def test_only_a_reason_answers_a_rule_to_explain(kind):
    rule = "gangs-with-criminal-exploitation"
    assert still_asked(child("13A"), Answer(rule, kind, frozenset({"13A"}))) == [rule]


@pytest.mark.parametrize("kind", ["reason", "complied", "unheard of"])
def test_only_considering_it_answers_a_rule_to_consider(kind):
    answer = Answer("child-as-victim", kind, frozenset({"3B"}))
    assert still_asked(child("3B"), answer) == ["child-as-victim"]


def test_a_rule_about_no_selected_code_can_be_answered():
    answer = considered("disabled-child")
    assert still_asked(child("4A", disabled=True)) == ["disabled-child"]
    assert still_asked(child("4A", "1A", disabled=True), answer) == []


@pytest.mark.parametrize(
    ("rule_id", "kinds"),
    [
        ("gangs-with-criminal-exploitation", {"complied", "reason"}),
        ("young-carer-age", {"complied", "reason"}),
        ("child-as-victim", {"complied", "considered"}),
        ("fgm-herself", {"complied", "considered"}),
        ("other-alone", {"considered"}),
        ("other-described", set()),
        ("no-factors-stands-alone", set()),
        ("emotional-abuse-implied", set()),
    ],
)
def test_a_finding_can_be_answered_as_its_severity_allows(rule_id, kinds):
    found = evaluate(APRIL_2021, EXAMPLES[rule_id].broken)
    (finding,) = [f for f in found if f.rule.id == rule_id]
    every = ("complied", "reason", "considered", "unheard of")
    assert {kind for kind in every if finding.can_be_answered_by(kind)} == kinds
