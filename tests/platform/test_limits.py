"""How much of what is allowed is too much."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from cinfactors import limits
from tests.people import People, make_people

PAGES = ("/assessments/", "/assessments/start/")


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
        cache.set(f"searches:{people.ada.pk}", limits.SEARCHES - 1, 5 * 60)
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
    cache.set(f"searches:{people.mo.pk}", limits.SEARCHES, 5 * 60)
    mo = signed_in(people.mo)
    for model in ("assessment", "child", "episode"):
        assert mo.post(f"/admin/assessments/{model}/", {"q": "x"}).status_code == 429
    assert mo.get("/admin/assessments/assessment/").status_code == 200
