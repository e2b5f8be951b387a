"""What is due first, and what is overdue, when assessments have different timeframes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from assessments import queries
from assessments.catalogue.working_days import due_date
from assessments.models import Assessment
from assessments.presenters.deadlines import deadline_of
from tests import people as make
from tests.people import People

FIRST = date(2013, 4, 15)
TODAY = date(2026, 5, 21)
CHANGES = date(2026, 3, 16)


@pytest.fixture
def on_the_day():
    with time_machine.travel(f"{TODAY} 12:00 +0000", tick=False):
        yield


@pytest.fixture
def drafts(people: People, on_the_day) -> list[Assessment]:
    """Drafts around the day on which the timeframe changes, and one of long before."""
    days = [*range(-40, 40, 2), -400, -401]
    return [
        make.start(
            people.ada,
            f"EX{place}",
            referred=CHANGES + timedelta(days=day),
            # Each another day: those of one day are compared as likely duplicates.
            birth_date=date(2016, 1, 1) + timedelta(days=place),
        )
        for place, day in enumerate(days)
    ]


def by_due_date(drafts: list[Assessment]) -> list[int]:
    def urgency(draft: Assessment) -> tuple[date, date, int]:
        referral_date = draft.episode.referral_date
        return due_date(referral_date), referral_date, draft.pk

    return [draft.pk for draft in sorted(drafts, key=urgency)]


FIGURES = {
    "one": {FIRST: 45},
    "longer": {FIRST: 45, CHANGES: 50},
    "shorter": {FIRST: 45, CHANGES: 40},
    "much shorter": {FIRST: 45, CHANGES: 10},
    "shorter and longer": {
        FIRST: 60,
        date(2026, 2, 20): 15,
        CHANGES: 45,
        date(2026, 4, 1): 20,
        date(2099, 1, 1): 1,
    },
}


@pytest.mark.parametrize("figures", FIGURES.values(), ids=FIGURES)
def test_what_is_due_first_stands_first(people: People, drafts, timeframes_of, figures):
    timeframes_of(figures)
    mine = queries.own_assessments(people.ada)
    found = queries.in_group(mine, "to-do").values_list("pk", flat=True)
    assert list(found) == by_due_date(drafts)


@pytest.mark.parametrize("figures", FIGURES.values(), ids=FIGURES)
def test_what_has_no_worker_stands_in_the_same_order(
    people: People, drafts, timeframes_of, figures
):
    timeframes_of(figures)
    people.ada.is_active = False
    people.ada.save()
    found = queries.assessments_without_a_worker(people.mo).values_list("pk", flat=True)
    assert list(found) == by_due_date(drafts)


@pytest.mark.parametrize("figures", FIGURES.values(), ids=FIGURES)
def test_what_is_overdue_has_passed_its_own_due_date(
    people: People, drafts, timeframes_of, figures
):
    timeframes_of(figures)
    mine = queries.own_assessments(people.ada)
    late = {each.pk for each in drafts if due_date(each.episode.referral_date) < TODAY}
    assert late
    found = queries.overdue(mine, TODAY, True).values_list("pk", flat=True)
    others = queries.overdue(mine, TODAY, False).values_list("pk", flat=True)
    assert (set(found), set(others)) == (late, {each.pk for each in drafts} - late)


def test_nothing_is_overdue_on_the_first_day_of_the_earliest_record(people: People, timeframes_of):
    timeframes_of({FIRST: 45})
    with time_machine.travel(f"{TODAY} 12:00 +0000", tick=False):
        make.start(people.ada, referred=TODAY)
    assert not queries.overdue(Assessment.objects.all(), TODAY, True).exists()


@pytest.mark.parametrize("name", ["one", "longer"])
def test_the_order_is_that_of_the_referral_where_that_is_enough(
    people: People, on_the_day, timeframes_of, name
):
    timeframes_of(FIGURES[name])
    ordered = queries.in_group(queries.own_assessments(people.ada), "with-manager")
    assert "width_bucket" not in str(ordered.query)


@pytest.mark.parametrize("figures", FIGURES.values(), ids=FIGURES)
def test_an_amendment_is_not_overdue_and_stands_after_what_is_due(
    people: People, drafts, timeframes_of, figures
):
    timeframes_of(figures)
    done = make.authorise(make.submit(drafts.pop(0)), people.mo)
    amended = make.reopen(done, people.mo)
    mine = queries.own_assessments(people.ada)
    found = list(queries.in_group(mine, "to-do").values_list("pk", flat=True))
    assert found == [*by_due_date(drafts), amended.pk]
    for each in (
        amended,
        sent := make.submit(amended, "4A"),
        back := make.return_it(sent, people.mo),
        make.authorise(make.submit(back, "4A"), people.mo),
    ):
        assert deadline_of(each) is None
        assert not queries.overdue(mine, TODAY + timedelta(days=400), True).contains(each)
        assert queries.overdue(mine, TODAY, False).contains(each)


def test_a_shorter_timeframe_that_has_not_begun_costs_nothing(
    people: People, on_the_day, timeframes_of
):
    timeframes_of({FIRST: 45, TODAY + timedelta(days=1): 40})
    assert "width_bucket" not in str(queries.in_group(Assessment.objects.all(), "to-do").query)
