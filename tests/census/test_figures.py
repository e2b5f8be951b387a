"""What the department publishes of a return, counted episode by episode."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assessments.catalogue.working_days import working_day_after
from assessments.census.figures import BANDS, Figures, Late
from assessments.census.message import Assessment, Episode

REFERRED = date(2025, 9, 1)


def assessment(days: int | None, *codes: str, started: date = REFERRED) -> Assessment:
    """One that was completed so many working days after the referral, or is open."""
    ended = None if days is None else working_day_after(REFERRED, days) if days else REFERRED
    return Assessment(started, None, ended, codes)


def episode(*assessments: Assessment, referred: date | None = REFERRED) -> Episode:
    return Episode(referred, "1A", "N1", None, None, None, False, assessments)


def counted(numbers: list[int]) -> dict[str, int]:
    return {name: number for (name, _), number in zip(BANDS, numbers, strict=True) if number}


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, "Same day"),
        (1, "1 to 10"),
        (10, "1 to 10"),
        (11, "11 to 20"),
        (20, "11 to 20"),
        (21, "21 to 30"),
        (31, "31 to 40"),
        (40, "31 to 40"),
        (41, "41 to 45"),
        (45, "41 to 45"),
        (46, "46 to 50"),
        (50, "46 to 50"),
        (51, "51 to 60"),
        (60, "51 to 60"),
        (61, "61 or more"),
        (150, "61 or more"),
    ],
)
def test_a_completed_assessment_is_counted_in_its_band(days, band):
    figures = Figures()
    late = figures.add(episode(assessment(days, "3B")))
    assert counted(figures.from_referral) == counted(figures.from_start) == {band: 1}
    assert late == ([Late(0, days, 45)] if days > 45 else [])


def test_working_days_are_counted_from_the_referral_and_from_the_start():
    figures = Figures()
    started = working_day_after(REFERRED, 20)
    late = figures.add(episode(assessment(5), assessment(50, started=started)))
    assert counted(figures.from_referral) == {"1 to 10": 1, "46 to 50": 1}
    assert counted(figures.from_start) == {"1 to 10": 1, "21 to 30": 1}
    assert late == [Late(1, 50, 45)]


def test_a_code_is_counted_once_to_an_episode_and_once_to_an_assessment():
    figures = Figures()
    figures.add(episode(assessment(5, "3B", "4B", "3B"), assessment(9, "3B"), assessment(9)))
    figures.add(episode(assessment(5, "3B")))
    assert figures.factors_in_episodes == {"3B": 2, "4B": 1}
    assert figures.factors_in_assessments == {"3B": 3, "4B": 1}
    assert (figures.episodes_with_factors, figures.completed_without_factors) == (2, 1)


def test_what_is_not_completed_is_not_counted():
    figures = Figures()
    assert figures.add(episode(assessment(None, "3B"))) == []
    assert figures == Figures()


def test_one_completed_before_it_began_took_no_days():
    figures = Figures()
    figures.add(episode(assessment(0, started=REFERRED + timedelta(days=30))))
    assert counted(figures.from_start) == {"Same day": 1}
