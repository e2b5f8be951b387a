"""Fixtures of most tests: people, and a browser in which one of them is signed in."""

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
    """Return a function that gives a client in which a person is signed in."""

    def signed_in(person: User, **options) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return signed_in
