"""The messages of the rules, in full."""

import pytest

from assessments.catalogue import loader
from assessments.rules import evaluate
from tests.rules.examples import child, unborn

APRIL_2021 = loader.edition("2021-04")


def message(rule_id, selection):
    (found,) = [f for f in evaluate(APRIL_2021, selection) if f.rule.id == rule_id]
    return found.message


@pytest.mark.parametrize(
    ("rule_id", "selection", "words"),
    [
        (
            "no-factors-stands-alone",
            child("21", "3B", "4A"),
            "21 No factors identified cannot be recorded together with any other factor. "
            "Remove it, or remove all the others.",
        ),
        (
            "some-factor",
            child(),
            "Select at least one factor. If the assessment found none, and no further action is "
            "being taken, select 21 No factors identified.",
        ),
        (
            "no-factors-no-further-action",
            child("21"),
            "21 No factors identified is only for an assessment that ends in no further action or, "
            "for a reason that you give, in early help. Select that outcome, or select the factors "
            "that were found.",
        ),
        (
            "no-factors-early-help",
            child("21", outcome="early_help"),
            "21 No factors identified is for an assessment after which no further action is taken. "
            "Say why it is right with early help, or change the outcome or the selection.",
        ),
        (
            "other-described",
            child("20"),
            "Describe what 20 Other stands for in this assessment, in a few words.",
        ),
        (
            "gangs-with-criminal-exploitation",
            child("13A"),
            "13A Gangs should be recorded along with 24A Child criminal exploitation. "
            "Add it, or say why it does not apply.",
        ),
        (
            "young-carer-age",
            child("7A", age=18),
            "7A Young carers is for children under 18, and this person was 18 or over when the "
            "assessment started. Remove it, or say why it applies.",
        ),
        (
            "private-fostering-one-kind",
            child("8C", "8B"),
            "More than one kind of private fostering is selected: 8B Private fostering, from "
            "overseas, intends to return and 8C Private fostering, from overseas, intends to "
            "stay. Keep the one that describes the arrangement, or say why more than one applies.",
        ),
        (
            "unborn-child",
            unborn("1A"),
            "This child is not yet born, and only a child who has been born can do or meet what "
            "is selected: 1A Alcohol Misuse, the child. Change the selection, or say why it "
            "applies.",
        ),
        (
            "child-as-victim",
            child("3B", "3C"),
            "With 3B Domestic Abuse, a parent or carer and 3C Domestic Abuse, another person in "
            "the household, consider whether the child is a victim too, directly or through its "
            "effect on others. If so, add 3A Domestic Abuse, the child.",
        ),
        (
            "asylum-with-parents",
            child("9A", "6B", "1B", "4B"),
            "9A Unaccompanied asylum seeker is for a child without the care of both parents or "
            "any other adult responsible by law, but a factor about a parent or carer is "
            "selected: 1B Alcohol Misuse, a parent or carer; 4B Mental health disorder, a parent "
            "or carer; and 6B Physical disability or illness, a parent or carer. Consider whether "
            "both apply.",
        ),
        (
            "disabled-child",
            child("4B", disabled=True),
            "This child is recorded as disabled, but neither of these factors is selected: 5A "
            "Learning disability, the child and 6A Physical disability or illness, the child. "
            "Consider whether to add one.",
        ),
    ],
)
def test_a_message_in_full(rule_id, selection, words):
    assert message(rule_id, selection) == words


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (["18A"], "18A was replaced: use 18B (by another child) or 18C (by an adult)."),
        (["19A"], "19A was replaced: use 19B (by another child) or 19C (by an adult)."),
        (
            ["8A"],
            "8A was replaced: use 8B, 8C, 8D, 8E or 8F, by the kind of private fostering.",
        ),
        (
            ["3a", "99Z", "3a"],
            "Not a code of the April 2021 guide: “3a”, “99Z”. "
            "Check what was entered, or find the factor by its name.",
        ),
        (
            ["4B", "4B", "3A", "3A", "3A"],
            "Selected more than once: 3A Domestic Abuse, the child and 4B Mental health disorder, "
            "a parent or carer. Select each code once.",
        ),
        (
            ["4B", "XX", "18A", "4B"],
            "18A was replaced: use 18B (by another child) or 18C (by an adult). "
            "Not a code of the April 2021 guide: “XX”. "
            "Check what was entered, or find the factor by its name. "
            "Selected more than once: 4B Mental health disorder, a parent or carer. "
            "Select each code once.",
        ),
        (
            ["", "\x00\ud800", "{adds}", "x" * 21, "e", "f"],
            "Not a code of the April 2021 guide: “”, “��”, “{adds}”, “xxxxxxxxxxxxxxxxxxxx…”, "
            "“e”, …. Check what was entered, or find the factor by its name.",
        ),
    ],
)
def test_the_message_of_a_refused_selection_explains_each_code(sent, words):
    assert message("listed-codes", child(*sent)) == words
