"""Dates as people type them, and what is said of those that are none."""

from __future__ import annotations

from calendar import month_name
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django import forms

from assessments.components.forms import DateField


class OneDate(forms.Form):
    day = DateField(label="Date of birth")


def entered(day: str, month: str, year: str) -> OneDate:
    return OneDate({"day_0": day, "day_1": month, "day_2": year})


@pytest.mark.parametrize("number", range(1, 13))
def test_a_month_is_a_number_or_its_name_or_three_letters_of_it(number: int):
    name = month_name[number]
    for month in (
        str(number),
        f"{number:02}",
        name,
        name.lower(),
        name.upper(),
        name[:3],
        f" {name} ",
    ):
        form = entered("7", month, "2015")
        assert form.is_valid(), month
        assert form.cleaned_data == {"day": date(2015, number, 7)}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("7", "Marchuary", "2015"), "Date of birth must be a real date"),
        (("7", "ma", "2015"), "Date of birth must be a real date"),
        (("March", "7", "2015"), "Date of birth must be a real date"),
        (("31", "Feb", "2015"), "Date of birth must be a real date"),
        (("7", "3", "20155"), "Date of birth must be a real date"),
        (("7", "3", "³"), "Date of birth must be a real date"),
        (("7", "3", "15"), "Date of birth must include a year of four digits"),
        (("7", "3", "0"), "Date of birth must include a year of four digits"),
        (("7", "3", "1899"), "Date of birth must be in 1900 or later"),
        (("7", "3", "0999"), "Date of birth must be in 1900 or later"),
        (("7", "", "2015"), "Date of birth must include a month"),
        (("", "", ""), "Enter the date of birth"),
    ],
)
def test_what_is_no_date_gets_one_true_message(typed: tuple[str, str, str], message: str):
    assert entered(*typed).errors == {"day": [message]}


def test_the_first_year_is_taken():
    assert entered("1", "1", "1900").is_valid()


def test_a_phone_shows_digits_and_no_browser_fills_a_date_in():
    boxes = BeautifulSoup(str(OneDate()["day"]), "html.parser").find_all("input")
    assert [(box["inputmode"], box["autocomplete"]) for box in boxes] == [("numeric", "off")] * 3
