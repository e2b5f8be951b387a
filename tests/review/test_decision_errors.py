"""A decision with errors, or from a hostile hand: refused, and nothing typed is lost."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from assessments.models import (
    PinnedComment,
    Status,
)
from tests import people as make
from tests.pages.page import field_value, read
from tests.people import People
from tests.review.decisions import asks_to_confirm, at, form_data, problems, sent_by_page, told
from tests.snapshot import unchanged


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"comment": "x"}, ["Select why you are returning it"]),
        (
            {"reason": "other", "comment": " \r\n ", "pinned-13A": " "},
            ["Enter what the worker should look at, here or beside a code"],
        ),
        (
            {"reason": "other", "comment": "x", "missing_code": "24A"},
            ["Enter why this code is missing"],
        ),
        (
            {"reason": "other", "comment": "x", "missing_text": "y"},
            ["Select the code that is missing"],
        ),
        (
            {"reason": "other", "comment": "x" * 2001},
            ["Shorten the text to 2000 characters or fewer. It has 2001"],
        ),
        (
            {"reason": "other", "comment": "x", "pinned-13A": "y" * 1001},
            ["Shorten the text to 1000 characters or fewer. It has 1001"],
        ),
        (
            {"reason": "other", "comment": "\x07"},
            ["Remove the characters that cannot be shown, then paste the text again"],
        ),
    ],
)
def test_a_return_with_errors_shows_them_and_keeps_what_was_typed(
    mo: Client, sent, fields: dict, expected: list[str]
):
    typed = {"comment": "", "pinned-13A": "Who says so?"} | fields
    with unchanged():
        response = mo.post(at(sent, "return"), form_data(sent, **typed))
    assert response.status_code == 422
    assert problems(response) == expected
    assert response.content.decode().count("<title>Error: ") == 1
    for name in ("comment", "pinned-13A"):
        assert field_value(response, name) == typed[name]
    targets = {
        link["href"].removeprefix("#")
        for link in read(response).find_all("a")
        if link.text in expected
    }
    ids = {each["id"] for each in read(response).find_all(id=True)}
    assert targets
    assert targets <= ids


@pytest.mark.parametrize(
    "hostile",
    [
        {"reason": "never"},
        {"reason": "\x00"},
        {"missing_code": "18A", "missing_text": "x"},
        {"missing_code": "3", "missing_text": "x"},
        {"comment": "\x00"},
    ],
)
def test_a_hostile_return_is_refused(mo: Client, sent, hostile: dict):
    with unchanged():
        response = mo.post(at(sent, "return"), sent_by_page("return", sent) | hostile)
    assert response.status_code == 422


def test_a_comment_is_pinned_to_no_code_that_the_page_does_not_offer(mo: Client, sent):
    extra = {"pinned-99Z": "x", "pinned-": "x", "pinned-1": "x"}
    assert mo.post(at(sent, "return"), sent_by_page("return", sent) | extra).status_code == 302
    assert PinnedComment.objects.count() == 0


@pytest.mark.parametrize(
    "fields", [{"comment": "Look again"}, {"pinned-13A": "Why?"}, {"reason": "other"}]
)
def test_authorising_does_not_throw_away_what_was_typed(mo: Client, sent, fields: dict):
    with unchanged():
        response = mo.post(at(sent, "authorise"), form_data(sent, confirmed="yes", **fields))
    assert response.status_code == 422
    assert problems(response) == [
        "You wrote a comment or chose a reason, which authorising would not send. Return the "
        "assessment, or clear what you wrote."
    ]
    for name, text in fields.items():
        if name != "reason":
            assert field_value(response, name) == text


TYPED_DAY = {"confirmed": "yes", "end_date_0": "8", "end_date_1": "5", "end_date_2": "2026"}


@pytest.mark.parametrize("button", ["authorise", "guidance"])
def test_a_day_that_was_typed_stays_beside_a_comment(mo: Client, sent, button: str):
    fields = form_data(sent, comment="Look again", guidance="hidden", **TYPED_DAY)
    response = mo.post(at(sent, button), fields)
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "end_date_0") == "8"
    assert asks_to_confirm(response) == "Authorise 3A, 13A? It ends today."
    assert not read(response).select("[data-confirm] .errorlist")


def test_a_day_and_a_comment_are_both_recovered_after_the_next_sign_in(
    people: People, mo: Client, sent
):
    draft_owner = field_value(mo.get(at(sent)), "typed_by")
    fields = form_data(sent, comment="Look again", typed_by=draft_owner, **TYPED_DAY)
    del mo.cookies[settings.SESSION_COOKIE_NAME]
    mo.post(at(sent, "authorise"), fields)
    mo.force_login(people.mo)
    response = mo.get(at(sent, "authorise"))
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "end_date_0") == "8"


def test_reopening_needs_a_reason(mo: Client, people: People, sent):
    done = make.authorise(sent, people.mo)
    with unchanged():
        response = mo.post(at(done, "reopen"), form_data(done, comment=""))
    assert problems(response) == ["Enter why it is reopened"]


def test_what_a_manager_wrote_as_their_sign_in_ended_is_recovered_after_the_next(
    people: People, mo: Client, sent
):
    draft_owner = field_value(mo.get(at(sent)), "typed_by")
    fields = sent_by_page("return", sent) | {"typed_by": draft_owner, "pinned-13A": "Who says so?"}
    del mo.cookies[settings.SESSION_COOKIE_NAME]
    assert mo.post(at(sent, "return"), fields)["Location"].startswith("/account/sign-in/")
    mo.force_login(people.mo)
    response = mo.get(at(sent, "return"))
    assert told(response).startswith("You were signed out before this was sent.")
    assert field_value(response, "comment") == "Look again"
    assert field_value(response, "pinned-13A") == "Who says so?"
    sent.refresh_from_db()
    assert sent.status == Status.SUBMITTED
