"""A manager's pages: reassigning, and restricting who may see a record."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import NamedPerson
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import words
from tests.people import People


@pytest.fixture
def mo(people: People, browser_of):
    return browser_of(people.mo)


def text_of(response) -> str:
    return words(re.sub("</?bdi>", "", response.content.decode()))


def problems(response) -> list[str]:
    return [problem.message for problem in response.context["problems"]]


# Reassigning


def test_the_record_leads_a_manager_to_both_pages_and_nobody_else(people, draft, browser_of):
    for who, leads in (("mo", True), ("ada", False), ("dee", False)):
        page = text_of(browser_of(getattr(people, who)).get(at("record", draft)))
        for name in ("reassign", "restrict"):
            assert (at(name, draft) in page) == leads, who


def test_a_manager_reassigns(people: People, draft, mo):
    page = text_of(mo.get(at("reassign", draft)))
    assert "Ben Marsh, North" in page
    assert "Ada Winter, North, has it now" in page
    response = mo.post(at("reassign", draft), key_and_version(draft, to=people.ben.pk), follow=True)
    assert "Ben Marsh, North, has the assessment now." in text_of(response)
    draft.refresh_from_db()
    assert draft.worker == people.ben


def test_an_error_stands_beside_the_choice_when_nobody_is_chosen(draft, mo):
    response = mo.post(at("reassign", draft), key_and_version(draft))
    assert response.status_code == 422
    assert problems(response) == ["Select the social worker who takes it over"]
    assert 'href="#id_to_1"' in text_of(response)
    assert "<title>Error: " in text_of(response)


def test_somebody_of_another_team_is_refused(people: People, draft, mo):
    response = mo.post(at("reassign", draft), key_and_version(draft, to=people.cleo.pk))
    assert problems(response) == ["Select a social worker of your teams"]
    draft.refresh_from_db()
    assert draft.worker == people.ada


def test_a_conflict_is_shown_when_the_record_changed_meanwhile(people: People, draft, mo):
    stale = key_and_version(draft, to=people.ben.pk)
    make.record(draft, "4B", "3A")
    response = mo.post(at("reassign", draft), stale)
    assert problems(response) == [
        "The record was changed meanwhile. Read it, then reassign it again"
    ]
    again = stale | {"version": response.context["assessment"].version, "key": str(uuid.uuid4())}
    assert mo.post(at("reassign", draft), again).status_code == 302


def test_a_closed_assessment_is_not_reassigned(people: People, draft, mo):
    done = make.authorise(make.submit(draft), people.mo)
    assert mo.get(at("reassign", done))["Location"] == at("record", done)
    assert mo.post(at("reassign", done), key_and_version(done, to=people.ben.pk)).status_code == 409


def test_a_post_without_key_or_version_is_a_bad_request(people: People, draft, mo):
    assert mo.post(at("reassign", draft), {"to": people.ben.pk}).status_code == 400


# The list of what has no worker


def test_the_open_work_of_a_leaver_is_listed_with_why(people: People, draft, mo):
    assert "has its social worker" in text_of(mo.get("/reassign/"))
    people.ada.is_active = False
    people.ada.save()
    page = text_of(mo.get("/reassign/"))
    assert "Ada Winter has left" in page
    assert at("reassign", draft) in page


def test_the_list_takes_as_many_queries_however_long_it_is(people: People, mo):
    people.ada.teams.set([people.north])
    query_counts = []
    for number in range(3):
        make.start(people.ada, f"EX{number}")
        people.ada.is_active = False
        people.ada.save()
        with CaptureQueriesContext(connection) as captured:
            assert text_of(mo.get("/reassign/")).count("Ada Winter has left") == number + 1
        query_counts.append(len(captured))
        people.ada.is_active = True
        people.ada.save()
    assert query_counts[0] == query_counts[1] == query_counts[2]


def test_a_long_list_has_pages(people: People, mo):
    for number in range(26):
        make.start(people.ada, f"EX{number}")
    people.ada.is_active = False
    people.ada.save()
    assert text_of(mo.get("/reassign/")).count("Ada Winter has left") == 25
    assert text_of(mo.get("/reassign/?page=2")).count("Ada Winter has left") == 1


# Restricting


def ticked(response) -> set[str]:
    form = response.context["form"]
    return {str(value) for value in form["people"].value() or []}


def named() -> set[str]:
    return set(NamedPerson.objects.values_list("person__username", flat=True))


def test_the_worker_and_the_manager_are_ticked_to_begin_with(people: People, draft, mo):
    response = mo.get(at("restrict", draft))
    assert ticked(response) == {str(people.ada.pk), str(people.mo.pk)}
    for person in ("Ada Winter, social worker, North", "Dee Ledger, data officer"):
        assert person in text_of(response)
    assert "Cleo Frost" not in text_of(response)


def test_a_manager_restricts_a_record_and_lifts_it(people: People, draft, mo, browser_of):
    names = {"people": [people.ada.pk, people.mo.pk]}
    response = mo.post(at("restrict", draft), names, follow=True)
    assert "Only the people you named may see the record now." in text_of(response)
    assert "Restricted</strong>" in text_of(response)
    assert browser_of(people.ben).get(at("record", draft)).status_code == 404
    assert "Named now: Ada Winter, Mo Harbour." in " ".join(
        text_of(mo.get(at("restrict", draft))).split()
    )
    response = mo.post(at("lift_restriction", draft), follow=True)
    assert "The record is not restricted any more." in text_of(response)
    assert browser_of(people.ben).get(at("record", draft)).status_code == 200


def test_somebody_of_another_team_is_named_by_user_name(people: People, draft, mo):
    names = {"people": [people.ada.pk, people.mo.pk], "username": "Cleo"}
    assert mo.post(at("restrict", draft), names).status_code == 302
    assert named() == {"ada", "cleo", "mo"}


@pytest.mark.parametrize("username", ["abe", "nobody", "x" * 151, "\x00"])
def test_an_unknown_user_name_is_an_error_beside_its_box(people: People, draft, mo, username: str):
    names = {"people": [people.ada.pk, people.mo.pk], "username": username}
    response = mo.post(at("restrict", draft), names)
    assert response.status_code == 422
    assert 'href="#id_username"' in text_of(response)
    assert named() == set()


def test_an_error_says_who_has_to_be_named(people: People, draft, mo):
    response = mo.post(at("restrict", draft), {"people": [people.ben.pk]})
    assert problems(response) == [
        "Select Ada Winter, whose assessment is open. Select a manager of North"
    ]
    assert ticked(response) == {str(people.ben.pk)}
    assert named() == set()


def test_a_conflict_is_shown_when_another_manager_changed_the_names(people: People, draft, mo):
    make.restrict(draft, people.mo)
    response = mo.post(at("restrict", draft), {"people": [people.ada.pk, people.mo.pk, 1]})
    assert response.status_code == 422
    names = {"people": [people.ada.pk, people.mo.pk, people.ben.pk], "seen": [people.ada.pk]}
    response = mo.post(at("restrict", draft), names)
    assert problems(response) == ["Who is named was changed meanwhile. Check it again"]
    names["seen"] = [people.ada.pk, people.mo.pk]
    assert mo.post(at("restrict", draft), names).status_code == 302
    assert named() == {"ada", "ben", "mo"}


def test_a_manager_who_leaves_themselves_out_is_led_to_the_list(people: People, draft, mo):
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    response = mo.post(at("restrict", draft), {"people": [people.ada.pk, lou.pk]})
    assert response["Location"] == "/assessments/"
    assert mo.get(at("record", draft)).status_code == 404


def test_reassigning_a_restricted_record_says_who_will_see_it(people: People, draft, mo):
    make.restrict(draft, people.mo)
    assert "becomes one of the people who may see it" in text_of(mo.get(at("reassign", draft)))
    mo.post(at("reassign", draft), key_and_version(draft, to=people.ben.pk))
    assert named() == {"ada", "ben", "mo"}
