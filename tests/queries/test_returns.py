"""What stands in the return of a census year, and how: each sentence about it, as a test."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from assessments import queries, services
from assessments.census import message
from assessments.census.rules.loader import Level, rules_of
from assessments.census.years import years
from assessments.models import Assessment, Child
from tests import people as make
from tests.people import People

YEAR = years()["2025-26"]
LAST = YEAR.reference_date
REFERRED = date(2025, 6, 2)


@pytest.fixture
def clock():
    """Return a function that moves the clock to a day; it begins in May 2026."""
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC)) as travelled:
        yield lambda day: travelled.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def the_return(on: date = LAST, year: str = "2025-26") -> list[queries.ChildInReturn]:
    return [*queries.children_in_return(years()[year], on)]


def children(on: date = LAST, year: str = "2025-26") -> list[message.Child]:
    return [each.child for each in the_return(on, year)]


def only_episode(on: date = LAST, year: str = "2025-26") -> message.Episode:
    [child] = children(on, year)
    [episode] = child.episodes
    return episode


def assessments(on: date = LAST, year: str = "2025-26") -> tuple[message.Assessment, ...]:
    return only_episode(on, year).assessments


def begun(people: People, referred: date = REFERRED, **fields) -> Assessment:
    return make.start(people.ada, referred=referred, **fields)


def completed(
    people: People, ended: date, *codes: str, referred: date = REFERRED, **fields
) -> Assessment:
    draft = begun(people, referred, **fields)
    return make.authorise(make.submit(draft, *codes), people.mo, ended)


def end_episode(assessment: Assessment, day: date, reason: str = "RC7", **fields) -> None:
    episode = assessment.episode
    for name, value in {"closure_date": day, "reason_for_closure": reason, **fields}.items():
        setattr(episode, name, value)
    episode.save()


pytestmark = pytest.mark.usefixtures("clock")


def test_a_completed_assessment_stands_in_it_with_its_dates_and_the_factors_in_order(people):
    assessment = completed(people, date(2025, 7, 14), "10A", "4B", "3A")
    [found] = the_return()
    assert found.child == message.Child(
        child_id="EX1001",
        upn=None,
        former_upn=None,
        upn_unknown=None,
        birth_date=assessment.episode.child.birth_date,
        expected_birth_date=None,
        sex="F",
        gender=None,
        death_date=None,
        ethnicity="NOBT",
        disabilities=(),
        episodes=(
            message.Episode(
                referral_date=REFERRED,
                referral_source="6",
                primary_need=None,
                closure_date=None,
                reason_for_closure=None,
                initial_conference_date=None,
                no_further_action=False,
                assessments=(
                    message.Assessment(REFERRED, None, date(2025, 7, 14), ("3A", "4B", "10A")),
                ),
            ),
        ),
    )
    assert found.key == assessment.episode.child_id
    assert not found.restricted
    assert found.episodes == (assessment.episode_id,)
    assert found.assessments == (
        (
            queries.RecordedAssessment(
                assessment.pk, str(assessment.reference), assessment.team_id, assessment.worker_id
            ),
        ),
    )
    assert queries.number_of_children_in_return(YEAR, LAST) == 1


@pytest.mark.parametrize(
    ("referred", "closed", "stands"),
    [
        (date(2020, 1, 2), None, True),
        (date(2020, 1, 2), date(2025, 3, 31), False),
        (date(2020, 1, 2), date(2025, 4, 1), True),
        (date(2020, 1, 2), date(2026, 4, 1), True),
        (date(2026, 3, 31), None, True),
        (date(2026, 3, 31), date(2026, 3, 31), True),
        (date(2026, 4, 1), None, False),
    ],
)
def test_episodes_open_on_a_day_of_the_year_stand_in_it(people, referred, closed, stands):
    born = date(2018, 1, 1)
    ended = closed or max(referred, date(2025, 5, 1))
    assessment = completed(people, ended, referred=referred, birth_date=born)
    if closed:
        end_episode(assessment, closed)
    assert bool(children()) == stands
    assert queries.number_of_children_in_return(YEAR, LAST) == int(stands)


@pytest.mark.parametrize(
    ("referred", "closed", "stands"),
    [
        (date(2025, 3, 31), None, False),
        (date(2025, 4, 1), None, True),
        (date(2026, 3, 31), None, True),
        (date(2026, 4, 1), None, False),
        (date(2025, 3, 31), date(2025, 4, 1), True),
    ],
)
def test_a_referral_with_no_further_action_belongs_to_the_year_in_which_it_was_made(
    people, referred, closed, stands
):
    assessment = make.cancel(begun(people, referred))
    end_episode(assessment, closed, "RC8" if closed else "", no_further_action=True)
    assert [each.episodes[0].no_further_action for each in children()] == [True] * stands


def test_what_was_closed_after_the_day_is_still_open_in_it(people):
    assessment = completed(people, date(2025, 7, 14))
    end_episode(assessment, date(2026, 4, 1))
    assert (only_episode().closure_date, only_episode().reason_for_closure) == (None, None)
    after = only_episode(date(2026, 5, 20), "2026-27")
    assert (after.closure_date, after.reason_for_closure) == (date(2026, 4, 1), "RC7")


def test_what_was_authorised_in_april_is_there_as_not_completed_without_factors(people):
    draft = begun(people, date(2026, 3, 2))
    draft.version, draft.internal_review_date = draft.version + 1, date(2026, 4, 1)
    draft.save()
    make.authorise(make.submit(draft), people.mo, date(2026, 4, 1))
    assert assessments() == (message.Assessment(date(2026, 3, 2), None, None, ()),)
    assert assessments(date(2026, 5, 20), "2026-27") == (
        message.Assessment(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 1), ("4B",)),
    )


def test_what_was_authorised_on_the_last_day_is_completed(people):
    completed(people, LAST)
    [assessment] = assessments()
    assert (assessment.authorisation_date, assessment.factors) == (LAST, ("4B",))


def test_what_was_authorised_before_the_year_is_left_out_of_it(people):
    completed(people, date(2025, 3, 31), referred=date(2025, 3, 3))
    assert assessments() == ()
    assert len(assessments(date(2025, 3, 31), "2024-25")) == 1


def test_what_was_started_after_the_day_is_left_out(people):
    begun(people, date(2026, 3, 2), started=date(2026, 4, 1))
    assert assessments() == ()


def test_drafts_and_submissions_stand_in_it_as_not_completed_without_factors(people):
    make.submit(begun(people, date(2026, 3, 2)))
    not_completed = (message.Assessment(date(2026, 3, 2), None, None, ()),)
    assert assessments() == not_completed
    make.withdraw(Assessment.objects.get())
    assert assessments() == not_completed


def test_a_record_that_is_amended_counts_as_it_was_last_authorised(people):
    ended = date(2025, 7, 14)
    authorised = completed(people, ended, "4B")
    reopened = make.reopen(authorised, people.mo)
    make.submit(reopened, "3B")
    assert [each.factors for each in assessments()] == [("4B",)]
    make.authorise(Assessment.objects.get(), people.mo)
    assert assessments() == (message.Assessment(REFERRED, None, ended, ("3B",)),)


def test_corrected_dates_count(people):
    make.correct_dates(
        completed(people, date(2025, 7, 14)), people.mo, date(2025, 6, 9), date(2025, 7, 21)
    )
    [assessment] = assessments()
    assert (assessment.start_date, assessment.authorisation_date) == (
        date(2025, 6, 9),
        date(2025, 7, 21),
    )


def test_voided_and_cancelled_work_never_stands_in_it(people):
    first = completed(people, date(2025, 7, 14))
    second = make.start_after(first)
    make.cancel(second)
    assert len(assessments()) == 1
    make.void(first, people.mo)
    # A referral with nothing but work started in error, or another child's, was one in error too.
    assert children() == []
    assert queries.number_of_children_in_return(YEAR, LAST) == 0


def test_a_child_born_after_the_day_was_expected_on_it(people):
    expected = date(2026, 4, 20)
    draft = make.start_unborn(people.ada, expected_birth_date=expected, referred=date(2026, 3, 2))
    make.record_birth(draft, people.ada, birth_date=date(2026, 4, 8))
    [child] = children()
    assert (child.birth_date, child.expected_birth_date, child.sex) == (None, expected, "U")
    [child] = children(date(2026, 5, 20), "2026-27")
    assert (child.birth_date, child.expected_birth_date, child.sex) == (
        date(2026, 4, 8),
        None,
        "F",
    )


def test_a_child_first_recorded_when_born_is_expected_on_the_day_of_birth(people):
    begun(people, date(2026, 3, 2), birth_date=date(2026, 4, 8))
    [child] = children()
    assert (child.birth_date, child.expected_birth_date, child.sex) == (
        None,
        date(2026, 4, 8),
        "U",
    )


@pytest.mark.parametrize(("died", "stands"), [(LAST, True), (date(2026, 4, 1), False)])
def test_a_death_after_the_day_is_left_out(people, died, stands):
    make.record_death(begun(people), people.ada, died)
    [child] = children()
    assert child.death_date == (died if stands else None)


@pytest.mark.parametrize("disabled", [True, False, None])
def test_nobody_is_said_to_have_no_disability(people, disabled):
    begun(people, disabled=disabled)
    [child] = children()
    assert child.disabilities == ()


def test_as_at_a_day_within_the_year_nothing_later_stands_in_it(people):
    completed(people, date(2025, 7, 14))
    begun(people, date(2025, 9, 1), la_child_id="EX1002")
    assert len(children(date(2025, 6, 1))) == 0
    assert assessments(date(2025, 7, 13)) == (message.Assessment(REFERRED, None, None, ()),)
    assert [each.authorisation_date for each in assessments(date(2025, 7, 14))] == [
        date(2025, 7, 14)
    ]
    assert [each.child_id for each in children(date(2025, 9, 1))] == ["EX1001", "EX1002"]


def test_restricted_records_stand_in_it_and_are_marked(people):
    make.restrict(begun(people), people.mo)
    [found] = the_return()
    assert found.restricted
    assert queries.restricted_children_in_return(YEAR, LAST) == [found.key]
    assert queries.restricted_children_in_return(YEAR, date(2025, 6, 1)) == []


def test_a_record_joined_to_another_stands_in_it_once(people):
    ended = date(2025, 7, 14)
    end_episode(completed(people, ended), ended)
    later = begun(people, date(2025, 9, 1), la_child_id="EX1002")
    kept, other = later.episode.child, Child.objects.get(la_child_id="EX1001")
    services.join_records(
        kept=kept,
        other=other,
        versions=(kept.version, other.version),
        reason="The same girl",
        by=people.mo,
        key=uuid.uuid4(),
    )
    [child] = children()
    assert child.child_id == "EX1002"
    assert [each.referral_date for each in child.episodes] == [REFERRED, date(2025, 9, 1)]


def test_assessments_stand_in_the_order_of_their_start(people, clock):
    clock(date(2025, 8, 4))
    first = completed(people, date(2025, 7, 14))
    make.authorise(make.submit(make.start_after(first), "3B"), people.mo)
    assert [each.start_date for each in assessments()] == [REFERRED, date(2025, 8, 4)]


def test_years_of_another_layout_and_years_to_come_are_not_offered():
    assert [*queries.return_years(date(2026, 3, 31))] == ["2024-25", "2025-26"]
    assert [*queries.return_years(date(2026, 4, 1))] == ["2024-25", "2025-26", "2026-27"]


def test_rows_are_read_some_at_a_time_and_children_are_whole(people, monkeypatch):
    monkeypatch.setattr("assessments.queries.returns.ROWS_AT_ONCE", 2)
    for number in range(5):
        completed(people, date(2025, 7, 14) + timedelta(days=number), la_child_id=f"EX200{number}")
    assert [each.child_id for each in children()] == [f"EX200{number}" for number in range(5)]


def test_no_rule_sends_people_to_the_case_system_for_what_is_recorded_here():
    judged = [
        rule
        for year in queries.return_years(date(2027, 4, 1))
        for rule in rules_of(year)
        if rule.about not in queries.NOT_RECORDED and rule.level is not Level.PART
    ]
    assert len(judged) > 100
    assert [rule.number for rule in judged if "case system" in rule.message + rule.mend] == []
