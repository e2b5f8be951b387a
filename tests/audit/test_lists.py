"""Every page that shows children is recorded with all of them, lists and searches too."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Child
from cinfactors.accounts.models import Membership, User
from cinfactors.audit.models import Reading
from tests import people as make
from tests.audit.entries import readings
from tests.audit.tables import select
from tests.pages.addresses import address_of, routes
from tests.pages.form_data import at, key_and_version, new_child_form
from tests.people import People
from tests.services.test_joining import authorised, close, joined


def of_request(response) -> list[Reading]:
    return list(Reading.objects.filter(request_id=response["X-Request-ID"]).order_by("pk"))


def children_of(found: list[Reading]) -> set[int]:
    return {child for one in found for child in (one.child_id, *(one.children or ()))} - {None}


@pytest.fixture
def records(people: People) -> list[Assessment]:
    """One of each list, of a brother and a sister, and one of somebody who has gone."""
    drafts = [make.start(people.ada, f"EX100{number}") for number in range(3)]
    make.return_it(make.submit(make.start(people.ada, "EX2001")), people.mo)
    sent = make.submit(make.start(people.ada, "EX2002"))
    make.correct(make.submit(make.start(people.ada, "EX2003")), people.mo, "4A")
    make.authorise(make.submit(make.start(people.ada, "EX2004")), people.mo)
    for assessment in (drafts[0], sent):
        episode = assessment.episode
        episode.family_reference = "FAM1"
        episode.save()
    gone = make.make_person("Zoe Away", people.north)
    make.start(gone, "EX3001")
    Membership.objects.filter(user=gone).delete()
    return [drafts[0], sent]


LISTS = {
    "/admin/assessments/assessment/?status=any",
    "/assessments/?tab=authorised",
    "/assessments/?tab=returned",
    "/assessments/?tab=to-do",
    "/assessments/?tab=with-manager",
    "/assessments/?whose=team",
}


@pytest.mark.parametrize("who", ["ada", "cleo", "mo", "dee"])
def test_every_page_at_every_address_is_recorded_with_all_the_children_on_it(
    people: People, records: list[Assessment], browser_of, who: str
):
    browser = browser_of(getattr(people, who))
    signed_in = {name: cookie.value for name, cookie in browser.cookies.items()}
    ids = dict(Child.objects.values_list("la_child_id", "pk"))
    seen, missing = 0, {}
    addresses = LISTS | {
        address_of(route, record, people.ada.pk)
        for route in routes()
        if not re.match("(admin/)?account", route)
        for record in (records if "<" in route else records[:1])
    }
    for address in sorted(addresses):
        for method in ("get", "post"):
            with transaction.atomic():  # what a post changed is undone for the next
                client = Client()
                client.cookies.load(signed_in)
                response = getattr(client, method)(address)
                page = response.getvalue().decode(errors="replace")
                shown = {child for la_child_id, child in ids.items() if la_child_id in page}
                seen += bool(shown)
                found = of_request(response)
                transaction.set_rollback(method == "post")
            if not shown <= children_of(found):
                missing[method, address] = sorted(shown - children_of(found))
            assert len([one for one in found if not one.refused]) <= 2, address
    assert missing == {}
    assert seen > 2


def test_a_list_is_one_row_with_the_children_of_its_page(people: People, browser_of):
    keys = {make.start(people.ada, f"EX1{number:03}").episode.child_id for number in range(30)}
    ada = browser_of(people.ada)
    first, second = (ada.get(f"/assessments/?page={page}") for page in (1, 2))
    [one], [two] = of_request(first), of_request(second)
    assert (one.page, one.child_id, len(one.children), len(two.children)) == ("list", None, 25, 5)
    assert {*one.children, *two.children} == keys
    assert one.person_id == people.ada.pk


@pytest.mark.parametrize(
    ("who", "address", "fields"),
    [
        ("ada", "/assessments/", {"words": "robin"}),
        ("ada", "/assessments/start/", {"la_child_id": "robin"}),
        ("dee", "/assessments/", {"words": "robin"}),
        ("mo", "/admin/assessments/assessment/?status=any", {"q": "robin"}),
        ("mo", "/admin/assessments/child/", {"q": "robin"}),
        ("mo", "/admin/assessments/episode/", {"q": "robin"}),
    ],
)
def test_a_search_is_recorded_with_whom_it_found(people, browser_of, who, address, fields):
    found = {make.start(people.ada, f"EX100{number}").episode.child_id for number in range(2)}
    make.start(people.ada, "EX2000", given_name="Alex")
    response = browser_of(getattr(people, who)).post(address, fields, follow=True)
    [one] = of_request(response)
    assert (one.page, {*one.children}) == ("search", found)


def test_a_search_that_finds_nobody_is_no_reading(people: People, browser_of):
    make.start(people.ada)
    browser_of(people.ada).post("/assessments/", {"words": "nobody"}, follow=True)
    assert readings() == []


def test_brothers_and_sisters_on_the_factor_page_are_recorded_with_it(
    people: People, records: list[Assessment], browser_of
):
    draft, sent = records[0], records[-1]
    [one] = of_request(browser_of(people.ada).get(at("factors", draft)))
    assert (one.child_id, one.children) == (draft.episode.child_id, [sent.episode.child_id])


def test_the_database_works_out_what_is_unusual_of_each_child_of_a_list(people: People):
    """Whoever calls: of whom the reader's team has no assessment, who is restricted, who has
    the reader's family name, and who is outside their own caseload."""
    own = make.start(people.ben, "EX1001", family_name="Marsh").episode.child_id
    of_team = make.restrict(make.start(people.ada, "EX1002"), people.mo).episode.child_id
    of_others = make.start(people.cleo, "EX1003").episode.child_id
    listed = [own, of_team, of_others]
    [(counted,)] = select(
        "SELECT history.record_page(%s, NULL, %s::bigint[], NULL, 'list', false, '', NULL, '')",
        people.ben.pk,
        listed,
    )
    [one] = readings()
    assert counted == 2
    assert (one.restricted, one.out_of_team, one.same_name) == (False, False, False)
    assert one.children == listed
    assert one.restricted_children == [of_team]
    assert one.out_of_team_children == [of_others]
    assert one.same_name_children == [own]
    assert sorted(one.counted) == sorted([of_team, of_others])


def record(person: User, child: int) -> int:
    """Record the reading of a child; return how many children count, 0 if it adds none."""
    page = "SELECT history.record_page(%s, %s, '{}', NULL, 'record', false, '', NULL, '')"
    [(counted,)] = select(page, person.pk, child)
    return counted


def test_a_child_counts_once(people: People):
    child = make.start(people.cleo).episode.child_id
    assert [record(people.dee, child), record(people.dee, child)] == [1, 0]
    assert [one.counted for one in readings()] == [[child], None]


@pytest.mark.django_db(transaction=True)
def test_a_child_counts_again_after_an_hour(as_owner):
    people = make.make_people()
    lately, long_ago = (make.start(people.cleo, f"EX100{n}").episode.child_id for n in range(2))
    with as_owner(), connection.cursor() as cursor:
        for child, minutes in ((lately, 59), (long_ago, 61)):
            cursor.execute(
                "INSERT INTO history.reading (person_id, child_id, page, refused, restricted,"
                " out_of_team, same_name, counted, request_id, at) VALUES (%s, %s, 'record',"
                " false, false, true, false, %s::bigint[], '', now() - %s * interval '1 minute')",
                [people.dee.pk, child, [child], minutes],
            )
    assert record(people.dee, lately) == 0
    assert record(people.dee, long_ago) == 2
    assert record(people.mo, lately) == 1


def test_what_was_refused_does_not_count(people: People):
    child = make.start(people.cleo).episode.child_id
    refused = "SELECT history.record_page(%s, %s, '{}', NULL, 'record', true, '', NULL, '')"
    assert select(refused, people.dee.pk, child) == [(0,)]
    [one] = readings()
    assert (one.refused, one.counted) == (True, None)


@pytest.mark.parametrize(
    "address", ["/assessments/?tab=to-do", "/admin/assessments/assessment/?status=any"]
)
def test_recording_a_list_takes_one_statement_however_long_it_is(
    people: People, browser_of, address: str
):
    mo, numbers = browser_of(people.mo), []
    for batch in range(2):
        for number in range(1 + 20 * batch):
            make.start(people.ada, f"EX{batch}{number:03}")
        mo.get(address)
        with CaptureQueriesContext(connection) as captured:
            mo.get(address)
        assert sum("history." in each["sql"] for each in captured) == 1
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


# What of a list is unusual


def reasons(client: Client) -> list[tuple[str, ...]]:
    response = client.get(reverse("reading_log"))
    return [hour.reasons for hour in response.context["hours"]]


def test_a_list_with_a_child_of_the_readers_family_name_is_not_unusual(people, browser_of):
    make.start(people.ada, family_name="Marsh")
    ben = browser_of(people.ben)
    ben.get("/assessments/?whose=team")
    assert reasons(browser_of(people.dee)) == []
    ben.post("/assessments/?whose=team", {"words": "marsh"}, follow=True)
    assert reasons(browser_of(people.dee)) == [("a child of their own family name once",)]


def test_lists_with_many_children_outside_the_own_caseload_are_unusual(
    people: People, browser_of, monkeypatch
):
    monkeypatch.setattr("assessments.queries.reading_log.UNUSUAL_OUTSIDE_PER_HOUR", 3)
    monkeypatch.setattr("assessments.queries.UNUSUAL_OUTSIDE_PER_HOUR", 3)
    for number in range(3):
        make.start(people.ada, f"EX100{number}")
    make.restrict(make.start(people.ada, "EX1003"), people.mo)
    for person in (people.ada, people.mo):
        browser_of(person).get("/assessments/?tab=to-do")
    officer = make.make_person("Deb Count", role=people.dee.role)
    assert reasons(browser_of(officer)) == []
    dee = browser_of(people.dee)
    for _ in range(2):
        dee.get("/assessments/?tab=to-do")
    response = browser_of(officer).get(reverse("reading_log"))
    [hour] = response.context["hours"]
    assert hour.reasons == ("was shown 3 children outside their own caseload in an hour",)
    assert (hour.children, hour.lists) == ({}, 2)
    page = browser_of(officer).get(hour.address)
    assert [
        (la_child_id, child.times, [*child.pages], [*child.marks])
        for la_child_id, child in page.context["rows"]
    ] == [(f"EX100{number}", 2, ["List"], []) for number in range(3)]
    [one] = of_request(page)
    assert (one.page, len(one.children)) == ("reading", 3)


def test_the_page_of_an_hour_lists_no_more_than_it_can_and_says_so(
    people: People, browser_of, monkeypatch
):
    for number in range(5):
        make.start(people.ada, f"EX100{number}")
    dee = browser_of(people.dee)
    b"".join(dee.post("/assessments/download/", {"words": ""}).streaming_content)
    hour = timezone.now().astimezone(UTC).strftime("%Y-%m-%dT%H")
    address = reverse("reading_hour", args=[people.dee.reference, hour])
    officer = browser_of(make.make_person("Deb Count", role=people.dee.role))

    def listed(query: str = "") -> list[str]:
        return [la_child_id for la_child_id, _ in officer.get(address + query).context["rows"]]

    assert len(listed()) == 5
    assert b"There are more" not in officer.get(address).content
    monkeypatch.setattr("assessments.pages.reading_log.views.MOST_IN_HOUR", 3)
    monkeypatch.setattr("assessments.pages.reading_log.views.CHILDREN_PER_PAGE", 2)
    first, second = listed(), listed("?page=2")
    assert (len(first), len(second), len({*first, *second})) == (2, 1, 3)
    assert b"There are more than these 3." in officer.get(address).content


def test_the_page_of_an_hour_is_for_data_officers_and_of_an_hour(people: People, browser_of):
    cleo = people.cleo.reference
    address = reverse("reading_hour", args=[cleo, "2026-03-27T14"])
    response = browser_of(people.dee).get(address)
    assert response.status_code == 200
    assert "Nobody was shown or refused in this hour" in response.content.decode()
    for person in (people.ada, people.mo, people.abe):
        assert browser_of(person).get(address).status_code == 404
    wrong = ("2026-03-27", "x", "2026-13-01T10", "2026-03-27T14:30")
    for hour in (*wrong, "0001-01-01T00", "9999-12-31T23", "1999-12-31T23"):
        wrong = reverse("reading_hour", args=[cleo, hour])
        assert browser_of(people.dee).get(wrong).status_code == 404


def test_the_log_names_ten_children_of_an_hour_and_says_how_many_more(
    people: People, browser_of, monkeypatch
):
    monkeypatch.setattr("assessments.queries.reading_log.UNUSUAL_CHILDREN_PER_HOUR", 12)
    mo = browser_of(people.mo)
    for number in range(12):
        mo.get(at("record", make.start(people.ada, f"EX1{number:03}")))
    response = browser_of(people.dee).get(reverse("reading_log"))
    [hour] = response.context["hours"]
    assert ([*hour.children.values()][-1], hour.more) == ("EX1009", 2)
    assert "and 2 more" in response.content.decode()
    [one] = of_request(response)
    assert {*one.children} == {*hour.children}


def test_a_refused_start_says_nothing_of_a_child_and_is_in_the_log_once(people, browser_of):
    make.restrict(make.start(people.ada), people.mo)
    cleo = browser_of(people.cleo)
    for _ in range(2):
        cleo.post(reverse("start_with_new_child"), new_child_form(la_child_id="EX1001"))
    assert reasons(browser_of(people.dee)) == [("entered the id of another child twice",)]


def test_of_a_restricted_child_the_log_names_whom_somebody_was_refused_alone(people, browser_of):
    """Who is named reads the record without data officers learning of it who are not."""
    secret = make.restrict(make.start(people.ada), people.mo)
    other = make.start(people.cleo, "EX2002")
    mo = browser_of(people.mo)
    mo.get(at("record", secret))
    mo.get(at("record", other))  # refused: of another team, and so the hour is unusual
    dee = browser_of(people.dee)

    def named_for(person: User) -> set[str]:
        hour = timezone.now().astimezone(UTC).strftime("%Y-%m-%dT%H")
        page = dee.get(reverse("reading_hour", args=[person.reference, hour]))
        in_log = dee.get("/reading/").context["hours"]
        [of_person] = [row for row in in_log if row.person == person.name]
        named = {*of_person.children.values()}
        assert named == {la_child_id for la_child_id, _ in page.context["rows"]}
        return named

    assert named_for(people.mo) == {"A restricted record", "EX2002"}
    browser_of(people.cleo).get(at("record", secret))
    assert named_for(people.cleo) == {"EX1001"}
    # Who is named for it sees it as any other.
    services.restrict(
        child=secret.episode.child,
        people=[people.ada, people.mo, people.dee],
        seen=[people.ada, people.mo],
        by=people.mo,
    )
    assert named_for(people.mo) == {"EX1001", "EX2002"}


def test_a_joined_id_of_a_restricted_child_is_refused_as_restricted(people, browser_of):
    long_ago = timezone.localdate() - timedelta(days=100)
    first = close(authorised(make.start(people.ada, "EX1", referred=long_ago), people.mo))
    second = make.start(people.ada, "EX2", referred=timezone.localdate())
    joined(first.episode.child, second.episode.child, people.mo)
    make.restrict(Assessment.objects.get(pk=second.pk), people.mo)
    browser_of(people.cleo).post(reverse("start"), {"la_child_id": "EX2"})
    [refused] = Reading.objects.filter(refused=True)
    assert (refused.child_id, refused.restricted) == (first.episode.child_id, True)


def test_a_picker_that_is_drawn_anew_records_whom_it_shows(people, records, browser_of):
    draft, sent = records[0], records[-1]
    post = key_and_version(draft, codes=[], density="key_points")
    response = browser_of(people.ada).post(at("autosave", draft), post)
    assert sent.episode.child.la_child_id in response.content.decode()
    [one] = of_request(response)
    assert one.children == [sent.episode.child_id]


def test_an_id_that_no_id_can_be_is_refused_in_words(people, browser_of):
    draft = make.start(people.ada)
    for typed in ("EX\x00", "\x00", "x" * 5000):
        page = browser_of(people.ada).post(
            at("change_child_details", draft), key_and_version(draft, la_child_id=typed)
        )
        assert page.status_code == 422
