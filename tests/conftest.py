"""Fixtures of most tests: people, and a browser in which one of them is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from assessments.catalogue import loader, timeframes
from cinfactors.accounts.models import User
from tests.people import People, make_people
from tests.timeframes import write_timeframes


@pytest.fixture
def people(db) -> People:
    return make_people()


@pytest.fixture(autouse=True)
def _april_2021_is_in_force():
    """Run on a day of the April 2021 guide, whose codes and words tests name.

    That is today, until two months before another edition is in force; from then on that day.
    """
    last_day = loader.edition("2021-04").in_force_to
    latest = last_day and last_day - timedelta(days=60)
    if latest is None or timezone.localdate() <= latest:
        yield
    else:
        with time_machine.travel(datetime.combine(latest, time(12), tzinfo=UTC)):
            yield


@pytest.fixture
def timeframes_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that replaces the timeframes: working days by the first day of referral."""
    numbers = count()

    def replace(figures: Mapping[date, int]) -> None:
        file = write_timeframes(tmp_path / f"timeframes-{next(numbers)}.toml", figures)
        monkeypatch.setattr(timeframes, "TIMEFRAMES_FILE", file)

    return replace


@pytest.fixture
def browser_of():
    """Return a function that gives a client in which a person is signed in."""

    def signed_in(person: User, **options) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return signed_in
