"""Each rule of each edition under which factors are recorded, broken and kept."""

import re

import pytest

from assessments.catalogue import loader
from assessments.rules import KINDS, evaluate, field_errors, replace_codes
from tests.rules.examples import EXAMPLES, child, unborn
from tests.rules.speaking import EVERY_RULE, finding_of, selection_that_breaks

APRIL_2021 = loader.edition("2021-04")

BROKEN = [
    *(
        pytest.param(edition, rule, selection_that_breaks(edition, rule), id=param.id)
        for param in EVERY_RULE
        for edition, rule in [param.values]
    ),
    *(
        pytest.param(APRIL_2021, rule, EXAMPLES[rule.id].broken, id=f"example {rule.id}")
        for rule in APRIL_2021.rules
    ),
]


def ids_of(edition, selection):
    return {finding.rule.id for finding in evaluate(edition, selection)}


def the_finding(edition, rule_id, selection):
    (found,) = [f for f in evaluate(edition, selection) if f.rule.id == rule_id]
    return found


@pytest.mark.parametrize("rule", APRIL_2021.rules, ids=lambda rule: rule.id)
def test_a_broken_rule_and_only_those_named_with_it_speak(rule):
    example = EXAMPLES[rule.id]
    assert ids_of(APRIL_2021, example.broken) == {rule.id} | example.also_broken


@pytest.mark.parametrize("rule", APRIL_2021.rules, ids=lambda rule: rule.id)
def test_a_kept_rule_is_silent(rule):
    example = EXAMPLES[rule.id]
    assert rule.id not in example.also_kept
    assert ids_of(APRIL_2021, example.kept) == example.also_kept


def test_every_rule_of_april_2021_has_its_example():
    assert set(EXAMPLES) == {rule.id for rule in APRIL_2021.rules}


@pytest.mark.parametrize(("edition", "rule"), EVERY_RULE)
def test_a_rule_fits_its_kind(edition, rule):
    assert field_errors(rule) == ()


@pytest.mark.parametrize(("edition", "rule", "broken"), BROKEN)
def test_a_message_is_whole_sentences(edition, rule, broken):
    message = finding_of(edition, rule, broken).message
    assert re.fullmatch(r"[A-Z0-9].*[.]", message)
    assert not re.search(r"[{}]|\bplease\b|  ", message, flags=re.IGNORECASE)


@pytest.mark.parametrize(("edition", "rule", "broken"), BROKEN)
def test_a_message_names_each_code_that_it_gives(edition, rule, broken):
    message = finding_of(edition, rule, broken).message
    for sentence in edition.replaced.values():
        message = message.replace(sentence, "")
    given = [code for code in edition.codes if re.search(rf"\b{code}\b", message)]
    assert [code for code in given if f"{code} {edition.name_of(code)}" not in message] == []


@pytest.mark.parametrize(
    ("edition", "rule", "broken"), [param for param in BROKEN if param.values[1].asks]
)
def test_each_step_that_a_rule_offers_complies(edition, rule, broken):
    """On the smallest selection that breaks it, where one code is one step."""
    ways = finding_of(edition, rule, broken).ways
    # That a named factor may fit better than one without a name, a person finds out.
    assert bool(ways) is (rule.kind != "only_code")
    for way in ways:
        codes = ({*broken.sent} - {*way.removes}) | {*way.adds}
        complied = replace_codes(broken, codes, broken.other_description)
        assert rule.id not in ids_of(edition, complied), way


@pytest.mark.parametrize(("edition", "rule", "broken"), BROKEN)
def test_a_step_removes_selected_codes_and_leaves_what_it_keeps(edition, rule, broken):
    for way in finding_of(edition, rule, broken).ways:
        assert {*way.removes} <= broken.codes - {way.keeps}
        assert broken.codes.isdisjoint(way.adds)


def test_every_kind_has_a_rule():
    assert {rule.kind for _, rule in (param.values for param in EVERY_RULE)} == set(KINDS)


@pytest.mark.parametrize("code", ["8B", "8C", "8D", "8E", "8F"])
@pytest.mark.parametrize(
    ("age", "disabled", "speaks"),
    [
        (15, False, False),
        (16, False, True),
        (16, True, False),
        (17, True, False),
        (18, True, True),
        (None, False, False),
    ],
)
def test_private_fostering_ends_at_16_or_at_18_for_a_disabled_child(code, age, disabled, speaks):
    found = ids_of(APRIL_2021, child(code, age=age, disabled=disabled))
    assert ("private-fostering-age" in found) is speaks


@pytest.mark.parametrize("rule", [r for r in APRIL_2021.rules if r.age is not None])
def test_no_rule_of_age_speaks_of_an_unborn_child_or_of_an_unknown_age(rule):
    sent = tuple(rule.codes)
    assert rule.id not in ids_of(APRIL_2021, unborn(*sent))
    assert rule.id not in ids_of(APRIL_2021, unborn(*sent, age=30))
    assert rule.id not in ids_of(APRIL_2021, child(*sent, age=None))


@pytest.mark.parametrize(
    "code", ["1A", "2A", "7A", "9A", "10A", "11A", "13A", "14A", "15A", "18B", "19B", "24A"]
)
def test_each_code_about_a_born_child_needs_an_explanation_for_an_unborn_one(code):
    assert the_finding(APRIL_2021, "unborn-child", unborn(code)).codes == (code,)


def test_the_question_about_a_disabled_child_is_shown_beside_the_missing_codes():
    found = the_finding(APRIL_2021, "disabled-child", child("4A", disabled=True))
    assert (found.codes, found.beside) == ((), ("5A", "6A"))


def test_an_empty_selection_is_shown_beside_no_code():
    found = the_finding(APRIL_2021, "some-factor", child())
    assert (found.codes, found.beside) == ((), ())


def test_no_factors_with_others_is_about_all_of_them_and_shown_beside_21():
    found = the_finding(APRIL_2021, "no-factors-stands-alone", child("10A", "21", "4A", "nonsense"))
    assert (found.codes, found.beside) == (("4A", "10A", "21"), ("21",))


def test_a_finding_about_alcohol_and_drugs_has_only_whole_pairs():
    found = the_finding(APRIL_2021, "alcohol-with-other-drugs", child("1A", "2A", "1B", "2C", "1C"))
    assert found.codes == ("1A", "1C", "2A", "2C")


def test_unlisted_codes_are_given_each_once_in_the_order_sent():
    found = the_finding(
        APRIL_2021, "listed-codes", child("3a", "4B", "18A", "3a", "", "2A", "4B", " 4B")
    )
    assert found.unlisted == ("3a", "18A", "", " 4B")
    assert found.codes == found.beside == ("4B",)


def test_errors_come_first_and_notes_last():
    found = evaluate(APRIL_2021, child("18B", "3B", "13A", "20", "21", "21", disabled=True, age=18))
    assert [(f.rule.severity, f.rule.id) for f in found] == [
        ("error_on_save", "listed-codes"),
        ("error_on_save", "no-factors-stands-alone"),
        ("error_on_submission", "no-factors-no-further-action"),
        ("error_on_submission", "other-described"),
        ("explain", "gangs-with-criminal-exploitation"),
        ("explain", "child-on-child-age"),
        ("consider", "child-as-victim"),
        ("consider", "disabled-child"),
        ("note", "emotional-abuse-implied"),
        ("note", "child-who-harmed"),
    ]
