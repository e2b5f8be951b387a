"""The page on which a manager voids a record, and how the record says it."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment, Status
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import field_value, heading, problems, read, words
from tests.services.test_voiding import WRONG_CHILD, voided


@pytest.fixture
def authorised(people) -> Assessment:
    return make.authorise(make.submit(make.start(people.ada), "1B"), people.mo)


@pytest.fixture
def mo(people, browser_of) -> Client:
    return browser_of(people.mo)


def test_the_record_says_that_it_is_voided_and_why(people, mo, browser_of, authorised):
    posted = key_and_version(authorised, reason=WRONG_CHILD)
    assert mo.post(at("void", authorised), posted)["Location"] == at("record", authorised)
    for person in (people.mo, people.ada, people.dee):
        page = words(read(browser_of(person).get(at("record", authorised))).text)
        assert (
            "Voided: it was another child’s. It is kept here, and never counted nor exported. "
            f"{WRONG_CHILD}"
        ) in page
        history = words(read(browser_of(person).get(at("history", authorised))).text)
        assert f"voided version 1 “{WRONG_CHILD}”" in history.replace(": “", " “")
    assert "Void it" not in mo.get(at("record", authorised)).content.decode()


def test_sent_again_it_leads_to_the_record(mo, authorised):
    posted = key_and_version(authorised, reason=WRONG_CHILD)
    for _ in range(2):
        assert mo.post(at("void", authorised), posted)["Location"] == at("record", authorised)


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "\u200b"])
def test_without_a_reason_that_says_something_nothing_is_voided(mo, authorised, reason):
    response = mo.post(at("void", authorised), key_and_version(authorised, reason=reason))
    assert (response.status_code, len(problems(response))) == (422, 1)
    assert field_value(response, "version") == str(authorised.version)
    authorised.refresh_from_db()
    assert authorised.status == Status.AUTHORISED


def test_what_changed_meanwhile_is_read_before_it_is_voided(people, mo, authorised):
    posted = key_and_version(authorised, reason=WRONG_CHILD)
    reopened = make.reopen(authorised, people.mo)
    response = mo.post(at("void", authorised), posted)
    assert problems(response) == ["The record was changed meanwhile. Read it, then void it again"]
    assert field_value(response, "version") == str(reopened.version)
    assert WRONG_CHILD in response.content.decode()


def test_what_cannot_be_voided_has_no_page(people, mo):
    for status in (Status.DRAFT, Status.SUBMITTED, Status.CANCELLED):
        record = make.in_status(status, people.ada, people.mo, f"EX{status}")
        assert mo.get(at("void", record))["Location"] == at("record", record)
        response = mo.post(at("void", record), key_and_version(record, reason=WRONG_CHILD))
        assert response.status_code == 409


def test_what_is_voided_already_says_so(people, mo, authorised):
    voided(authorised, people.mo)
    authorised.refresh_from_db()
    response = mo.post(at("void", authorised), key_and_version(authorised, reason="Once more"))
    assert (response.status_code, heading(response)) == (
        409, "This assessment cannot be changed now",
    )  # fmt: skip
    assert "It is voided" in response.content.decode()


def test_nobody_else_voids_it(people, browser_of, authorised):
    posted = key_and_version(authorised, reason=WRONG_CHILD)
    for person in (people.ada, people.ben, people.cleo, people.nia, people.dee, people.abe):
        assert browser_of(person).get(at("void", authorised)).status_code == 404
        assert browser_of(person).post(at("void", authorised), posted).status_code == 404
