"""Complying with what a rule asks, by its buttons: on the factor page and on Check answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import people as given

KEEP_8B = "Keep 8B, from overseas, intends to return, and remove 8E"
REMOVED_8E = "Removed 8E Private fostering, UK child, alternative family arrangement."


@pytest.fixture
def ada(people, at_a_browser, javascript):
    return at_a_browser(people.ada, javascript=javascript)


def opens(ada, people, page: str, *codes: str, **child):
    draft = given.set_outcome(given.record(given.start(people.ada, **child), *codes))
    ada.opens_factors(draft) if page == "factors" else ada.opens_check(draft)
    return draft


@pytest.mark.parametrize("page", ["factors", "check"])
def test_one_of_two_kinds_is_kept_and_what_is_removed_can_be_had_back(people, ada, page):
    draft = opens(ada, people, page, "8B", "8E")
    ada.presses_in_place(KEEP_8B)
    ada.sees(REMOVED_8E)
    assert given.codes_of(draft) == ["8B"]
    ada.page.get_by_role("button", name="Undo").first.click()
    expect(ada.page.get_by_text(REMOVED_8E)).to_have_count(0)
    expect(ada.page.get_by_role("button", name=KEEP_8B)).to_have_count(1)
    assert given.codes_of(draft) == ["8B", "8E"]
    assert [each.kind for each in draft.answers.all()] == ["complied"]


@pytest.mark.parametrize("page", ["factors", "check"])
@pytest.mark.parametrize(
    ("button", "removed", "left"),
    [
        ("9A Unaccompanied asylum seeker", "9A Unaccompanied asylum seeker", ["3B", "4B"]),
        ("3B Domestic abuse, parent", "3B Domestic Abuse, a parent or carer", ["4B", "9A"]),
    ],
)
def test_a_contradiction_is_resolved_on_either_side(people, ada, page, button, removed, left):
    draft = opens(ada, people, page, "3B", "4B", "9A")
    ada.presses_in_place(f"Remove {button}")
    ada.sees(f"Removed {removed}")
    assert given.codes_of(draft) == left


@pytest.mark.parametrize("page", ["factors", "check"])
@pytest.mark.parametrize("code", ["5A Learning disability", "6A Physical disability or illness"])
def test_a_disability_that_is_recorded_is_added(people, ada, page, code):
    draft = opens(ada, people, page, "4B", disabled=True)
    ada.presses_in_place(f"Add {code}, the child")
    expect(ada.page.get_by_role("button", name=f"Add {code}, the child")).to_have_count(0)
    assert given.codes_of(draft) == sorted(["4B", code[:2]])


@pytest.mark.parametrize("page", ["factors", "check"])
def test_removing_comes_after_the_reason_where_the_rule_is_ours(people, ada, page):
    opens(ada, people, page, "8B", "8E")
    rule = "private-fostering-one-kind"
    place = ada.page.locator(f"#finding-{rule}, #question-{rule}").first
    is_after = """place => Boolean(place.querySelector("textarea").compareDocumentPosition(
        place.querySelector("[name=complied]")) & Node.DOCUMENT_POSITION_FOLLOWING)"""
    assert place.evaluate(is_after)


def test_what_is_entered_elsewhere_is_saved_with_a_step(people, ada):
    draft = opens(ada, people, "check", "8B", "8E", "13A")
    ada.enters("Or: why does 24A not apply?", "No sign of it")
    ada.chooses("Child in need plan")
    ada.presses(KEEP_8B)
    draft.refresh_from_db()
    assert (draft.codes, draft.outcome) == (["8B", "13A"], "child_in_need_plan")
    assert {each.text for each in draft.answers.all()} == {"", "No sign of it"}
    with ada.page.expect_navigation():
        ada.page.get_by_role("button", name="Undo").click()
    draft.refresh_from_db()
    assert (draft.codes, draft.outcome) == (["8B", "8E", "13A"], "child_in_need_plan")


def test_a_step_on_a_page_that_was_overtaken_removes_only_what_it_named(people, ada):
    draft = opens(ada, people, "check", "8B", "8E")
    given.record(draft, "8B", "8C", "8E", "16A")
    ada.presses(KEEP_8B)
    ada.sees("after you opened this page")
    assert given.codes_of(draft) == ["8B", "8C", "16A"]
