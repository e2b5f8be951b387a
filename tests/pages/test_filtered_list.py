"""The data officer's list: what it is filtered by, and the file of it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment
from assessments.pages.worklist import download
from cinfactors.accounts.models import Role, User
from cinfactors.audit.models import Page, Reading
from tests import people as make
from tests.pages.page import read, words
from tests.people import People

DOWNLOAD = "/assessments/download/"


@pytest.fixture
def dee(people: People, browser_of) -> Client:
    return browser_of(people.dee)


def listed(response) -> list[str]:
    return [words(link.text) for link in read(response).select("table.app-list th a")]


def filtered(dee: Client, **chosen: str):
    """Post the filters, and return the list to which that leads."""
    return dee.post("/assessments/", chosen, follow=True)


@pytest.fixture
def records(people: People) -> dict[str, Assessment]:
    today = timezone.localdate()
    return {
        "EX1": make.record(make.start(people.ada, "EX1"), "4B"),
        "EX2": make.submit(make.start(people.ben, "EX2"), "3A", "4B"),
        "EX3": make.start(people.cleo, "EX3", referred=today - timedelta(days=120)),
        "EX4": make.reopen(
            make.authorise(make.submit(make.start(people.cleo, "EX4")), people.nia), people.nia
        ),
    }


def test_each_filter_leaves_what_has_it(people: People, dee: Client, records):
    year = str(timezone.localdate().year + (timezone.localdate().month >= 4))
    for chosen, expected in (
        ({}, ["EX4", "EX3", "EX2", "EX1"]),
        ({"team": str(people.south.pk)}, ["EX4", "EX3"]),
        ({"typed_worker": "win"}, ["EX1"]),
        ({"code": "4B"}, ["EX4", "EX2", "EX1"]),
        ({"status": "submitted"}, ["EX2"]),
        ({"year": year}, ["EX4", "EX2"]),
        ({"overdue": "yes"}, ["EX3"]),
        ({"overdue": "no"}, ["EX4", "EX2", "EX1"]),
        ({"reopened": "yes"}, ["EX4"]),
        ({"reopened": "no"}, ["EX3", "EX2", "EX1"]),
        ({"legacy": "yes"}, []),
        ({"legacy": "no"}, ["EX4", "EX3", "EX2", "EX1"]),
        ({"team": str(people.south.pk), "code": "4B"}, ["EX4"]),
        ({"code": "4B", "status": "draft", "typed_worker": "ada winter"}, ["EX1"]),
    ):
        assert listed(filtered(dee, **chosen)) == expected, chosen


def test_codes_that_are_no_longer_used_are_those_of_earlier_editions():
    assert queries.legacy_codes() == ("18A", "19A")


def test_what_is_chosen_is_shown_and_each_can_be_removed(people: People, dee: Client, records):
    response = filtered(dee, team=str(people.south.pk), code="4B", typed_worker="cleo")
    [address] = [address for address, _ in response.redirect_chain]
    assert set(parse_qs(urlsplit(address).query)) == {"team", "code", "worker"}
    assert people.cleo.name not in address
    page = read(response)
    chosen = [words(each.text) for each in page.select(".app-chosen__one")]
    assert [each.partition(" Remove")[0] for each in chosen] == [
        "Team: South",
        f"Social worker: {people.cleo.name}",
        "Code: 4B " + words(page.select_one("#id_code option[selected]").text)[3:],
    ]
    for link, left in zip(
        page.select(".app-chosen__one a"),
        ({"worker", "code"}, {"team", "code"}, {"team", "worker"}),
        strict=True,
    ):
        assert set(parse_qs(link["href"][1:])) == left
    assert page.select_one("#id_typed_worker")["value"] == people.cleo.name
    again = filtered(dee, typed_worker=people.cleo.name, worker=str(people.cleo.reference))
    assert listed(again) == ["EX4", "EX3"]
    assert listed(dee.post(address, {"typed_worker": ""}, follow=True)) == [
        "EX4",
        "EX3",
        "EX2",
        "EX1",
    ]


def test_of_several_people_of_a_name_one_is_selected(people: People, dee: Client, records):
    other = make.make_person("Adam Frost", people.south)
    mine = make.start(other, "EX5")
    response = dee.post("/assessments/", {"typed_worker": "ada", "code": ""})
    assert response.status_code == 422
    page = read(response)
    problem = "Several people have such a name: select one"
    assert words(page.select_one("#error-summary").text).endswith(problem)
    assert page.select_one("#id_typed_worker")["value"] == "ada"
    offered = {words(each.text) for each in page.select(".govuk-radios__label")}
    assert offered == {"Adam Frost, South", "Ada Winter, North"}
    chosen = filtered(dee, typed_worker="ada", worker=str(other.reference))
    assert listed(chosen) == [mine.episode.child.la_child_id]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"typed_worker": "zzz"}, "No social worker has a name that begins with “zzz”"),
        ({"typed_worker": "mo harbour"}, "No social worker has a name that begins with"),
        ({"code": "1Z"}, "Choose the code from the list"),
        ({"team": "x' OR 1=1"}, "Choose the team from the list"),
        ({"year": "1066"}, "Choose the census year from the list"),
        ({"worker": "1"}, "Enter the name of a social worker"),
        ({"typed_worker": "a\0"}, "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_filtered_by_is_said_and_nothing_is_lost(
    dee: Client, records, typed: dict[str, str], problem: str
):
    response = dee.post("/assessments/", typed | {"status": "submitted"})
    assert response.status_code == 422
    page = read(response)
    assert problem in words(page.select_one("#error-summary").text)
    assert page.title.text.startswith("Error: ")
    assert page.select_one("#id_status option[selected]")["value"] == "submitted"
    if "typed_worker" in typed and "\0" not in typed["typed_worker"]:
        assert page.select_one("#id_typed_worker")["value"] == typed["typed_worker"]


@pytest.mark.parametrize("query", ["team=x", "code=1Z", "worker=1", "worker=" + "1" * 32])
def test_an_address_with_a_filter_that_there_is_not_is_answered_with_the_form(
    dee: Client, records, query: str
):
    assert dee.get(f"/assessments/?{query}").status_code == 422
    assert dee.post(f"{DOWNLOAD}?{query}").status_code == 302


def test_only_a_data_officer_has_filters(people: People, browser_of, records):
    for person in (people.ada, people.mo):
        response = browser_of(person).get("/assessments/?team=999&code=1Z&tab=to-do")
        assert response.status_code == 200
        assert not read(response).select("#filters, .app-download")


def test_nothing_that_matches_is_said_with_what_to_do(dee: Client, records):
    page = words(read(filtered(dee, code="24A")).text)
    assert "Nothing here matches these filters. Remove one of them" in page


def test_a_search_and_filters_go_together(dee: Client, records):
    response = dee.post("/assessments/?code=4B", {"words": "ex"}, follow=True)
    assert listed(response) == ["EX4", "EX2", "EX1"]
    address = response.redirect_chain[-1][0]
    assert listed(dee.post(address, {"code": "4B", "status": "draft"}, follow=True)) == ["EX1"]


def test_a_search_in_one_status_names_what_it_finds_in_another(dee: Client, records):
    response = dee.post("/assessments/?status=draft", {"words": "ex"}, follow=True)
    page = words(read(response).text)
    others = Assessment.objects.exclude(status="draft").order_by("-pk")[:5]
    said = "; ".join(
        f"{each.episode.child.la_child_id}, {each.get_status_display().lower()}" for each in others
    )
    assert f"In another status: {said}" in page
    everything = dee.post("/assessments/", {"words": "ex"}, follow=True)
    assert "In another status" not in words(read(everything).text)


def test_a_long_list_says_that_there_is_more(dee: Client, records, monkeypatch):
    monkeypatch.setattr("assessments.queries.worklist.COUNTED_TO", 2)
    monkeypatch.setattr("assessments.queries.COUNTED_TO", 2)
    response = dee.get("/assessments/")
    assert len(listed(response)) == 2
    page = read(response)
    assert words(page.select_one(".app-tabs__item").text) == "All More than 2+"
    assert "There are more than these 2. Filter the list" in words(page.text)


# The file


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def download_of(dee: Client, query: str = ""):
    return dee.post(f"{DOWNLOAD}?{query}", {"words": ""})


def press_download(dee: Client, page):
    """Send the form of the page, as its button does."""
    form = read(page).select_one("form.app-download")
    sent = {each["name"]: each.get("value", "") for each in form.select("input[name]")}
    return dee.post(form["action"], sent)


def children_in(response) -> list[str]:
    return [row[0] for row in rows_of(response)[1:]]


@pytest.fixture
def two_at_once(monkeypatch):
    monkeypatch.setattr(download, "ROWS_AT_ONCE", 2)


def test_the_file_has_every_row_of_the_list_in_its_order(
    people: People, dee: Client, records, two_at_once
):
    response = download_of(dee, "code=4B")
    today = timezone.localdate()
    assert response["Content-Disposition"] == f'attachment; filename="assessments-{today}.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    heading, *rows = rows_of(response)
    assert heading == list(download.HEADINGS)
    assert [row[0] for row in rows] == ["EX4", "EX2", "EX1"]
    assert rows[1] == [
        "EX2",
        "Robin Sample",
        rows[1][2],
        records["EX2"].episode.referral_date.isoformat(),
        records["EX2"].start_date.isoformat(),
        "",
        rows[1][6],
        rows[1][7],
        people.ben.name,
        "North",
        "Submitted",
    ]
    assert rows[1][7].startswith("3A ")
    assert "; 4B " in rows[1][7]
    assert [row[0] for row in rows_of(download_of(dee, "tab=with-manager"))[1:]] == ["EX2"]


def test_no_cell_of_the_file_is_run_or_changed_by_a_spreadsheet(people: People, dee: Client):
    make.start(people.ada, "00123", given_name="=cmd|’", family_name="Sample")
    make.start(people.ada, "1E5", given_name="＝HYPERLINK", family_name="Sample")
    make.submit(make.start(people.ada, "20"), "20", description="Debts")
    rows = {row[0]: row for row in rows_of(download_of(dee))[1:]}
    assert set(rows) == {"'00123", "'1E5", "20"}
    assert rows["'00123"][1] == "'=cmd|’ Sample"
    assert rows["'1E5"][1] == "'＝HYPERLINK Sample"
    assert rows["20"][7].startswith("20 ")


def test_the_file_is_recorded_as_a_reading_of_every_child_before_it_is_sent(
    people: People, dee: Client, records, two_at_once
):
    response = download_of(dee)
    parts = iter(response.streaming_content)
    assert b"EX" not in next(parts)
    assert not Reading.objects.filter(page=Page.DOWNLOAD).exists()
    next(parts)
    [first] = Reading.objects.filter(page=Page.DOWNLOAD)
    assert len(first.children) == 2
    rest = b"".join(parts)
    assert rest
    found = Reading.objects.filter(page=Page.DOWNLOAD, person_id=people.dee.pk)
    children = {child for one in found for child in one.children}
    assert children == {each.episode.child_id for each in records.values()}
    assert {one.request_id for one in found} == {response["X-Request-ID"]}
    assert {one.counted for one in found} == {None}
    log = words(read(dee.get("/reading/")).text)
    assert "Downloaded a list once, with 4 children in all" in log


def test_a_restricted_record_is_in_no_file_but_of_who_is_named(
    people: People, dee: Client, records, two_at_once
):
    make.restrict(records["EX1"], people.mo)
    assert [row[0] for row in rows_of(download_of(dee))[1:]] == ["EX4", "EX3", "EX2"]
    response = download_of(dee)
    parts = iter(response.streaming_content)
    next(parts)
    make.restrict(records["EX2"], people.mo)
    make.restrict(records["EX4"], people.nia)
    assert b"EX2" not in (rest := b"".join(parts))
    assert b"EX4" not in rest
    assert b"EX3" in rest


def test_a_search_narrows_the_file_too(dee: Client, records):
    found = dee.post("/assessments/", {"words": "ex3"}, follow=True)
    assert children_in(press_download(dee, found)) == ["EX3"]


def test_the_file_is_of_the_list_on_the_page_whatever_another_window_searched_for(
    dee: Client, records
):
    found = dee.post("/assessments/", {"words": "ex3"}, follow=True)
    everybody = dee.get("/assessments/")  # which forgets the search
    assert children_in(press_download(dee, found)) == ["EX3"]
    dee.post("/assessments/", {"words": "ex1"}, follow=True)
    assert children_in(press_download(dee, found)) == ["EX3"]
    assert len(children_in(press_download(dee, everybody))) == 4
    assert listed(dee.get("/assessments/?search=on")) == ["EX1"]


@pytest.mark.parametrize("sent", [{}, {"words": "x" * 101}, {"words": "a\0"}])
def test_no_file_is_made_of_more_than_was_asked_for(dee: Client, records, sent):
    assert dee.post(f"{DOWNLOAD}?search=on", sent).status_code == 302


def test_a_file_ends_where_its_readers_access_ends(
    people: People, dee: Client, records, two_at_once
):
    for change in ({"is_active": False}, {"is_active": True, "role": Role.ADMINISTRATOR}):
        response = download_of(dee)
        parts = iter(response.streaming_content)
        next(parts)
        next(parts)
        User.objects.filter(pk=people.dee.pk).update(**change)
        rest = b"".join(parts).decode()
        assert rest.strip() == f'"{download.NOT_COMPLETE}"'
        User.objects.filter(pk=people.dee.pk).update(is_active=True, role=Role.DATA_OFFICER)


def test_an_empty_list_is_a_file_of_headings(dee: Client):
    assert rows_of(download_of(dee)) == [list(download.HEADINGS)]
