"""The figures of the statutory guidance: read strictly, and by the day of referral."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.checks import run_checks

from assessments.catalogue import timeframes
from assessments.catalogue.errors import CatalogueError
from tests.timeframes import TIMEFRAME, write_timeframes

FIRST, SECOND = date(2013, 4, 15), date(2027, 6, 1)


def test_the_guidance_has_said_45_working_days_since_2013():
    """Chapter 1 of Working Together to Safeguard Children, word for word."""
    first = timeframes.timeframes()[0]
    assert (first.first_referral, first.working_days) == (date.min, 45)
    assert first.source.words == (
        "The maximum timeframe for the assessment to conclude, such that it is possible to reach "
        "a decision on next steps, should be no longer than 45 working days from the point of "
        "referral."
    )


def test_a_referral_has_the_figure_of_its_day(timeframes_of):
    timeframes_of({FIRST: 45, SECOND: 50})
    figures = {
        date(2012, 1, 1): 45,
        FIRST: 45,
        date(2027, 5, 31): 45,
        SECOND: 50,
        date(2099, 1, 1): 50,
    }
    assert {day: timeframes.timeframe_for(day).working_days for day in figures} == figures


def test_the_timeframes_follow_each_other_day_by_day(timeframes_of):
    timeframes_of({FIRST: 45, SECOND: 50})
    assert [(each.first_referral, each.last_referral) for each in timeframes.timeframes()] == [
        (date.min, date(2027, 5, 31)),
        (SECOND, date.max),
    ]


FROM_2013 = "timeframe from 2013-04-15"
NUMBER = "working_days = 45"
BROKEN = [
    (
        NUMBER,
        "working_days = 46",
        f"{FROM_2013}: the words of its source do not say 46 working days",
    ),
    (NUMBER, "working_days = 0", f"{FROM_2013}: working_days must be from 1 to 200"),
    (NUMBER, "working_days = 201", f"{FROM_2013}: working_days must be from 1 to 200"),
    (NUMBER, 'working_days = "45"', f"{FROM_2013}: working_days must be a whole number"),
    (NUMBER, f"{NUMBER}\nhours = 3", f"{FROM_2013}: unknown key hours"),
    ("first_referral = 2013-04-15", "", "timeframe number 1: first_referral is missing"),
    ('publisher = "Nobody"', "", f"{FROM_2013}, source: publisher is missing"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN, ids=[f"{case[1]!r}" for case in BROKEN])
def test_an_invalid_file_is_refused_with_the_place_of_its_error(tmp_path: Path, old, new, message):
    file = tmp_path / "timeframes.toml"
    text = TIMEFRAME.format(day=FIRST, number=45)
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        timeframes.timeframes(file)
    assert str(refused.value) == f"{tmp_path.name}/timeframes.toml: {message}"


@pytest.mark.parametrize("later", [FIRST, date(2013, 4, 14)])
def test_timeframes_that_do_not_follow_each_other_are_refused(tmp_path: Path, later: date):
    file = tmp_path / "timeframes.toml"
    texts = [TIMEFRAME.format(day=day, number=45) for day in (FIRST, later)]
    file.write_text("".join(texts), encoding="utf-8")
    with pytest.raises(CatalogueError, match=rf"{later} stands after 2013-04-15$"):
        timeframes.timeframes(file)


def test_a_file_without_timeframes_is_refused(tmp_path: Path):
    file = tmp_path / "timeframes.toml"
    file.write_text("timeframe = []", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"holds no timeframe$"):
        timeframes.timeframes(file)


def test_the_check_reports_what_cannot_be_read(tmp_path: Path, monkeypatch):
    file = write_timeframes(tmp_path / "timeframes.toml", {FIRST: 0})
    monkeypatch.setattr(timeframes, "TIMEFRAMES_FILE", file)
    [error] = run_checks(tags=["catalogue"])
    assert error.id == "assessments.E001"
    assert error.msg.endswith("working_days must be from 1 to 200")
