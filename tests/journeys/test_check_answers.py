"""Check answers: its parts in their order, its keys, its height, and what stands once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.models import Status
from tests import people as given
from tests.journeys.conftest import NARROW

SEVEN_QUESTIONS = ["3B", "6B", "8B", "8E", "13A", "22A"]
HIGHEST = {7: (SEVEN_QUESTIONS, 2000), 9: ([*SEVEN_QUESTIONS, "9A", "23A"], 2340)}
"""By the number of questions, all in error: what is selected, and the height of the page in px."""
GANGS = "#question-gangs-with-criminal-exploitation"
TOPS = """selectors => selectors.map(
    each => document.querySelector(each).getBoundingClientRect().top + scrollY)"""

PLACES = """selectors => selectors.map(
    each => [...document.querySelectorAll("*")].indexOf(document.querySelector(each)))"""


def opens(ada, people, *codes: str, outcome: str = "", **child):
    draft = given.record(given.start(people.ada, **child), *codes)
    if outcome:
        given.set_outcome(draft, outcome)
    ada.opens_check(draft)
    return draft


@pytest.mark.parametrize("questions", HIGHEST)
def test_a_page_of_questions_with_errors_is_short(people, at_a_browser, questions: int):
    codes, height = HIGHEST[questions]
    ada = at_a_browser(people.ada, viewport={"width": 1280, "height": 900})
    opens(ada, people, *codes, disabled=True, sex="M")
    ada.presses("Submit to Mo Harbour")
    assert len(ada.problems()) == questions + 1
    expect(ada.page.locator(".app-question--error")).to_have_count(questions)
    assert ada.page.evaluate("document.documentElement.scrollHeight") <= height


@pytest.mark.parametrize("page", ["check/", ""])
def test_the_facts_of_the_child_stand_in_one_row(people, at_a_browser, page: str):
    child = {"given_name": "Wilhelmina", "family_name": "Featherstone", "disabled": None}
    draft = given.start(people.ada, "DEMO000001", **child)
    ada = at_a_browser(people.ada)
    ada.opens(f"/assessments/{draft.reference}/{page}")
    places = [each.bounding_box() for each in ada.page.locator(".app-child-facts dt").all()]
    assert len({place["y"] for place in places if place}) == 1


def test_the_outcome_comes_before_what_the_guide_asks(people, at_a_browser):
    ada = at_a_browser(people.ada)
    opens(ada, people, "13A")
    parts = ["#factors-selected", "#id_outcome_1", "#asked", "#dates", "#submit"]
    tops = ada.page.evaluate(TOPS, parts)
    assert tops == sorted(tops)
    places = ada.page.evaluate(PLACES, parts)
    assert places == sorted(places)


def test_an_error_says_the_same_in_the_summary_and_beside_the_question(people, at_a_browser):
    ada = at_a_browser(people.ada)
    opens(ada, people, "13A", outcome="early_help")
    ada.presses("Submit to Mo Harbour")
    asked = "13A Gangs: give a reason, or add 24A"
    assert ada.problems() == [asked]
    beside = ada.page.locator(f"{GANGS} .govuk-error-message")
    assert " ".join((beside.text_content() or "").split()) == f"Error: {asked}"
    ada.follows(asked)
    expect(ada.page.get_by_label("Or: why does 24A not apply?")).to_be_focused()


def test_the_guides_words_are_folded_and_what_is_ours_says_so(people, at_a_browser):
    ada = at_a_browser(people.ada)
    opens(ada, people, "13A", "8B", "8E")
    words = ada.page.get_by_text("The gangs factor should be recorded along with")
    expect(words).to_be_hidden()
    ada.page.locator(f"{GANGS} summary").click()
    expect(words).to_be_visible()
    expect(ada.page.locator("#question-private-fostering-one-kind")).to_contain_text("Our rule")
    expect(ada.page.locator(GANGS)).not_to_contain_text("Our rule")


def test_a_box_for_a_reason_has_one_line_and_grows(people, at_a_browser):
    ada = at_a_browser(people.ada)
    opens(ada, people, "13A")
    box = ada.page.get_by_label("Or: why does 24A not apply?")
    height = "box => box.getBoundingClientRect().height"
    before = box.evaluate(height)
    assert before <= 40
    box.fill("One\ntwo\nthree\nfour")
    assert box.evaluate(height) > 2 * before


def test_what_needs_no_answer_is_read_below_the_selection(people, at_a_browser, javascript):
    ada = at_a_browser(people.ada, javascript=javascript)
    opens(ada, people, "17A", "19B")
    expect(ada.page.locator(".app-check__notes")).to_have_text(
        "19B Sexual abuse, by another child: record it for a child who has harmed as well as for a "
        "child who was harmed. No answer is needed."
    )
    ada.sees("Nothing more about these factors.")


@pytest.mark.parametrize("code", ["6B", "13A"])
def test_an_answer_is_one_row_and_can_be_changed(people, at_a_browser, javascript, code):
    ada = at_a_browser(people.ada, javascript=javascript)
    draft = opens(ada, people, code, outcome="early_help")
    given.answer_all(draft)
    ada.opens_check(draft)
    question = ada.page.locator(".app-question")
    box = question.locator("textarea")
    expect(box).to_be_hidden()
    question.locator("summary", has_text="Change").click()
    box.fill("Her aunt does it")
    ada.presses("Save")
    expect(ada.page.locator(".app-question__given")).to_contain_text("Her aunt does it")
    assert draft.answers.last().text == "Her aunt does it"


def test_a_note_that_was_not_said_to_be_considered_is_kept_and_asked_about(
    people, at_a_browser, javascript
):
    ada = at_a_browser(people.ada, javascript=javascript)
    draft = opens(ada, people, "6B", outcome="early_help")
    question = ada.page.locator("#question-young-carer")
    question.locator("summary", has_text="Add a note").click()
    question.get_by_label("Note (optional)").fill("Her aunt does it")
    ada.presses("Submit to Mo Harbour")
    not_saved = (
        "6B Physical disability or illness: your note is not saved. Select “Considered: not in "
        "this case” to save it, or clear it"
    )
    assert ada.problems() == [not_saved]
    expect(question.get_by_label("Note (optional)")).to_have_value("Her aunt does it")
    question.get_by_role("button", name="Considered").click()
    expect(ada.page.locator(".app-question__given")).to_contain_text("Her aunt does it")
    assert [each.text for each in draft.answers.all()] == ["Her aunt does it"]
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_an_answer_leads_to_the_next_question_and_then_to_submit(people, at_a_browser):
    ada = at_a_browser(people.ada)
    draft = opens(ada, people, "3B", "6B", outcome="early_help")
    for asked in ("3B Domestic Abuse", None):
        with ada.page.expect_navigation():
            ada.page.get_by_role("button", name="Considered: not in this case").first.click()
        # What the address adds says nothing of the child.
        ada.is_at(f"/assessments/{draft.reference}/check/#next-question")
        following = ada.page.locator("#next-question")
        expect(following).to_have_text(asked or "Submit")


def test_the_last_answer_leads_to_an_outcome_that_is_not_chosen_yet(people, at_a_browser):
    ada = at_a_browser(people.ada, viewport={"width": NARROW, "height": 740})
    draft = opens(ada, people, "6B")
    with ada.page.expect_navigation():
        ada.page.get_by_role("button", name="Considered: not in this case").click()
    ada.is_at(f"/assessments/{draft.reference}/check/#id_outcome_1")
    expect(ada.page.get_by_role("radio").first).to_be_focused()
    question = ada.page.get_by_role("heading", name="What did the assessment lead to?")
    expect(question).to_be_in_viewport(ratio=1)


# Keys


def test_keys_lead_to_the_parts_while_shortcuts_are_on(people, at_a_browser):
    ada = at_a_browser(people.ada)
    draft = opens(ada, people, "13A", outcome="early_help")
    keyboard, page = ada.page.keyboard, ada.page
    places = {
        "1": page.get_by_role("heading", name="Factors identified"),
        "2": page.get_by_role("radio", name="Early help"),
        "3": page.get_by_role("heading", name="What the guide asks"),
        "4": page.get_by_role("heading", name="Dates"),
        "5": page.get_by_role("button", name="Submit to Mo Harbour"),
    }
    for key, place in places.items():
        keyboard.press(key)
        expect(place).to_be_focused()
        expect(place).to_be_in_viewport()
    box = page.get_by_label("Or: why does 24A not apply?")
    box.focus()
    keyboard.type("1 to 5")
    expect(box).to_have_value("1 to 5")
    keyboard.press("Tab")
    keyboard.press("Control+2")
    expect(page.get_by_role("radio", name="Early help")).not_to_be_focused()

    people.ada.shortcuts = False
    people.ada.save()
    ada.page.goto("about:blank")
    ada.opens_check(draft)
    keyboard.press("5")
    expect(places["5"]).not_to_be_focused()
    expect(page.locator(".app-check__key")).to_have_count(0)


def test_the_parts_are_links_and_skip_links_too(people, at_a_browser, javascript):
    ada = at_a_browser(people.ada, javascript=javascript)
    opens(ada, people, "13A")
    parts = ada.page.get_by_role("navigation", name="Parts of this page")
    names = ["Factors", "Outcome", "What the guide asks (1 of 1 open)", "Dates", "Submit"]
    assert parts.get_by_role("link").all_inner_texts() == names
    ada.follows("Submit")
    expect(ada.page.get_by_role("button", name="Submit to Mo Harbour")).to_be_focused()
    skips = ada.page.get_by_role("link", name="Skip to ")
    assert skips.count() == 6


# The outcome


def test_what_21_needs_is_not_said_in_red_before_an_outcome_is_chosen(people, at_a_browser):
    ada = at_a_browser(people.ada)
    draft = opens(ada, people, "21")
    said = ada.page.get_by_text("21 No factors identified is only for an assessment that ends in")
    wrong = "app-check__about-outcome app-check__about-outcome--wrong"
    expect(said).to_have_class("app-check__about-outcome")
    ada.chooses("Child in need plan")
    expect(said).to_have_class(wrong)
    ada.chooses("No further action")
    expect(said).to_be_hidden()
    ada.chooses("Child in need plan")
    ada.presses("Submit to Mo Harbour")
    expect(said.last).to_have_class(wrong)
    assert len(ada.problems()) == 1
    ada.chooses("No further action")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    draft.refresh_from_db()
    assert (draft.codes, draft.outcome) == (["21"], "no_further_action")


def test_21_without_an_outcome_is_asked_for_the_outcome_alone(people, at_a_browser, javascript):
    ada = at_a_browser(people.ada, javascript=javascript)
    opens(ada, people, "21")
    ada.presses("Submit to Mo Harbour")
    assert ada.problems() == ["Select what the assessment led to"]
    expect(ada.page.locator(".app-check__about-outcome--wrong")).to_have_count(0)
