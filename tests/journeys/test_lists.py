"""My assessments: open and returned ones, and finding a child without leaving a trace."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import people as given
from tests.journeys.conftest import NARROW

SEARCH = "Find a child by id or name"


@pytest.fixture
def ada(people, at_a_browser):
    # No script does anything on these pages.
    return at_a_browser(people.ada, javascript=False)


def rows(visitor) -> list[str]:
    """The children's ids in the list, from the top."""
    return visitor.page.locator("table.app-list tbody th a").all_inner_texts()


def tabs(visitor) -> list[str]:
    return visitor.page.locator(".app-tabs__item").all_inner_texts()


def test_a_returned_assessment_is_listed_first_with_the_managers_comment(people, ada):
    given.start(people.ada, "EX1000", referred=given.a_referral().referral_date.replace(day=1))
    sent = given.submit(given.start(people.ada, "EX2000"), "13A")
    given.return_it(sent, people.mo, "13A: what is the evidence of a gang?\nSee the chronology.")
    ada.opens("/assessments/")
    assert rows(ada) == ["EX2000", "EX1000"]
    assert tabs(ada) == ["To do 2", "Returned 1", "With my manager 0", "Authorised 0"]
    ada.page.get_by_role("link", name="Returned 1").click()
    ada.is_at("/assessments/?tab=returned")
    assert rows(ada) == ["EX2000"]

    ada.follows("EX2000")
    words = ada.page.locator("#managers-words")
    expect(words).to_be_in_viewport(ratio=1)
    expect(words).to_contain_text("Returned by Mo Harbour")
    expect(words).to_contain_text("13A: what is the evidence of a gang? See the chronology.")

    ada.ticks("24A")
    ada.presses("Save and continue")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    sent.refresh_from_db()
    assert [(each.number, each.codes) for each in sent.versions.order_by("number")] == [
        (1, ["13A"]),
        (2, ["13A", "24A"]),
    ]


def test_a_submission_can_be_withdrawn_and_sent_again(people, ada):
    sent = given.submit(given.start(people.ada), "4B")
    ada.opens("/assessments/?tab=with-manager")
    ada.follows("EX1001")
    ada.presses("Withdraw the submission")
    ada.sees_heading("Withdraw the submission?")
    ada.presses("Withdraw it")
    ada.sees("The submission is withdrawn. You can change the factors again.")
    ada.sees_ticked("4B")
    ada.ticks("16A")
    ada.presses("Save and continue")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    sent.refresh_from_db()
    assert (sent.status, sent.codes) == ("submitted", ["4B", "16A"])


def test_an_assessment_started_in_error_is_cancelled_with_a_reason(people, ada):
    draft = given.start(people.ada)
    ada.opens_record(draft)
    ada.follows("Started in error? Cancel it")
    ada.presses("Cancel the assessment")
    assert len(ada.problems()) == 1
    ada.enters("Why was it started in error?", "Wrong child.\nThe right one is EX1002.")
    ada.presses("Cancel the assessment")
    ada.sees("The assessment is cancelled. Its record stays.", "Cancelled: started in error.")
    draft.refresh_from_db()
    assert draft.status == "cancelled"
    assert draft.cancellation_reason == "Wrong child.\nThe right one is EX1002."
    ada.opens("/assessments/")
    assert rows(ada) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("EX1001", ["EX1001"]),
        ("ex1", ["EX1001", "EX1002"]),
        ("marlow", ["EX1002"]),
        ("Sam Marlow", ["EX1002"]),
        ("nobody", []),
    ],
)
def test_a_child_is_found_by_id_or_name(people, at_a_browser, words, found):
    given.start(people.ada, "EX1001")
    given.start(people.ada, "EX1002", given_name="Sam", family_name="Marlow")
    given.start(people.ada, "EX2001")
    ada = at_a_browser(people.ada)
    ada.opens("/assessments/")
    ada.enters(SEARCH, words)
    ada.presses("Find")
    ada.sees("Clear the search")
    assert rows(ada) == found


def test_a_search_leaves_no_id_or_name_in_a_url_or_title(people, ada):
    given.start(people.ada, "EX1001", family_name="Marlow")
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.opens("/assessments/?tab=to-do")
    for words in ("EX1001", "marlow"):
        ada.enters(SEARCH, words)
        ada.presses("Find")
        ada.sees("Clear the search")
        assert rows(ada) == ["EX1001"]
        ada.is_at("/assessments/?tab=to-do&search=on")
        assert ada.page.title() == "My assessments – cinfactors"
    ada.follows("EX1001")
    ada.sees_heading("Select the factors identified")
    assert not [url for url in asked if "ex1001" in url.lower() or "marlow" in url.lower()]
    assert "EX1001" not in ada.page.title()


def searches_for_marlow(people, ada):
    """Of two children to do and one with the manager, it finds one to do."""
    given.start(people.ada, "EX1001")
    given.start(people.ada, "EX1002", family_name="Marlow")
    given.submit(given.start(people.ada, "EX1003"))
    ada.opens("/assessments/")
    ada.enters(SEARCH, "marlow")
    ada.presses("Find")
    assert rows(ada) == ["EX1002"]


def test_a_search_is_kept_under_every_tab_until_it_is_cleared(people, ada):
    searches_for_marlow(people, ada)
    counts = ["To do 2", "Returned 0", "With my manager 1", "Authorised 0"]
    assert tabs(ada) == counts
    ada.page.get_by_role("link", name="With my manager").click()
    ada.is_at("/assessments/?search=on&tab=with-manager")
    ada.sees("Nothing found here.")
    assert rows(ada) == []
    assert tabs(ada) == counts
    ada.follows("To do: 1 found")
    assert rows(ada) == ["EX1002"]
    ada.follows("Clear the search")
    expect(ada.page.get_by_label(SEARCH)).to_have_value("")
    assert rows(ada) == ["EX1001", "EX1002"]
    assert tabs(ada) == counts


def test_a_search_is_there_again_when_one_comes_back_from_what_it_found(people, ada):
    searches_for_marlow(people, ada)
    ada.follows("EX1002")
    ada.sees_heading("Select the factors identified")
    ada.page.go_back()
    assert rows(ada) == ["EX1002"]


def test_a_search_ends_when_one_goes_elsewhere(people, ada):
    searches_for_marlow(people, ada)
    ada.follows("Guidance")
    ada.follows("My assessments")
    expect(ada.page.get_by_label(SEARCH)).to_have_value("")
    assert rows(ada) == ["EX1001", "EX1002"]
    ada.opens("/assessments/?search=on")
    assert rows(ada) == ["EX1001", "EX1002"]


def test_thirty_assessments_are_listed_on_two_pages(people, ada):
    for number in range(30):
        given.start(people.ada, f"EX{1000 + number}")
    ada.opens("/assessments/")
    first = rows(ada)
    assert first == [f"EX{1000 + number}" for number in range(25)]
    ada.page.get_by_role("link", name="Next page").click()
    ada.is_at("/assessments/?tab=to-do&page=2")
    assert rows(ada) == [f"EX{1025 + number}" for number in range(5)]
    ada.page.get_by_role("link", name="Previous page").click()
    ada.is_at("/assessments/?tab=to-do&page=1")
    assert rows(ada) == first


def test_an_empty_list_says_what_to_do(people, ada):
    ada.opens("/")
    ada.is_at("/assessments/")
    ada.sees("There is nothing to do here.")
    ada.follows("start it here")
    ada.is_at("/assessments/start/")


def test_the_teams_assessments_can_be_read_and_not_changed(people, ada):
    draft = given.record(given.start(people.ben, "EX7000"), "3A")
    ada.opens("/assessments/")
    assert rows(ada) == []
    ada.follows("Show my team’s assessments")
    assert rows(ada) == ["EX7000"]
    ada.follows("EX7000")
    ada.is_at(f"/assessments/{draft.reference}/")
    expect(ada.page.get_by_role("link", name="Change the factors")).to_have_count(0)


@pytest.mark.parametrize("name", ["child", "episode", "assessment"])
def test_what_a_manager_searches_for_can_be_read_on_a_phone(people, at_a_browser, name):
    given.submit(given.start(people.ada), "4B")
    mo = at_a_browser(people.mo, width=NARROW)
    mo.opens(f"/admin/assessments/{name}/")
    assert mo.page.get_by_label("Child id or name").bounding_box()["width"] >= 150
