"""What the search finds, and how typed codes are read."""

from __future__ import annotations

import pytest
from django.conf import settings

from assessments.catalogue import loader
from assessments.components.picker.typed_codes import (
    ONLY_CODES,
    TypedCodes,
    parse_typed,
    parse_typed_codes,
)
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words

EDITION = loader.edition("2021-04")


# Find


def answer_to(ada, text: str):
    return read(ada.post("/assessments/find/", {"find": text}))


def codes_in(page) -> list[str]:
    [found] = page.select("[data-codes]")
    return found["data-codes"].split()


def test_the_answer_has_every_code_the_best_first(ada):
    assert codes_in(answer_to(ada, "county lines")) == ["24A", "12A", "13A"]
    assert codes_in(answer_to(ada, "dads drinking")) == ["1B", "1A", "1C"]


def test_the_answer_names_the_first_factors_what_matched_and_their_codes(ada):
    page = answer_to(ada, "hit with a belt by his dad")
    [first, *_] = page.select(".app-found__factors > li")
    name = first.select_one("a.app-found__name")
    assert (words(name.text), name["href"]) == ("Physical abuse", "#code-18C")
    assert words(first.select_one(".app-found__matched").text) == "“hit with a belt by his dad”"
    assert [
        (words(button.text), button["data-select"], button["aria-pressed"])
        for button in first.select("button")
    ] == [("18C By an adult", "18C", "false"), ("18B By another child", "18B", "false")]
    # Two factors with all their codes, and the names of the others.
    many = answer_to(ada, "private fostering, alcohol, cannabis, witchcraft and asylum")
    assert len(many.select(".app-found__factors > li")) == 2
    assert "6 factors found" in words(many.text)
    [fostering, *_] = many.select(".app-found__factors > li")
    assert len(fostering.select("button")) == 5
    [line] = [each for each in many.select(".app-found__line") if "more:" in each.text]
    assert "6 factors found. 4 more:" in words(line.text)
    assert len(line.select("a")) == 4


def test_a_near_word_is_offered_beside_what_it_finds(ada):
    misspelt, right = answer_to(ada, "canabis"), answer_to(ada, "cannabis")
    assert codes_in(misspelt) == codes_in(right)
    assert "Did you mean cannabis?" in words(misspelt.text)
    assert "Did you mean" not in words(right.text)
    page = read(ada.get("/guidance/", {"q": "canabis"})).main
    assert "1 factor for “canabis”. Did you mean cannabis?" in words(page.text)
    assert page.find("a", string="cannabis")["href"] == "/guidance/?q=cannabis"


def test_what_no_code_describes_has_a_sentence_and_no_link(ada):
    page = answer_to(ada, "damp and mould in the flat")
    assert codes_in(page) == []
    assert words(page.text) == (
        "The guide has no factor for housing. Select what the guide’s factors describe. "
        "20 Other is for where this itself made services necessary. Our note, not the guide’s."
    )
    assert page.select("a, button") == []
    guidance = read(ada.get("/guidance/", {"q": "eviction notice"})).main
    assert "The guide has no factor for housing." in words(guidance.text)
    assert "is a step in the work" in words(answer_to(ada, "section 47").text)
    assert "is a status" in words(answer_to(ada, "looked after").text)


def test_the_message_of_nothing_found_repeats_the_search_escaped(ada):
    response = ada.post("/assessments/find/", {"find": "<B>zzZZ</B>"})
    assert "Nothing found for “&lt;B&gt;zzZZ&lt;/B&gt;”. Every" in response.content.decode()
    assert codes_in(answer_to(ada, "<B>zzZZ</B>")) == []
    assert "Nothing found for “zzzz”." in words(read(ada.get("/guidance/", {"q": "zzzz"})).text)


# A code's own page


@pytest.mark.parametrize("code", [*EDITION.codes, *EDITION.replaced])
def test_a_code_spelt_otherwise_leads_to_its_own_address(ada, code):
    for spelt in {code.lower(), f"0{code}", f"00{code.lower()}"} - {code}:
        response = ada.get(f"/guidance/{spelt}/")
        assert (response.status_code, response["Location"]) == (302, f"/guidance/{code}/")
    assert ada.get(f"/guidance/{code}/").status_code == 200


@pytest.mark.parametrize("code", ["99a", "0", "a", "3", "3aa"])
def test_what_is_no_code_has_no_page(ada, code):
    assert ada.get(f"/guidance/{code}/").status_code == 404


# Typed codes


@pytest.mark.parametrize(
    "typed",
    [
        *("3a 3b", "3a,3b", "3a;3b", "3a.3b", "3a/3b", "3a-3b", "3a – 3b", "3a+3b", "3A&3B"),
        *("03A 3b", "003a03B"),
        *("3a & 3b", "3a and 3b", "3A AND 3B", "3 a and 3 b", "3a, 3b and 3a", "3a3b", " /3a|3b. "),
    ],
)
def test_people_separate_codes_as_they_like(typed):
    assert parse_typed_codes(EDITION, typed) == TypedCodes(("3A", "3B"))


def test_noughts_before_a_number_say_nothing():
    assert parse_typed_codes(EDITION, "016").message == "16 has 16A Neglect. Type 16A."
    assert parse_typed_codes(EDITION, "018a").unlisted == ("18A",)
    assert parse_typed_codes(EDITION, "0").message.startswith("Not a code")


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
    fields = key_and_version(draft, typed="<i>x</i> & 16", next="typed")
    page = ada.post(at("factors", draft), fields).content.decode()
    assert "Nothing found for “&lt;i&gt;x&lt;/i&gt; &amp; 16”" in page
    assert "<i>" not in page
    numbers = ada.post(at("autosave", draft), key_and_version(draft, typed="99z & 16"))
    assert "“99z”" in numbers.content.decode()
    assert "16 has 16A Neglect. Type 16A." in numbers.content.decode()


# The one field


def test_the_browser_and_the_server_tell_codes_from_words_by_one_pattern():
    script = settings.BASE_DIR / "frontend" / "pages" / "factors" / "page.js"
    assert f"/{ONLY_CODES}/i;" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        *("3a", "3a 3b 16a", "3A,3b", "03a", "3a and 3b", "3 a", "3a3b", " 20 ", "99z", "18a & 4"),
        "3a/3b.",
    ],
)
def test_text_of_only_codes_is_codes(text):
    assert parse_typed(EDITION, text) == parse_typed_codes(EDITION, text)
    assert parse_typed(EDITION, text).words == ""


@pytest.mark.parametrize(
    "text", ["gangs", "3a gangs", "2 years old", "15yo", "16aa", "and", "sand 3a", "<b> 4B", "&"]
)
def test_anything_else_is_looked_up(text):
    assert parse_typed(EDITION, text) == TypedCodes(words=text)


def test_without_a_script_the_same_field_answers_words_and_keeps_what_is_ticked(ada, people):
    draft = make.start(people.ada)
    for button in ("typed", "enter"):
        fields = key_and_version(draft, codes=["3A"], typed="cannabis", next=button)
        response = ada.post(at("factors", draft), fields)
        assert response.status_code == 200
        page = read(response)
        assert page.select_one("#find")["value"] == "cannabis"
        [select] = page.select("#find-answer button[value='2B']")
        assert select["name"] == "offered"
        assert make.codes_of(draft) == ["3A"]
    chosen = key_and_version(draft, codes=["3A"], typed="cannabis", offered="2B")
    ada.post(at("factors", draft), chosen)
    assert make.codes_of(draft) == ["2B", "3A"]
    # Who goes on has found what they looked for.
    on = key_and_version(draft, codes=["2B", "3A"], typed="cannabis", next="check")
    assert ada.post(at("factors", draft), on)["Location"] == at("check", draft)
