"""The list of assessments: what its rows, its links and its messages say."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests import people as make
from tests.pages.form_data import at, key_and_version
from tests.pages.page import read, words
from tests.people import People


def test_an_age_within_a_phrase_begins_with_a_small_letter(ada: Client, people: People):
    today = timezone.localdate()
    for la_child_id, child in {
        "EX1": {"birth_date": today - timedelta(days=90)},
        "EX2": {"birth_date": today - timedelta(days=5)},
        "EX3": {
            "birth_date": None,
            "expected_birth_date": today + timedelta(days=60),
            "sex": "U",
        },
        "EX4": {"birth_date": today - timedelta(days=8 * 366 + 30)},
    }.items():
        make.start(people.ada, la_child_id, **child)
    names = read(ada.get("/assessments/")).select(".app-list__name")
    assert [words(each.text) for each in names] == [
        "Robin Sample, under 1 year",
        "Robin Sample, not born when it started",
        "Robin Sample, unborn",
        "Robin Sample, 8 years",
    ]


def test_the_counts_on_the_tabs_do_not_depend_on_a_search(ada: Client, people: People):
    make.start(people.ada, "EX1")
    make.return_it(make.submit(make.start(people.ada, "EX2")), people.mo)
    counts = ["To do 2", "Returned 1", "With my manager 0", "Authorised 0"]
    for response in (
        ada.get("/assessments/"),
        ada.post("/assessments/", {"words": "ex1"}, follow=True),
        ada.post("/assessments/", {"words": "nobody"}, follow=True),
    ):
        tabs = read(response).select(".app-tabs__item")
        assert [words(each.text) for each in tabs] == counts


def test_each_page_and_scope_of_a_search_is_searched_too(ada: Client, people: People):
    for number in range(30):
        make.start(people.ada, f"EX1{number:02}")
    make.start(people.ada, "OTHER1")
    page = read(ada.post("/assessments/?whose=team", {"words": "ex1"}, follow=True))
    addresses = {link["href"] for link in page.select(".govuk-pagination a, .app-tabs a")}
    assert len(addresses) == 6
    for address in addresses:
        assert "search=on" in address
        assert "whose=team" in address
    last = read(ada.get("/assessments/?search=on&whose=team&tab=to-do&page=2"))
    assert len(last.select("table.app-list tbody tr")) == 5


def test_the_link_to_the_teams_assessments_names_what_it_shows(ada: Client, people: People):
    for scope, label in (
        ("mine", "Show my team’s assessments"),
        ("team", "Show only my assessments"),
    ):
        page = read(ada.get(f"/assessments/?whose={scope}"))
        assert [words(a.text) for a in page.select("main p > a.govuk-link")][:1] == [label]


def test_what_was_saved_for_later_is_named_by_the_childs_id(ada: Client, people: People):
    for la_child_id in ("EX1001", "EX1002"):
        draft = make.start(people.ada, la_child_id)
        sent = key_and_version(draft, codes=["4B"], next="later")
        page = read(ada.post(at("factors", draft), sent, follow=True))
        assert [
            words(each.text) for each in page.select(".govuk-notification-banner__heading")
        ] == [f"Saved for child {la_child_id}. You can come back to it at any time."]
