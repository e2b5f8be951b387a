"""Two people at one assessment: each sees what happened, and nothing of either is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

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


def sees_the_differences(visitor: Visitor, by: str) -> Locator:
    """Go online again; return the rows of the differences."""
    visitor.context.set_offline(False)
    expect(visitor.page.locator("#conflict")).to_be_focused()
    visitor.sees(f"This assessment was changed by {by} at")
    return visitor.page.locator("#conflict tbody tr")


def differences(rows: Locator) -> list[list[str]]:
    return [
        row.locator("th, td:not(.app-differences__record)").all_inner_texts() for row in rows.all()
    ]


def records(rows: Locator, **choices: bool) -> None:
    for name, is_recorded in choices.items():
        row = rows.filter(has_text=name.removeprefix("code_"))
        row.get_by_label("Yes" if is_recorded else "No").check()


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

    rows = sees_the_differences(ada_on_a_train, by="Ben Marsh")
    assert differences(rows) == [
        ["3A Domestic Abuse, the child", "Not selected", "Selected"],
        ["4B Mental health disorder, a parent or carer", "Not selected", "Selected"],
        ["16A Neglect", "Selected", "Not selected"],
        ["20 Other", "Not selected", "Selected"],
    ]
    ada_on_a_train.sees_ticked("16A")
    assert_no_axe_violations(ada_on_a_train.page, "factors_changed_by_somebody_else")
    assert given.codes_of(draft) == ["3A", "4B", "20"]
    records(rows, code_3A=True, code_20=True)
    ada_on_a_train.presses_in_place("Use the saved description")
    ada_on_a_train.presses_in_place("Save these choices")
    ada_on_a_train.waits_until_saved()
    ada_on_a_train.sees_ticked("3A", "16A", "20")
    assert given.codes_of(draft) == ["3A", "16A", "20"]
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
    rows = sees_the_differences(ada_on_a_train, by="Mo Harbour")
    assert differences(rows) == [
        ["4C Mental health disorder, another person in the household", "Not selected", "Selected"],
        ["16A Neglect", "Selected", "Not selected"],
    ]
    records(rows, code_4C=True)
    ada_on_a_train.presses_in_place("Save these choices")
    ada_on_a_train.waits_until_saved()
    assert given.codes_of(draft) == ["4C", "16A"]
    assert draft.status == Status.RETURNED
    # The page that was told stays as it is, until it is opened again.
    ada.sees_ticked("3A", "4B")
    ada.opens_factors(draft)
    ada.sees("Is there neglect as well?")
    ada.sees_ticked("4C", "16A")
