"""Every search is rate limited: found by posting a child's id to every form that takes text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib import admin
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from assessments.models import Assessment
from cinfactors.accounts.models import User
from cinfactors.web.rate_limits import MARK
from tests import people as make
from tests.pages.addresses import address_of, routes
from tests.people import People

CHILD_ID = "ZQX7000"


def browser(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def typed_fields(form: Tag) -> list[Tag]:
    """The fields of a form in which a person types."""
    texts = [
        field for field in form.select("input") if field.get("type", "text") in ("text", "search")
    ]
    return [field for field in (*texts, *form.select("textarea")) if field.get("name")]


def filled_with_the_childs_id(form: Tag) -> dict[str, str]:
    """The form with a choice made wherever there is one, a real day, and else the child's id.

    A form that refuses what was typed looks for nobody.
    """
    day = make.a_referral().referral_date
    parts = {"_0": str(day.day), "_1": str(day.month), "_2": str(day.year)}
    chosen = form.select("input[type=hidden], input[type=radio], button[name], option[value]")
    fields = {}
    for field in chosen:
        named = field.find_parent("select") if field.name == "option" else field
        fields[named["name"]] = field.get("value", "")
    for field in typed_fields(form):
        # A date of birth and an expected one exclude each other.
        if not field["name"].startswith("expected_"):
            fields[field["name"]] = parts.get(field["name"][-2:], CHILD_ID)
    return fields


def forms_of(client: Client, addresses: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each form with a text field is posted to, and what it sends; each once."""
    seen = set()
    for address in addresses:
        page = client.get(address)
        if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
            continue
        for form in BeautifulSoup(page.content, "html.parser").select("form[method=post i]"):
            target = urljoin(address, str(form.get("action") or address))
            fields = filled_with_the_childs_id(form)
            if typed_fields(form) and (target, *fields) not in seen:
                seen.add((target, *fields))
                yield target, fields


def looks_for_the_child(person: User, address: str, fields: dict[str, str]) -> bool:
    """Whether the post, or the page that it leads to, selects children by the id typed."""
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        client = browser(person)
        client.post(address, fields, follow=True)
        transaction.set_rollback(True)
    return any(
        query["sql"].startswith("SELECT")
        and "assessments_child" in query["sql"]
        and CHILD_ID.lower() in query["sql"].lower()
        for query in queries.captured_queries
    )


def view_at(address: str) -> Callable:
    return resolve(address.partition("?")[0]).func


def is_rate_limited(view: Callable) -> bool:
    return getattr(view, MARK, False)


@pytest.fixture
def assessments(people: People) -> list[Assessment]:
    """One of each state that has forms of its own; the first is the child's who is looked for."""
    cache.clear()
    return [
        make.record(make.start(people.ada, CHILD_ID), "4B"),
        make.submit(make.start(people.ada, "EX7001")),
        make.authorise(make.submit(make.start(people.ada, "EX7002")), people.mo),
    ]


def test_every_view_that_looks_for_a_child_by_what_was_typed_is_rate_limited(
    people: People, assessments: list[Assessment]
):
    addresses = [
        address_of(route, assessment, people.ada.pk)
        for route in routes()
        for assessment in (assessments if "<" in route else assessments[:1])
    ]
    searches = {
        target.partition("?")[0]
        for person in (people.ada, people.mo, people.dee, people.abe)
        for target, fields in forms_of(browser(person), addresses)
        if looks_for_the_child(person, target, fields)
    }
    assert {address for address in searches if not is_rate_limited(view_at(address))} == set()
    # It finds what there is: every rate-limited view but the lists of people and teams.
    limited = {
        address
        for address in addresses
        if is_rate_limited(view_at(address)) and not address.startswith("/admin/accounts/")
    }
    assert searches == limited


def test_every_list_of_the_admin_that_searches_is_rate_limited():
    searching = [model for model, listed in admin.site._registry.items() if listed.search_fields]
    assert searching
    for model in searching:
        app, name = model._meta.app_label, model._meta.model_name
        assert is_rate_limited(view_at(reverse(f"admin:{app}_{name}_changelist"))), model
