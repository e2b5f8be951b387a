"""A manager covers for another, until the last day of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from assessments import queries, services
from assessments.models import Assessment, Status
from cinfactors.accounts.models import Cover, Role, User
from cinfactors.audit.models import Change, Reading
from tests import people as make
from tests.pages.page import problems, read, words
from tests.people import People

LONDON = ZoneInfo("Europe/London")
TODAY = timezone.localdate()


@pytest.fixture
def mo(people: People, browser_of) -> Client:
    return browser_of(people.mo)


def arrange(people: People, **other) -> None:
    values = {
        "manager": people.mo,
        "covered_by": people.nia,
        "first_day": TODAY,
        "last_day": TODAY + timedelta(days=7),
        "by": people.mo,
        "key": uuid.uuid4(),
    }
    services.arrange_cover(**values | other)


def refused(people: People, **other) -> dict[str, str]:
    with pytest.raises(services.FactsRefused) as refusal:
        arrange(people, **other)
    return refusal.value.messages


def form(covered_by: User, first: date, last: date, **other) -> dict:
    parts = {"first_day": first, "last_day": last}
    return {
        "key": str(uuid.uuid4()),
        "covered_by": covered_by.pk,
        **{
            f"{name}_{place}": str(part)
            for name, day in parts.items()
            for place, part in enumerate((day.day, day.month, day.year))
        },
    } | other


def sees(person: User, assessment: Assessment) -> bool:
    return queries.assessments_visible_to(person).filter(pk=assessment.pk).exists()


def test_cover_holds_from_its_first_day_to_its_last(people: People, draft):
    arrange(people, first_day=TODAY + timedelta(days=1))
    expected = {0: False, 1: True, 7: True, 8: False}
    for days, holds in expected.items():
        day = TODAY + timedelta(days=days)
        for hour in ("00:30", "22:30"):
            moment = datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=LONDON)
            with time_machine.travel(moment, tick=False):
                assert (days, sees(people.nia, draft)) == (days, holds)
                assert (people.nia in queries.managers_of(draft)) == holds
    assert sees(people.mo, draft)


def test_who_covers_decides_and_reassigns_as_the_manager_does(people: People, draft):
    arrange(people)
    sent = make.submit(draft)
    assert make.authorise(sent, people.nia).status == Status.AUTHORISED
    other = make.start(people.ada, "EX2")
    services.reassign(
        assessment=other, to=people.ben, by=people.nia, version=other.version, key=uuid.uuid4()
    )
    other.refresh_from_db()
    assert other.worker == people.ben


def test_cover_shows_no_restricted_record_to_whom_it_is_restricted(people: People, draft):
    make.restrict(draft, people.mo)
    arrange(people)
    assert not sees(people.nia, draft)


def test_ended_early_access_ends_at_once(people: People, draft, mo, browser_of):
    for client in (mo, browser_of(people.nia)):
        arrange(people)
        cover = Cover.objects.latest("pk")
        assert sees(people.nia, draft)
        response = client.post(f"/cover/{cover.reference}/end/", follow=True)
        assert "The cover has ended." in words(read(response).text)
        assert not sees(people.nia, draft)
        assert client.post(f"/cover/{cover.reference}/end/").status_code == 404


def test_nobody_else_arranges_or_ends_it(people: People, browser_of):
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    for person in (lou, people.nia, people.ada, people.dee):
        with pytest.raises(services.NotPermitted):
            arrange(people, by=person)
    arrange(people, by=people.abe)
    cover = Cover.objects.get()
    for person in (lou, people.ada, people.dee):
        with pytest.raises(services.NotPermitted):
            services.end_cover(cover=cover, by=person)
        assert browser_of(person).post(f"/cover/{cover.reference}/end/").status_code == 404
    services.end_cover(cover=cover, by=people.abe)
    cover.refresh_from_db()
    assert cover.ended_by == people.abe


def test_what_cannot_be_arranged_is_said(people: People):
    assert refused(people, covered_by=people.mo) == {"covered_by": "Select another manager"}
    assert refused(people, covered_by=people.ada) == {"covered_by": "Select another manager"}
    yesterday = TODAY - timedelta(days=1)
    assert refused(people, first_day=yesterday, last_day=yesterday) == {
        "first_day": "The first day must be today or later"
    }
    assert refused(people, last_day=yesterday) == {
        "last_day": "The last day must be the first day or later"
    }
    assert refused(people, last_day=TODAY + timedelta(days=367)) == {
        "last_day": "The last day must be within a year of the first"
    }
    arrange(people)
    assert refused(people) == {"covered_by": "Nia Field covers some of these days already"}


def test_whoever_is_no_manager_any_more_covers_and_is_covered_no_longer(people: People, draft):
    arrange(people)
    User.objects.filter(pk=people.nia.pk).update(role=Role.SOCIAL_WORKER)
    assert not sees(User.objects.get(pk=people.nia.pk), draft)
    User.objects.filter(pk=people.nia.pk).update(role=Role.TEAM_MANAGER)
    assert sees(people.nia, draft)
    User.objects.filter(pk=people.mo.pk).update(role=Role.SOCIAL_WORKER)
    assert not sees(people.nia, draft)


def test_a_manager_arranges_it_on_the_page(people: People, mo, draft, browser_of):
    last = TODAY + timedelta(days=3)
    posted = form(people.nia, TODAY, last)
    for _ in range(2):
        response = mo.post("/cover/", posted, follow=True)
    text = words(read(response).text)
    first_day, last_day = (date_format(day, "j F Y") for day in (TODAY, last))
    assert f"Nia Field covers for you {first_day} to {last_day}" in text
    assert Cover.objects.count() == 1
    assert Change.objects.filter(table_name="accounts_cover", actor_id=people.mo.pk).count() == 1
    index = words(read(browser_of(people.nia).get("/admin/")).text)
    assert f"You cover for Mo Harbour until {last_day}" in index
    assert "Ada Winter" in index


def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(people: People, mo):
    response = mo.post("/cover/", form(people.nia, TODAY, TODAY - timedelta(days=1)))
    assert response.status_code == 422
    assert problems(response) == ["The last day must be the first day or later"]
    assert f'value="{people.nia.pk}" selected' in response.content.decode()
    assert problems(mo.post("/cover/", {"key": str(uuid.uuid4())})) == [
        "Select the manager who covers for you",
        "Enter the first day",
        "Enter the last day",
    ]


def test_the_only_manager_of_a_restricted_record_is_told_to_name_another(people, draft, mo):
    assert "only manager" not in words(read(mo.get("/cover/")).text)
    make.restrict(draft, people.mo)
    assert "You are the only manager who may see 1 restricted record" in words(
        read(mo.get("/cover/")).text
    )


def test_what_is_read_as_cover_is_not_out_of_team(people: People, draft, browser_of):
    nia = browser_of(people.nia)
    arrange(people)
    assert nia.get(f"/assessments/{draft.reference}/").status_code == 200
    covered = Reading.objects.latest("pk")
    assert (covered.out_of_team, covered.counted) == (False, None)
