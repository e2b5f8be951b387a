"""The review queue in the admin: what awaits a manager, oldest first, filtered exactly."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from assessments.catalogue.working_days import due_date, working_days_after, working_days_allowed
from assessments.models import Assessment, Review, Status
from cinfactors.accounts.models import Membership, Role
from tests import people as make
from tests.pages.page import read, words
from tests.people import People
from tests.snapshot import unchanged

LIST = "/admin/assessments/assessment/"
LONDON = ZoneInfo("Europe/London")
SESSIONS = "accounts_session"
"""Messages to a person wait in their session, and are no part of the record."""


def listed(response) -> list[str]:
    """The ids of the children of the rows, in their order."""
    return [each.episode.child.la_child_id for each in response.context["cl"].result_list]


def row_of(response, la_child_id: str) -> dict[str, str]:
    """The cells of a child's row, by their columns."""
    for row in read(response).find_all("tr"):
        cells = {
            cell["class"][-1].removeprefix("field-"): words(cell.text)
            for cell in row.select("th[class*=field-], td[class*=field-]")
        }
        if la_child_id in cells.get("child", ""):
            return cells
    raise AssertionError(f"no row of {la_child_id}")


def offered(response, name: str) -> list[str]:
    """What a filter offers, in its order."""
    for box in read(response).find_all("select"):
        if box["name"] == name:
            return [words(option.text) for option in box.find_all("option")]
    raise AssertionError(f"there is no filter {name}")


def test_what_awaits_review_is_shown_oldest_first_and_nothing_else(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    make.submit(make.start(people.ben, "EX2"))
    for place, status in enumerate(each for each in Status if each != Status.SUBMITTED):
        make.in_status(status, people.ada, people.mo, f"EX9{place}")
    make.submit(make.start(people.cleo, "EX8"))
    response = mo.get(LIST)
    assert response.context["title"] == "Awaiting review"
    assert listed(response) == ["EX1", "EX2"]


def test_what_a_manager_submitted_before_their_promotion_awaits_somebody_else(
    people: People, mo: Client, browser_of
):
    make.submit(make.start(people.ada, "EX1"))
    people.ada.role = Role.TEAM_MANAGER
    people.ada.is_staff = True
    people.ada.save()
    assert listed(browser_of(people.ada).get(LIST)) == []
    assert listed(mo.get(LIST)) == ["EX1"]


def test_a_row_shows_what_there_is_to_decide(people: People, mo: Client):
    today = timezone.localdate()
    referred = today - timedelta(days=100)
    child = {"referred": referred, "birth_date": referred - timedelta(days=7 * 366)}
    sent = make.submit(make.start(people.ada, "EX1", **child), "3B", "13A")
    sent = make.return_it(sent, people.mo)
    make.submit(sent, "3B", "13A", "1A")
    late = working_days_after(due_date(referred), today)
    assert row_of(mo.get(LIST), "EX1") == {
        "child": "EX1 Robin Sample, 7 years",
        "waiting": f"{date_format(today, 'j M')}, today",
        "referral": f"Day {working_days_after(referred, today)} of {working_days_allowed(referred)}"
        f" Overdue by {late} working days",
        "factors": "1A Alcohol Misuse, the child 3B Domestic Abuse, a parent or carer 13A Gangs",
        "reasons": "1 reason, 1 considered",
        "returned": "Once 0 of 1 comment replied to",
        "authorise_together": "No: the worker gave a reason; it was returned before",
        "worker_name": "Ada Winter",
    }
    assert row_of(mo.get(f"{LIST}?status=any"), "EX1")["state"] == "Submitted"


COLUMNS_BY_STATUS = {
    "": "child waiting referral factors reasons returned authorise_together worker_name",
    "submitted": "child waiting referral factors reasons returned worker_name",
    "draft": "child referral factors worker_name",
    "returned": "child referral factors returned worker_name",
    "reopened": "child ended factors authorised_by worker_name",
    "authorised": "child ended outcome factors authorised_by worker_name",
    "cancelled": "child state changed factors worker_name",
    "voided": "child state changed factors worker_name",
    "open": "child state waiting referral factors worker_name",
    "any": "child state waiting referral ended factors worker_name",
}


@pytest.mark.parametrize("status", COLUMNS_BY_STATUS)
def test_a_list_has_the_columns_that_its_status_needs_and_no_dead_boxes(
    people: People, mo: Client, status: str
):
    make.in_status(Status.SUBMITTED, people.ada, people.mo, "EX1")
    if status in {each.value for each in Status} - {"submitted"}:
        make.in_status(Status(status), people.ada, people.mo, "EX1002")
    response = mo.get(f"{LIST}?status={status}")
    [row, *_] = read(response).select("#result_list tbody tr")
    columns = [
        cell["class"][-1].removeprefix("field-")
        for cell in row.select("th[class*=field-], td[class*=field-]")
    ]
    assert columns == COLUMNS_BY_STATUS[status].split()
    boxes_of_rows = read(response).select("input.action-select, #action-toggle, .actions button")
    assert bool(boxes_of_rows) == (status == "")


def test_the_team_is_named_to_the_manager_of_several(people: People, mo: Client):
    Membership.objects.create(user=people.mo, team=people.south)
    make.submit(make.start(people.ada, "EX1"))
    assert row_of(mo.get(LIST), "EX1")["team_name"] == "North"


def test_an_authorised_row_says_when_it_ended_what_came_of_it_and_who_authorised_it(
    people: People, mo: Client
):
    done = make.authorise(make.submit(make.start(people.ada, "EX1")), people.mo)
    row = row_of(mo.get(f"{LIST}?status=authorised"), "EX1")
    assert row["ended"] == date_format(done.end_date, "j F Y")
    assert (row["outcome"], row["authorised_by"]) == ("Child in need plan", "Mo Harbour")


def test_lists_begin_with_what_matters(people: People, mo: Client):
    today = timezone.localdate()
    for name, days in (("EX1", 10), ("EX2", 30), ("EX3", 20)):
        make.start(people.ada, name, referred=today - timedelta(days=days))
    assert listed(mo.get(f"{LIST}?status=draft")) == ["EX2", "EX3", "EX1"]
    for name, moment in (("EX4", (2026, 3, 5, 12, 0)), ("EX5", (2026, 4, 2, 12, 0))):
        with at(*moment):
            referred = date(2026, 3, 2)
            make.authorise(make.submit(make.start(people.ben, name, referred=referred)), people.mo)
    assert listed(mo.get(f"{LIST}?status=authorised")) == ["EX5", "EX4"]


def test_what_is_found_in_another_status_is_shown_with_it(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    make.authorise(make.submit(make.start(people.ada, "EX2")), people.mo)
    answer = mo.post(LIST, {"q": "ex2"})
    response = mo.get(answer["Location"])
    assert listed(response) == ["EX2"]
    assert row_of(response, "EX2")["state"] == "Authorised"
    assert response.context["title"] == "Assessments"
    assert not read(response).select("input.action-select")
    line = "Every status was searched, not only “Awaiting review”."
    assert [words(each.text) for each in read(response).select(".review-elsewhere")] == [line]
    for address, query in ((LIST, "ex1"), (f"{LIST}?status=any", "ex2")):
        page = mo.post(address, {"q": query}, follow=True)
        assert len(listed(page)) == 1
        assert line not in words(read(page).text)


def test_a_row_says_how_many_comments_of_the_last_return_have_a_reply(mo: Client, people: People):
    sent = make.submit(make.start(people.ada, "EX1"), "3A")
    back = make.return_it(sent, people.mo, pinned={"3A": "Seen?", "13A": "A gang?"})
    for text in ("None", "None that I know of"):
        make.reply(back, {"13A": text})
    again = make.submit(make.reply(back, {"": "Looked"}))
    assert row_of(mo.get(LIST), "EX1")["returned"] == "Once 2 of 3 comments replied to"
    make.submit(make.reopen(make.authorise(again, people.mo), people.mo))
    assert row_of(mo.get(LIST), "EX1")["returned"] == "Once"


def test_a_status_is_filtered_exactly(people: People, mo: Client):
    for status in Status:
        make.in_status(status, people.ada, people.mo, f"EX{status}".replace("_", ""))
    for status in Status:
        assert listed(mo.get(f"{LIST}?status={status}")) == [f"EX{status}"]
    assert len(listed(mo.get(f"{LIST}?status=any"))) == len(Status)


def test_a_code_is_filtered_as_a_whole(people: People, mo: Client):
    for code in ("1A", "11A", "2A", "12A", "22A"):
        make.submit(make.start(people.ada, f"EX{code}", sex="F"), code)
    for code in ("1A", "11A", "2A", "12A", "22A"):
        assert listed(mo.get(f"{LIST}?code={code}")) == [f"EX{code}"]


def test_each_code_is_offered_with_its_name_in_the_order_of_the_guide(people: People, mo: Client):
    found = offered(mo.get(LIST), "code")
    assert found[:4] == [
        "All",
        "1A Alcohol Misuse, the child",
        "1B Alcohol Misuse, a parent or carer",
        "1C Alcohol Misuse, another person in the household",
    ]
    assert [each.split()[0] for each in found].index("2A") < [
        each.split()[0] for each in found
    ].index("10A")


def test_reasons_given_are_filtered_exactly(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"), "4B")
    make.submit(make.start(people.ada, "EX2"), "13A")
    make.submit(make.start(people.ada, "EX3"), "3B")
    assert listed(mo.get(f"{LIST}?reasons=yes")) == ["EX2", "EX3"]
    assert listed(mo.get(f"{LIST}?reasons=no")) == ["EX1"]
    make.start(people.ada, "EX4")
    assert listed(mo.get(f"{LIST}?reasons=no&status=draft")) == ["EX4"]


def test_what_is_overdue_is_filtered_exactly(people: People, mo: Client):
    today = timezone.localdate()
    last_day = today
    while due_date(last_day) >= today:
        last_day -= timedelta(days=1)
    make.submit(make.start(people.ada, "EX1", referred=last_day))
    make.submit(make.start(people.ada, "EX2", referred=last_day + timedelta(days=1)))
    assert listed(mo.get(f"{LIST}?overdue=yes")) == ["EX1"]
    assert listed(mo.get(f"{LIST}?overdue=no")) == ["EX2"]
    assert "Overdue" in row_of(mo.get(LIST), "EX1")["referral"]
    assert "Overdue" not in row_of(mo.get(LIST), "EX2")["referral"]


def test_a_team_and_a_worker_are_filtered_exactly_and_only_those_of_the_manager(
    people: People, mo: Client
):
    Membership.objects.create(user=people.mo, team=people.south)
    other = make.make_team("West")
    make.submit(make.start(people.ada, "EX1"))
    make.submit(make.start(people.ben, "EX2"))
    make.submit(make.start(people.cleo, "EX3"))
    make.submit(make.start(make.make_person("Wes Moor", other), "EX4"))
    response = mo.get(LIST)
    assert offered(response, "team") == ["All", "North", "South"]
    everybody = ["All", "Without a worker", "Ada Winter", "Ben Marsh", "Cleo Frost"]
    assert offered(response, "worker") == everybody
    assert listed(mo.get(f"{LIST}?team={people.south.pk}")) == ["EX3"]
    assert listed(mo.get(f"{LIST}?worker={people.ben.reference}")) == ["EX2"]
    assert listed(mo.get(f"{LIST}?worker={people.ben.reference}&team={people.south.pk}")) == []


def at(*moment: int):
    """At a moment in England."""
    return time_machine.travel(datetime(*moment, tzinfo=LONDON), tick=False)


def test_a_census_year_runs_from_april_to_march(people: People, mo: Client):
    referred = date(2025, 3, 3)
    for name, moment in {
        "EX1": (2025, 3, 31, 23, 59),
        "EX2": (2025, 4, 1, 0, 0),
        "EX3": (2026, 3, 31, 23, 59),
        "EX4": (2026, 4, 1, 0, 0),
    }.items():
        with at(*moment):
            make.submit(make.start(people.ada, name, referred=referred))
    assert listed(mo.get(f"{LIST}?year=2025")) == ["EX1"]
    assert listed(mo.get(f"{LIST}?year=2026")) == ["EX2", "EX3"]
    assert listed(mo.get(f"{LIST}?year=2027")) == ["EX4"]


def test_an_authorised_assessment_is_of_the_census_year_in_which_it_ended(
    people: People, mo: Client
):
    with at(2025, 3, 31, 12, 0):
        sent = make.submit(make.start(people.ada, "EX1", referred=date(2025, 3, 3)))
    with at(2025, 4, 1, 12, 0):
        make.authorise(sent, people.mo)
    assert listed(mo.get(f"{LIST}?year=2025&status=any")) == []
    assert listed(mo.get(f"{LIST}?year=2026&status=any")) == ["EX1"]


def test_census_years_are_named_by_both_their_years(people: People, mo: Client):
    today = timezone.localdate()
    ending = today.year + (today.month >= 4)
    found = offered(mo.get(LIST), "year")
    assert found[:2] == ["All", f"{ending - 1}-{ending % 100:02}"]
    assert found[-1] == "2016-17"


def test_a_search_never_stands_in_an_address(people: People, mo: Client):
    for name in ("EX1", "EX2"):
        make.submit(make.start(people.ada, name))
    answer = mo.post(f"{LIST}?overdue=no&p=1", {"q": "ex1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?overdue=no&search=kept")
    response = mo.get(answer["Location"])
    assert listed(response) == ["EX1"]
    addresses = [link["href"] for link in read(response).find_all("a") if link.attrs]
    assert not any("ex1" in address.lower() for address in addresses)
    assert "Clear the search" in response.content.decode()


def test_a_search_is_forgotten_when_the_list_is_left(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    found = mo.post(LIST, {"q": "EX9"})["Location"]
    assert listed(mo.get(found)) == []
    assert listed(mo.get(LIST)) == ["EX1"]
    assert listed(mo.get(found)) == ["EX1"]


def test_a_search_can_be_cleared(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    found = mo.post(LIST, {"q": "EX9"})["Location"]
    assert mo.post(found, {"q": ""})["Location"] == LIST
    assert listed(mo.get(LIST)) == ["EX1"]


def test_a_search_for_a_null_character_finds_everything_and_warns(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    response = mo.post(LIST, {"q": "EX9\x00"}, follow=True)
    assert listed(response) == ["EX1"]
    assert "Null characters are not allowed." in response.content.decode()


def test_search_words_in_an_address_are_ignored(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    assert listed(mo.get(f"{LIST}?q=EX9")) == ["EX1"]


@pytest.mark.parametrize(
    "query",
    [
        "status=none",
        "code=3",
        "code=%00",
        "team=x",
        "year=1066",
        "reasons=maybe",
        "worker=1",
        "status__regex=a",
        "episode__child__family_name=Sample",
        "worker__password__startswith=m",
        "other_description__icontains=a",
    ],
)
def test_other_filters_and_values_are_refused(people: People, mo: Client, query: str):
    make.submit(make.start(people.ada, "EX1"))
    response = mo.get(f"{LIST}?{query}")
    assert response.status_code in (302, 400)
    assert response.status_code == 400 or response["Location"] == f"{LIST}?e=1"


def test_a_team_or_worker_of_other_managers_is_refused_by_a_filter(people: People, mo: Client):
    make.submit(make.start(people.cleo, "EX1"))
    for query in (f"team={people.south.pk}", f"worker={people.cleo.reference}"):
        assert mo.get(f"{LIST}?{query}")["Location"] == f"{LIST}?e=1"


def test_the_list_takes_as_many_queries_however_long_it_is(people: People, mo: Client):
    def queries_taken() -> int:
        with CaptureQueriesContext(connection) as captured:
            mo.get(LIST)
        return len(captured)

    make.submit(make.start(people.ada, "EX1"), "13A")
    before = queries_taken()
    for number in range(2, 5):
        sent = make.submit(make.start(people.ben, f"EX{number}"), "13A")
    make.submit(make.return_it(sent, people.mo), "3B")
    assert queries_taken() == before


def test_a_list_is_counted_up_to_a_limit(people: People, mo: Client, monkeypatch):
    monkeypatch.setattr("cinfactors.web.admin_lists.CappedPaginator.cap", 2)
    for number in range(3):
        make.submit(make.start(people.ada, f"EX{number}"))
    with CaptureQueriesContext(connection) as captured:
        response = mo.get(LIST)
    assert response.context["cl"].result_count == 2
    assert "The first 2 assessments: there are more." in response.content.decode()
    counts = [each["sql"] for each in captured if "COUNT(*)" in each["sql"]]
    counts = [sql for sql in counts if "assessments_assessment" in sql]
    # The list's, and the number beside its link in the navigation.
    assert [" LIMIT 3" in sql for sql in counts] == [True, False]
    assert all(" LIMIT " in sql for sql in counts)


def test_a_page_after_the_last_is_the_last_with_the_filters_of_the_list(
    people: People, mo: Client, monkeypatch
):
    monkeypatch.setattr("assessments.review.read_only.ReadOnlyAdmin.list_per_page", 1)
    first, _, third = (make.submit(make.start(people.ada, f"EX{number}")) for number in (1, 2, 3))
    make.submit(make.start(people.ben, "EX4"))
    last = f"{LIST}?worker={people.ada.reference}&p=3"
    [address] = [each for each in links_of(mo.get(last)) if str(third.reference) in each]
    fields = {"key": uuid.uuid4(), "version": third.version, "confirmed": "yes", "then": "next"}
    answer = mo.post(address.replace("/change/", "/authorise/"), fields)
    assert answer["Location"] == address.replace(str(third.reference), str(first.reference))
    assert "1 of 2" in words(read(mo.get(answer["Location"])).text)
    assert listed(mo.get(last, follow=True)) == ["EX2"]


def test_a_search_in_one_status_names_what_it_finds_in_another(people: People, mo: Client):
    done = make.authorise(make.submit(make.start(people.ada, "EX1")), people.mo)
    make.start(people.ada, "EX12")
    make.start(people.cleo, "EX13")
    elsewhere = mo.post(f"{LIST}?status=draft", {"q": "EX1"}, follow=True)
    assert listed(elsewhere) == ["EX12"]
    [line] = read(elsewhere).select(".review-elsewhere")
    assert words(line.text) == "In another status: EX1, authorised"
    assert line.a["href"] == f"{LIST}{done.reference}/change/"
    for status in ("authorised", "any"):
        page = mo.post(f"{LIST}?status={status}", {"q": "EX1"}, follow=True)
        assert "EX13" not in page.content.decode()
        assert len(read(page).select(".review-elsewhere")) == (status == "authorised")


def test_the_navigation_tells_what_awaits_review_from_the_other_lists(people: People, mo: Client):
    def current(address: str) -> list[str]:
        links = read(mo.get(address)).select(".app-navigation [aria-current=page]")
        return [words(link.text).split(" 1")[0] for link in links]

    make.submit(make.start(people.ada, "EX1"))
    assert current(LIST) == ["Awaiting review"]
    for status in ("any", "authorised"):
        assert current(f"{LIST}?status={status}") == ["Assessments"]
    done = make.authorise(make.submit(make.start(people.ada, "EX2")), people.mo)
    record = read(mo.get(f"{LIST}{done.reference}/change/?_changelist_filters=status%3Dany"))
    [above] = record.select(".app-navigation [aria-current=true]")
    assert words(above.text) == "Assessments"


# Several at once


def boxes(response) -> dict:
    """The fields of the list's form: its key, and the version that each row shows."""
    fields = read(response).find_all(["input", "button"])
    return {
        each["name"]: each["value"]
        for each in fields
        if each.get("name", "").startswith(("version-", "key", "action", "index"))
    }


def told(response) -> list[str]:
    """The messages above the page."""
    shown = read(response).select(".govuk-notification-banner__heading")
    return [words(each.text) for each in shown]


def authorise_selected(client: Client, response, *chosen: Assessment, **changed):
    """Select them on the list and confirm."""
    selected = {"_selected_action": [each.pk for each in chosen], "confirmed": "yes"}
    versions = {f"version-{each.pk}": each.version for each in chosen}
    return client.post(LIST, versions | boxes(response) | selected | changed, follow=True)


def test_what_was_considered_and_described_is_printed_before_several_are_authorised(
    people: People, mo: Client
):
    considered = make.submit(make.start(people.ada, "EX1"), "3B")
    described = make.submit(make.start(people.ada, "EX2"), "4A", "20", description="Debts <b>")
    explained = make.submit(make.start(people.ada, "EX3"), "13A")
    page = mo.get(LIST)
    selected = {each["value"] for each in read(page).select("input.action-select")}
    assert selected == {str(considered.pk), str(described.pk)}
    assert row_of(page, "EX3")["authorise_together"] == "No: the worker gave a reason"
    assert row_of(page, "EX1")["authorise_together"] == "Yes"
    selected = [considered.pk, described.pk, explained.pk]
    versions = {f"version-{each.pk}": each.version for each in (considered, described, explained)}
    with unchanged(SESSIONS):
        asked = mo.post(
            f"{LIST}?overdue=no", versions | boxes(page) | {"_selected_action": selected}
        )
    read_first, left_out = read(asked).select(".review-together")
    one, two = (words(each.text) for each in read_first.find_all("li", recursive=False))
    assert "EX1" in one
    assert "3B Domestic Abuse, a parent or carer" in one
    assert "consider whether the child is a victim too" in one
    assert "Considered: not in this case" in one
    assert "Description: Debts <b>" in two
    assert words(left_out.text) == "EX3: The worker gave a reason."
    assert all(
        link["href"].endswith("/change/?_changelist_filters=overdue%3Dno")
        for link in read(asked).select(".review-together a")
    )
    response = mo.post(f"{LIST}?overdue=no", form_of(asked), follow=True)
    assert response.redirect_chain == [(f"{LIST}?overdue=no", 302)]
    assert told(response) == ["2 authorised: EX1, EX2."]


def form_of(page) -> dict[str, list[str]]:
    """What the page's last form sends as it stands."""
    posted: dict[str, list[str]] = {}
    for each in read(page).find_all("form")[-1].select("input[name]"):
        if each["type"] != "checkbox" or each.has_attr("checked"):
            posted.setdefault(each["name"], []).append(each["value"])
    return posted


def ask_for(client: Client, *chosen: Assessment):
    """Select them on the list, and return the page that asks for confirmation."""
    selected = {"_selected_action": [each.pk for each in chosen]}
    return client.post(LIST, boxes(client.get(LIST)) | selected)


def test_one_of_several_is_left_out_by_unticking_it(people: People, mo: Client):
    one, two = (make.submit(make.start(people.ada, name)) for name in ("EX1", "EX2"))
    asked = ask_for(mo, one, two)
    labels = read(asked).select(".review-together label")
    assert [words(each.text) for each in labels] == [
        "Authorise EX1 Robin Sample",
        "Authorise EX2 Robin Sample",
    ]
    response = mo.post(LIST, form_of(asked) | {"_selected_action": [str(two.pk)]}, follow=True)
    assert told(response) == ["1 authorised: EX2."]
    one.refresh_from_db()
    assert one.status == Status.SUBMITTED


def test_with_none_ticked_the_page_stays_and_says_so(people: People, mo: Client, browser_of):
    one, two = (make.submit(make.start(people.ada, name)) for name in ("EX1", "EX2"))
    fields = form_of(ask_for(mo, one, two))
    del fields["_selected_action"]
    administrator = browser_of(people.abe)
    with unchanged(SESSIONS):
        again = mo.post(f"{LIST}?overdue=no", fields)
        assert "EX1" not in administrator.post(LIST, fields).content.decode()
    assert again.status_code == 422
    [problem] = read(again).select(".govuk-error-summary__list a")
    assert words(problem.text) == "Select at least one assessment to authorise"
    listed_again = read(again).select(".review-together > li")
    assert [words(each.a.text) for each in listed_again] == ["EX1", "EX2"]
    assert read(again).select_one(problem["href"])["name"] == "_selected_action"
    assert "_selected_action" not in form_of(again)
    assert read(again).find("a", string="Go back to the list")["href"] == f"{LIST}?overdue=no"
    ticked = form_of(again) | {"_selected_action": [str(one.pk)]}
    assert told(mo.post(LIST, ticked, follow=True)) == ["1 authorised: EX1."]


def test_with_none_ticked_and_none_left_no_error_leads_nowhere(people: People, mo: Client):
    one = make.submit(make.start(people.ada, "EX1"))
    fields = form_of(ask_for(mo, one))
    del fields["_selected_action"]
    make.withdraw(one)
    page = read(mo.post(LIST, fields))
    assert page.find("h2", string="Left out")
    assert not page.select(".govuk-error-summary")


def test_what_the_decision_needs_is_read_before_several_are_authorised(people: People, mo: Client):
    referred = timezone.localdate() - timedelta(days=100)
    late = make.submit(make.start(people.ada, "EX1", referred=referred, disabled=None))
    make.restrict(late, people.mo)
    child = late.episode.child
    plain = make.submit(make.start(people.ada, "EX2"))
    first, second = read(ask_for(mo, late, plain)).select(".review-together > li")
    overdue = working_days_after(due_date(referred), timezone.localdate())
    sex = child.get_sex_display().lower()
    says = f"Overdue by {overdue} working days; {sex}; disabled: not known"
    assert words(first.select_one("h2 + p").text) == says
    assert "; disabled: no" in words(second.select_one("h2 + p").text)
    tags = [words(each.text) for each in read(ask_for(mo, late, plain)).select(".review-tag")]
    assert tags == ["Restricted record"]


def test_without_one_that_can_be_authorised_with_others_there_is_no_button(
    people: People, mo: Client
):
    make.submit(make.start(people.ada, "EX1"), "13A")
    page = read(mo.get(LIST))
    assert not page.select(".actions, #action-toggle, input.action-select")


def test_each_of_several_is_authorised_or_refused_on_its_own(people: People, mo: Client):
    plain = make.submit(make.start(people.ada, "EX1"))
    explained = make.submit(make.start(people.ada, "EX2"), "13A")
    taken_back = make.submit(make.start(people.ada, "EX3"))
    decided = make.submit(make.start(people.ada, "EX4"))
    other = make.submit(make.start(people.ben, "EX5"))
    page = mo.get(LIST)
    make.services.withdraw_submission(
        assessment=taken_back, by=people.ada, version=taken_back.version, key=uuid.uuid4()
    )
    second = make.make_person("Max Shore", people.north, role=Role.TEAM_MANAGER)
    review = make.return_it(decided, second).reviews.get()
    response = authorise_selected(mo, page, plain, explained, taken_back, decided, other)
    at = timezone.localtime(review.decided_at)
    assert told(response) == [
        "2 authorised: EX1, EX5.",
        "EX2 is not authorised: The worker gave a reason.",
        "EX3 is not authorised: It was changed after you opened the page: it is now draft.",
        f"EX4 is not authorised: Max Shore returned it on {at.day} {at:%B %Y} at {at:%H:%M}.",
    ]
    by_child = {each.episode.child.la_child_id: each.status for each in Assessment.objects.all()}
    assert by_child == {
        "EX1": "authorised",
        "EX2": "submitted",
        "EX3": "draft",
        "EX4": "returned",
        "EX5": "authorised",
    }


def test_the_same_form_for_several_sent_twice_authorises_once(people: People, mo: Client):
    plain = make.submit(make.start(people.ada, "EX1"))
    page = mo.get(LIST)
    first, second = (authorise_selected(mo, page, plain) for _ in range(2))
    assert told(first) == told(second) == ["1 authorised: EX1."]
    assert Review.objects.count() == 1


def test_assessments_of_other_teams_are_not_authorised(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    other = make.submit(make.start(people.cleo, "EX2"))
    page = mo.get(LIST)
    version = {f"version-{other.pk}": other.version}
    with unchanged(SESSIONS):
        response = authorise_selected(mo, page, other, **version)
    assert "EX2" not in response.content.decode()
    for several in (response, authorise_selected(mo, page, other, confirmed=[], **version)):
        gone = "1 of those that you selected is not in your teams any more"
        assert gone in words(read(several).text)


def test_an_action_on_nothing_selected_changes_nothing_and_warns(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"))
    page = mo.get(LIST)
    with unchanged(SESSIONS):
        response = mo.post(LIST, boxes(page), follow=True)
    assert "Select at least one assessment" in response.content.decode()


@pytest.mark.parametrize(
    "hostile",
    [
        {"_selected_action": ["x"]},
        {"_selected_action": ["1"]},
        {"_selected_action": ["99999999999999999999"], "version-99999999999999999999": "1"},
        {"_selected_action": ["1"], "version-1": "99999999999999999999"},
        {"key": "x"},
        {"key": ""},
        {"action": "delete_selected"},
    ],
)
def test_a_hostile_selection_changes_nothing_and_breaks_nothing(
    people: People, mo: Client, hostile: dict
):
    sent = make.submit(make.start(people.ada, "EX1"))
    page = mo.get(LIST)
    with unchanged(SESSIONS):
        response = authorise_selected(mo, page, sent, **hostile)
    assert response.status_code in (200, 302, 400)


def test_all_pages_at_once_cannot_be_selected(people: People, mo: Client):
    for number in range(3):
        make.submit(make.start(people.ada, f"EX{number}"))
    page = mo.get(LIST)
    with unchanged(SESSIONS):
        mo.post(LIST, boxes(page) | {"select_across": "1"})


def test_the_admin_writes_a_date_as_every_page_does(people: People, mo: Client):
    referred = date(2026, 3, 4)
    episode = make.start(people.ada, "EX1", referred=referred).episode
    for page in ("", f"{episode.reference}/change/"):
        text = mo.get(f"/admin/assessments/episode/{page}").content.decode()
        assert "4 March 2026" in text


def test_nothing_is_added_or_deleted(people: People, mo: Client):
    sent = make.submit(make.start(people.ada, "EX1"))
    with unchanged():
        for model, reference in {
            "assessment": sent.reference,
            "episode": sent.episode.reference,
            "child": sent.episode.child.reference,
        }.items():
            top = f"/admin/assessments/{model}/"
            assert mo.get(f"{top}add/").status_code == 403
            assert mo.post(f"{top}add/", {}).status_code == 403
            assert mo.post(f"{top}{reference}/delete/", {"post": "yes"}).status_code in (403, 404)
            assert mo.post(f"{top}{reference}/change/", {}).status_code in (403, 404)


# From one page to the other


def links_of(response) -> list[str]:
    return [link["href"] for link in read(response).select("a[href]")]


def test_a_childs_page_lists_the_episodes_and_assessments_that_the_manager_may_see(
    people: People, mo: Client
):
    sent = make.submit(make.start(people.ada, "EX1"), "3A")
    child = sent.episode.child
    response = mo.get(f"/admin/assessments/child/{child.reference}/change/")
    below = words(read(response).select_one(".review-below").text)
    assert "Submitted 3A; Ada Winter" in below
    assert f"{LIST}{sent.reference}/change/?from=child" in links_of(response)
    assert f"/admin/assessments/episode/{sent.episode.reference}/change/" in links_of(response)
    episode = f"/admin/assessments/episode/{sent.episode.reference}/change/"
    review = f"{LIST}{sent.reference}/change/?from=episode"
    assert review in links_of(mo.get(episode))
    back = [link["href"] for link in read(mo.get(review)).select(".breadcrumbs a")]
    assert episode in back
    fields = {"key": uuid.uuid4(), "version": sent.version, "confirmed": "yes"}
    decided = review.replace("/change/", "/authorise/")
    assert mo.post(decided, fields)["Location"] == episode


def test_a_childs_page_lists_nothing_of_other_managers_teams(people: People, mo: Client):
    ours = make.submit(make.start(people.ada, "EX1"), "3A")
    others = make.start_after(make.authorise(ours, people.mo))
    others.team, others.worker, others.version = people.south, people.cleo, others.version + 1
    others.save()
    response = mo.get(f"/admin/assessments/child/{ours.episode.child.reference}/change/")
    assert f"{LIST}{ours.reference}/change/?from=child" in links_of(response)
    assert f"{LIST}{others.reference}/change/?from=child" not in links_of(response)


def test_a_submitted_record_leads_to_its_decision_and_back(people: People, mo: Client, browser_of):
    sent = make.submit(make.start(people.ada, "EX1"), "3A")
    make.submit(make.start(people.ada, "EX2"), "3A")
    record = f"/assessments/{sent.reference}/"
    review = f"{LIST}{sent.reference}/change/?from=record"
    assert review in links_of(mo.get(record))
    assert review not in links_of(browser_of(people.ada).get(record))
    page = mo.get(review)
    assert record in [link["href"] for link in read(page).select(".breadcrumbs a")]
    confirm = read(page).select_one("#confirm")
    assert confirm["value"] == "list"
    fields = {"key": uuid.uuid4(), "version": sent.version, "confirmed": "yes", "then": "list"}
    assert mo.post(confirm["formaction"], fields)["Location"] == record
    assert review not in links_of(mo.get(record))


BELOW_A_RECORD = ["history", "restrict", "reassign"]


@pytest.mark.parametrize("name", BELOW_A_RECORD)
def test_a_page_reached_from_the_review_leads_back_to_it_and_its_list(
    people: People, mo: Client, name: str
):
    sent = make.submit(make.start(people.ada, "EX1"), "3A")
    review = f"{LIST}{sent.reference}/change/?_changelist_filters=code%3D3A"
    below = f"/assessments/{sent.reference}/{name}/"
    [address] = [each for each in links_of(mo.get(review)) if each.startswith(below)]
    assert review in links_of(mo.get(address))
    assert review not in links_of(mo.get(below))


def test_a_page_leads_to_no_other_address_than_the_review(people: People, mo: Client):
    sent = make.submit(make.start(people.ada, "EX1"), "3A")
    page = mo.get(
        f"/assessments/{sent.reference}/restrict/", {"review": "//example.org/?\"'><script>"}
    )
    back = read(page).select_one(".govuk-back-link")["href"]
    assert back.startswith(f"{LIST}{sent.reference}/change/?%2F%2Fexample.org%2F%3F")


def test_naming_who_sees_a_record_leads_back_to_the_review(people: People, mo: Client):
    sent = make.submit(make.start(people.ada, "EX1"), "3A")
    review = f"{LIST}{sent.reference}/change/"
    page = mo.get(f"/assessments/{sent.reference}/restrict/?review=")
    form = read(page).select_one("main form")
    named = [people.ada.pk, people.mo.pk]
    assert mo.post(form["action"], {"people": named})["Location"] == review
    lifts = read(mo.get(form["action"])).select_one("form[action*='/lift/']")
    assert mo.post(lifts["action"])["Location"] == review


def test_a_row_that_cannot_be_selected_has_nothing_in_place_of_its_box(people: People, mo: Client):
    make.submit(make.start(people.ada, "EX1"), "3A")
    back = make.return_it(make.submit(make.start(people.ada, "EX2"), "3A"), people.mo)
    make.submit(back, "3A")
    cells = read(mo.get(LIST)).select("tbody .action-checkbox")
    assert sorted((bool(cell.select("input")), cell.text.strip()) for cell in cells) == [
        (False, ""),
        (True, ""),
    ]
