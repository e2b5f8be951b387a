"""Two tabs, an ended session, a form submitted twice: nothing is lost or recorded twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.models import Version
from tests import people as given


@pytest.fixture
def ada(people, at_a_browser, javascript):
    return at_a_browser(people.ada, javascript=javascript)


@pytest.fixture
def ada_without(people, at_a_browser):
    """Ada without JavaScript; with it, see `test_saving` and `test_two_people`."""
    return at_a_browser(people.ada, javascript=False)


def a_stale_tab(ada, draft):
    """A tab that shows 3A and 9A, while 3A and 4B are saved."""
    given.record(draft, "3A", "9A")
    other = ada.opens_another_tab()
    ada.opens_factors(draft)
    other.opens_factors(draft)
    ada.unticks("9A")
    ada.ticks("4B")
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    return other


def test_a_stale_tab_is_merged_and_says_so_before_it_goes_on(ada_without, draft):
    other = a_stale_tab(ada_without, draft)
    other.ticks("16A")
    other.presses("Save and continue")
    other.sees("Saved together with", "Also saved from another page")
    other.sees_ticked("3A", "4B", "16A")
    assert given.codes_of(draft) == ["3A", "4B", "16A"]
    other.presses("Save and continue")
    other.sees_heading("Check answers")


def test_a_stale_tab_undoes_what_came_from_the_other(ada_without, draft):
    other = a_stale_tab(ada_without, draft)
    other.ticks("16A")
    other.presses("Save and continue")
    with other.page.expect_navigation():
        other.page.locator("#undo-merge").click()
    other.sees_ticked("3A", "9A", "16A")
    assert given.codes_of(draft) == ["3A", "9A", "16A"]
    expect(other.page.locator("#others-changes")).to_have_count(0)


def test_a_stale_tab_that_clashes_chooses_before_it_saves(ada_without, draft):
    other = a_stale_tab(ada_without, draft)
    other.unticks("3A", "9A")
    other.ticks("21")
    other.presses("Save and continue")
    other.sees("after you opened this page", "Which factors do you want to record?")
    expect(other.page.locator("#conflict input:checked")).to_have_count(0)
    other.sees_ticked("21")
    other.presses("Save and continue")
    assert other.problems() == ["Choose which factors to record"]
    assert given.codes_of(draft) == ["3A", "4B"]
    other.chooses("What this page has")
    other.presses("Save these choices")
    other.sees_ticked("21")
    assert given.codes_of(draft) == ["21"]


def test_a_stale_tab_may_use_what_is_saved_instead(ada_without, draft):
    other = a_stale_tab(ada_without, draft)
    other.unticks("3A", "9A")
    other.ticks("21")
    other.presses("Save and continue")
    other.follows("use what is saved instead")
    expect(other.page.locator("#conflict")).to_have_count(0)
    other.sees_ticked("3A", "4B")
    assert given.codes_of(draft) == ["3A", "4B"]


def test_a_page_that_is_gone_back_to_is_merged_from_its_own_version(ada_without, draft):
    ada_without.opens_factors(draft)
    ada_without.ticks("3A")
    ada_without.presses("Save and continue")
    ada_without.sees_heading("Check answers")
    ada_without.page.go_back()
    ada_without.sees_heading("Select the factors identified")
    ada_without.ticks("4B")
    ada_without.presses("Save and continue")
    assert given.codes_of(draft) == ["3A", "4B"]


def test_a_stale_check_page_saves_what_was_typed_and_submits_nothing_unseen(ada, draft):
    given.record(draft, "13A")
    ada.opens_check(draft)
    draft.refresh_from_db()
    given.record(draft, "4B", "13A")
    ada.enters("Or: why does 24A not apply?", "No sign of exploitation")
    ada.chooses("Early help")
    ada.presses("Submit to Mo Harbour")
    ada.sees("Not submitted yet", "after you opened this page")
    ada.sees("Added:")
    expect(ada.page.get_by_label("Or: why does 24A not apply?")).to_have_value(
        "No sign of exploitation"
    )
    expect(ada.page.get_by_role("radio", name="Early help")).to_be_checked()
    assert not Version.objects.exists()
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


def test_ticks_are_recovered_after_the_session_ended(people, ada_without, draft):
    given.record(draft, "4B")
    ada_without.opens_factors(draft)
    ada_without.ticks("2B", "20")
    ada_without.enters("Describe what was found, in a few words", "Hoarding")
    ada_without.unticks("4B")
    ada_without.is_signed_out_by_time()
    ada_without.presses("Save and continue")
    ada_without.sees("You were signed out before your page was saved.")
    assert given.codes_of(draft) == ["4B"]

    ada_without.signs_in(people.ada)
    ada_without.is_at(f"/assessments/{draft.reference}/factors/")
    ada_without.sees(
        "Not saved yet", "Your sign-in ended, or changed in another tab, before this was saved"
    )
    ada_without.sees_ticked("2B", "20")
    expect(ada_without.page.get_by_label("Describe what was found")).to_have_value("Hoarding")
    assert given.codes_of(draft) == ["4B"]

    ada_without.presses("Save and continue")
    ada_without.sees_heading("Check answers")
    assert given.codes_of(draft) == ["2B", "20"]
    assert draft.other_description == "Hoarding"


def test_answers_are_recovered_after_the_session_ended(people, ada, draft):
    given.record(draft, "13A")
    ada.opens_check(draft)
    ada.enters("Or: why does 24A not apply?", "No sign of exploitation")
    ada.chooses("Early help")
    ada.is_signed_out_by_time()
    ada.presses("Submit to Mo Harbour")
    ada.signs_in(people.ada)
    ada.sees("Not saved yet")
    expect(ada.page.get_by_label("Or: why does 24A not apply?")).to_have_value(
        "No sign of exploitation"
    )
    expect(ada.page.get_by_role("radio", name="Early help")).to_be_checked()
    assert not Version.objects.exists()
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


def test_somebody_else_who_signs_in_does_not_see_the_unsent_draft(people, ada_without, draft):
    ada_without.opens_factors(draft)
    ada_without.ticks("2B")
    ada_without.is_signed_out_by_time()
    ada_without.presses("Save and continue")
    ada_without.expects(404)
    ada_without.signs_in(people.ben)
    ada_without.sees_heading("Page not found")
    ada_without.opens("/assessments/")
    ada_without.does_not_see("EX1001")
    assert given.codes_of(draft) == []


PRESS_TWICE_AT_ONCE = """async name => {
    const button = [...document.querySelectorAll("main button")]
        .filter(each => each.innerText.trim() === name).at(-1);
    const sent = () => fetch(button.form.action, {
        method: "POST", body: new URLSearchParams(new FormData(button.form, button)),
    });
    return (await Promise.all([sent(), sent()])).map(({url}) => new URL(url).pathname);
}"""


def test_save_submitted_twice_records_once(people, at_a_browser, draft):
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    ada.ticks("2B")
    ada.waits_until_saved()
    ada.page.locator("[name=codes][value='3A']").evaluate("box => { box.checked = true }")
    answers = ada.page.evaluate(PRESS_TWICE_AT_ONCE, "Save and continue")
    assert answers == [f"/assessments/{draft.reference}/check/"] * 2
    assert given.codes_of(draft) == ["2B", "3A"]
    assert draft.version == 3


def test_submit_submitted_twice_submits_once(people, at_a_browser, draft):
    given.record(draft, "4B")
    ada = at_a_browser(people.ada)
    ada.opens_check(draft)
    ada.chooses("Early help")
    answers = ada.page.evaluate(PRESS_TWICE_AT_ONCE, "Submit to Mo Harbour")
    assert answers == [f"/assessments/{draft.reference}/submitted/"] * 2
    draft.refresh_from_db()
    assert (draft.status, draft.version) == ("submitted", 4)
    assert Version.objects.count() == 1


PRESS_AGAIN_AFTER_THE_ANSWER = PRESS_TWICE_AT_ONCE.replace(
    "await Promise.all([sent(), sent()])", "[await sent(), await sent()]"
)


def test_a_submission_whose_response_was_lost_is_answered_again(people, at_a_browser, draft):
    given.record(draft, "13A")
    ada = at_a_browser(people.ada)
    ada.opens_check(draft)
    ada.enters("Or: why does 24A not apply?", "No sign of exploitation")
    ada.chooses("Early help")
    answers = ada.page.evaluate(PRESS_AGAIN_AFTER_THE_ANSWER, "Submit to Mo Harbour")
    assert answers == [f"/assessments/{draft.reference}/submitted/"] * 2
    assert Version.objects.count() == 1
    assert draft.answers.count() == 1


def test_a_double_click_on_submit_submits_once(ada, draft):
    given.record(draft, "4B")
    ada.opens_check(draft)
    ada.chooses("Early help")
    ada.page.get_by_role("button", name="Submit to Mo Harbour").dblclick()
    ada.sees_heading("Submitted")
    assert Version.objects.count() == 1


def test_going_back_and_submitting_again_does_not_change_a_submission(ada, draft):
    ada.opens_factors(draft)
    ada.ticks("4B")
    ada.presses("Save and continue")
    ada.chooses("Early help")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    ada.opens_factors(draft)
    ada.is_at(f"/assessments/{draft.reference}/")
    expect(ada.page.get_by_role("button", name="Save and continue")).to_have_count(0)
    assert given.codes_of(draft) == ["4B"]
