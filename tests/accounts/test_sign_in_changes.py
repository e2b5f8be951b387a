"""The record of changes to how people sign in: rows are added and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from cinfactors.accounts.models import Role, SignInChange
from cinfactors.accounts.services import end_own_sessions
from cinfactors.administration import services
from tests.database.raw import change, refused, run


@pytest.fixture
def row(ada, make_person) -> SignInChange:
    services.end_sessions(by=make_person("abe", Role.ADMINISTRATOR), person=ada)
    return SignInChange.objects.get()


def test_no_column_of_a_sign_in_change_can_be_updated(row, ben):
    for changed in (
        {"what": "linked"},
        {"by_id": ben.pk},
        {"person_id": ben.pk},
        {"at": timezone.now() - timedelta(days=1)},
        {"id": row.pk + 1},
    ):
        with refused("a_sign_in_change_stays"):
            change(row, **changed)


def test_a_sign_in_change_cannot_be_deleted(row):
    with refused("a_sign_in_change_stays"):
        run("DELETE FROM accounts_signinchange WHERE id = %s", row.pk)
    with refused("a_sign_in_change_stays"):
        SignInChange.objects.all().delete()


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE accounts_signinchange",
        "ALTER TABLE accounts_signinchange DISABLE TRIGGER keep",
        "DROP FUNCTION keep_sign_in_change() CASCADE",
    ],
)
def test_the_applications_role_cannot_remove_the_trigger(row, sql):
    with pytest.raises(ProgrammingError), transaction.atomic():
        run(sql)


def test_sign_in_changes_can_be_added(row, ada):
    end_own_sessions(by=ada)
    assert SignInChange.objects.count() == 2
