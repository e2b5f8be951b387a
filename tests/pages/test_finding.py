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
    assert words(first.select_one(".app-found__name").text) == "Physical abuse"
    assert words(first.select_one(".app-found__matched").text) == "“hit with a belt by his dad”"
    links = first.select("a")
    assert [(words(link.text), link["href"]) for link in links] == [
        ("18C By an adult", "#code-18C"),
        ("18B By another child", "#code-18B"),
    ]
    assert [button["data-select"] for button in first.select("button")] == ["18C", "18B"]
    # Three factors, and three codes of each.
    many = answer_to(ada, "private fostering, alcohol, cannabis, witchcraft and asylum")
    assert len(many.select(".app-found__factors > li")) == 3
    assert "6 factors found" in words(many.text)
    [fostering, *_] = many.select(".app-found__factors > li")
    assert len(fostering.select("a")) == 3
    assert "2 more below" in words(fostering.text)


@pytest.mark.parametrize(("text", "only"), [("fgm", "22A"), ("drunk", None), ("gang knife", None)])
def test_the_only_code_that_fits_is_marked(ada, text, only):
    [found] = answer_to(ada, text).select("[data-codes]")
    assert found.get("data-only") == only


def test_a_near_word_is_offered_beside_what_it_finds(ada):
    misspelt, right = answer_to(ada, "canabis"), answer_to(ada, "cannabis")
    assert codes_in(misspelt) == codes_in(right)
    assert "Did you mean cannabis?" in words(misspelt.text)
    assert "Did you mean" not in words(right.text)
    page = read(ada.get("/guidance/", {"q": "canabis"})).main
    assert "1 factor for “canabis”, the likeliest first. Did you mean cannabis?" in words(page.text)
    assert page.find("a", string="cannabis")["href"] == "/guidance/?q=cannabis"


def test_what_no_code_describes_has_a_sentence_and_no_link(ada):
    page = answer_to(ada, "damp and mould in the flat")
    assert codes_in(page) == []
    assert words(page.text) == (
        "The guide has no factor for housing. Select what the guide’s factors describe. "
        "20 Other is for where this itself made services necessary."
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
    page = ada.post(
        at("autosave", draft), key_and_version(draft, typed="<i>x</i> & 16")
    ).content.decode()
    assert "“&lt;i&gt;x&lt;/i&gt;”" in page
    assert "<i>" not in page
    assert "16 has 16A Neglect. Type 16A." in page
