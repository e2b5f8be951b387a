"""The buttons and the messages of what a rule asks, in full."""

from __future__ import annotations

import pytest

from assessments.catalogue import loader
from assessments.presenters.findings import considered_label, steps_of, text_label
from assessments.rules import evaluate
from assessments.rules.asking import subject_of, what_to_do
from tests.rules.examples import child, unborn
from tests.rules.speaking import EVERY_RULE, finding_of, selection_that_breaks

APRIL_2021 = loader.edition("2021-04")
ASKING = [param for param in EVERY_RULE if param.values[1].asks]


def found(rule, selection):
    [finding] = [each for each in evaluate(APRIL_2021, selection) if each.rule.id == rule]
    return finding


@pytest.mark.parametrize(
    ("rule", "selection", "labels"),
    [
        (
            "gangs-with-criminal-exploitation",
            child("13A"),
            ["Add 24A Child criminal exploitation"],
        ),
        (
            "private-fostering-one-kind",
            child("8B", "8E"),
            [
                "Keep 8B, from overseas, intends to return, and remove 8E",
                "Keep 8E, UK child, alternative family arrangement, and remove 8B",
            ],
        ),
        (
            "private-fostering-one-kind",
            child("8B", "8C", "8F"),
            [
                "Keep 8B, from overseas, intends to return, and remove 8C and 8F",
                "Keep 8C, from overseas, intends to stay, and remove 8B and 8F",
                "Keep 8F, other private fostering, and remove 8B and 8C",
            ],
        ),
        (
            "disabled-child",
            child("4B", disabled=True),
            [
                "Add 5A Learning disability, the child",
                "Add 6A Physical disability or illness, the child",
            ],
        ),
        (
            "asylum-with-parents",
            child("9A", "3B", "4B"),
            [
                "Remove 3B Domestic abuse, parent",
                "Remove 4B Mental health, parent",
                "Remove 9A Unaccompanied asylum seeker",
            ],
        ),
        ("young-carer-age", child("7A", age=18), ["Remove 7A Young carer"]),
        ("other-alone", child("20", other_description="Debts"), []),
        ("child-who-harmed", child("18B"), []),
    ],
)
def test_each_step_has_a_button_that_says_what_it_adds_or_removes(rule, selection, labels):
    assert [each.label for each in steps_of(APRIL_2021, found(rule, selection))] == labels


@pytest.mark.parametrize(("edition", "rule"), ASKING)
def test_every_button_names_all_that_it_removes(edition, rule):
    finding = finding_of(edition, rule, selection_that_breaks(edition, rule))
    steps = steps_of(edition, finding)
    for step, way in zip(steps, finding.ways, strict=True):
        told = step.label.replace(",", "").split()
        assert {*way.removes, *way.adds} <= {*told}
    assert len({step.value for step in steps}) == len({step.id for step in steps}) == len(steps)


@pytest.mark.parametrize(("edition", "rule"), ASKING)
def test_removing_a_code_never_comes_first_where_the_rule_is_ours(edition, rule):
    finding = finding_of(edition, rule, selection_that_breaks(edition, rule))
    removes = any(way.removes for way in finding.ways)
    assert finding.answer_comes_first is (removes and not rule.quotations)


@pytest.mark.parametrize(
    ("rule", "selection", "problem", "label"),
    [
        (
            "gangs-with-criminal-exploitation",
            child("13A"),
            "13A Gangs: Give a reason, or add 24A",
            "Or: why does 24A not apply?",
        ),
        (
            "private-fostering-one-kind",
            child("8B", "8E"),
            "8B and 8E Private fostering: Give a reason, or keep one",
            "Why does more than one apply?",
        ),
        (
            "young-carer-age",
            child("7A", age=18),
            "7A Young carers: Give a reason, or remove 7A",
            "Or: why does 7A apply?",
        ),
        (
            "unborn-child",
            unborn("1A", "2A", "7A"),
            "1A Alcohol Misuse, 2A Drug misuse and 7A Young carers: "
            "Give a reason, or remove 1A, 2A or 7A",
            "Why do 1A, 2A and 7A apply?",
        ),
        (
            "child-as-victim",
            child("3B", "3C"),
            "3B and 3C Domestic Abuse: Say “not in this case”, or add 3A",
            "Note (optional)",
        ),
        (
            "disabled-child",
            child("4B", disabled=True),
            "Recorded as disabled: Say “neither in this case”, or add 5A or 6A",
            "Note (optional)",
        ),
        (
            "asylum-with-parents",
            child("9A", "3B", "4B"),
            "9A Unaccompanied asylum seeker: Say “both apply”, or remove 3B, 4B or 9A",
            "Note (optional)",
        ),
        (
            "other-alone",
            child("20", other_description="Debts"),
            "20 Other: Say “no named factor fits”, or change the selection",
            "Note (optional)",
        ),
    ],
)
def test_a_missing_answer_names_what_is_selected_and_what_to_do(rule, selection, problem, label):
    finding = found(rule, selection)
    assert f"{subject_of(APRIL_2021, finding)}: {what_to_do(finding)}" == problem
    assert text_label(finding) == label


@pytest.mark.parametrize(("edition", "rule"), ASKING)
def test_what_every_rule_asks_can_be_said_of_something(edition, rule):
    finding = finding_of(edition, rule, selection_that_breaks(edition, rule))
    assert subject_of(edition, finding)
    assert considered_label(finding).startswith("Considered: ")
