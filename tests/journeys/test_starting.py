"""Going back after an assessment was started: to what was started, never to its form again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Assessment, Child
from tests import people as given
from tests.journeys.test_effort import Effort


@pytest.fixture
def ada(people, at_a_browser, javascript):
    return at_a_browser(people.ada, javascript=javascript)


def looks_for(ada, la_child_id: str) -> None:
    ada.opens("/assessments/start/")
    ada.enters("Child id or name", la_child_id)
    ada.presses("Continue")


def fills_in(ada) -> None:
    today = timezone.localdate()
    ada.enters("Family name", "Sample")
    ada.chooses("Born")
    ada.enters_date("Date of birth", today - timedelta(days=3000))
    ada.chooses("Not known", of="Sex")
    ada.chooses("No")
    ada.enters_date("Referral date", today)
    ada.page.get_by_label("Source of the referral").select_option(index=1)
    ada.enters_date("Start date of the assessment", today)


def test_going_back_leads_to_what_was_started(ada):
    looks_for(ada, "EX5000")
    ada.sees("There is no child with the id EX5000 here yet")
    fills_in(ada)
    ada.presses("Start the assessment")
    ada.sees_heading("Select the factors identified")
    started = ada.path
    ada.page.go_back(wait_until="domcontentloaded")
    # Where what the form recorded is changed, one step from the factors.
    ada.is_at(started.removesuffix("factors/"))
    ada.sees("The referral")
    assert Assessment.objects.count() == 1

    # The next child gets a form of their own, and going back from there is told apart.
    looks_for(ada, "EX5001")
    ada.sees("There is no child with the id EX5001 here yet")
    fills_in(ada)
    ada.enters("Family name", "Marsh")
    ada.presses("Start the assessment")
    ada.sees("EX5001")
    assert ada.path != started
    again = ada.path
    ada.page.go_back(wait_until="domcontentloaded")
    ada.is_at(again.removesuffix("factors/"))
    assert Assessment.objects.count() == 2


def test_going_back_to_a_known_child_leads_on_too(people, ada):
    looks_for(ada, "EX5000")
    fills_in(ada)
    ada.presses("Start the assessment")
    started = Assessment.objects.get()
    looks_for(ada, "EX5000")
    ada.sees("This referral has an assessment that is not completed.")
    ada.follows("Open it")
    ada.is_at(f"/assessments/{started.reference}/")


def test_a_link_to_add_a_child_offers_an_empty_form(ada):
    looks_for(ada, "EX5000")
    ada.opens("/assessments/start/")
    ada.follows("Add the child")
    ada.sees_heading("Add a child and start an assessment")
    ada.does_not_see("EX5000")


# How much there is to read and to press

HIGHEST = {1280: 1300, 360: 2280}
"""In px, by the width of the window: the page on which a child is added, with nothing wrong."""


@pytest.mark.parametrize("width", HIGHEST)
def test_the_page_to_add_a_child_is_short(people, at_a_browser, width: int):
    ada = at_a_browser(people.ada, width=width)
    looks_for(ada, "EX5000")
    ada.sees("There is no child with the id EX5000 here yet")
    height = ada.page.evaluate("document.documentElement.scrollHeight")
    assert height <= HIGHEST[width]


def test_an_unborn_child_is_asked_for_one_date_and_no_sex(ada):
    ada.opens("/assessments/start/new/")
    page, today = ada.page, timezone.localdate()
    expect(
        page.get_by_role("group", name="Date of birth or expected date of birth")
    ).to_be_visible()
    ada.chooses("Born")
    expect(page.get_by_role("group", name="Date of birth", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Sex")).to_be_visible()
    ada.chooses("Not born yet")
    asked = page.get_by_role("group", name="Expected date of birth", exact=True)
    expect(asked).to_be_visible()
    expect(asked.get_by_text(f"For example, 27 3 {today.year + 1}")).to_be_visible()
    expect(page.get_by_role("group", name="Sex")).to_be_hidden()
    ada.enters("Child id", "EX5000")
    ada.enters("Family name", "Sample")
    ada.enters_date("Expected date of birth", today + timedelta(days=60))
    ada.enters_date("Referral date", today)
    page.get_by_label("Source of the referral").select_option(index=1)
    ada.enters_date("Start date of the assessment", today)
    ada.presses("Start the assessment")
    ada.sees_heading("Select the factors identified")
    child = Child.objects.get()
    assert (child.is_unborn, child.sex, child.disabled) == (True, "U", None)


def test_the_names_stand_beside_each_other_where_there_is_room(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens("/assessments/start/new/")

    def tops() -> list[float]:
        places = (
            ada.page.get_by_label(name).bounding_box() for name in ("Given name", "Family name")
        )
        return [place["y"] for place in places if place]

    given_name, family_name = tops()
    assert given_name == family_name
    ada.page.set_viewport_size({"width": 360, "height": 740})
    given_name, family_name = tops()
    assert given_name < family_name


def test_the_start_stands_beside_the_referral_where_there_is_room(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens("/assessments/start/new/")

    def tops() -> list[float]:
        names = ("The referral", "The assessment")
        return [ada.page.get_by_role("heading", name=n).bounding_box()["y"] for n in names]

    referral, start = tops()
    assert referral == start
    ada.page.set_viewport_size({"width": 360, "height": 740})
    referral, start = tops()
    assert referral < start


MOST_KEYS = {"born": 68, "unborn": 63}
"""With the letters and digits of what is typed."""


@pytest.mark.parametrize("born", MOST_KEYS)
def test_from_start_to_an_open_factor_page_by_keyboard(people, at_a_browser, born: str):
    ada = at_a_browser(people.ada)
    effort, page = Effort(ada), ada.page
    today = timezone.localdate()

    def enter_date(legend: str, of: date) -> None:
        for name, part in (("Day", of.day), ("Month", of.month), ("Year", of.year)):
            group = page.get_by_role("group", name=legend, exact=True)
            expect(group.get_by_label(name, exact=True)).to_be_focused()
            effort.type(str(part))
            effort.press("Tab")

    ada.opens("/assessments/start/")
    # The link that skips to the content, and the box.
    for key in ("Tab", "Enter", "Tab"):
        effort.press(key)
    effort.type("EX5000")
    effort.press("Enter")
    ada.sees("There is no child with the id EX5000 here yet")
    for key in ("Tab", "Enter", "Tab", "Tab"):
        effort.press(key)
    expect(page.get_by_label("Given name")).to_be_focused()
    effort.type("Kim" if born == "born" else "")
    effort.press("Tab")
    effort.type("Sample")
    effort.press("Tab")
    if born == "born":
        for key in ("Space", "Tab"):
            effort.press(key)
        enter_date("Date of birth", date(2015, 5, 3))
        # Female; and the second of three answers.
        for key in ("Space", "Tab", "ArrowDown", "Tab"):
            effort.press(key)
    else:
        for key in ("ArrowDown", "Tab"):
            effort.press(key)
        enter_date("Expected date of birth", today + timedelta(days=60))
        effort.press("Tab")
    enter_date("Referral date", today)
    effort.type("po")
    for _ in range(3):
        effort.press("Tab")
    enter_date("Start date of the assessment", today)
    effort.press("Enter")
    ada.sees_heading("Select the factors identified")
    started = Assessment.objects.get()
    child = started.episode.child
    assert (child.is_unborn, child.disabled) == ((False, False) if born == "born" else (True, None))
    assert started.episode.referral_source == "6"
    assert (effort.keys, effort.clicks) <= (MOST_KEYS[born], 0)


def test_of_a_known_child_with_an_open_referral_the_start_date_alone_is_asked(people, at_a_browser):
    given.authorise(given.submit(given.start(people.ben, "EX3003")), people.mo)
    ada = at_a_browser(people.ada)
    effort = Effort(ada)
    ada.opens("/assessments/start/")
    effort.click(ada.page.get_by_label("Child id or name"))
    effort.type("EX3003")
    effort.press("Enter")
    ada.sees("Open referral")
    group = ada.page.get_by_role("group", name="Start date of the assessment")
    effort.click(group.get_by_label("Day"))
    today = timezone.localdate()
    for part in (today.day, today.month, today.year):
        effort.type(str(part))
        effort.press("Tab")
    effort.press("Enter")
    ada.sees_heading("Select the factors identified")
    assert effort.keys <= 19
    assert effort.clicks == 2
