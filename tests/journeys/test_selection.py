"""Which codes may be selected together, and what happens when others are."""

from __future__ import annotations

from playwright.sync_api import expect

from assessments.models import RuleAnswer
from tests import people as given

STANDS_ALONE = (
    "21 No factors identified cannot be recorded together with any other factor. "
    "Remove it, or remove all the others."
)
NONE_SELECTED = (
    "Select at least one factor. If the assessment found none, and no further action is being "
    "taken, select 21 No factors identified."
)
NOT_DESCRIBED = "Describe what 20 Other stands for in this assessment, in a few words."
DESCRIPTION = "Describe what was found, in a few words"


def test_21_with_another_is_refused_and_nothing_is_lost(people, draft, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("2B", "12A", "21")
    ada.presses("Save and continue")

    assert ada.problems() == [STANDS_ALONE]
    assert ada.page.title().startswith("Error: Select the factors identified")
    ada.sees_ticked("2B", "12A", "21")
    expect(ada.page.locator("#finding-no-factors-stands-alone")).to_contain_text(STANDS_ALONE)
    assert given.codes_of(draft) == []
    ada.follows(STANDS_ALONE)
    expect(ada.box("21")).to_be_focused()
    expect(ada.box("21")).to_be_in_viewport()

    ada.unticks("21")
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    assert given.codes_of(draft) == ["2B", "12A"]


def test_a_refused_selection_leaves_what_was_stored(people, draft, at_a_browser):
    given.record(draft, "4B")
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("21")
    ada.presses("Save and come back later")
    assert ada.problems() == [STANDS_ALONE]
    ada.sees_ticked("4B", "21")
    assert given.codes_of(draft) == ["4B"]


def test_without_javascript_21_can_replace_the_others_and_be_undone(people, draft, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("3A", "20", "21")
    ada.enters(DESCRIPTION, "Hoarding")
    ada.presses("Save and continue")
    assert ada.problems() == [STANDS_ALONE]
    ada.sees_ticked("3A", "20", "21")

    ada.presses("Remove the 2 factors and record 21 No factors identified")
    ada.sees("Removed 3A Domestic Abuse, the child; 20 Other.")
    ada.sees_ticked("21")
    assert given.codes_of(draft) == ["21"]
    with ada.page.expect_navigation(wait_until="domcontentloaded"):
        ada.page.locator("#beside-21").get_by_role("button", name="Undo").click()
    ada.sees_ticked("3A", "20")
    assert given.codes_of(draft) == ["3A", "20"]
    assert draft.other_description == "Hoarding"


def test_without_javascript_21_can_be_dropped_for_the_others(people, draft, at_a_browser):
    given.record(draft, "21")
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("3A")
    ada.presses("Save and continue")
    ada.presses("Remove 21 No factors identified and record 3A Domestic Abuse, the child")
    ada.sees_ticked("3A")
    assert given.codes_of(draft) == ["3A"]


def test_without_javascript_typed_codes_are_read_back_or_rejected(people, draft, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    box, answer = ada.page.locator("#find"), ada.page.locator("#typed-answer")
    box.fill("3a 18a")
    ada.presses("Find or select")
    replaced = "18A was replaced: use 18B (by another child) or 18C (by an adult)."
    assert ada.problems() == [replaced]
    expect(answer).to_contain_text(replaced)
    expect(box).to_have_value("18A")
    ada.follows(replaced)
    expect(box).to_be_focused()
    ada.sees_ticked("3A")
    assert given.codes_of(draft) == []

    box.fill("16a")
    ada.presses("Find or select")
    expect(answer).to_have_text("Selected: 16A Neglect.")
    expect(box).to_have_value("")
    assert given.codes_of(draft) == ["3A", "16A"]


def test_a_note_without_an_answer_is_not_lost(people, draft, at_a_browser, javascript):
    ada = at_a_browser(people.ada, javascript=javascript)
    given.record(draft, "6B")
    ada.opens_factors(draft)
    ada.page.locator("#text-young-carer").fill("An aunt provides the care")
    ada.presses("Save and continue")
    not_saved = (
        "6B Physical disability or illness: your note is not saved. Select “Considered: not in "
        "this case” to save it, or clear it"
    )
    assert ada.problems() == [not_saved]
    ada.follows(not_saved)
    expect(ada.page.locator("#text-young-carer")).to_be_focused()
    expect(ada.page.locator("#text-young-carer")).to_have_value("An aunt provides the care")
    expect(ada.page.locator("#text-young-carer")).to_have_accessible_description(
        f"Error: {not_saved}"
    )

    ada.page.locator("#beside-6B").get_by_role("button", name="Considered").click()
    expect(ada.page.locator("#beside-6B summary")).to_contain_text("Considered:")
    assert [each.text for each in RuleAnswer.objects.all()] == ["An aunt provides the care"]
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")


def test_ticking_21_unticks_nothing(people, draft, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("3A", "16A", "20", "21")
    ada.sees_ticked("3A", "16A", "20", "21")


def test_a_draft_may_be_empty_and_a_submission_may_not(people, draft, at_a_browser, javascript):
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_factors(draft)
    ada.presses("Save and come back later")
    ada.sees_heading("My assessments")
    ada.sees("Saved for child EX1001. You can come back to it at any time.")

    ada.opens_check(draft)
    ada.chooses("No further action")
    ada.presses("Submit to Mo Harbour")
    assert ada.problems() == [NONE_SELECTED]
    assert ada.page.title().startswith("Error: ")
    draft.refresh_from_db()
    assert (draft.codes, draft.status) == ([], "draft")
    ada.follows(NONE_SELECTED)
    ada.sees_heading("Select the factors identified")
    expect(ada.box("1A")).to_be_in_viewport()


def test_unticking_everything_stores_an_empty_selection(people, draft, at_a_browser, javascript):
    given.record(draft, "4B")
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_factors(draft)
    ada.unticks("4B")
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    assert given.codes_of(draft) == []


def test_21_needs_the_outcome_no_further_action(people, draft, at_a_browser, javascript):
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_factors(draft)
    ada.ticks("21")
    ada.presses("Save and continue")
    ada.chooses("Child in need plan")
    ada.presses("Submit to Mo Harbour")
    assert ada.problems() == [
        "21 No factors identified is only for an assessment that ends in no further action or, "
        "for a reason that you give, in early help. Select that outcome, or select the factors "
        "that were found."
    ]
    ada.follows(ada.problems()[0])
    expect(ada.page.get_by_role("radio").first).to_be_focused()
    ada.chooses("No further action")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    assert given.codes_of(draft) == ["21"]


def test_removing_a_code_beside_the_picker_keeps_the_other_ticks(people, draft, at_a_browser):
    given.record(draft, "1A", "11A", "14A")
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("16A")
    ada.presses("Remove 1A Alcohol Misuse, the child")
    ada.is_at(f"/assessments/{draft.reference}/factors/")
    expect(ada.page.get_by_role("button", name="Remove")).to_have_count(3)
    ada.sees_ticked("11A", "14A", "16A")
    assert given.codes_of(draft) == ["11A", "14A", "16A"]


def test_other_without_a_description_is_refused_at_submission(
    people, draft, at_a_browser, javascript
):
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_factors(draft)
    ada.ticks("4B", "20")
    ada.presses("Save and continue")
    ada.chooses("Early help")
    ada.presses("Submit to Mo Harbour")
    assert ada.problems() == [NOT_DESCRIBED]

    ada.follows(NOT_DESCRIBED)
    ada.sees_heading("Select the factors identified")
    expect(ada.page.get_by_label(DESCRIPTION)).to_be_in_viewport()
    if javascript:
        expect(ada.page.get_by_label(DESCRIPTION)).to_be_focused()
    ada.enters(DESCRIPTION, "Hoarding: two rooms cannot be used")
    ada.presses("Save and continue")
    ada.sees("Hoarding: two rooms cannot be used")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    draft.refresh_from_db()
    assert draft.other_description == "Hoarding: two rooms cannot be used"
    ada.follows("The record")
    ada.sees("Hoarding: two rooms cannot be used")


def test_a_description_keeps_its_lines(people, draft, at_a_browser, javascript):
    """A browser sends each newline as two characters, which are counted and stored as one."""
    lines = "first line\nsecond line\n" + "x" * 477
    assert len(lines) == 500
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_factors(draft)
    ada.ticks("20")
    ada.enters(DESCRIPTION, lines)
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    draft.refresh_from_db()
    assert draft.other_description == lines
    ada.follows("Back to the factors")
    expect(ada.page.get_by_label(DESCRIPTION)).to_have_value(lines)


def test_a_description_that_is_too_long_is_kept_on_the_page(people, draft, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    ada.ticks("20", "4B")
    ada.enters(DESCRIPTION, "x" * 501)
    ada.presses("Save and continue")
    assert ada.problems() == ["Shorten the text to 500 characters or fewer. It has 501"]
    expect(ada.page.get_by_label(DESCRIPTION)).to_have_value("x" * 501)
    ada.sees_ticked("20", "4B")
    ada.follows(ada.problems()[0])
    expect(ada.page.get_by_label(DESCRIPTION)).to_be_focused()
    assert given.codes_of(draft) == []


def test_the_description_appears_when_20_is_ticked(people, draft, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    description = ada.page.get_by_label(DESCRIPTION)
    expect(description).to_be_hidden()
    ada.ticks("20")
    expect(description).to_be_visible()
    ada.unticks("20")
    expect(description).to_be_hidden()


def test_without_javascript_the_description_is_always_there(people, draft, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(draft)
    expect(ada.page.get_by_label(DESCRIPTION)).to_be_visible()


def test_recording_makes_no_answer_by_itself(people, draft, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    ada.ticks("13A", "6B")
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    assert not RuleAnswer.objects.exists()
