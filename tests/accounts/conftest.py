from __future__ import annotations

import pytest
from django.core.cache import cache

from cinfactors.accounts.models import Role, User
from tests.accounts.single_sign_on import BACK, configure_provider

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


@pytest.fixture(scope="module")
def running_provider():
    from tests.accounts import openid_provider  # slow to import, and few tests need it

    with openid_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running_provider, settings):
    """The provider, its responses unchanged, with this installation as its client."""
    running_provider.behave()
    client = running_provider.register(f"http://testserver{BACK}")
    secrets = client["client_id"], client["client_secret"]
    configure_provider(settings, running_provider.address, *secrets)
    settings.ALLOWED_HOSTS = ["testserver"]
    running_provider.add("subject-1", preferred_username="ada", name="Ada At The Provider")
    return running_provider


@pytest.fixture(autouse=True)
def _clear_attempt_counts(db):
    cache.clear()
