from __future__ import annotations

import pytest
from django.conf import settings

from conftest import as_role


@pytest.fixture
def accounts_file(tmp_path):
    return tmp_path / "var" / "demo-accounts.json"


@pytest.fixture(autouse=True, scope="module")
def _invented_records_are_loaded_by_the_owner(django_db_setup, django_db_blocker):
    """The application may make a record step by step alone."""
    with django_db_blocker.unblock(), as_role(settings.OWNER_ROLE):
        yield
