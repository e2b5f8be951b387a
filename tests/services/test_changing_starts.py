"""Changing the start of an assessment: by whom, while what, and what is asked then."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Episode, FactsCorrection, Status
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

KEY = uuid.UUID("11111111-1111-4111-8111-111111111111")


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def in_words(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def change(assessment: Assessment, by, start_date: date, **values):
    return services.change_start_date(
        **{
            "assessment": assessment,
            "start_date": start_date,
            "reason": "",
            "by": by,
            "version": assessment.version,
            "key": uuid.uuid4(),
        }
        | values
    )


def refusal(assessment: Assessment, by, start_date: date, **values) -> dict[str, str]:
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        change(assessment, by, start_date, **values)
    return refused.value.messages


def question(assessment: Assessment, by, start_date: date, **values) -> dict[str, str]:
    with unchanged(), pytest.raises(services.NeedsConfirming) as asked:
        change(assessment, by, start_date, **values)
    return asked.value.messages


def start_of(assessment: Assessment) -> date:
    return Assessment.objects.get(pk=assessment.pk).start_date


def test_the_start_is_changed(people: People, draft: Assessment):
    change(draft, people.ada, day(9))
    now = Assessment.objects.get(pk=draft.pk)
    assert (now.start_date, now.version) == (day(9), draft.version + 1)
    [row] = FactsCorrection.objects.all()
    assert (row.act, row.assessment, row.episode) == ("start", draft, draft.episode)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("ada", True),
        ("mo", True),
        ("ben", False),
        ("cleo", False),
        ("nia", False),
        ("dee", False),
        ("abe", False),
    ],
)
def test_the_worker_and_the_manager_of_the_team_change_it(
    people: People, draft: Assessment, who: str, may: bool
):
    person = getattr(people, who)
    if may:
        change(draft, person, day(9))
        assert start_of(draft) == day(9)
    else:
        with unchanged(), pytest.raises(services.NotPermitted):
            change(draft, person, day(9))


@pytest.mark.parametrize("status", Status)
def test_it_is_changed_while_the_worker_has_it_and_it_was_never_authorised(
    people: People, status: Status
):
    row = make.in_status(status, people.ada, people.mo)
    if status in {Status.DRAFT, Status.RETURNED}:
        change(row, people.mo, day(9))
        assert start_of(row) == day(9)
        return
    # Of a cancelled or a voided one nobody corrects anything.
    is_kept = status in {Status.CANCELLED, Status.VOIDED}
    refused = services.NotPermitted if is_kept else services.Locked
    with unchanged(), pytest.raises(refused):
        change(row, people.mo, day(9), reason="x")


def test_an_amended_record_that_was_returned_keeps_its_start(people: People, authorised):
    back = make.return_it(make.submit(make.reopen(authorised, people.mo), "4A"), people.mo)
    with unchanged(), pytest.raises(services.Locked):
        change(back, people.ada, day(9), reason="x")


def test_a_page_that_shows_an_earlier_state_changes_nothing(people: People, draft: Assessment):
    make.record(draft, "4B")
    with unchanged(), pytest.raises(services.EditConflict):
        change(draft, people.ada, day(9), version=draft.version)


def test_a_repeated_form_submission_changes_it_once(people: People, draft: Assessment):
    for _ in range(2):
        change(draft, people.ada, day(9), key=KEY, version=1)
    assert Assessment.objects.get(pk=draft.pk).version == 2


def test_it_starts_from_the_referral_on_until_today(people: People, draft: Assessment):
    assert refusal(draft, people.ada, day(-1)) == {
        "start_date": "Start date must be today or in the past"
    }
    assert refusal(draft, people.ada, day(11)) == {
        "start_date": f"Start date must be on or after the referral date, {in_words(day(10))} "
        "(census rule 1103)"
    }
    assert refusal(draft, people.ada, draft.start_date) == {
        "start_date": "Change the date, or go back to the record"
    }


def test_it_does_not_start_after_its_internal_review(people: People, draft: Assessment):
    Assessment.objects.update(internal_review_date=day(7), version=2)
    draft.refresh_from_db()
    assert refusal(draft, people.ada, day(6)) == {
        "start_date": f"Start date must be on or before the internal review, {in_words(day(7))}"
    }
    change(draft, people.ada, day(7))


def test_it_does_not_start_after_its_episode_was_closed(people: People, draft: Assessment):
    Episode.objects.update(closure_date=day(5), reason_for_closure="RC8")
    assert refusal(draft, people.ada, day(4)) == {
        "start_date": "Start date must be on or before the day the episode was closed, "
        f"{in_words(day(5))} (census rule 8565)"
    }


def test_an_overlap_with_another_assessment_of_the_episode_is_asked_about_once(people: People):
    """Census query 8863."""
    first = make.authorise(make.submit(make.start(people.ada)), people.mo, day(5))
    again = make.start_after(first)
    reason = {"reason": "The letter says so"}
    asked = question(again, people.ada, day(6), **reason)
    assert asked == {
        "overlap": "It overlaps with another assessment in the same episode, from "
        f"{in_words(day(10))} to {in_words(day(5))}"
    }
    change(again, people.ada, day(6), **reason, confirmed=[*asked.values()])
    assert start_of(again) == day(6)


def test_a_late_start_is_asked_about_once(people: People):
    draft = make.start(people.ada, referred=date(2026, 6, 1), started=date(2026, 6, 1))
    asked = question(draft, people.ada, date(2026, 6, 16))
    assert asked == {"start_date": "The start is 11 working days after the referral"}
    later = question(draft, people.ada, date(2026, 6, 17), confirmed=[*asked.values()])
    assert later == {"start_date": "The start is 12 working days after the referral"}
    change(draft, people.ada, date(2026, 6, 16), confirmed=[*asked.values()])


def test_an_adult_at_the_start_is_asked_about(people: People):
    today = timezone.localdate()
    born = today.replace(year=today.year - 18) - timedelta(days=3)
    draft = make.start(people.ada, birth_date=born)
    assert question(draft, people.ada, day(2)).keys() == {"birth_date"}
    change(draft, people.ada, day(9))


def test_what_the_rules_ask_by_the_age_on_the_new_start_is_returned(people: People):
    """Private fostering of somebody who was sixteen when the assessment started."""
    today = timezone.localdate()
    born = today.replace(year=today.year - 16, day=1) - timedelta(days=5)
    birthday = born.replace(year=born.year + 16)
    referred = birthday - timedelta(days=3)
    draft = make.record(make.start(people.ada, referred=referred, birth_date=born), "8B")
    done = change(draft, people.ada, birthday)
    assert [each.rule.id for each in done.asked_of(draft)] == ["private-fostering-age"]
    back = change(Assessment.objects.get(pk=draft.pk), people.ada, referred)
    assert done.asking
    assert not back.asking
