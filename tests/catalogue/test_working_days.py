"""England's working days, and the 45 from referral."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.catalogue.working_days import (
    WORKING_DAYS_ALLOWED,
    due_date,
    is_working_day,
    working_days_after,
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
def test_the_45_working_days_counted_by_hand(referral: str, due: str):
    assert due_date(date.fromisoformat(referral)) == date.fromisoformat(due)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_the_last_day_is_the_45th_working_day_after_the_referral(referral: date):
    due = due_date(referral)
    assert is_working_day(due)
    days = [referral + timedelta(days=n) for n in range(1, (due - referral).days + 1)]
    assert sum(map(is_working_day, days)) == WORKING_DAYS_ALLOWED == 45
    assert working_days_after(referral, due) == 45
    assert working_days_after(referral, due - timedelta(days=1)) == 44


days_around = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(days_around, days_around, days_around)
def test_working_days_add_up_in_both_directions(first: date, second: date, third: date):
    assert working_days_after(first, first) == 0
    assert working_days_after(first, second) == -working_days_after(second, first)
    assert working_days_after(first, third) == (
        working_days_after(first, second) + working_days_after(second, third)
    )
