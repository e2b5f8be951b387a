"""What the search says, and what typed codes are taken for."""

from __future__ import annotations

import pytest

from assessments.catalogue import loader
from assessments.components.picker.typed_codes import TypedCodes, parse_typed_codes
from tests import people as make
from tests.pages.page import read, words
from tests.pages.sent import at, press

EDITION = loader.edition("2021-04")


# Find


def line(ada, text: str):
    [found] = read(ada.post("/assessments/find/", {"find": text})).all("p")
    return found


def test_what_was_found_is_counted_and_the_first_of_it_named(ada):
    found = line(ada, "county lines")
    assert found.attributes["data-codes"].split() == ["24A", "12A", "13A"]
    assert words(found.text).startswith("3 factors found. Go to Child criminal exploitation")
    [link] = found.all("a")
    assert link.attributes["href"] == "#code-24A"
    assert words(line(ada, "witchcraft").text).startswith("1 factor found. Go to Abuse linked")


def test_a_corrected_spelling_is_mentioned_and_finds_the_same(ada):
    misspelt, right = line(ada, "canabis"), line(ada, "cannabis")
    assert misspelt.attributes == right.attributes
    assert words(misspelt.text) == f"Shown for: cannabis. {words(right.text)}"


def test_the_guidance_page_mentions_a_corrected_spelling_too(ada):
    said = {
        text: words(read(ada.get("/guidance/", {"q": text})).all("main")[0].text)
        for text in ("canabis", "cannabis")
    }
    assert "2 factors for “canabis”. Shown for: cannabis." in said["canabis"]
    assert "2 factors for “cannabis”. Show all" in said["cannabis"]


def test_nothing_found_answers_in_ones_own_spelling_and_escapes_it(ada):
    response = ada.post("/assessments/find/", {"find": "<B>zzZZ</B>"})
    assert "Nothing found for “&lt;B&gt;zzZZ&lt;/B&gt;”." in response.content.decode()


# Typed codes


@pytest.mark.parametrize(
    "typed",
    [
        *("3a 3b", "3a,3b", "3a;3b", "3a.3b", "3a/3b", "3a-3b", "3a – 3b", "3a+3b", "3A&3B"),
        *("3a & 3b", "3a and 3b", "3A AND 3B", "3 a and 3 b", "3a, 3b and 3a", "3a3b", " /3a|3b. "),
    ],
)
def test_people_separate_codes_as_they_like(typed):
    assert parse_typed_codes(EDITION, typed) == TypedCodes(("3A", "3B"))


@pytest.mark.parametrize("typed", ["", " ", "and", "/", "- & +"])
def test_separators_alone_are_no_codes(typed):
    assert parse_typed_codes(EDITION, typed) == TypedCodes()


@pytest.mark.parametrize("factor", EDITION.factors, ids=lambda factor: factor.number)
def test_a_number_alone_is_answered_with_the_codes_it_has(factor):
    typed = parse_typed_codes(EDITION, f"4b and {factor.number}")
    own = [code.code for code in factor.codes]
    if factor.number in own:
        assert typed == TypedCodes(("4B", factor.number))
        return
    assert (typed.codes, typed.unlisted) == (("4B",), (factor.number,))
    assert all(f"{code} {EDITION.name_of(code)}" in typed.message for code in own)
    assert typed.message.endswith(f"Type {' or '.join(own)}.")


def test_the_number_of_neglect_is_answered_with_its_code():
    assert parse_typed_codes(EDITION, "16").message == "16 has 16A Neglect. Type 16A."


@pytest.mark.parametrize(
    ("typed", "echo"),
    [
        ("neglect", "“neglect”"),
        ("self-harm/3a", "“self-harm”"),
        ("99z Ümlaut", "“99z”, “Ümlaut”"),
        ("16aa", "“16aa”"),
        ("25", "“25”"),
        ("Neglect neglect", "“Neglect”"),
    ],
)
def test_what_is_no_code_comes_back_as_it_was_typed(typed, echo):
    said = parse_typed_codes(EDITION, typed).message
    assert said.startswith(f"Not a code of the April 2021 guide: {echo}. ")


def test_a_replaced_code_is_known_however_it_is_typed():
    for typed in ("18a", "18A", "18 a", "/18a-"):
        assert parse_typed_codes(EDITION, typed).unlisted == ("18A",)
        assert parse_typed_codes(EDITION, typed).message.startswith("18A was replaced: use 18B")


def test_what_was_typed_is_escaped_where_it_is_answered(ada, people):
    draft = make.start(people.ada)
    page = ada.post(at("autosave", draft), press(draft, typed="<i>x</i> & 16")).content.decode()
    assert "“&lt;i&gt;x&lt;/i&gt;”" in page
    assert "<i>" not in page
    assert "16 has 16A Neglect. Type 16A." in page
