"""How many searches, and how many records, are too many."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cinfactors.audit.models import Reading
from cinfactors.web import rate_limits
from tests import people as make
from tests.pages.form_data import at
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


@pytest.mark.parametrize("page", ["record", "factors"])
def test_the_records_that_a_person_opens_in_an_hour_are_limited(
    people: People, settings, page: str
):
    settings.READINGS_PER_HOUR = 3
    assessment = make.start(people.ada)
    ada, ben = signed_in(people.ada), signed_in(people.ben)
    assert [ada.get(at(page, assessment)).status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert Reading.objects.filter(person_id=people.ada.pk).count() == 3
    assert ada.get("/assessments/").status_code == 200
    assert ben.get(at("record", assessment)).status_code == 200


def test_records_opened_in_the_admin_count_with_the_others(people: People, settings):
    settings.READINGS_PER_HOUR = 1
    assessment = make.submit(make.start(people.ada))
    mo = signed_in(people.mo)
    assert mo.get(at("record", assessment)).status_code == 200
    address = reverse("admin:assessments_assessment_change", args=[assessment.reference])
    assert mo.get(address).status_code == 429
