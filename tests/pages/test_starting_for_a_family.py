"""Starting for another child of a family: the referral of a brother or sister is copied."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment, Episode, Status
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.form_data import at, new_child_form
from tests.pages.page import field_value, read, words


@pytest.fixture
def first(people) -> Assessment:
    referral = make.a_referral(primary_need="N1", referral_source="2A")
    return make.services.start_assessment(
        by=people.ada,
        team=people.north,
        start_date=referral.referral_date,
        key=uuid.uuid4(),
        child=make.a_child("EX1"),
        episode=referral,
    )


@pytest.fixture
def ada(people, browser_of) -> Client:
    return browser_of(people.ada)


def referral_of(la_child_id: str) -> Episode:
    return Episode.objects.get(child__la_child_id=la_child_id)


def family(first: Assessment) -> str:
    return f"family={first.reference}"


def test_the_record_and_the_submission_lead_to_the_next_child(people, ada, first):
    link = f"/assessments/start/?{family(first)}"
    assert link in ada.get(at("record", first)).content.decode()
    make.submit(first, "1B")
    assert link in ada.get(at("submitted", first)).content.decode()


def test_each_step_keeps_the_family_and_copies_the_referral(people, ada, first):
    start = ada.get(f"/assessments/start/?{family(first)}")
    assert "For a brother or sister of EX1" in words(read(start).text)
    action = read(start).select_one("main form")["action"]
    step = ada.post(action, {"la_child_id": "EX2"})["Location"]
    assert family(first) in step
    page = ada.get(step)
    assert "The referral is copied from the one of EX1" in words(read(page).text)
    episode = referral_of("EX1")
    day = episode.referral_date
    assert [field_value(page, f"referral_date_{part}") for part in range(3)] == [
        str(day.day), str(day.month), str(day.year),
    ]  # fmt: skip
    assert field_value(page, "family_reference") == "EX1"
    selected = [each["value"] for each in read(page).select("option[selected]")]
    assert selected == ["2A", "N1"]


def posted(ada: Client, first: Assessment, **values) -> str:
    referral = referral_of("EX1")
    form = new_child_form(**{"la_child_id": "EX2", "family_reference": "EX1"} | values)
    form["referral_source"] = referral.referral_source
    response = ada.post(f"/assessments/start/new/?{family(first)}", form)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def test_both_get_the_family_reference(people, ada, first):
    posted(ada, first)
    assert [referral_of(each).family_reference for each in ("EX1", "EX2")] == ["EX1", "EX1"]
    history = words(read(ada.get(at("history", first))).text)
    assert "the family reference from none to EX1" in history


def test_without_a_reference_neither_gets_one(people, ada, first):
    posted(ada, first, family_reference="")
    assert [referral_of(each).family_reference for each in ("EX1", "EX2")] == ["", ""]


def test_a_child_with_an_open_referral_gets_the_familys_reference(people, ada, first):
    Episode.objects.filter(child__la_child_id="EX1").update(family_reference="F1")
    known = make.cancel(make.start(people.ada, "EX2"))
    day = timezone.localdate() - timedelta(days=5)
    start = {
        f"start_date_{part}": str(each) for part, each in enumerate((day.day, day.month, day.year))
    }
    response = ada.post(
        f"/assessments/start/{known.episode.child.reference}/?{family(first)}",
        {"key": str(uuid.uuid4())} | start,
    )
    assert response.status_code == 302
    assert referral_of("EX2").family_reference == "F1"


def test_a_colleagues_finished_record_is_left_as_it_is(people, browser_of, first):
    make.authorise(make.submit(first, "1B"), people.mo)
    posted(browser_of(people.ben), first)
    assert [referral_of(each).family_reference for each in ("EX1", "EX2")] == ["", "EX1"]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.VOIDED])
def test_what_was_an_error_leads_to_no_family(people, ada, status):
    over = make.in_status(status, people.ada, people.mo, "EX1")
    record = ada.get(at("record", over))
    assert "Start for another child of this family" not in words(read(record).text)
    page = ada.get(f"/assessments/start/new/?{family(over)}")
    assert not read(page).select_one("[name=family_reference]").get("value")
    assert "EX1" not in page.content.decode()
    posted(ada, over)
    assert referral_of("EX1").family_reference == ""


@pytest.mark.parametrize("family", ["", "x", "unknown", "hidden"])
def test_a_family_that_is_not_there_copies_nothing(people, browser_of, first, family):
    family = {"unknown": str(uuid.uuid4()), "hidden": str(first.reference)}.get(family, family)
    page = browser_of(people.cleo).get(f"/assessments/start/new/?family={family}")
    assert page.status_code == 200
    assert not read(page).select_one("[name=family_reference]").get("value")
    assert "EX1" not in page.content.decode()


def test_its_factors_are_offered_once_they_are_submitted(people, ada, first):
    make.submit(first, "1B", "16A")
    posted(ada, first)
    second = Assessment.objects.get(episode__child__la_child_id="EX2")
    page = read(ada.get(at("factors", second)))
    assert [row["data-offers"] for row in page.select("[data-offers]")] == ["1B"]


def test_no_family_reference_is_copied_from_or_to_a_restricted_record(people, ada, first):
    make.restrict(first, people.mo)
    page = ada.get(f"/assessments/start/new/?{family(first)}")
    assert not read(page).select_one("[name=family_reference]").get("value")
    posted(ada, first, family_reference="F9")
    assert [referral_of(each).family_reference for each in ("EX1", "EX2")] == ["", "F9"]


def test_what_was_authorised_is_not_given_a_reference_unasked(people, ada, first):
    done = make.reopen(make.authorise(make.submit(first, "1B"), people.mo), people.mo)
    posted(ada, done)
    assert [referral_of(each).family_reference for each in ("EX1", "EX2")] == ["", "EX1"]


def test_the_reading_of_the_siblings_record_is_kept(people, ada, first):
    before = Reading.objects.count()
    ada.get(f"/assessments/start/?{family(first)}")
    ada.get(f"/assessments/start/new/?{family(first)}")
    kept = Reading.objects.order_by("-pk")[: Reading.objects.count() - before]
    assert [(each.page, each.assessment_id) for each in kept] == [("start", first.pk)] * 2


def test_two_who_start_for_each_others_child_lock_the_episodes_in_one_order(people):
    episodes = [make.cancel(make.start(people.ada, each)).episode for each in ("EX1", "EX2")]
    for episode, sibling in (episodes, episodes[::-1]):
        with CaptureQueriesContext(connection) as queries:
            make.confirming(
                make.services.start_assessment,
                by=people.ada,
                team=people.north,
                start_date=timezone.localdate(),
                key=uuid.uuid4(),
                child=episode.child,
                episode=episode,
                family_of=sibling,
            )
        locks = [each["sql"] for each in queries if "FOR UPDATE" in each["sql"]]
        first = next(sql for sql in locks if 'FROM "assessments_episode"' in sql)
        assert 'ORDER BY "assessments_episode"."id" ASC' in first
        assert str(episode.pk) in first
        assert str(sibling.pk) in first
