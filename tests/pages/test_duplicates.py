"""Likely duplicates: offered to who may see them, and listed for managers without a word else."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import queries, services
from assessments.models import Assessment, Child, LikelyDuplicate
from cinfactors.accounts.models import Membership, Role
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.form_data import new_child_form
from tests.pages.page import read, words
from tests.people import People

BORN = date(2015, 2, 3)
"""The date of birth in `new_child_form`, where the child is called Robin Sample."""
NEW = reverse("start_with_new_child")
LIST = reverse("likely_duplicates")


@pytest.fixture
def ada(people: People, browser_of) -> Client:
    return browser_of(people.ada)


@pytest.fixture
def mo(people: People, browser_of) -> Client:
    return browser_of(people.mo)


def recorded(by, la_child_id: str = "EX1", **child) -> Assessment:
    names = {"given_name": "Robín", "family_name": "O’Sample", "birth_date": BORN}
    return make.start(by, la_child_id, **names | child)


def add(client: Client, **values):
    return client.post(NEW, new_child_form(**values))


def asked(response) -> list[str]:
    return [each.message for each in response.context["hardly"]]


QUESTION = "EX1 Robín O’Sample has the same date of birth and a like name: this is another child"


def test_one_that_the_worker_may_see_is_offered(people: People, ada: Client):
    there = recorded(people.ben)
    posted = new_child_form()
    response = ada.post(NEW, posted)
    assert (response.status_code, asked(response)) == (422, [QUESTION])
    assert reverse("start_for_child", args=[there.episode.child.reference]) in (
        response.content.decode()
    )
    assert Reading.objects.latest("pk").children == [there.episode.child_id]
    assert not Child.objects.filter(la_child_id="EX7000").exists()
    assert ada.post(NEW, {**posted, "confirmed": QUESTION}).status_code == 302
    assert LikelyDuplicate.objects.get().other == there.episode.child


def test_of_one_that_the_worker_may_not_see_the_page_says_nothing(people: People, ada: Client):
    statements = []
    for la_child_id in ("EX8001", "EX8002"):
        with CaptureQueriesContext(connection) as captured:
            response = add(ada, la_child_id=la_child_id, given_name="Alex")
        assert response.status_code == 302
        statements.append([re.sub(r"\d+|'[^']*'", "?", each["sql"]) for each in captured])
        if la_child_id == "EX8001":
            assert not LikelyDuplicate.objects.exists()
            Child.objects.filter(la_child_id="EX8001").update(birth_date=date(2014, 1, 1))
            recorded(people.cleo, "EX1", given_name="Alexa", family_name="Sample")
    assert len(statements[0]) == len(statements[1])
    assert LikelyDuplicate.objects.get().other.la_child_id == "EX1"


@pytest.mark.parametrize(
    ("names", "alike"),
    [
        ({"given_name": "ROBIN", "family_name": "Sample-Marsh"}, True),
        ({"given_name": "Robyn", "family_name": "Samples"}, True),
        ({"given_name": "Sample", "family_name": "Robin"}, True),
        ({"given_name": "", "family_name": "Sample"}, True),
        ({"given_name": "Wren", "family_name": "Sample"}, False),
        ({"given_name": "Robin", "family_name": "Field"}, False),
        ({"given_name": "Robin", "family_name": "Sample", "birth_date": date(2015, 2, 4)}, False),
    ],
    ids=str,
)
def test_names_are_alike_without_marks_and_in_either_order(people: People, names, alike: bool):
    other = recorded(people.ada, "EX1", **names).episode.child
    child = Child(given_name="Robin", family_name="Sample", birth_date=BORN)
    assert queries.likely_duplicates_of(child) == ([other] if alike else [])


@pytest.mark.parametrize("names", [("", "Marsh"), ("Marsh", ""), ("", "")], ids=str)
def test_a_name_that_is_not_known_is_like_none(people: People, names: tuple[str, str]):
    recorded(people.ada, "EX1", given_name="", family_name="Sample")
    child = Child(given_name=names[0], family_name=names[1], birth_date=BORN)
    assert queries.likely_duplicates_of(child) == []


def likely(people: People) -> LikelyDuplicate:
    """One of North and one of South: EX2 was added by Ada after Cleo's EX1."""
    recorded(people.cleo, "EX1")
    recorded(people.ada, "EX2")
    return LikelyDuplicate.objects.get()


def test_a_manager_of_both_teams_compares_and_joins_them(people: People, mo: Client):
    likely(people)
    Membership.objects.create(user=people.mo, team=people.south)
    page = mo.get(LIST)
    text = words(read(page).text)
    assert "EX2 Robín O’Sample, born 3 February 2015" in text
    assert "EX1 Robín O’Sample, born 3 February 2015" in text
    link = read(page).find("a", href=re.compile("/join/"))
    assert mo.get(link["href"]).status_code == 200
    assert "Likely duplicates (1)" in words(read(mo.get("/admin/")).text)


def test_a_manager_of_one_team_sees_that_one_and_whom_to_ask(people: People, mo, browser_of):
    duplicate = likely(people)
    for client, own, others in ((mo, "EX2", "South"), (browser_of(people.nia), "EX1", "North")):
        text = words(read(client.get(LIST)).text)
        assert own in text
        assert f"A record of another team. Ask a manager of {others}." in text
        assert ({"EX1": "EX2", "EX2": "EX1"}[own]) not in text
        assert "Or leave it to the other team: its managers have it in their list too." in text
        assert "It then leaves every manager’s list, the other team’s too" in text
    other = make.make_person("Wes Moor", make.make_team("West"), role=Role.TEAM_MANAGER)
    assert "No two records" in words(read(browser_of(other).get(LIST)).text)
    address = reverse("not_the_same_child")
    assert browser_of(other).post(address, {"row": duplicate.pk}).status_code == 404


def test_a_manager_of_one_team_tells_them_apart_for_both(people: People, mo, browser_of):
    duplicate = likely(people)
    nia = browser_of(people.nia)
    button = words(read(nia.get(LIST)).select_one("form[action*=not-the-same] button").text)
    assert button == "Not the same child: a record of another team and EX1"
    response = nia.post(reverse("not_the_same_child"), {"row": duplicate.pk}, follow=True)
    assert "EX2" not in response.content.decode()
    duplicate.refresh_from_db()
    assert duplicate.decided_by == people.nia
    for client in (mo, nia):
        assert "No two records" in words(read(client.get(LIST)).text)


def test_that_they_are_not_the_same_child_is_kept_with_who_and_when(people: People, mo: Client):
    duplicate = likely(people)
    Membership.objects.create(user=people.mo, team=people.south)
    address = reverse("not_the_same_child")
    for row in ("", "x", 0, 2**64):
        assert mo.post(address, {"row": row}).status_code == 404
    for _ in range(2):
        response = mo.post(address, {"row": duplicate.pk}, follow=True)
        assert "No two records of your teams" in words(read(response).text)
    duplicate.refresh_from_db()
    assert duplicate.decided_by == people.mo
    assert duplicate.decided_at is not None


def test_a_record_that_is_restricted_to_others_is_in_no_list(people: People, mo: Client):
    duplicate = likely(people)
    lou = make.make_person("Lou Also", people.south, people.north, role=Role.TEAM_MANAGER)
    cleos = Assessment.objects.get(worker=people.cleo)
    make.restrict(cleos, lou)
    Membership.objects.create(user=people.mo, team=people.south)
    assert "No two records" in words(read(mo.get(LIST)).text)
    assert mo.post(reverse("not_the_same_child"), {"row": duplicate.pk}).status_code == 404
    with pytest.raises(services.NotPermitted):
        services.say_not_the_same(duplicate=duplicate, by=people.mo)
    assert list(queries.likely_duplicates_for(lou)) == [duplicate]
    with pytest.raises(services.NotPermitted):
        services.say_not_the_same(duplicate=duplicate, by=people.dee)
