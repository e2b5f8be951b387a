"""Entries have the person, address and request of a change, or none outside a request."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Assessment
from cinfactors.accounts.models import Membership, Team, User
from cinfactors.audit.models import Change
from cinfactors.audit.services import AuditContext
from tests import people as make
from tests.audit.entries import changes, newest_change
from tests.people import People

ADDRESS = "192.0.2.7"


def save_factors(client, assessment: Assessment, *codes: str):
    version = Assessment.objects.get(pk=assessment.pk).version
    sent = {"codes": codes, "version": version, "key": uuid.uuid4(), "next": "later"}
    response = client.post(reverse("factors", args=[assessment.reference]), sent)
    assert response.status_code == 302
    return response


def facts(change: Change) -> tuple[int | None, str | None, str]:
    return change.actor_id, change.address, change.request_id


def test_an_entry_has_the_person_address_and_request(people: People, browser_of):
    assessment, since = make.start(people.ada), newest_change()
    response = save_factors(browser_of(people.ada, REMOTE_ADDR=ADDRESS), assessment, "4B")
    [saved] = changes(since, table_name="assessments_assessment")
    assert facts(saved) == (people.ada.pk, ADDRESS, response["X-Request-ID"])
    assert (saved.old["codes"], saved.new["codes"]) == ([], ["4B"])
    assert saved.new["version"] == saved.old["version"] + 1
    assert saved.database_user == "cinfactors_app"


def test_every_entry_of_a_request_has_its_audit_context_whatever_was_rolled_back_in_it(
    people: People, rf: RequestFactory
):
    """A savepoint that is rolled back takes the settings of its own part with it."""
    request = rf.post("/", REMOTE_ADDR=ADDRESS)
    request.user, request.id = people.ada, "a-request"
    since = newest_change()
    with connection.execute_wrapper(AuditContext(request)):
        with transaction.atomic():
            Team.objects.create(name="Lost")
            transaction.set_rollback(True)
        Team.objects.create(name="Kept")
        Team.objects.bulk_create([Team(name="One"), Team(name="Two")])
        Team.objects.filter(name="One").update(active=False)
        Team.objects.filter(name="Two").delete()
    found = changes(since, table_name="accounts_team")
    assert [(one.operation, (one.new or one.old)["name"]) for one in found] == [
        ("insert", "Kept"),
        ("insert", "One"),
        ("insert", "Two"),
        ("update", "One"),
        ("delete", "Two"),
    ]
    assert {facts(one) for one in found} == {(people.ada.pk, ADDRESS, "a-request")}


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_request_is_left_on_the_connection_for_the_next(browser_of):
    people = make.make_people()
    mine, theirs = make.start(people.ada), make.start(people.ben, "EX1002")
    ada, ben = browser_of(people.ada, REMOTE_ADDR=ADDRESS), browser_of(people.ben)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = cursor.fetchone()
        since = newest_change()
        save_factors(ada, mine, "4B")
        Team.objects.create(name="From a shell")
        save_factors(ben, theirs, "4B")
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == session
    by_table = [
        (one.table_name, one.actor_id, one.address)
        for one in changes(since)
        if one.table_name in ("assessments_assessment", "accounts_team")
    ]
    assert by_table == [
        ("assessments_assessment", people.ada.pk, ADDRESS),
        ("accounts_team", None, None),
        ("assessments_assessment", people.ben.pk, "127.0.0.1"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_write_outside_a_transaction_has_the_audit_context_too(rf: RequestFactory):
    person = make.make_person("Ada Winter")
    request = rf.post("/", REMOTE_ADDR=ADDRESS)
    request.user, request.id = person, "a-request"
    assert not connection.in_atomic_block
    with connection.execute_wrapper(AuditContext(request)):
        Team.objects.filter(pk=-1).update(active=False)
        Team.objects.bulk_create([Team(name="North")])
    [made] = changes(table_name="accounts_team")
    assert facts(made) == (person.pk, ADDRESS, "a-request")


def test_outside_a_request_only_the_database_user_and_the_program_are_recorded(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL application_name = 'manage.py shell'")
    make.make_team("North")
    [made] = changes(table_name="accounts_team")
    assert facts(made) == (None, None, "")
    assert (made.database_user, made.program) == ("cinfactors_app", "manage.py shell")


def test_a_sign_in_is_recorded_under_its_person(people: People, client):
    since = newest_change()
    client.post(reverse("account_login"), {"login": "ada", "password": make.PASSWORD})
    [signed_in] = changes(since, table_name="accounts_user")
    assert signed_in.actor_id == people.ada.pk
    assert signed_in.new["last_login"] is not None


def test_a_password_is_never_in_the_history_and_its_change_is(people: People):
    since = newest_change()
    people.ada.set_password("another harbour lantern")
    people.ada.save()
    User.objects.filter(pk=people.ada.pk).update(density="key_points")
    first, second = changes(since, table_name="accounts_user")
    assert (first.withheld, second.withheld) == (["password"], [])
    kept = str([(one.old, one.new) for one in Change.objects.filter(table_name="accounts_user")])
    for person in get_user_model().objects.all():
        assert person.password not in kept
    assert "'password'" not in kept


def test_a_missing_client_address_is_recorded_as_none(people: People, browser_of):
    assessment, since = make.start(people.ada), newest_change()
    save_factors(browser_of(people.ada, REMOTE_ADDR=""), assessment, "4B")
    [saved] = changes(since, table_name="assessments_assessment")
    assert (saved.actor_id, saved.address) == (people.ada.pk, None)


def test_cascading_deletions_are_entries(people: People):
    person = make.make_person("Lee Moor", people.north)
    key, person_key = Membership.objects.get(user=person).pk, person.pk
    since = newest_change()
    person.delete()
    assert [(one.table_name, one.row_key, one.operation) for one in changes(since)] == [
        ("accounts_membership", key, "delete"),
        ("accounts_user", person_key, "delete"),
    ]


def test_the_audit_context_is_set_once_by_a_request_that_writes_and_not_by_one_that_reads(
    people: People, browser_of
):
    assessment, ada = make.start(people.ada), browser_of(people.ada)

    def times_set(during) -> int:
        with CaptureQueriesContext(connection) as captured:
            during()
        return sum("set_config('cinfactors.actor'" in one["sql"] for one in captured)

    assert times_set(lambda: ada.get(reverse("guidance"))) == 0
    assert times_set(lambda: save_factors(ada, assessment, "4B")) == 1
