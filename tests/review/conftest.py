"""Fixtures of what managers do: Mo signed in, and what Ada has sent."""

from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment
from tests import people as make
from tests.pages.conftest import ada, draft
from tests.people import People

__all__ = ["ada", "draft"]


@pytest.fixture
def mo(people: People, browser_of) -> Client:
    return browser_of(people.mo)


@pytest.fixture
def sent(people: People) -> Assessment:
    """Submitted by Ada: domestic abuse of the child, and gangs with a reason."""
    return make.submit(make.start(people.ada), "3A", "13A")
