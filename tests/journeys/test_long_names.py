"""The longest names wrap on every page, on the narrowest screen."""

from __future__ import annotations

import pytest

from assessments.models import Status
from tests import people as given
from tests.journeys.accessibility import OVERFLOW

NARROWEST = 320


@pytest.fixture
def long_names(people):
    people.ada.name = people.ben.name = people.mo.name = "W" * 150
    for person in (people.ada, people.ben, people.mo):
        person.save()
    people.north.name = "M" * 100
    people.north.save()
    return {"given_name": "W" * 100, "family_name": "M" * 100}


def assert_that_pages_wrap(visitor, paths) -> None:
    visitor.page.set_viewport_size({"width": NARROWEST, "height": 800})
    wide = {}
    for path in paths:
        response = visitor.page.goto(path)
        assert response.ok, path
        over = visitor.page.evaluate(OVERFLOW)
        if over > 0:
            wide[path] = over
    assert wide == {}


def test_the_longest_names_wrap_on_every_page_of_a_worker(people, long_names, at_a_browser):
    returned = given.return_it(given.submit(given.start(people.ada, **long_names)), people.mo)
    sent = given.submit(given.start(people.ada, "EX1002", **long_names))
    given.correct(sent, people.mo, "4B", "16A")
    ada = at_a_browser(people.ada)
    own, other = f"/assessments/{returned.reference}/", f"/assessments/{sent.reference}/"
    assert_that_pages_wrap(
        ada,
        [
            *(f"{own}{page}" for page in ("", "factors/", "check/", "history/", "cancel/")),
            *(f"{other}{page}" for page in ("", "submitted/", "withdraw/", "history/", "factors/")),
            *("/assessments/", "/assessments/?tab=with-manager", "/assessments/?whose=team"),
            *(f"{own}child/{page}/" for page in ("details", "death")),
            *(f"{own}{page}/" for page in ("referral", "start-date")),
            f"/assessments/start/{sent.episode.child.reference}/",
            "/account/",
        ],
    )


def test_the_longest_names_wrap_where_an_unborn_child_is_born_or_not(
    people, long_names, at_a_browser
):
    unborn = given.start_unborn(people.ada, family_name="M" * 100)
    own = f"/assessments/{unborn.reference}/child/"
    assert_that_pages_wrap(at_a_browser(people.ada), [f"{own}birth/", f"{own}not-born/"])


def test_the_longest_names_wrap_on_the_pages_of_a_manager(people, long_names, at_a_browser):
    draft = given.in_status(Status.DRAFT, people.ada, people.mo)
    given.restrict(given.start(people.ben, "EX1002", **long_names), people.mo)
    people.ada.teams.clear()
    mo = at_a_browser(people.mo)
    own = f"/assessments/{draft.reference}/"
    assert_that_pages_wrap(
        mo,
        [
            *(f"{own}{page}" for page in ("", "history/", "reassign/", "restrict/")),
            *("/reassign/", "/assessments/"),
        ],
    )


def test_the_longest_names_wrap_on_the_managers_pages_of_a_decision(
    people, long_names, at_a_browser
):
    sent = given.submit(given.start(people.ada, **long_names))
    done = given.authorise(given.submit(given.start(people.ada, "EX1002", **long_names)), people.mo)
    own, other = (f"/admin/assessments/assessment/{each.reference}/" for each in (sent, done))
    assert_that_pages_wrap(
        at_a_browser(people.mo),
        [
            "/admin/",
            "/admin/assessments/assessment/",
            *(f"{own}{page}" for page in ("change/", "correct/")),
            *(f"{other}{page}" for page in ("change/", "dates/")),
            f"/assessments/{done.reference}/void/",
            f"/assessments/{done.reference}/join/",
        ],
    )


def test_the_longest_names_wrap_on_the_pages_of_others(people, long_names, at_a_browser):
    given.start(people.ada, **long_names)
    assert_that_pages_wrap(at_a_browser(people.dee), ["/reading/", "/reading/child/"])
    assert_that_pages_wrap(
        at_a_browser(people.abe),
        [
            "/admin/accounts/user/",
            f"/admin/accounts/user/{people.ada.pk}/change/",
            "/admin/accounts/team/",
            f"/admin/accounts/team/{people.north.pk}/change/",
        ],
    )


def test_the_bar_with_a_childs_name_is_not_fixed_to_a_phones_screen(people, at_a_browser):
    draft = given.record(given.start(people.ada), "3B", "13A")
    ada = at_a_browser(people.ada, width=360)
    for page in ("factors", "check"):
        ada.opens(f"/assessments/{draft.reference}/{page}/")
        name = ada.page.locator(".app-identity").get_by_text("Robin Sample")
        assert name.is_visible()
        ada.page.mouse.wheel(0, 3000)
        ada.page.wait_for_function("() => scrollY > 500")
        box = name.bounding_box()
        assert box["y"] + box["height"] < 0
