"""People, and a browser in which one of them is signed in: what most tests begin with."""

from __future__ import annotations

import pytest
from django.test import Client

from cinfactors.accounts.models import User
from tests.people import People, make_people


@pytest.fixture
def people(db) -> People:
    return make_people()


@pytest.fixture
def browser_of():
    """A browser in which a person is signed in; what fails in the server fails the test."""

    def signed_in(person: User, **options) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return signed_in
