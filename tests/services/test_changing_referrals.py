"""Changing a referral: what is right, who may, what cannot be, and what is asked once."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessments import services
from assessments.catalogue.working_days import due_date
from assessments.models import Assessment, Child, Episode, FactsCorrection, Status
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

KEY = uuid.UUID("11111111-1111-4111-8111-111111111111")


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def in_words(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def recorded(episode: Episode, **fields) -> services.Referral:
    """The referral as it is recorded; `fields` replaces any of it."""
    names = [each.name for each in dataclasses.fields(services.Referral)]
    return services.Referral(**{name: getattr(episode, name) for name in names} | fields)


def change(
    assessment: Assessment, by, *, reason="", version=None, confirmed=(), key=None, **fields
):
    episode = Episode.objects.select_related("child").get(pk=assessment.episode_id)
    return services.change_referral(
        episode=episode,
        referral=recorded(episode, **fields),
        reason=reason,
        by=by,
        version=version or episode.version,
        key=key or uuid.uuid4(),
        confirmed=confirmed,
    )


def refusal(assessment: Assessment, by, **fields) -> dict[str, str]:
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        change(assessment, by, **fields)
    return refused.value.messages


def episode_of(assessment: Assessment) -> Episode:
    return Episode.objects.get(pk=assessment.episode_id)


def closed(when: date) -> dict:
    return {"closure_date": when, "reason_for_closure": "RC7"}


def test_every_fact_of_a_referral_is_changed_at_once(people: People, draft: Assessment):
    changed = {
        "referral_date": day(12),
        "referral_source": "2A",
        "primary_need": "N1",
        "family_reference": "FAM1",
    }
    change(draft, people.ada, **changed)
    now = episode_of(draft)
    assert {name: getattr(now, name) for name in changed} == changed
    assert now.version == 2
    [row] = FactsCorrection.objects.all()
    assert (row.act, row.episode, row.assessment) == ("referral", now, None)
    assert (row.corrected_by, row.reason) == (people.ada, "")


def test_nothing_changed_is_no_change(people: People, draft: Assessment):
    assert refusal(draft, people.ada) == {"unchanged": "Change something, or go back to the record"}


# Who


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
        change(draft, person, referral_source="2A")
        assert episode_of(draft).referral_source == "2A"
    else:
        with unchanged(), pytest.raises(services.NotPermitted):
            change(draft, person, referral_source="2A")


def test_an_episode_that_the_worker_cannot_see_is_not_theirs_to_change(people: People):
    first = make.authorise(make.submit(make.start(people.cleo)), people.nia)
    change(first, people.nia, reason="Closed", **closed(day(0)))
    services.start_assessment(
        by=people.ada,
        team=people.north,
        start_date=day(0),
        key=uuid.uuid4(),
        child=first.episode.child,
        episode=make.a_referral(day(0)),
    )
    with unchanged(), pytest.raises(services.NotPermitted):
        change(first, people.ada, reason="Mine", referral_source="2A")


def test_of_what_is_authorised_the_manager_says_why(people: People, authorised: Assessment):
    assert refusal(authorised, people.mo, referral_source="2A") == {
        "reason": "Enter why it is corrected: an assessment was authorised with it"
    }
    change(authorised, people.mo, referral_source="2A", reason="The letter says so")
    with unchanged(), pytest.raises(services.NotPermitted):
        change(authorised, people.ada, referral_source="6", reason="No")


def test_all_that_is_refused_is_said_at_once(people: People, authorised: Assessment):
    refused = refusal(authorised, people.mo, referral_date=day(-1))
    assert refused.keys() == {"referral_date", "reason"}


# Two at once


def test_a_page_that_shows_an_earlier_referral_changes_nothing(people: People, draft: Assessment):
    change(draft, people.mo, referral_source="2A")
    with unchanged(), pytest.raises(services.StaleFacts) as stale:
        change(draft, people.ada, primary_need="N1", version=1)
    assert stale.value.theirs.referral_source == "2A"


def test_a_repeated_form_submission_changes_it_once(people: People, draft: Assessment):
    for _ in range(2):
        change(
            draft,
            people.ada,
            key=KEY,
            version=1,
            referral_date=day(11),
            referral_source="2A",
        )
    assert episode_of(draft).version == 2
    assert FactsCorrection.objects.count() == 1


# What cannot be


def test_a_referral_is_today_at_the_latest(people: People, draft: Assessment):
    assert refusal(draft, people.ada, referral_date=day(-1)) == {
        "referral_date": "Referral date must be today or in the past"
    }


def test_a_referral_is_not_after_an_assessment_started(people: People, draft: Assessment):
    started = draft.start_date
    message = (
        "Referral date must be on or before the day an assessment started, "
        f"{in_words(started)} (census rule 1103)"
    )
    after = started + timedelta(days=1)
    assert refusal(draft, people.ada, referral_date=after) == {"referral_date": message}


def test_a_referral_is_at_most_forty_weeks_before_the_birth(people: People):
    """Census rule 8606."""
    born = day(3)
    draft = make.start(people.ada, referred=day(2), birth_date=born)
    first = born - timedelta(days=280)
    assert refusal(draft, people.ada, referral_date=first - timedelta(days=1)) == {
        "referral_date": f"Referral date must be on or after {in_words(first)}, 40 weeks before "
        "the date of birth (census rule 8606)"
    }
    make.confirming(change, assessment=draft, by=people.ada, referral_date=first)


def test_the_sources_and_needs_are_the_census_s(people: People, draft: Assessment):
    wrong = {"referral_source": "ZZ", "primary_need": "N99", "family_reference": "=1+1"}
    assert refusal(draft, people.ada, **wrong).keys() == wrong.keys()


# Closing, and opening again


def test_an_episode_is_closed_and_opened_again(people: People, authorised: Assessment):
    change(authorised, people.mo, reason="Services ended", **closed(day(0)))
    assert not episode_of(authorised).is_open
    again = {"closure_date": None, "reason_for_closure": ""}
    change(authorised, people.mo, reason="Closed in error", **again)
    assert episode_of(authorised).is_open


def test_a_closure_has_a_date_and_a_reason(people: People, authorised: Assessment):
    assert refusal(authorised, people.mo, reason="x", closure_date=day(0)) == {
        "reason_for_closure": "Select the reason for closure, or clear the date (census rule 8805)"
    }
    assert refusal(authorised, people.mo, reason="x", reason_for_closure="RC8") == {
        "closure_date": "Enter the closure date, or clear the reason (census rule 8810)"
    }


def test_a_closure_is_between_the_end_of_its_assessments_and_today(people: People):
    done = make.authorise(make.submit(make.start(people.ada)), people.mo, day(4))
    reason = {"reason": "Services ended"}
    assert refusal(done, people.mo, **reason, **closed(day(-1))) == {
        "closure_date": "Closure date must be today or in the past"
    }
    assert refusal(done, people.mo, **reason, **closed(day(11))) == {
        "closure_date": f"Closure date must be on or after the referral date, {in_words(day(10))} "
        "(census rule 8630)"
    }
    assert refusal(done, people.mo, **reason, **closed(day(5))) == {
        "closure_date": "Closure date must be on or after the day an assessment of the episode "
        f"ended, {in_words(day(4))} (census rule 8565)"
    }
    change(done, people.mo, **reason, **closed(day(4)))


@pytest.mark.parametrize("status", Status)
def test_an_episode_is_not_closed_with_an_assessment_that_is_not_completed(
    people: People, status: Status
):
    """Census rule 8867; what was authorised once is completed, also while it is amended."""
    row = make.in_status(status, people.ada, people.mo)
    if status in {Status.AUTHORISED, Status.REOPENED}:
        change(row, people.mo, reason="Services ended", **closed(day(0)))
    elif status in {Status.CANCELLED, Status.VOIDED}:
        Episode.objects.update(**closed(day(0)))
    else:
        assert refusal(row, people.mo, **closed(day(0))) == {
            "closure_date": "This episode has an assessment that is not completed. Finish or "
            "cancel that one first (census rule 8867)"
        }


@pytest.fixture
def earlier_and_later(people: People) -> tuple[Assessment, Assessment]:
    """Two episodes of a child: the first closed six days ago, the second from that day."""
    first = make.authorise(make.submit(make.start(people.ada)), people.mo, day(8))
    change(first, people.mo, reason="Services ended", **closed(day(6)))
    second = services.start_assessment(
        by=people.ada,
        team=people.north,
        start_date=day(2),
        key=uuid.uuid4(),
        child=first.episode.child,
        episode=make.a_referral(day(4)),
    )
    return first, second


def test_episodes_of_a_child_do_not_overlap(people: People, earlier_and_later):
    """Census rules 8815, 8816 and 8820; one may begin on the day on which another was closed."""
    first, second = earlier_and_later
    reason = {"reason": "The letter says so"}
    until_now = (
        f"The child has another episode, from {in_words(day(4))} until now. Episodes of a child "
        "must not overlap (census rule 8820)"
    )
    again = {"closure_date": None, "reason_for_closure": ""}
    assert refusal(first, people.mo, **reason, **again) == {"referral_date": until_now}
    assert refusal(first, people.mo, **reason, **closed(day(3))) == {"referral_date": until_now}
    change(first, people.mo, **reason, **closed(day(4)))
    assert refusal(second, people.ada, **reason, referral_date=day(5)) == {
        "referral_date": f"The child has another episode, from {in_words(day(10))} until "
        f"{in_words(day(4))}. Episodes of a child must not overlap (census rule 8820)"
    }


def test_a_new_referral_before_an_episode_was_closed_is_refused(people: People):
    first = make.authorise(make.submit(make.start(people.ada)), people.mo, day(8))
    change(first, people.mo, reason="Services ended", **closed(day(3)))
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        services.start_assessment(
            by=people.ada,
            team=people.north,
            start_date=day(2),
            key=uuid.uuid4(),
            child=first.episode.child,
            episode=make.a_referral(day(4)),
        )
    assert refused.value.messages.keys() == {"referral_date"}


# Is this right?


def question(assessment: Assessment, by, **fields) -> dict[str, str]:
    with unchanged(), pytest.raises(services.NeedsConfirming) as asked:
        change(assessment, by, **fields)
    return asked.value.messages


def test_a_referral_of_more_than_a_year_ago_is_asked_about_once(people: People):
    draft = make.start(people.ada, started=day(0))
    long_ago = timezone.localdate() - timedelta(days=368)
    asked = question(draft, people.ada, referral_date=long_ago)
    assert asked["referral_date"] == (
        f"The referral, {in_words(long_ago)}, was more than a year ago"
    )
    assert asked["start_date"].startswith("The start is ")
    confirmed = [*asked.values()]
    earlier = long_ago - timedelta(days=7)
    assert question(draft, people.ada, referral_date=earlier, confirmed=confirmed) != asked
    change(draft, people.ada, referral_date=long_ago, confirmed=confirmed)
    # What is confirmed is not asked about again where another fact changes.
    change(draft, people.ada, family_reference="FAM1")


def test_ten_working_days_until_the_start_are_not_asked_about(people: People):
    draft = make.start(people.ada, referred=date(2026, 6, 15), started=date(2026, 6, 15))
    change(draft, people.ada, referral_date=date(2026, 6, 1))
    assert question(draft, people.ada, referral_date=date(2026, 5, 29)) == {
        "start_date": "The start is 11 working days after the referral"
    }


def test_a_later_assessment_of_the_episode_is_no_late_start(people: People):
    first = make.start(people.ada, referred=date(2026, 6, 1), started=date(2026, 6, 3))
    make.start_after(make.authorise(make.submit(first), people.mo))
    change(first, people.mo, reason="The letter", referral_date=date(2026, 6, 2))


def test_a_closure_because_of_a_death_that_is_not_recorded_is_asked_about_once(people: People):
    draft = make.start(people.ada, referred=day(20), started=day(20))
    make.authorise(make.submit(draft), people.mo)
    closed = {"closure_date": day(0), "reason_for_closure": "RC2", "reason": "The letter"}
    asked = question(draft, people.mo, **closed)
    assert asked == {
        "reason_for_closure": "The reason is that the child died, and no death is recorded"
    }
    change(draft, people.mo, **closed, confirmed=[*asked.values()])
    assert episode_of(draft).reason_for_closure == "RC2"


def test_a_closure_after_a_recorded_death_is_not_asked_about(people: People):
    draft = make.start(people.ada, referred=day(20), started=day(20))
    make.authorise(make.submit(draft), people.mo)
    Child.objects.filter(pk=draft.episode.child_id).update(death_date=day(2))
    change(draft, people.mo, closure_date=day(0), reason_for_closure="RC2", reason="The letter")
    assert episode_of(draft).reason_for_closure == "RC2"


def test_a_referral_that_moves_past_the_childs_death_is_asked_about(people: People):
    draft = make.start(people.ada, referred=day(20), started=day(5))
    Child.objects.filter(pk=draft.episode.child_id).update(death_date=day(12))
    asked = question(draft, people.ada, referral_date=day(8))
    assert "is after the child’s death" in asked["referral_date"]


# What is asked afterwards


def test_a_referral_that_moved_is_due_by_the_days_of_its_own_date(people: People, timeframes_of):
    timeframes_of({date(2015, 1, 1): 45, date(2026, 9, 1): 10})
    draft = make.start(people.ada, referred=date(2026, 9, 1), started=date(2026, 9, 1))
    assert due_date(episode_of(draft).referral_date) == date(2026, 9, 15)
    change(draft, people.ada, referral_date=date(2026, 8, 28))
    assert due_date(episode_of(draft).referral_date) == date(2026, 11, 2)
