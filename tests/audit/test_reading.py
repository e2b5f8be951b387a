"""Readings of a child's record are recorded with person and page, and so are refusals."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Child, NamedPerson
from cinfactors.audit.models import Reading
from tests import people as make
from tests.audit.entries import readings
from tests.pages.form_data import at, new_child_form
from tests.pages.page import problems
from tests.people import People


def restrict(assessment: Assessment, *named) -> None:
    child = assessment.episode.child
    Child.objects.filter(pk=child.pk).update(restricted=True)
    for person in named:
        NamedPerson.objects.create(
            child=child, person=person, named_by=person, named_at=assessment.started_at
        )


@pytest.mark.parametrize("page", ["record", "factors", "check", "cancel", "history"])
def test_each_page_of_a_record_is_recorded_with_who_and_from_where(people, browser_of, page):
    assessment = make.record(make.start(people.ada), "4B")
    ada = browser_of(people.ada, REMOTE_ADDR="192.0.2.7")
    response = ada.get(reverse(page, args=[assessment.reference]))
    [read] = readings()
    assert response.status_code == 200
    assert (read.person_id, read.child_id, read.assessment_id, read.page) == (
        people.ada.pk,
        assessment.episode.child_id,
        assessment.pk,
        page,
    )
    assert (read.address, read.request_id) == ("192.0.2.7", response["X-Request-ID"])
    assert (read.refused, read.restricted, read.out_of_team, read.same_name) == (False,) * 4
    assert read.database_user == "cinfactors_app"


def test_pages_without_a_child_are_no_reading(people: People, browser_of):
    make.start(people.ada)
    ada = browser_of(people.ada)
    for address in (reverse("guidance"), reverse("start"), "/assessments/?tab=authorised"):
        assert ada.get(address).status_code == 200
    assert readings() == []


def test_finding_a_child_by_id_is_reading(people: People, browser_of):
    child = make.start(people.cleo).episode.child
    browser_of(people.ada).post(reverse("start"), {"la_child_id": "ex1001"}, follow=True)
    assert [(one.page, one.child_id, one.out_of_team) for one in readings()] == [
        ("search", child.pk, True),
        ("start", child.pk, True),
    ]


def test_a_refused_record_is_recorded_although_the_answer_is_not_found(people, browser_of):
    assessment = make.start(people.ada)
    restrict(assessment, people.ada)
    response = browser_of(people.mo).get(reverse("record", args=[assessment.reference]))
    [one] = readings()
    assert response.status_code == 404
    assert (one.person_id, one.assessment_id, one.refused, one.restricted, one.out_of_team) == (
        people.mo.pk,
        assessment.pk,
        True,
        True,
        False,
    )
    assert one.request_id == response["X-Request-ID"]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_transaction_of_its_request(browser_of):
    people = make.make_people()
    assessment = make.start(people.ada)
    nia = browser_of(people.nia)
    assert nia.get(reverse("record", args=[assessment.reference])).status_code == 404
    connection.close()
    assert [(one.person_id, one.refused, one.out_of_team) for one in readings()] == [
        (people.nia.pk, True, True)
    ]


def test_a_restricted_child_that_was_looked_up_by_id_is_recorded(people: People, browser_of):
    assessment = make.start(people.ada)
    restrict(assessment, people.ada)
    browser_of(people.ben).post(reverse("start"), {"la_child_id": "EX1001"})
    assert [(one.page, one.refused, one.restricted) for one in readings()] == [
        ("search", True, True)
    ]


def test_who_adds_a_child_under_the_id_of_a_restricted_one_is_recorded(people, browser_of):
    assessment = make.start(people.ada)
    restrict(assessment, people.ada)
    form = new_child_form(la_child_id="ex1001")
    response = browser_of(people.ben).post(reverse("start_with_new_child"), form)
    page = response.content.decode()
    assert "This id cannot be used here" in page
    assert "There is a child" not in page
    assert [(one.person_id, one.page, one.refused, one.restricted) for one in readings()] == [
        (people.ben.pk, "add", True, True)
    ]
    assert who_and_why(log(browser_of(people.dee))) == {
        ("Ben Marsh", "Entered the id of another child once")
    }


@pytest.mark.parametrize("la_child_id", ["EX1002", "ex1003"])
def test_the_id_of_a_child_is_refused_in_the_same_words_whoever_may_see_them(
    people: People, browser_of, la_child_id: str
):
    """Another team's, and a restricted one."""
    make.start(people.cleo, "EX1002")
    restrict(make.start(people.cleo, "EX1003"), people.cleo)
    form = new_child_form(la_child_id=la_child_id)
    response = browser_of(people.ada).post(reverse("start_with_new_child"), form)
    assert problems(response) == [
        "This id cannot be used here. Look for the child by the id; if that finds nobody, ask "
        "your team manager or a data officer"
    ]


@pytest.mark.parametrize("page", ["reassign", "restrict", "lift_restriction", "start_for_child"])
def test_a_restricted_record_is_refused_and_recorded_on_pages_that_a_role_lacks_too(
    people: People, browser_of, page: str
):
    """Of what no page of theirs leads to, too: somebody had the address from elsewhere."""
    assessment = make.start(people.ada)
    restrict(assessment, people.ada)
    thing = assessment.episode.child if page == "start_for_child" else assessment
    for person in (people.cleo, people.nia, people.dee, people.abe):
        address = reverse(page, args=[thing.reference])
        assert browser_of(person).post(address).status_code == 404
    assert [(one.person_id, one.refused, one.restricted) for one in readings()] == [
        (person.pk, True, True) for person in (people.cleo, people.nia, people.dee, people.abe)
    ]


def test_a_managers_page_refused_to_a_colleague_is_no_reading(people, browser_of):
    assessment = make.start(people.ada)
    assert browser_of(people.ben).get(at("reassign", assessment)).status_code == 404
    assert readings() == []


def test_an_administrator_who_requests_a_record_in_review_is_recorded(people, browser_of):
    assessment = make.start(people.ada)
    abe = browser_of(people.abe)
    for name in ("change", "history", "authorise", "return", "correct", "reopen"):
        address = reverse(f"admin:assessments_assessment_{name}", args=[assessment.reference])
        assert abe.get(address).status_code == 403
    assert [(one.person_id, one.refused, one.page) for one in readings()] == [
        (people.abe.pk, True, "review")
    ] * 6


def test_every_page_of_the_admin_that_shows_a_child_is_recorded(people: People, browser_of):
    assessment = make.start(people.ada)
    child, episode = assessment.episode.child, assessment.episode
    mo = browser_of(people.mo)
    for model, row in {"child": child, "episode": episode}.items():
        for page in ("change", "history"):
            address = reverse(f"admin:assessments_{model}_{page}", args=[row.reference])
            assert child.la_child_id in mo.get(address).content.decode()
    assert [(one.child_id, one.page, one.refused) for one in readings()] == [
        (child.pk, "admin", False)
    ] * 4


def test_no_child_is_found_by_words_in_a_query_string(people: People, browser_of):
    make.start(people.ada)
    mo = browser_of(people.mo)
    for model, field in {"episode": "child", "assessment": "episode"}.items():
        query = {"app_label": "assessments", "model_name": model, "field_name": field}
        response = mo.get(reverse("admin:autocomplete"), query | {"term": "EX1001"})
        assert response.status_code == 403
        assert "EX1001" not in response.content.decode()


def test_a_reference_that_nothing_has_is_no_refusal(people: People, browser_of):
    browser_of(people.ada).get(reverse("record", args=[uuid.uuid4()]))
    assert readings() == []


def test_a_page_that_fails_has_shown_nothing(people: People, browser_of, monkeypatch):
    assessment = make.start(people.ada)
    ada = browser_of(people.ada, raise_request_exception=False)
    monkeypatch.setattr("assessments.pages.record.views.render", None)
    assert ada.get(reverse("record", args=[assessment.reference])).status_code == 500
    assert readings() == []


# The page for data officers


def log(client, **query: str) -> list[list[str]]:
    page = unescape(client.get(reverse("reading_log"), query).content.decode())
    rows = re.findall(r'<tr class="govuk-table__row">(.*?)</tr>', page, re.DOTALL)[1:]
    return [
        [
            re.sub(r"(<[^>]+>)+", " ", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def who_and_why(rows: list[list[str]]) -> set[tuple[str, str]]:
    return {(row[0], row[2]) for row in rows}


def test_ordinary_reading_is_not_shown(people: People, browser_of):
    assessment = make.start(people.ada)
    for person in (people.ada, people.ben, people.mo, people.dee):
        browser_of(person).get(reverse("record", args=[assessment.reference]))
    assert len(readings()) == 4
    assert log(browser_of(people.dee)) == []


def test_what_is_unusual_is_shown_with_who_and_whose_record(people: People, browser_of):
    of_north, of_south = make.start(people.ada), make.start(people.cleo, "EX1002")
    named = make.start(people.ada, "EX1003", family_name="Marsh")
    hidden = make.start(people.ada, "EX1004")
    restrict(hidden, people.ada)
    for person, assessment in (
        (people.nia, of_north),
        (people.ben, named),
        (people.mo, hidden),
        (people.dee, of_south),
    ):
        browser_of(person).get(reverse("record", args=[assessment.reference]))
    browser_of(people.ada).post(reverse("start"), {"la_child_id": "EX1002"}, follow=True)
    rows = log(browser_of(people.dee))
    assert who_and_why(rows) == {
        ("Nia Field", "Refused a record of another team once"),
        ("Ben Marsh", "A child of their own family name once"),
        ("Mo Harbour", "Refused a restricted record once"),
        ("Ada Winter", "Read out of their team twice"),
    }
    assert {row[0]: row[4].split()[0] for row in rows} == {
        "Nia Field": "EX1001",
        "Ben Marsh": "EX1003",
        "Mo Harbour": "EX1004",
        "Ada Winter": "EX1002",
    }
    assert who_and_why(log(browser_of(people.dee), person=str(people.mo.reference))) == {
        ("Mo Harbour", "Refused a restricted record once")
    }
    assert log(browser_of(people.dee), day="2020-02-29") == []


def test_many_children_in_an_hour_are_shown(people: People, browser_of, monkeypatch):
    monkeypatch.setattr("assessments.queries.reading_log.UNUSUAL_CHILDREN_PER_HOUR", 3)
    monkeypatch.setattr(queries, "UNUSUAL_CHILDREN_PER_HOUR", 3)
    mo = browser_of(people.mo)
    for place in range(3):
        assert log(browser_of(people.dee)) == []
        assessment = make.start(people.ada, f"EX200{place}")
        for _ in range(2):
            mo.get(reverse("record", args=[assessment.reference]))
    assert who_and_why(log(browser_of(people.dee))) == {
        ("Mo Harbour", "Opened the records of 3 children in an hour")
    }


def test_reading_the_log_is_recorded(people: People, browser_of):
    browser_of(people.dee).get(reverse("reading_log"))
    assert [(one.person_id, one.page, one.child_id) for one in Reading.objects.all()] == [
        (people.dee.pk, "reading", None)
    ]


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "2999-01-01", "'"])
def test_an_invalid_day_is_refused_with_a_message(people: People, browser_of, day):
    response = browser_of(people.dee).get(reverse("reading_log"), {"day": day})
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


def test_the_log_takes_as_many_queries_however_much_it_shows(people, browser_of):
    dee, numbers = browser_of(people.dee), []
    for place in range(3):
        assessment = make.start(people.ada, f"EX300{place}")
        browser_of((people.nia, people.cleo, people.nia)[place]).get(
            reverse("record", args=[assessment.reference])
        )
        with CaptureQueriesContext(connection) as captured:
            log(dee)
        numbers.append(len(captured))
    assert numbers[1] == numbers[0] == numbers[2]


def test_the_log_is_of_one_person_whose_name_is_typed_and_stands_in_no_address(
    people: People, browser_of
):
    dee = browser_of(people.dee)
    make.make_person("Adam Frost", people.south)
    today = timezone.localdate().isoformat()
    response = dee.post("/reading/", {"day": today, "typed_person": "mo"})
    assert response.status_code == 302
    assert response["Location"] == f"/reading/?day={today}&person={people.mo.reference}"
    page = dee.get(response["Location"])
    assert page.context["person"] == people.mo
    assert 'value="Mo Harbour"' in page.content.decode()
    several = dee.post("/reading/", {"day": today, "typed_person": "ada"})
    assert several.status_code == 422
    assert "Several people have such a name: select one" in several.content.decode()
    nobody = dee.post("/reading/", {"day": "2999-01-01", "typed_person": "zzz"})
    assert nobody.status_code == 422
    text = nobody.content.decode()
    assert "Nobody has a name that begins with “zzz”" in text
    assert "Enter a day that is not to come" in text
    assert dee.get("/reading/?person=1").status_code == 422
    everybody = {"day": today, "typed_person": "", "person": str(people.mo.reference)}
    assert dee.post("/reading/", everybody)["Location"] == f"/reading/?day={today}"
