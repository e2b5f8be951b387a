"""England's working days, and those that an assessment may take from the referral."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.catalogue.working_days import (
    Deadline,
    deadline_on,
    due_date,
    is_working_day,
    overdue_referrals,
    working_days_after,
    working_days_allowed,
)

# As published by the government for England and Wales.
BANK_HOLIDAYS = {
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",  # early May moved for VE Day
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",  # jubilee, funeral
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",  # coronation
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


@pytest.mark.parametrize("year", BANK_HOLIDAYS)
def test_working_days_are_weekdays_but_for_englands_bank_holidays(year: int):
    closed = {date.fromisoformat(f"{year}-{day}") for day in BANK_HOLIDAYS[year].split()}
    day = date(year, 1, 1)
    while day.year == year:
        assert is_working_day(day) == (day.weekday() < 5 and day not in closed), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "day", ["2026-01-02", "2026-03-17", "2026-07-13", "2026-11-30", "2026-08-03"]
)
def test_bank_holidays_of_scotland_and_northern_ireland_are_worked_in_england(day: str):
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("referral", "due"),
    [
        ("2026-01-05", "2026-03-09"),  # a Monday: nine weeks without a bank holiday
        ("2026-01-03", "2026-03-06"),  # a Saturday: the Monday after is the first day
        ("2026-11-02", "2027-01-07"),  # over Christmas: 25 and 28 December, 1 January
        ("2026-11-22", "2027-01-27"),
        ("2026-03-02", "2026-05-07"),  # Good Friday, Easter Monday and 4 May
        ("2027-12-01", "2028-02-07"),  # 27 and 28 December, 3 January in place of the 1st
        ("2019-12-31", "2020-03-04"),  # from one calendar of ten years into the next
    ],
)
def test_45_working_days_counted_by_hand(timeframes_of, referral: str, due: str):
    timeframes_of({date(2013, 4, 15): 45})
    assert due_date(date.fromisoformat(referral)) == date.fromisoformat(due)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_the_last_day_is_the_last_of_the_working_days_allowed(referral: date):
    due, allowed = due_date(referral), working_days_allowed(referral)
    assert is_working_day(due)
    days = [referral + timedelta(days=n) for n in range(1, (due - referral).days + 1)]
    assert sum(map(is_working_day, days)) == allowed
    assert working_days_after(referral, due) == allowed
    assert working_days_after(referral, due - timedelta(days=1)) == allowed - 1


@pytest.mark.parametrize("later", [30, 44, 45, 46, 60])
def test_what_is_overdue_is_past_the_working_days_of_its_referral(timeframes_of, later):
    changes = date(2027, 6, 1)
    timeframes_of({date(2013, 4, 15): 45, changes: later})
    referrals = [changes + timedelta(days=n) for n in range(-120, 120)]
    for day in referrals:
        allowed = later if day >= changes else 45
        assert working_days_allowed(day) == working_days_after(day, due_date(day)) == allowed
    for today in (changes + timedelta(days=n) for n in range(-10, 200, 3)):
        late = {day for day in referrals if due_date(day) < today}
        spans = overdue_referrals(today)
        assert {d for d in referrals if any(first <= d <= last for first, last in spans)} == late
        assert {day for day in referrals if deadline_on(today, day).overdue} == late


def test_a_deadline_says_the_figure_of_its_referral(timeframes_of):
    timeframes_of({date(2013, 4, 15): 45, date(2027, 6, 1): 50})
    before = deadline_on(date(2027, 6, 8), date(2027, 5, 28))
    after = deadline_on(date(2027, 6, 8), date(2027, 6, 1))
    assert before == Deadline(day=6, allowed=45, overdue=False)
    assert (before.place, before.words) == ("Day 6 of 45", "39 working days left")
    assert (after.place, after.words) == ("Day 5 of 50", "45 working days left")


days_around = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(days_around, days_around, days_around)
def test_working_days_add_up_in_both_directions(first: date, second: date, third: date):
    assert working_days_after(first, first) == 0
    assert working_days_after(first, second) == -working_days_after(second, first)
    assert working_days_after(first, third) == (
        working_days_after(first, second) + working_days_after(second, third)
    )
