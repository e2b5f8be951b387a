"""A page that is left before it had its answers, and what it sends once more, in one post."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from assessments.models import Assessment
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.people import People
from tests.snapshot import unchanged

EXPLAIN = "gangs-with-criminal-exploitation"


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), "3A", "20", description="Debts")


@pytest.fixture
def hidden(draft: Assessment) -> dict[str, Any]:
    """The hidden fields of the page, the same in all that it sends without an answer."""
    return key_and_version(draft)


def leave(ada: Client, draft: Assessment, *posts: dict[str, Any]) -> int:
    """Send what a page sends that is left; return the status."""
    *earlier, last = posts
    repeated = [urlencode(each, doseq=True) for each in earlier]
    status: int = ada.post(at("autosave", draft), last | {"earlier": repeated}).status_code
    draft.refresh_from_db()
    return status


@pytest.mark.parametrize("arrives", ["before", "never", "after"])
def test_a_code_unticked_and_ticked_again_stays_in_whatever_order_it_arrives(
    ada: Client, draft: Assessment, hidden: dict[str, Any], arrives: str
):
    unticked = hidden | {"codes": ["20"], "other_description": "Debts"}
    ticked_again = hidden | {"codes": ["3A", "20"], "other_description": "Debts"}
    if arrives == "before":
        ada.post(at("autosave", draft), unticked)
    assert leave(ada, draft, unticked, ticked_again) == 200
    if arrives == "after":
        ada.post(at("autosave", draft), unticked)
        draft.refresh_from_db()
    assert draft.codes == ["3A", "20"]


def test_what_is_sent_last_counts_although_it_is_what_was_sent_first(
    ada: Client, draft: Assessment, hidden: dict[str, Any]
):
    ticked = hidden | {"codes": ["3A", "4B", "20"], "other_description": "Debts"}
    unticked = hidden | {"codes": ["3A", "20"], "other_description": "Debts"}
    assert leave(ada, draft, ticked, unticked | {"density": "key_points"}, ticked) == 200
    assert draft.codes == ["3A", "4B", "20"]


def test_a_description_that_is_put_back_is_the_one_recorded(
    ada: Client, draft: Assessment, hidden: dict[str, Any]
):
    typed = hidden | {"codes": ["20"], "other_description": "Hoarding"}
    assert leave(ada, draft, typed, typed | {"other_description": "Debts"}) == 200
    assert (draft.codes, draft.other_description) == (["20"], "Debts")


def test_what_somebody_else_saved_is_kept(
    ada: Client, people: People, draft: Assessment, hidden: dict[str, Any]
):
    unticked = hidden | {"codes": ["3A"], "other_description": ""}
    ticked_again = hidden | {"codes": ["3A", "20"], "other_description": "Debts"}
    make.record(draft, "3A", "4B", "20", description="Debts")
    assert leave(ada, draft, unticked, ticked_again) == 200
    assert (draft.codes, draft.other_description) == (["3A", "4B", "20"], "Debts")


def test_buttons_pressed_before_the_last_tick_are_carried_out(
    ada: Client, people: People, hidden: dict[str, Any]
):
    gangs = make.record(make.start(people.ada, "EX2"), "13A")
    hidden |= {"version": gangs.version}
    reason = {"answer": EXPLAIN, f"kind-{EXPLAIN}": "reason", f"text-{EXPLAIN}": "Seen once"}
    answered = hidden | {"codes": ["13A"]} | reason
    typed = hidden | {"codes": ["13A"], "next": "typed", "typed": "3a"}
    assert leave(ada, gangs, answered, typed, hidden | {"codes": ["13A", "4B"]}) == 200
    assert gangs.codes == ["3A", "4B", "13A"]
    assert [each.text for each in gangs.answers.all()] == ["Seen once"]


def test_a_page_that_is_left_twice_is_recorded_once(
    ada: Client, draft: Assessment, hidden: dict[str, Any]
):
    posts = [hidden | {"codes": codes} for codes in (["4B"], ["4B", "3A"])]
    leave(ada, draft, *posts)
    with unchanged():
        leave(ada, draft, *posts)
    assert draft.codes == ["3A", "4B"]


def test_what_no_page_sends_is_refused(ada: Client, draft: Assessment, hidden: dict[str, Any]):
    last = hidden | {"codes": ["4B"]}
    with unchanged():
        assert leave(ada, draft, {"codes": ["3A"]}, last) == 400
        assert leave(ada, draft, *[last] * 51, last) == 400
