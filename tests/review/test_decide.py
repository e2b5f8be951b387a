"""Each decision of a manager: who may take it, when, and what comes of it."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import (
    Review,
    Status,
    Version,
)
from cinfactors.accounts.models import Role, User
from tests import people as make
from tests.pages.page import read, words
from tests.people import People
from tests.review.decisions import (
    DECISIONS,
    LIST,
    OF_WHAT_IS_AUTHORISED,
    SESSIONS,
    asks_to_confirm,
    at,
    changes,
    for_decision,
    form_data,
    messages,
    problems,
    section,
    sent_by_page,
    spoken,
    told,
)
from tests.snapshot import unchanged


def test_authorising_asks_for_confirmation_and_then_sets_the_end_date(
    mo: Client, people: People, sent
):
    with unchanged():
        confirmation = mo.post(at(sent, "authorise"), form_data(sent))
    assert asks_to_confirm(confirmation) == "Authorise 3A, 13A? It ends today."
    response = mo.post(at(sent, "authorise"), sent_by_page("authorise", sent), follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert messages(response) == ["The assessment of EX1001 is authorised."]
    sent.refresh_from_db()
    version = sent.versions.get()
    assert (sent.status, sent.end_date) == (Status.AUTHORISED, timezone.localdate())
    assert (version.authorised_by, version.end_date) == (people.mo, sent.end_date)


def test_the_page_asks_for_no_confirmation_by_itself(mo: Client, sent):
    assert asks_to_confirm(mo.get(at(sent))) == ""


def test_reasons_that_differ_in_the_select_and_the_radio_buttons_are_none(mo: Client, sent):
    fields = {"reason": ["wrong_person", "other"], "comment": "Look again"}
    with unchanged():
        response = mo.post(at(sent, "return"), form_data(sent, **fields))
    assert problems(response) == ["Select why you are returning it"]
    fields["reason"] = ["", "other"]
    assert mo.post(at(sent, "return"), form_data(sent, **fields)).status_code == 302
    assert Review.objects.get().reason == "other"


def test_returning_keeps_reason_comment_and_the_comments_beside_codes(mo: Client, sent):
    fields = {
        "reason": "evidence_not_clear",
        "comment": "Look again\r\nat both",
        "pinned-3A": " ",
        "pinned-13A": "Who says so?",
        "missing_code": "24A",
        "missing_text": "Is he carrying?",
    }
    response = mo.post(at(sent, "return"), form_data(sent, **fields), follow=True)
    assert messages(response) == ["The assessment of EX1001 is back with Ada Winter."]
    sent.refresh_from_db()
    review = Review.objects.get()
    assert (sent.status, review.reason, review.comment) == (
        Status.RETURNED,
        "evidence_not_clear",
        "Look again\nat both",
    )
    assert list(review.pinned.values_list("code", "text")) == [
        ("13A", "Who says so?"),
        ("24A", "Is he carrying?"),
    ]


def test_a_return_with_comments_beside_codes_alone_shows_no_empty_one(
    mo: Client, people: People, sent, browser_of
):
    fields = {"reason": "evidence_not_clear", "comment": "", "pinned-13A": "Who says so?"}
    assert mo.post(at(sent, "return"), form_data(sent, **fields)).status_code == 302
    sent.refresh_from_db()
    ada = browser_of(people.ada)
    worker = {
        name: read(ada.get(address)).main
        for name, address in {
            "factors": reverse("factors", args=[sent.reference]),
            "check": reverse("check", args=[sent.reference]),
            "history": reverse("history", args=[sent.reference]),
            "record": reverse("record", args=[sent.reference]),
            "list": "/assessments/?tab=returned",
        }.items()
    }
    for name, page in worker.items():
        assert "“”" not in page.text, name
        assert "The evidence is not clear".lower() in words(page.text).lower(), name
    for name in ("factors", "check"):
        ids = [each["id"] for each in worker[name].select(".app-comment")]
        assert ids == ["asked-13A"], name
    decided = worker["record"].select(".app-decisions__one")[-1]
    assert [words(each.text) for each in decided.select("p")] == [
        "The evidence is not clear",
        "13A Gangs: Who says so?",
    ]
    assert "0 of 1 comment replied to" in words(
        read(mo.get("/admin/assessments/assessment/?status=returned")).text
    )
    make.reply(sent, {"13A": "The school"})
    make.submit(sent, "3A", "13A", "4B")
    page = read(mo.get(at(sent)))
    asked = page.select_one(".review-changes")
    assert "The evidence is not clear" in words(asked.text)
    assert not asked.select(".review-asked")
    returned = [each for each in page.select("li") if each.h3 and "Returned" in each.h3.text]
    assert [words(each.text) for each in returned[0].find_all("p")][1:3] == [
        "The evidence is not clear",
        "13A Gangs: Who says so?",
    ]


def leaves(person: User) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])


def test_what_somebody_left_is_returned_to_another_worker_in_one_step(
    mo: Client, people: People, sent
):
    assert "id_to" not in mo.get(at(sent)).content.decode()
    leaves(people.ada)
    page = read(mo.get(at(sent)))
    notices = [words(each.text) for each in page.select(".review-notice")]
    assert any("choose who has it next" in each for each in notices)
    offered = {option["value"]: words(option.text) for option in page.select("#id_to option")}
    assert offered[str(people.ben.pk)] == "Ben Marsh, 0 open"
    fields = {"reason": "evidence_not_clear", "comment": "Look again"}
    with unchanged():
        refused = mo.post(at(sent, "return"), form_data(sent, **fields, to=people.cleo.pk))
    assert problems(refused) == ["Select a social worker of your teams"]
    assert "Return to" not in words(page.select_one(".review-return").text)
    chosen, before = form_data(sent, **fields, to=people.ben.pk), sent.version
    response = mo.post(at(sent, "return"), chosen, follow=True)
    assert messages(response) == ["The assessment of EX1001 is back with Ben Marsh."]
    sent.refresh_from_db()
    assert (sent.status, sent.worker, sent.version) == (Status.RETURNED, people.ben, before + 2)


def test_what_somebody_left_is_returned_to_nobody_yet(mo: Client, people: People, sent):
    leaves(people.ada)
    fields = form_data(sent, reason="evidence_not_clear", comment="Look again", to="")
    response = mo.post(at(sent, "return"), fields, follow=True)
    assert messages(response) == [
        "The assessment of EX1001 is returned. Ada Winter has left: it waits to be reassigned."
    ]


def test_nobody_who_has_left_is_told_of_a_correction_or_has_work_reopened(
    mo: Client, people: People, sent
):
    leaves(people.ada)
    corrected = form_data(sent, codes=["3A"], reason="The report names no gang")
    response = mo.post(at(sent, "correct"), corrected, follow=True)
    assert messages(response) == [
        "The codes of EX1001 are corrected. It still awaits your decision."
    ]
    sent.refresh_from_db()
    done = make.authorise(sent, people.mo)
    fields = form_data(done, comment="The report says otherwise")
    response = mo.post(at(done, "reopen"), fields, follow=True)
    assert messages(response) == [
        "The assessment of EX1001 is reopened. Ada Winter has left: it waits to be reassigned."
    ]


def test_reopening_leaves_the_authorised_version_as_it_was(mo: Client, people: People, sent):
    done = make.authorise(sent, people.mo)
    before = Version.objects.values().get()
    fields = {"comment": "The report says otherwise"}
    response = mo.post(at(done, "reopen"), form_data(done, **fields), follow=True)
    assert messages(response) == ["The assessment of EX1001 is reopened for Ada Winter."]
    done.refresh_from_db()
    assert done.status == Status.REOPENED
    assert Version.objects.values().get() == before


WHO = {
    "ada": {302, 403},  # whose work it is
    "ben": {302, 403},
    "nia": {404},
    "dee": {302, 403},
    "abe": {403},
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_else_decides(people: People, browser_of, decision: str):
    found = for_decision(decision, people)
    for name, answers in WHO.items():
        client = browser_of(getattr(people, name))
        with unchanged():
            response = client.post(at(found, decision), sent_by_page(decision, found))
        assert response.status_code in answers, name
        assert response.status_code != 302 or response["Location"].startswith("/a"), name


@pytest.mark.parametrize("decision", DECISIONS)
def test_nobody_decides_on_their_own_work(people: People, browser_of, decision: str):
    found = for_decision(decision, people)
    people.ada.role, people.ada.is_staff = Role.TEAM_MANAGER, True
    people.ada.save()
    ada = browser_of(people.ada)
    assert "This is work of your own" in ada.get(at(found)).content.decode()
    with unchanged():
        assert ada.post(at(found, decision), sent_by_page(decision, found)).status_code == 403


@pytest.mark.parametrize("decision", DECISIONS)
def test_asking_for_the_address_of_a_decision_decides_nothing(
    people: People, mo: Client, decision: str
):
    found = for_decision(decision, people)
    with unchanged():
        response = mo.get(at(found, decision), sent_by_page(decision, found))
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("status", list(Status))
def test_a_decision_is_taken_in_its_own_status_alone(people: People, mo: Client, status: Status):
    found = make.in_status(status, people.ada, people.mo)
    for decision in DECISIONS:
        of_what_is_authorised = decision in OF_WHAT_IS_AUTHORISED
        if status == (Status.AUTHORISED if of_what_is_authorised else Status.SUBMITTED):
            continue
        with unchanged():
            response = mo.post(at(found, decision), sent_by_page(decision, found))
        assert response.status_code == 409, decision
        assert found.get_status_display().lower() in told(response)


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_same_form_sent_twice_decides_once(people: People, mo: Client, decision: str):
    found = for_decision(decision, people)
    fields = sent_by_page(decision, found)
    first = mo.post(at(found, decision), fields)
    with unchanged(SESSIONS):
        second = mo.post(at(found, decision), fields)
    assert (first.status_code, first["Location"]) == (302, second["Location"])


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("missing", ["key", "version"])
def test_a_form_without_key_or_version_is_a_bad_request(
    people: People, mo: Client, decision: str, missing: str
):
    found = for_decision(decision, people)
    fields = sent_by_page(decision, found)
    del fields[missing]
    with unchanged():
        assert mo.post(at(found, decision), fields).status_code == 400


def test_the_next_is_the_next_oldest_of_the_list_with_its_filters(people: People, mo: Client):
    first, other, third = (
        make.submit(make.start(worker, f"EX{place}"))
        for place, worker in enumerate((people.ada, people.ben, people.ada))
    )
    filters = f"worker%3D{people.ada.reference}"
    fields = sent_by_page("authorise", first) | {"then": "next"}
    answer = mo.post(at(first, "authorise", filters), fields)
    assert answer["Location"] == at(third, "change", filters)
    fields = sent_by_page("return", third) | {"then": "next"}
    response = mo.post(at(third, "return", filters), fields, follow=True)
    assert response.redirect_chain == [(f"{LIST}?worker={people.ada.reference}", 302)]
    assert "Nothing else in this list awaits your review." in messages(response)
    assert mo.post(at(other, "authorise"), sent_by_page("authorise", other))["Location"] == LIST


@pytest.mark.parametrize("filters", ["status%3Dnone", "x%3D1", "%00", "_changelist_filters"])
def test_a_decision_is_taken_whatever_filters_the_address_has(mo: Client, sent, filters: str):
    fields = sent_by_page("authorise", sent) | {"then": "next"}
    assert mo.post(at(sent, "authorise", filters), fields).status_code == 302


def test_the_day_it_ended_is_given_where_it_is_confirmed(mo: Client, people: People, sent):
    page = read(mo.post(at(sent, "authorise"), form_data(sent)))
    boxes = page.select(".govuk-date-input input")
    assert [box["name"] for box in boxes] == ["end_date_0", "end_date_1", "end_date_2"]
    assert {box["inputmode"] for box in boxes} == {"numeric"}
    assert {box["autocomplete"] for box in boxes} == {"off"}
    day = sent.start_date
    fields = {"end_date_0": day.day, "end_date_1": day.month, "end_date_2": day.year}
    posted = sent_by_page("authorise", sent) | fields
    for _ in range(2):  # the second time, what came of the first
        response = mo.post(at(sent, "authorise"), posted, follow=True)
        assert messages(response) == ["The assessment of EX1001 is authorised."]
    sent.refresh_from_db()
    assert (sent.end_date, sent.versions.get().end_date) == (day, day)
    assert sent.reviews.count() == 1


@pytest.mark.parametrize(
    ("entered", "message"),
    [
        (("32", "1", "2026"), "End date must be a real date"),
        (("", "1", "2026"), "End date must include a day"),
        (("1", "1", "2099"), "End date must be today or in the past"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_was_typed(mo: Client, sent, entered, message):
    fields = {f"end_date_{place}": part for place, part in enumerate(entered)}
    with unchanged(SESSIONS):
        response = mo.post(at(sent, "authorise"), sent_by_page("authorise", sent) | fields)
    assert (response.status_code, problems(response)) == (422, [message])
    assert asks_to_confirm(response) == "Authorise 3A, 13A? It ends today."
    assert read(response).select_one("#error-summary a")["href"] == "#id_end_date_0"
    boxes = read(response).select(".govuk-date-input input")
    assert tuple(box.get("value", "") for box in boxes) == entered


def test_a_day_that_was_typed_is_shown_where_somebody_else_decided(
    mo: Client, people: People, sent
):
    posted = sent_by_page("authorise", sent) | {"end_date_0": "8", "end_date_1": "5"}
    posted |= {"end_date_2": "2026"}
    make.return_it(sent, people.mo)
    response = mo.post(at(sent, "authorise"), posted)
    assert response.status_code == 409
    assert "End date 8 5 2026" in section(response, "What you wrote was not sent")


def test_an_amendment_keeps_its_end_and_the_pages_say_so(mo: Client, people: People):
    with time_machine.travel("2025-05-08 10:00 +0000", tick=False):
        done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    keeps = "The assessment keeps its end, 8 May 2025"
    assert keeps in section(mo.get(at(done)), "Reopen")
    again = make.reopen(done, people.mo)
    assert "Ended 8 May 2025" in spoken(read(mo.get(at(again))).select_one("dl.review-facts"))
    worker = Client()
    worker.force_login(people.ada)
    answers = spoken(read(worker.get(f"/assessments/{again.reference}/check/")))
    assert "Assessment ends 8 May 2025: an amendment keeps it" in answers
    sent = make.submit(again, "4A")
    page = mo.get(at(sent))
    assert keeps in section(page, "Decide")
    assert "ends today" not in words(read(page).text)
    counts = "Version 1, authorised on 8 May 2025, goes on counting"
    assert counts in words(read(page).text)
    confirmation = mo.post(at(sent, "authorise"), form_data(sent))
    assert asks_to_confirm(confirmation) == "Authorise 4A? It keeps its end, 8 May 2025."
    assert not read(confirmation).select(".govuk-date-input")
    mo.post(at(sent, "authorise"), sent_by_page("authorise", sent))
    sent.refresh_from_db()
    assert (sent.status, str(sent.end_date)) == (Status.AUTHORISED, "2025-05-08")


def test_an_earlier_assessment_is_dated_by_its_own_end(mo: Client, people: People):
    with time_machine.travel("2025-05-08 10:00 +0000", tick=False):
        first = make.authorise(make.submit(make.start(people.ada)), people.mo)
    make.authorise(make.submit(make.reopen(first, people.mo), "4A"), people.mo)
    sent = make.submit(make.start_after(first), "4B")
    assert "What changed since the assessment that ended on 8 May 2025" in changes(mo.get(at(sent)))
