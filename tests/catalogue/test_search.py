"""Search: what a text means, however it is worded and spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.catalogue import loader
from assessments.catalogue.search import find

EDITION = loader.edition("2021-04")
SOME = [word for factor in EDITION.factors for word in factor.synonyms[:10]]


def numbers(text: str) -> list[str]:
    return [each.factor.number for each in find(EDITION, text).factors]


def codes(text: str) -> tuple[str, ...]:
    return find(EDITION, text).codes


@pytest.mark.parametrize("factor", EDITION.factors, ids=lambda factor: factor.number)
def test_a_factor_is_found_first_by_its_name_and_its_codes(factor):
    assert numbers(factor.name)[0] == factor.number
    for code in factor.codes:
        assert codes(code.code)[0] == code.code
        assert codes(code.code.lower())[0] == code.code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("parental mental health", "4"),
        ("applied for asylum", "9"),
        ("stepdad punched her", "18"),
        ("swallowed tablets", "15"),
        ("missed hospital appointments", "16"),
        ("she keeps cutting her arms", "15"),
        ("there was never any food in the house", "16"),
        ("DA", "3"),
        ("knives", "13"),
        ("neglecting", "16"),
    ],
)
def test_one_more_word_another_form_or_the_words_in_between_take_nothing_away(text, number):
    assert numbers(text)[0] == number


def test_a_word_of_three_letters_is_no_beginning_of_another():
    assert numbers("da") == ["3"]
    assert find(EDITION, "day").factors == ()


def test_a_word_that_is_being_typed_is_a_beginning():
    assert numbers("witchcr") == ["23"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mum smokes weed", "2B"),
        ("dads drinking", "1B"),
        ("maternal mental health", "4B"),
        ("depressed daughter", "4A"),
        ("his own drinking", "1A"),
        ("brother hears voices", "4C"),
        ("gran has dementia", "6C"),
        ("child of an alcoholic mother", "1B"),
        ("mum of an autistic boy", "5A"),
        ("beaten by dad", "18C"),
        ("stepdad punched her", "18C"),
        ("punched by another pupil", "18B"),
        ("boy hit his sister", "18B"),
        ("raped by a lad aged 15", "19B"),
        ("touched by football coach", "19C"),
        ("mum hit by her partner", "3B"),
        ("dad hit by mum", "3B"),
        ("gran beaten by dad", "3C"),
        ("mum tried to hang herself", "4B"),
        ("she tried to hang herself", "15A"),
    ],
)
def test_the_code_is_first_that_fits_whom_the_words_are_about(text, code):
    assert codes(text)[0] == code


@pytest.mark.parametrize(
    ("text", "number", "meant"),
    [
        ("alchohol", "1", "alcohol"),
        ("domestic voilence", "3", "domestic violence"),
        ("skizophrenia", "4", "schizophrenia"),
        ("suiside", "15", "suicide"),
        ("phisical abuse", "18", "physical abuse"),
        ("county lnies", "24", "county lines"),
        ("dirtyclothes", "16", "dirty clothes"),
        ("mum drinkin vodka", "1", "mum drinking vodka"),
    ],
)
def test_a_misspelt_word_is_taken_for_the_nearest_and_that_is_said(text, number, meant):
    found = find(EDITION, text)
    assert found.factors[0].factor.number == number
    assert found.meant == meant


@pytest.mark.parametrize("text", ["priest", "stammer", "coke", "DASH", "swimming", "forearm"])
def test_an_english_word_is_not_taken_for_another_that_looks_like_it(text):
    assert find(EDITION, text).meant == ""


@pytest.mark.parametrize("text", ["parrot", "sonnet", "zebra", "xq", "hti", "<b>zzzz"])
def test_a_word_that_is_like_no_other_finds_nothing(text):
    found = find(EDITION, text)
    assert (found.factors, found.undescribed, found.meant) == ((), (), "")


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("housing", "no factor for housing"),
        ("overcrowded flat, damp and mould", "no factor for housing"),
        ("rent arrears", "no factor for housing"),
        ("food bank", "no factor for money"),
        ("section 47", "is a step in the work"),
        ("PLO", "is a step of the court"),
        ("looked after", "is a status"),
        ("on a child protection plan", "is a status"),
    ],
)
def test_what_no_code_describes_is_said_and_leads_to_no_code(text, about):
    found = find(EDITION, text)
    assert found.codes == ()
    [note] = found.undescribed
    assert about in note.sentence.replace("A step of the court is a step", "is a step of the court")


def test_what_a_factor_owns_is_found_whatever_else_has_no_code():
    assert numbers("homeless after domestic abuse")[0] == "3"
    [note] = find(EDITION, "domestic abuse and rent arrears").undescribed
    assert "housing" in note.sentence


def test_the_words_that_led_to_a_factor_are_named():
    found = find(EDITION, "he was hit with a belt by mum")
    assert found.factors[0].matched == ("was hit with a belt by mum",)
    found = find(EDITION, "bruises yesterday, belt")
    assert found.factors[0].matched == ("bruises", "belt")


@pytest.mark.parametrize("text", ["", "  ", "?!", "’s", "\x00", "é" * 100])
def test_a_text_without_words_finds_nothing(text):
    found = find(EDITION, text)
    assert (found.codes, found.undescribed) == ((), ())


texts = st.one_of(
    st.text(max_size=100),
    st.lists(st.sampled_from([*SOME, "mum", "by", "the", "zzz"]), max_size=8).map(" ".join),
)


@given(text=texts)
def test_any_text_finds_each_code_once_and_all_of_a_factor(text):
    found = find(EDITION, text)
    assert len(found.codes) == len(set(found.codes))
    for each in found.factors:
        assert {code.code for code in each.codes} == {code.code for code in each.factor.codes}
        assert each.matched
    scores = [each.score for each in found.factors]
    assert scores == sorted(scores, reverse=True)


@given(text=texts)
def test_capitals_and_punctuation_change_nothing(text):
    assert find(EDITION, text).codes == find(EDITION, f" {text.upper()}!".lower()).codes
