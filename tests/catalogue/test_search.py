"""Search for a factor by words, as typed and misspelt."""

from __future__ import annotations

import pytest

from assessments.catalogue import search

RIGHT = {
    "alchohol": "alcohol",
    "canabis": "cannabis",
    "cocane": "cocaine",
    "domestic voilence": "domestic violence",
    "coersive control": "coercive control",
    "mental helth": "mental health",
    "psycosis": "psychosis",
    "learning disabilty": "learning disability",
    "young carrer": "young carer",
    "private forstering": "private fostering",
    "assylum": "asylum",
    "mising": "missing",
    "sexual explotation": "sexual exploitation",
    "traffiking": "trafficking",
    "anti-social behavior": "anti social behaviour",
    "suiside": "suicide",
    "neglet": "neglect",
    "emotionaly abused": "emotionally abused",
    "phisical abuse": "physical abuse",
    "sexaul abuse": "sexual abuse",
    "circumsision": "circumcision",
    "wichcraft": "witchcraft",
    "Cuckoing": "cuckooing",
    "county lnies": "county lines",
}


@pytest.mark.parametrize(("misspelt", "right"), RIGHT.items())
def test_a_misspelling_finds_what_the_right_spelling_finds_and_gives_it(
    april_2021, misspelt, right
):
    meant = search.find(april_2021, right)
    assert meant.factors
    assert meant.spelt == ""
    assert search.find(april_2021, misspelt) == search.Found(meant.factors, right)


def test_no_synonym_is_a_misspelling_that_would_find_less_than_its_word(april_2021):
    synonyms = {word for factor in april_2021.factors for word in factor.synonyms}
    assert synonyms.isdisjoint(RIGHT)


@pytest.mark.parametrize("words", ["zebra", "zzzzzz", "<b>zzzz", "knife zzzzzz", "xq"])
def test_words_like_no_known_word_find_nothing(april_2021, words):
    assert search.find(april_2021, words) == search.Found()


def test_every_word_has_to_be_found_and_its_beginning_is_enough(april_2021):
    def numbers(words: str) -> list[str]:
        return [factor.number for factor in search.find(april_2021, words).factors]

    # The guide itself speaks of knife crime under 24.
    assert numbers("knife") == ["24", "13"]
    assert numbers("kni cri") == ["13", "24"]
    assert numbers("1a") == ["1"]
    assert numbers("") == [factor.number for factor in april_2021.factors]
    # Who is named so before whose guidance mentions it.
    assert numbers("sexual exploitation")[0] == "11"


@pytest.mark.parametrize("words", ["prison", "housing", "homelessness", "anoter"])
def test_a_word_is_not_taken_for_another_that_merely_looks_like_it(april_2021, words):
    assert search.find(april_2021, words) == search.Found()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("cannabis mother", "2B"),
        ("mum smokes weed", "2B"),
        ("dad drinks", "1B"),
        ("depressed daughter", "4A"),
        ("brother mental health", "4C"),
        ("beaten by dad", "18C"),
        ("county lines", "24A"),
        ("sexual exploitation", "11A"),
    ],
)
def test_the_best_match_comes_first(april_2021, words, code):
    assert search.codes_of(search.find(april_2021, words), words)[0] == code


def test_words_for_a_person_do_not_find_no_factors_identified(april_2021):
    for word in ("mother", "father", "grandmother", "stepdad"):
        found = search.find(april_2021, word)
        assert found.factors
        assert "21" not in search.codes_of(found, word)
