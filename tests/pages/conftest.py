"""A social worker's browser, and an assessment of hers with one factor recorded."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment
from tests import people as make
from tests.people import People


@pytest.fixture
def ada(people: People, browser_of) -> Client:
    return browser_of(people.ada)


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), "4B")
