from __future__ import annotations

import pytest
from django.test import Client

from assessments.models import Assessment
from cinfactors.accounts.models import User
from tests import people as make
from tests.people import People, make_people


@pytest.fixture
def people(db) -> People:
    return make_people()


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), "4B")


@pytest.fixture
def browser_of():
    """A browser in which a person is signed in; what fails in the server fails the test."""

    def signed_in(person: User, **options) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return signed_in
