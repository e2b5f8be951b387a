"""Two people at one assessment: each sees what happened, and nothing of either is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessments.models import Assessment, Status
from cinfactors.accounts.models import User
from cinfactors.audit.models import Change
from tests import people as given
from tests.journeys.accessibility import assert_no_axe_violations
from tests.journeys.visitor import Visitor

WOULD_WARN = """() => !dispatchEvent(new Event("beforeunload", {cancelable: true}))"""


@pytest.fixture
def working_on(at_a_browser, draft):
    """Open a browser for a person, at the factor page of the draft."""

    def open_browser(person: User) -> Visitor:
        visitor = at_a_browser(person)
        visitor.loses_answers()
        visitor.expects(404)
        visitor.opens_factors(draft)
        return visitor

    return open_browser


def sees_not_saved_because(visitor: Visitor, words: str, *ticked: str) -> None:
    """The page says why it is not saved, and everything that they ticked is still there."""
    expect(visitor.page.locator("#state")).to_contain_text(f"Not saved: {words}")
    visitor.sees_ticked(*ticked)


def loses_the_network(visitor: Visitor, *codes: str) -> None:
    """Go offline, and go on ticking."""
    visitor.context.set_offline(True)
    visitor.ticks(*codes)
    sees_not_saved_because(visitor, "there is no answer from the server", *codes)


def sees_what_came_from(visitor: Visitor, people: str, *lines: str) -> None:
    """Go online again, and be told what was taken over."""
    visitor.context.set_offline(False)
    visitor.sees(f"Also saved from another page, by {people}")
    expect(visitor.page.locator("#others-changes li")).to_have_text(lines)
    visitor.waits_until_saved()


def every_selection(draft: Assessment) -> list[list[str]]:
    """All selections that were stored, from the history, in order."""
    rows = Change.objects.filter(table_name=Assessment._meta.db_table, row_key=draft.pk)
    return [change.new["codes"] for change in rows.order_by("pk")]


def reassigns(mo: Visitor, draft: Assessment, to: str) -> None:
    mo.opens(f"/assessments/{draft.reference}/reassign/")
    mo.page.get_by_role("radio", name=to).check()
    mo.presses("Reassign")
    mo.sees(f"{to}, North, has the assessment now.")


def test_an_assessment_that_is_reassigned_and_back(people, working_on, at_a_browser, draft):
    mo = at_a_browser(people.mo)
    ada, ada_on_a_train = working_on(people.ada), working_on(people.ada)
    ada.ticks("3A", "13A")
    ada.waits_until_saved()
    loses_the_network(ada_on_a_train, "16A")
    reassigns(mo, draft, "Ben Marsh")

    ben = working_on(people.ben)
    ben.sees_ticked("3A", "13A")
    ben.unticks("13A")
    ben.ticks("4B", "20")
    ben.enters("Describe what was found, in a few words", "Hoarding")
    ben.waits_until_saved()
    ada.ticks("5B")
    given_away = "this assessment cannot be changed from this page any more."
    sees_not_saved_because(ada, given_away, "3A", "5B", "13A")
    assert_no_axe_violations(ada.page, "factors_given_to_somebody_else")
    assert given.codes_of(draft) == ["3A", "4B", "20"]

    reassigns(mo, draft, "Ada Winter")
    ben.ticks("9A")
    sees_not_saved_because(ben, given_away, "3A", "4B", "9A", "20")

    sees_what_came_from(
        ada_on_a_train,
        "Ben Marsh",
        "Added: 3A Domestic Abuse, the child",
        "Added: 4B Mental health disorder, a parent or carer",
        "Added: 20 Other",
        "Description: Hoarding",
    )
    ada_on_a_train.sees_ticked("3A", "4B", "16A", "20")
    assert_no_axe_violations(ada_on_a_train.page, "factors_changed_by_somebody_else")
    assert given.codes_of(draft) == ["3A", "4B", "16A", "20"]
    assert draft.other_description == "Hoarding"
    assert draft.worker == people.ada
    # What each recorded stays, and who: neither page that was given away wrote anything.
    assert ["3A", "13A"] in every_selection(draft)
    assert ["3A", "4B", "20"] in every_selection(draft)
    assert not any({"5B", "9A"} & {*codes} for codes in every_selection(draft))


def test_an_assessment_that_is_corrected_and_returned_while_it_is_open(people, working_on, draft):
    ada, ada_on_a_train = working_on(people.ada), working_on(people.ada)
    ada.ticks("4B")
    ada.waits_until_saved()
    loses_the_network(ada_on_a_train, "16A")
    draft.refresh_from_db()
    given.submit(draft, "4B")
    ada.ticks("3A")
    sees_not_saved_because(ada, "this assessment is not with you any more", "3A", "4B")
    assert_no_axe_violations(ada.page, "factors_submitted_in_another_tab")

    draft.refresh_from_db()
    given.correct(draft, people.mo, "4C", reason="The report names an uncle")
    draft.refresh_from_db()
    given.return_it(draft, people.mo, "Is there neglect as well?")
    assert given.codes_of(draft) == ["4C"]
    sees_what_came_from(
        ada_on_a_train,
        "Mo Harbour",
        "Added: 4C Mental health disorder, another person in the household",
    )
    assert given.codes_of(draft) == ["4C", "16A"]
    assert draft.status == Status.RETURNED
    # The page that was told stays as it is, until it is opened again.
    ada.sees_ticked("3A", "4B")
    ada.opens_factors(draft)
    ada.sees("Is there neglect as well?")
    ada.sees_ticked("4C", "16A")
