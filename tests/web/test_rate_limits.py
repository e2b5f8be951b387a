"""How many searches, and how many records, are too many."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from assessments.models import Episode
from cinfactors.audit.models import Reading
from cinfactors.web import rate_limits
from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.people import People, make_people

PAGES = ("/assessments/", "/assessments/start/", "/assessments/start/new/")


@pytest.fixture
def people(db) -> People:
    cache.clear()
    return make_people()


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_a_person_searches_a_hundred_times_in_five_minutes(people: People, page: str):
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as clock:
        cache.set(f"searches:{people.ada.pk}", rate_limits.SEARCHES - 1, 5 * 60)
        ada, ben = signed_in(people.ada), signed_in(people.ben)
        assert ada.post(page, {"words": "x"}).status_code != 429
        refused = ada.post(page, {"words": "x"})
        assert (refused.status_code, refused["Retry-After"]) == (429, "300")
        assert "Too many tries" in refused.content.decode()
        assert ada.get(page).status_code == 200
        assert ben.post(page, {"words": "x"}).status_code != 429
        clock.shift(5 * 60)
        assert ada.post(page, {"words": "x"}).status_code != 429


@pytest.mark.parametrize(
    ("who", "lists"),
    [
        ("mo", ["assessments/assessment", "assessments/child", "assessments/episode"]),
        ("abe", ["accounts/user", "accounts/team", "accounts/membership"]),
    ],
)
def test_searches_in_the_admin_count_with_the_others(people: People, who: str, lists: list[str]):
    person = getattr(people, who)
    cache.set(f"searches:{person.pk}", rate_limits.SEARCHES - len(lists), 5 * 60)
    client = signed_in(person)
    for name in lists:
        assert client.post(f"/admin/{name}/", {"q": "x"}).status_code != 429
    for name in lists:
        assert client.post(f"/admin/{name}/", {"q": "x"}).status_code == 429
        assert client.get(f"/admin/{name}/").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_search_by_somebody_not_signed_in_leads_to_sign_in_and_is_not_counted(people, page: str):
    cache.set("searches:None", rate_limits.SEARCHES, 5 * 60)
    response = Client().post(page, {"words": "x"})
    assert response.status_code == 303
    assert response["Location"].startswith("/account/sign-in/")
    assert cache.get("searches:None") == rate_limits.SEARCHES


def test_children_outside_the_own_caseload_are_limited_each_counted_once_an_hour(
    people: People, settings
):
    settings.READINGS_PER_HOUR = 3
    shown = [make.start(people.ben, f"EX100{number}") for number in range(4)]
    ada, ben = signed_in(people.ada), signed_in(people.ben)
    # However often she opens the same three, and in whichever list they are.
    for _ in range(3):
        assert [ada.get(at("record", each)).status_code for each in shown] == [200] * 3 + [429]
    by_ada = Reading.objects.filter(person_id=people.ada.pk)
    assert by_ada.filter(refused=False).count() == 9
    # What was refused is recorded as that.
    child = shown[3].episode.child_id
    assert set(by_ada.filter(refused=True).values_list("child_id", "counted")) == {(child, None)}
    refused = ada.get(at("history", shown[3]))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    page = refused.content.decode()
    assert "Too many children’s records" in page
    assert "Wait an hour at most" in page
    assert ada.get("/assessments/").status_code == 200
    assert ben.get(at("record", shown[3])).status_code == 200


def test_a_list_over_the_limit_is_not_shown(people: People, settings):
    settings.READINGS_PER_HOUR = 3
    for number in range(4):
        make.start(people.ben, f"EX100{number}")
    dee = signed_in(people.dee)
    assert dee.get("/assessments/?tab=to-do").status_code == 429
    assert dee.get("/assessments/?tab=authorised").status_code == 200
    [reading] = Reading.objects.all()
    assert reading.refused
    assert len(reading.children) == 4


def test_a_data_officer_who_walks_through_the_register_is_stopped(people: People, settings):
    settings.READINGS_PER_HOUR = 60
    for number in range(110):
        make.start(people.ben, f"EX1{number:03}")
    dee = signed_in(people.dee)
    pages = [dee.get(f"/assessments/?page={page}").status_code for page in range(1, 6)]
    assert pages == [200, 200, 429, 429, 200]  # the fifth has ten, and sixty are as many as may be
    assert [dee.get(f"/assessments/?page={page}").status_code for page in (1, 2)] == [200] * 2


def test_the_own_caseload_is_never_limited(people: People, settings):
    """A worker's own children, and for a manager those of their teams."""
    settings.READINGS_PER_HOUR = 0
    own = [make.start(people.ada, f"EX100{number}") for number in range(3)]
    sent = make.submit(own[0])
    ada, mo = signed_in(people.ada), signed_in(people.mo)
    for _ in range(2):
        assert {ada.get(at("record", each)).status_code for each in own} == {200}
        assert {ada.get(at(page, own[1])).status_code for page in ("factors", "check")} == {200}
        assert ada.get("/assessments/").status_code == 200
        for address in (
            at("record", own[1]),
            "/assessments/?tab=to-do",
            "/admin/assessments/assessment/?status=any",
            "/admin/assessments/child/",
            reverse("admin:assessments_assessment_change", args=[sent.reference]),
        ):
            assert mo.get(address).status_code == 200, address
    assert signed_in(people.ben).get(at("record", own[0])).status_code == 429
    assert set(Reading.objects.values_list("counted", flat=True)) == {None}


def test_thirty_children_of_other_teams_can_be_looked_up_in_an_hour_to_start_for_them(
    people: People, monkeypatch
):
    monkeypatch.setattr("cinfactors.audit.services.STARTS_FOR_OTHERS_PER_HOUR", 3)
    others = [make.start(people.cleo, f"EX100{number}") for number in range(4)]
    own = make.start(people.ben, "EX2000")
    ada = signed_in(people.ada)

    def look_up(la_child_id: str) -> int:
        return ada.post("/assessments/start/", {"la_child_id": la_child_id}).status_code

    for _ in range(2):
        assert [look_up(f"EX100{number}") for number in range(3)] == [302] * 3
    refused = ada.post("/assessments/start/", {"la_child_id": "EX1003"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "Too many children of other teams" in refused.content.decode()
    # Nor by the address, posted to at once.
    address = reverse("start_for_child", args=[others[3].episode.child.reference])
    assert (ada.get(address).status_code, ada.post(address).status_code) == (429, 429)
    readings = Reading.objects.filter(child_id=others[3].episode.child_id)
    assert set(readings.values_list("refused", flat=True)) == {True}
    # Those whom she has looked up, her team's and new children are hers to start for.
    address = reverse("start_for_child", args=[others[0].episode.child.reference])
    assert ada.get(address).status_code == 200
    assert look_up("EX2000") == 302
    assert look_up("EX3000") == 302
    assert signed_in(people.ben).get(at("record", own)).status_code == 200


def test_ones_own_page_is_never_refused_for_brothers_and_sisters_beside_it(people, settings):
    settings.READINGS_PER_HOUR = 0
    sister = make.start(people.ben, "EX2001")
    own = make.start(people.ada, "EX2002")
    Episode.objects.update(family_reference="F1")
    make.submit(sister, "3B")
    ada = signed_in(people.ada)
    page = ada.get(at("factors", own))
    assert page.status_code == 200
    assert "EX2001" in page.content.decode()
    [reading] = Reading.objects.filter(refused=False)
    assert reading.counted == [sister.episode.child_id]
    # What is saved there is saved.
    form = key_and_version(own, codes=["4B"], next="typed", typed="4a")
    assert ada.post(at("factors", own), form).status_code == 200
    assert make.codes_of(own) == ["4A", "4B"]


def test_whoever_reads_the_log_is_not_stopped_by_it(people: People, settings):
    settings.READINGS_PER_HOUR = 3
    others = [make.start(people.cleo, f"EX100{number}") for number in range(3)]
    mine = signed_in(people.ada)
    for each in others:
        mine.get(at("record", each))
    settings.READINGS_PER_HOUR = 1
    dee = signed_in(people.dee)
    for _ in range(3):
        assert dee.get("/reading/").status_code == 200
    own = Reading.objects.filter(person_id=people.dee.pk, page="reading")
    assert set(own.values_list("counted", flat=True)) == {None}
