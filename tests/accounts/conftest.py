from __future__ import annotations

import pytest
from django.core.cache import cache

from cinfactors.accounts.models import Role, User

PASSWORD = "harbour lantern thistle"


@pytest.fixture
def make_person(db):
    def make(username="ada", role=Role.SOCIAL_WORKER, **fields):
        fields.setdefault("name", f"{username.capitalize()} Example")
        return User.objects.create_user(username, password=PASSWORD, role=role, **fields)

    return make


@pytest.fixture
def ada(make_person):
    return make_person("ada")


@pytest.fixture
def ben(make_person):
    return make_person("ben")


@pytest.fixture
def sign_in(client):
    def post(username="ada", password=PASSWORD, client=client, query="", **extra):
        return client.post(
            f"/account/sign-in/{query}", {"login": username, "password": password}, **extra
        )

    return post


@pytest.fixture(autouse=True)
def _clear_attempt_counts(db):
    cache.clear()
