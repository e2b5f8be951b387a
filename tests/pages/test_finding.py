"""What the search finds, and how typed codes are read."""

from __future__ import annotations

import pytest

from assessments.catalogue import loader
from assessments.components.picker.typed_codes import TypedCodes, parse_typed_codes
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words

EDITION = loader.edition("2021-04")


# Find


def line(ada, text: str):
    [found] = read(ada.post("/assessments/find/", {"find": text})).find_all("p")
    return found


def test_what_was_found_is_counted_and_the_first_of_it_named(ada):
    found = line(ada, "county lines")
    assert found["data-codes"].split() == ["24A", "12A", "13A"]
    assert words(found.text).startswith("3 factors found. Go to Child criminal exploitation")
    [link] = found.find_all("a")
    assert link["href"] == "#code-24A"
    assert words(line(ada, "witchcraft").text).startswith("1 factor found. Go to Abuse linked")


def test_a_corrected_spelling_is_mentioned_and_finds_the_same(ada):
    misspelt, right = line(ada, "canabis"), line(ada, "cannabis")
    assert misspelt.attrs == right.attrs
    assert words(misspelt.text) == f"Shown for: cannabis. {words(right.text)}"


def test_the_guidance_page_mentions_a_corrected_spelling_too(ada):
    texts = {
        text: words(read(ada.get("/guidance/", {"q": text})).main.text)
        for text in ("canabis", "cannabis")
    }
    assert "2 factors for “canabis”. Shown for: cannabis." in texts["canabis"]
    assert "2 factors for “cannabis”. Show all" in texts["cannabis"]


def test_the_message_of_nothing_found_repeats_the_search_escaped(ada):
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
def test_the_message_of_a_number_alone_names_its_codes(factor):
    typed = parse_typed_codes(EDITION, f"4b and {factor.number}")
    own = [code.code for code in factor.codes]
    if factor.number in own:
        assert typed == TypedCodes(("4B", factor.number))
        return
    assert (typed.codes, typed.unlisted) == (("4B",), (factor.number,))
    assert all(f"{code} {EDITION.name_of(code)}" in typed.message for code in own)
    assert typed.message.endswith(f"Type {' or '.join(own)}.")


def test_the_message_of_the_number_of_neglect_names_its_code():
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
    message = parse_typed_codes(EDITION, typed).message
    assert message.startswith(f"Not a code of the April 2021 guide: {echo}. ")


def test_a_replaced_code_is_recognised_however_it_is_typed():
    for typed in ("18a", "18A", "18 a", "/18a-"):
        assert parse_typed_codes(EDITION, typed).unlisted == ("18A",)
        assert parse_typed_codes(EDITION, typed).message.startswith("18A was replaced: use 18B")


def test_what_was_typed_is_escaped_in_the_message(ada, people):
    draft = make.start(people.ada)
    page = ada.post(
        at("autosave", draft), key_and_version(draft, typed="<i>x</i> & 16")
    ).content.decode()
    assert "“&lt;i&gt;x&lt;/i&gt;”" in page
    assert "<i>" not in page
    assert "16 has 16A Neglect. Type 16A." in page
