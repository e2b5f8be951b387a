"""Reading the guide: its density, searching it, and printing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from assessments.catalogue import loader
from assessments.catalogue.types import BulletList
from tests import people as given

EDITION = loader.edition("2021-04")
SPACES = re.compile(r"\s+")


@pytest.fixture
def ada(people, at_a_browser, javascript):
    return at_a_browser(people.ada, javascript=javascript)


def one_line(text: str) -> str:
    return SPACES.sub(" ", text).strip()


def factors_shown(visitor) -> list[str]:
    return visitor.page.locator("main section h2").all_inner_texts()


def words_of_the_domains() -> list[str]:
    """The visible guidance of the factors in the domains, by its emphasis."""
    return [
        one_line(run.text)
        for factor in EDITION.factors
        if any(code.domain for code in factor.codes)
        for block in factor.blocks
        for paragraph in (block.items if isinstance(block, BulletList) else (block,))
        for run in paragraph.runs
    ]


# Density, by the button that sends the page; a script changes it in place (test_working)

FOLDED = "details.app-guide__more"


def test_the_density_is_changed_without_losing_ticks_and_is_remembered(people, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    draft = given.start(people.ada)
    ada.opens_factors(draft)
    ada.ticks("3A", "13A")
    ada.presses("Show key points only")
    expect(ada.page.get_by_role("button", name="Show full guidance")).to_be_visible()
    ada.sees_ticked("3A", "13A")
    assert ada.page.locator(FOLDED).count() > 0

    elsewhere = at_a_browser(people.ada, javascript=False)
    elsewhere.opens_factors(draft)
    expect(elsewhere.page.get_by_role("button", name="Show full guidance")).to_be_visible()

    ada.ticks("16A")
    ada.presses("Show full guidance")
    expect(ada.page.get_by_role("button", name="Show key points only")).to_be_visible()
    ada.sees_ticked("3A", "13A", "16A")
    expect(ada.page.locator(FOLDED)).to_have_count(0)


def test_the_density_can_be_changed_while_the_selection_is_refused(people, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    draft = given.start(people.ada)
    ada.opens_factors(draft)
    ada.ticks("3A", "21")
    ada.presses("Show key points only")
    expect(ada.page.get_by_role("button", name="Show full guidance")).to_be_visible()
    ada.sees_ticked("3A", "21")
    assert len(ada.problems()) == 1


def test_key_points_open_to_the_whole_guidance(people, ada):
    people.ada.density = "key_points"
    people.ada.save()
    ada.opens_factors(given.start(people.ada))
    part = ada.page.locator(FOLDED).first
    expect(part.locator(".govuk-details__text")).to_be_hidden()
    part.locator("summary").press("Enter")
    expect(part.locator(".govuk-details__text")).to_be_visible()


# Guidance


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("county lines", "Child criminal exploitation"),
        ("canabis", "Drug misuse"),
        ("13a", "Gangs"),
        ("witchcraft", "Abuse linked to faith or belief"),
    ],
)
def test_a_factor_is_found_by_everyday_words(people, at_a_browser, words, name):
    ada = at_a_browser(people.ada)
    ada.opens("/guidance/")
    ada.enters("Find a factor", words)
    ada.presses("Find")
    ada.sees(f"for “{words}”")
    found = factors_shown(ada)
    assert found[0] == name
    assert len(found) < 6


def test_nothing_found_keeps_every_factor_and_leads_to_no_code(people, ada):
    ada.opens("/guidance/")
    ada.enters("Find a factor", "zebra")
    ada.presses("Find")
    ada.sees("Nothing found for “zebra”.")
    ada.sees("Every factor is shown.")
    assert factors_shown(ada) == [factor.name for factor in EDITION.factors]
    expect(ada.page.get_by_role("status").get_by_role("link")).to_have_count(0)


def test_what_no_code_describes_is_said_on_the_guidance_page(people, ada):
    ada.opens("/guidance/")
    ada.enters("Find a factor", "housing")
    ada.presses("Find")
    ada.sees("The guide has no factor for housing.")
    assert factors_shown(ada) == [factor.name for factor in EDITION.factors]


# Paper


def test_the_factor_page_prints_all_the_guidance(people, ada):
    people.ada.density = "key_points"
    people.ada.save()
    ada.opens_factors(given.record(given.start(people.ada), "3A"))
    ada.page.emulate_media(media="print")
    printed = one_line(ada.page.locator("main").inner_text())
    missing = [words for words in words_of_the_domains() if words not in printed]
    assert missing == []
    expect(ada.page.get_by_role("button").filter(visible=True)).to_have_count(0)


def test_the_record_prints_with_the_guidance_and_who_printed_it(people, ada):
    sent = given.submit(given.start(people.ada), "3A", "16A")
    ada.opens_record(sent)
    printed_by = ada.page.get_by_text("Printed by Ada Winter")
    expect(printed_by).to_be_hidden()
    ada.page.emulate_media(media="print")
    expect(printed_by).to_be_visible()
    printed = one_line(ada.page.locator("main").inner_text())
    for code in ("3A", "16A"):
        assert one_line(EDITION.factor_of(code).text) in printed
    assert "Robin" not in printed
    expect(ada.page.get_by_role("button").filter(visible=True)).to_have_count(0)


# What people set in their systems


@pytest.mark.parametrize(
    "setting", [{"reduced_motion": "reduce"}, {"forced_colors": "active"}, {"color_scheme": "dark"}]
)
def test_factors_are_recorded_under_a_persons_own_browser_settings(people, at_a_browser, setting):
    draft = given.start(people.ada)
    ada = at_a_browser(people.ada, **setting)
    ada.opens_factors(draft)
    ada.ticks("3A", "20")
    ada.enters("Describe what was found, in a few words", "Hoarding")
    moving = ada.page.evaluate(
        "document.getAnimations().filter(each => each.playState === 'running').length"
    )
    assert moving == 0
    ada.presses("Save and continue")
    ada.chooses("Early help")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
