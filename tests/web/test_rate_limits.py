"""How much of what is allowed is too much."""

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


def test_the_admins_searches_count_with_the_others(people: People):
    cache.set(f"searches:{people.mo.pk}", rate_limits.SEARCHES, 5 * 60)
    mo = signed_in(people.mo)
    for model in ("assessment", "child", "episode"):
        assert mo.post(f"/admin/assessments/{model}/", {"q": "x"}).status_code == 429
    assert mo.get("/admin/assessments/assessment/").status_code == 200


@pytest.mark.parametrize("page", ["record", "factors"])
def test_a_person_is_shown_so_many_records_in_an_hour(people: People, settings, page: str):
    settings.READINGS_PER_HOUR = 3
    assessment = make.start(people.ada)
    ada, ben = signed_in(people.ada), signed_in(people.ben)
    assert [ada.get(at(page, assessment)).status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert Reading.objects.filter(person_id=people.ada.pk).count() == 3
    assert ada.get("/assessments/").status_code == 200
    assert ben.get(at("record", assessment)).status_code == 200


def test_the_admins_readings_count_with_the_others(people: People, settings):
    settings.READINGS_PER_HOUR = 1
    assessment = make.submit(make.start(people.ada))
    mo = signed_in(people.mo)
    assert mo.get(at("record", assessment)).status_code == 200
    address = reverse("admin:assessments_assessment_change", args=[assessment.reference])
    assert mo.get(address).status_code == 429
