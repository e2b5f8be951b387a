"""A social worker and a manager together, from a submission to its second authorisation."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from assessments.models import Status, Version
from tests import people as given
from tests.journeys.accessibility import assert_no_axe_violations
from tests.journeys.visitor import Visitor
from tests.people import People

LIST = "/admin/assessments/assessment/"
ASKED = "What is the evidence of a gang? Nobody but his cousin is named."


def test_returned_changed_authorised_reopened_and_authorised_again(people: People, at_a_browser):
    earlier = given.authorise(given.submit(given.start(people.ada), "3A", "4B"), people.mo)
    draft = given.start_after(earlier)
    given.submit(draft, "3A", "3B", "13A", "20", description="Moved house four times this year")
    given.submit(given.start(people.ben, "EX2002"))
    mo, ada = at_a_browser(people.mo), at_a_browser(people.ada)

    mo.opens(LIST)
    mo.sees_heading("Awaiting review")
    assert_no_axe_violations(mo.page, "review_list")
    opens_the_record_of(mo, "EX1001")
    opens_everything(mo)
    assert_no_axe_violations(mo.page, "review_page")

    # Nothing typed is lost where something is missing.
    comments_on(mo, "13A Gangs", ASKED)
    mo.presses("Return")
    mo.sees("There is a problem")
    assert mo.problems() == [
        "Select why you are returning it",
        "Enter what the worker should look at",
    ]
    expect(mo.page.get_by_label("Comment on 13A Gangs")).to_have_value(ASKED)
    assert_no_axe_violations(mo.page, "review_page_with_errors")
    mo.chooses("The evidence is not clear")
    mo.enters("Comment for the worker", "Please look at the gang again")
    mo.page.get_by_label("A code that is missing").select_option("24A")
    mo.enters("Comment on the missing code", "Is he carrying for them?")
    mo.presses("Return")
    mo.sees("The assessment of EX1001 is back with Ada Winter.")
    mo.is_at(LIST)

    ada.opens("/assessments/")
    ada.sees("Please look at the gang again")
    ada.follows("EX1001")
    ada.sees(ASKED, "Is he carrying for them?")
    ada.unticks("13A")
    ada.presses("Save and continue")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")

    mo.opens(LIST)
    opens_the_record_of(mo, "EX1001")
    mo.sees("Please look at the gang again")
    changed = mo.page.get_by_role("heading", name="Since the last submission").locator(
        "xpath=following-sibling::dl[1]"
    )
    expect(changed).to_contain_text(re.compile(r"Ended\s*13A Gangs"))
    mo.presses("Authorise")
    mo.sees_heading("Authorise this assessment?")
    assert_no_axe_violations(mo.page, "review_confirmation")
    today = timezone.localdate()
    mo.enters_date("End date, if it was before today", today + timedelta(days=1))
    mo.presses("Yes, then the next")
    mo.sees("End date must be today or in the past")
    assert_no_axe_violations(mo.page, "review_confirmation_with_error")
    ended = draft.start_date
    mo.enters_date("End date, if it was before today", ended)
    mo.presses("Yes, then the next")
    mo.sees("The assessment of EX1001 is authorised.", "EX2002")

    mo.opens(f"{LIST}{draft.reference}/change/")
    assert_no_axe_violations(mo.page, "review_page_authorised")
    mo.enters("Why do you reopen it?", "The court report names the father")
    mo.presses("Reopen")
    mo.sees("The assessment of EX1001 is reopened for Ada Winter.")
    counted = Version.objects.filter(assessment=draft, authorised_at__isnull=False)
    assert [version.codes for version in counted] == [["3A", "3B", "20"]]

    ada.opens("/assessments/")
    ada.sees("The court report names the father")
    ada.follows("EX1001")
    ada.ticks("4A")
    ada.presses("Save and continue")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")

    mo.opens(LIST)
    opens_the_record_of(mo, "EX1001")
    keeps = f"The assessment keeps its end, {date_format(ended, 'j F Y')}"
    mo.sees(keeps)
    assert_no_axe_violations(mo.page, "review_page_amended")
    mo.follows("Correct the codes")
    assert_no_axe_violations(mo.page, "review_correction")
    mo.unticks("3A")
    mo.page.get_by_label("Find a factor").fill("hit by his stepdad")
    mo.page.keyboard.press("Enter")
    mo.sees("1 factor found.")
    expect(mo.page.get_by_label("Find a factor")).to_be_focused()
    assert_no_axe_violations(mo.page, "review_correction_found")
    mo.follows("18C By an adult")
    expect(mo.box("18C")).to_be_in_viewport()
    # Nothing was saved, and what was unticked stays so.
    expect(mo.box("3A")).not_to_be_checked()
    mo.ticks("3A")
    mo.unticks("3A")
    mo.enters("Why do you correct the codes?", "He was not in the house")
    mo.presses("Correct the codes")
    # What the guide asks of 3B without 3A is asked of the manager, whose reason is no answer.
    mo.sees("What the guide asks of these codes")
    assert_no_axe_violations(mo.page, "review_correction_with_questions")
    considered = "Considered: not in this case, 3B Domestic Abuse"
    mo.page.get_by_role("checkbox", name=considered).check()
    mo.presses("Correct the codes")
    mo.sees("The codes of EX1001 are corrected, and Ada Winter is told.")
    mo.presses("Authorise")
    mo.sees(keeps)
    assert_no_axe_violations(mo.page, "review_confirmation_amended")
    mo.presses("Yes, authorise")
    mo.sees("The assessment of EX1001 is authorised.")
    draft.refresh_from_db()
    assert (draft.status, draft.codes) == (Status.AUTHORISED, ["3B", "4A", "20"])
    assert draft.end_date == ended

    mo.page.get_by_role("checkbox", name="Select the assessment of EX2002").check()
    mo.presses("Authorise the selected that have nothing to explain")
    mo.sees("1 authorised, 0 not.")
    assert_no_axe_violations(mo.page, "review_outcomes")


def opens_the_record_of(manager: Visitor, la_child_id: str) -> None:
    with manager.page.expect_navigation():
        manager.page.get_by_role("link", name=la_child_id).first.click()


def opens_everything(manager: Visitor) -> None:
    manager.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def comments_on(manager: Visitor, code: str, text: str) -> None:
    manager.page.get_by_label(f"Comment on {code}").fill(text)
