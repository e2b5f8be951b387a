"""The questions to explain or to consider, answered on the check page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.models import RuleAnswer
from tests import people as given

GANGS = "#question-gangs-with-criminal-exploitation"
CARER = "#question-young-carer"
VICTIM = "#question-child-as-victim"
WHY = "Or: why does 24A not apply?"
ANSWERED = ".app-question__given"
CONSIDERED = "Considered: not in this case"


@pytest.fixture
def ada(people, at_a_browser, javascript):
    return at_a_browser(people.ada, javascript=javascript)


def selected(ada, people, *codes: str):
    draft = given.set_outcome(given.record(given.start(people.ada), *codes))
    ada.opens_check(draft)
    return draft


def answers(draft) -> list[tuple[str, str, list[str], str]]:
    return [(each.rule, each.kind, each.codes, each.text) for each in draft.answers.all()]


def say_considered(ada, question: str, note: str = "") -> None:
    part = ada.page.locator(question)
    if note:
        part.locator("summary", has_text="Add a note").click()
        part.get_by_label("Note (optional)").fill(note)
    with ada.page.expect_navigation():
        part.get_by_role("button", name=CONSIDERED).click()


def test_gangs_is_complied_with_in_one_click(people, ada):
    draft = selected(ada, people, "13A")
    expect(ada.page.locator(GANGS)).to_contain_text(
        "The guide records it along with 24A Child criminal exploitation."
    )
    ada.presses("Add 24A Child criminal exploitation")
    expect(ada.page.locator(GANGS)).to_have_count(0)
    draft.refresh_from_db()
    assert draft.codes == ["13A", "24A"]
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


def test_gangs_is_explained_with_a_reason(people, ada):
    draft = selected(ada, people, "13A")
    ada.enters(WHY, "No sign of exploitation: see the chronology")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    assert answers(draft) == [
        (
            "gangs-with-criminal-exploitation",
            "reason",
            ["13A"],
            "No sign of exploitation: see the chronology",
        )
    ]
    ada.follows("The record")
    ada.sees("No sign of exploitation: see the chronology")


def test_gangs_unanswered_is_asked_at_submission(people, ada):
    draft = selected(ada, people, "13A")
    ada.presses("Submit to Mo Harbour")
    asked = "13A Gangs: give a reason, or add 24A"
    assert ada.problems() == [asked]
    assert ada.page.title().startswith("Error: ")
    ada.follows(asked)
    expect(ada.page.get_by_label(WHY)).to_be_focused()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_young_carer_is_added_in_one_click(people, ada):
    draft = selected(ada, people, "6B")
    expect(ada.page.locator(CARER)).to_contain_text(
        "consider whether there is a need to record the young carer factor for the child."
    )
    ada.presses("Add 7A Young carers")
    expect(ada.page.locator(CARER)).to_have_count(0)
    draft.refresh_from_db()
    assert draft.codes == ["6B", "7A"]


def test_a_young_carer_is_considered_with_a_note(people, ada):
    draft = selected(ada, people, "6B")
    say_considered(ada, CARER, "An aunt provides the care")
    ada.presses("Save")
    ada.sees("Saved. Nothing is sent until you submit it.")
    expect(ada.page.locator(CARER).locator(ANSWERED)).to_contain_text(CONSIDERED)
    expect(ada.page.locator(CARER).get_by_label("Note (optional)")).to_have_value(
        "An aunt provides the care"
    )
    assert answers(draft) == [("young-carer", "considered", ["6B"], "An aunt provides the care")]
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


def test_an_unanswered_question_to_consider_is_asked_at_submission(people, ada):
    selected(ada, people, "6B")
    ada.presses("Submit to Mo Harbour")
    asked = "6B Physical disability or illness: say “not in this case”, or add 7A"
    assert ada.problems() == [asked]
    ada.follows(asked)
    expect(ada.page.locator(CARER).get_by_role("button", name=CONSIDERED)).to_be_focused()


def test_an_answered_rule_is_not_asked_again(people, ada):
    draft = selected(ada, people, "3B")
    say_considered(ada, VICTIM)
    ada.presses("Save")
    expect(ada.page.locator(VICTIM).locator(ANSWERED)).to_contain_text(CONSIDERED)
    ada.opens_factors(draft)
    ada.ticks("4B")
    ada.presses("Save and continue")
    expect(ada.page.locator(VICTIM).locator(ANSWERED)).to_contain_text(CONSIDERED)
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


def test_a_rule_is_asked_again_when_its_codes_change(people, ada):
    draft = selected(ada, people, "3B")
    say_considered(ada, VICTIM)
    ada.presses("Save")
    ada.opens_factors(draft)
    ada.ticks("3C")
    ada.presses("Save and continue")
    expect(ada.page.locator(VICTIM).locator(ANSWERED)).to_have_count(0)
    ada.presses("Submit to Mo Harbour")
    assert ada.problems() == ["3B and 3C Domestic Abuse: say “not in this case”, or add 3A"]
    say_considered(ada, VICTIM)
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    assert RuleAnswer.objects.filter(assessment=draft).count() == 2


def test_a_submission_without_an_outcome_keeps_the_answers(people, ada):
    draft = given.record(given.start(people.ada), "13A")
    ada.opens_check(draft)
    ada.enters(WHY, "No sign of exploitation")
    ada.presses("Submit to Mo Harbour")
    assert ada.problems() == ["Select what the assessment led to"]
    expect(ada.page.get_by_label(WHY)).to_have_value("No sign of exploitation")
    ada.follows("Select what the assessment led to")
    expect(ada.page.get_by_role("radio").first).to_be_focused()
    ada.chooses("Early help")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


# Leaving


def entered(people, at_a_browser):
    """A reason and an outcome, entered and not saved."""
    ada = at_a_browser(people.ada)
    draft = given.record(given.start(people.ada), "13A")
    ada.opens_check(draft)
    ada.enters(WHY, "No sign of exploitation")
    ada.chooses("Early help")
    return ada, draft


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("Back to the factors", "/assessments/{}/factors/"),
        ("Record", "/assessments/{}/"),
        ("My assessments", "/assessments/"),
        ("Guidance", "/guidance/"),
    ],
)
def test_a_link_saves_what_was_entered_and_leads_on(people, at_a_browser, link, leads_to):
    ada, draft = entered(people, at_a_browser)
    ada.follows(link)
    ada.is_at(leads_to.format(draft.reference))
    ada.sees("Your answers for child EX1001 are saved. Nothing is sent until you submit it.")
    draft.refresh_from_db()
    assert draft.outcome == "early_help"
    assert [text for _, _, _, text in answers(draft)] == ["No sign of exploitation"]
    assert not draft.versions.exists()
    ada.opens_check(draft)
    expect(ada.page.get_by_label(WHY)).to_have_value("No sign of exploitation")
    expect(ada.page.get_by_role("radio", name="Early help")).to_be_checked()


def test_a_link_to_a_change_leads_to_its_place_among_the_factors(people, at_a_browser):
    ada, draft = entered(people, at_a_browser)
    link = ada.page.get_by_role("link", name="Change").first
    place = link.get_attribute("href")
    with ada.page.expect_navigation(wait_until="domcontentloaded"):
        link.click()
    ada.is_at(place)
    draft.refresh_from_db()
    assert draft.outcome == "early_help"


def is_asked_and_stays(ada, role: str, name: str) -> None:
    ada.page.once("dialog", lambda dialog: dialog.dismiss())
    with ada.page.expect_event("dialog") as asked:
        ada.page.get_by_role(role, name=name).first.click(no_wait_after=True)
    assert asked.value.type == "beforeunload"


def test_any_other_way_of_leaving_is_warned_of(people, at_a_browser):
    ada, draft = entered(people, at_a_browser)
    is_asked_and_stays(ada, "button", "Sign out")
    ada.is_at(f"/assessments/{draft.reference}/check/")
    ada.presses("Save")
    ada.sees("Saved. Nothing is sent until you submit it.")
    ada.presses("Sign out")
    ada.is_at("/account/sign-in/")


def test_a_page_on_which_nothing_was_entered_is_left_without_a_word(people, at_a_browser):
    ada = at_a_browser(people.ada)
    draft = given.record(given.start(people.ada), "13A")
    ada.opens_check(draft)
    ada.enters(WHY, "x")
    ada.enters(WHY, "")
    ada.follows("Guidance")
    ada.is_at("/guidance/")
    ada.does_not_see("are saved")
    draft.refresh_from_db()
    assert draft.version == 2


def test_a_link_leads_on_once_what_was_changed_meanwhile_was_seen(people, at_a_browser):
    ada, draft = entered(people, at_a_browser)
    draft.refresh_from_db()
    given.record(draft, "4B", "13A")
    with ada.page.expect_navigation():
        ada.page.get_by_role("link", name="Guidance").first.click()
    ada.is_at(f"/assessments/{draft.reference}/check/")
    ada.sees("after you opened this page", "Also saved from another page")
    expect(ada.page.get_by_label(WHY)).to_have_value("No sign of exploitation")
    ada.follows("Guidance")
    ada.is_at("/guidance/")
    draft.refresh_from_db()
    assert (draft.codes, draft.outcome) == (["4B", "13A"], "early_help")
