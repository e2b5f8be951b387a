"""How a worker sees a manager's decision: on the list, the record and check answers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import queries
from assessments.models import Assessment, ReviewRead, Status
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words
from tests.people import People
from tests.snapshot import unchanged

LIST = reverse("assessments")
CORRECTION = (
    "Mo Harbour corrected 3A Domestic Abuse, the child to 3B Domestic Abuse, a parent or carer "
    "in EX1001’s assessment"
)


def text_of(response) -> str:
    assert response.status_code == 200
    [main] = read(response).find_all("main")
    return words(main.text)


@pytest.fixture
def corrected(people: People) -> Assessment:
    sent = make.submit(make.start(people.ada), "3A")
    return make.correct(sent, people.mo, "3B", reason="The report is of the mother")


def test_a_return_is_on_the_list_with_its_reason(ada: Client, people: People):
    make.return_it(make.submit(make.start(people.ada)), people.mo, "Who?", reason="wrong_person")
    page = text_of(ada.get(LIST))
    assert "Mo Harbour, recorded for the wrong person: “Who?”" in page


@pytest.mark.parametrize("page", ["record", "check"])
def test_comments_are_shown_beside_their_codes_and_missing_codes_with_the_return(
    ada: Client, people: People, page: str
):
    pinned = {"3A": "Did she see it?", "13A": "What of the gang?"}
    back = make.return_it(
        make.submit(make.start(people.ada), "3A"),
        people.mo,
        "See below",
        reason="missing_factor",
        pinned=pinned,
    )
    response = ada.get(at(page, back))
    [own] = [each for each in read(response).find_all("li") if words(each.text).startswith("3A ")]
    assert "Mo Harbour: Did she see it?" in words(own.text)
    [said] = read(response).find_all("div", id="managers-words")
    assert "A factor is missing See below" in words(said.text)
    assert "3A Domestic Abuse, the child: Did she see it?" in words(said.text)
    assert "13A Gangs (not selected): What of the gang?" in words(said.text)


def test_a_reopened_record_says_why(ada: Client, people: People):
    done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    again = make.reopen(done, people.mo, "The court report says otherwise")
    page = text_of(ada.get(at("record", again)))
    assert "Reopened by Mo Harbour" in page
    assert "The court report says otherwise" in page


def test_a_correction_is_shown_on_the_list_until_it_is_read(
    ada: Client, people: People, corrected: Assessment
):
    assert CORRECTION in text_of(ada.get(LIST))
    page = text_of(ada.get(at("record", corrected)))
    assert "The report is of the mother" in page
    assert "I have read this" in page
    assert "Submitted 3A Domestic Abuse, the child Corrected to 3B Domestic Abuse" in page

    [review] = queries.unread_corrections(people.ada)
    response = ada.post(at("correction_read", corrected), {"review": review.pk})
    assert response["Location"] == at("record", corrected)
    assert ReviewRead.objects.get().review == review
    assert "Corrected by a manager" not in text_of(ada.get(LIST))
    page = text_of(ada.get(at("record", corrected)))
    assert "I have read this" not in page
    assert "Submitted 3A Domestic Abuse, the child Corrected to 3B Domestic Abuse" in page
    with unchanged():
        ada.post(at("correction_read", corrected), {"review": review.pk})


def test_nobody_else_sees_a_correction_or_marks_it_as_read(
    people: People, browser_of, corrected: Assessment
):
    [review] = queries.unread_corrections(people.ada)
    for person in (people.ben, people.cleo, people.mo, people.dee, people.abe):
        browser = browser_of(person)
        assert "Mo Harbour corrected" not in words(browser.get(LIST).content.decode())
        with unchanged():
            response = browser.post(at("correction_read", corrected), {"review": review.pk})
        assert response.status_code == 404
    assert "I have read this" not in text_of(browser_of(people.mo).get(at("record", corrected)))


@pytest.mark.parametrize("sent", [{}, {"review": ""}, {"review": "x"}, {"review": "9" * 30}])
def test_marking_as_read_without_a_decision_is_a_bad_request(
    ada: Client, corrected: Assessment, sent: dict[str, str]
):
    with unchanged():
        assert ada.post(at("correction_read", corrected), sent).status_code == 400


def test_a_correction_of_another_record_is_not_marked(
    ada: Client, people: People, corrected: Assessment
):
    other = make.submit(make.start(people.ada, "EX2"))
    [review] = queries.unread_corrections(people.ada)
    with unchanged():
        ada.post(at("correction_read", other), {"review": review.pk})


def test_withdrawing_asks_for_confirmation(ada: Client, people: People):
    sent = make.submit(make.start(people.ada))
    with unchanged():
        assert "Withdraw the submission?" in text_of(ada.get(at("withdraw", sent)))
    ada.post(at("withdraw", sent), key_and_version(sent))
    sent.refresh_from_db()
    assert sent.status == Status.DRAFT
    assert ada.get(at("withdraw", sent))["Location"] == at("record", sent)


def test_starting_shows_no_form_while_an_assessment_is_open(ada: Client, people: People):
    draft = make.start(people.ada)
    address = reverse("start_for_child", args=[draft.episode.child.reference])
    page = read(ada.get(address))
    assert not page.find("form", id="start")
    make.cancel(draft)
    page = read(ada.get(address))
    assert page.find("form", id="start")


def test_an_administrator_is_sent_to_the_admin(people: People, browser_of):
    response = browser_of(people.abe).get(LIST)
    assert (response.status_code, response["Location"]) == (302, reverse("admin:index"))


def test_the_list_takes_as_many_queries_however_many_corrections(
    ada: Client, people: People, corrected: Assessment, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as one:
        ada.get(LIST)
    for number in range(3):
        make.correct(make.submit(make.start(people.ada, f"EX{number}")), people.mo, "4C")
    with django_assert_num_queries(len(one)):
        ada.get(LIST)
