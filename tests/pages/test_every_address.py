"""Every address of the project, asked for by each role and signed out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from assessments.models import Assessment
from cinfactors.accounts.models import Membership
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

# What GET answers: social worker (whose record it is), team manager, data officer,
# administrator, and somebody who has not signed in. A new address needs a line here.
STATUSES = {
    "": "302 302 302 302 302",
    "favicon.ico": "302 302 302 302 302",
    "authority.css": "200 200 200 200 200",
    "account/sign-in/": "302 302 302 302 200",
    "account/": "200 200 200 200 302",
    "account/sign-in/code/": "302 302 302 302 302",
    "account/session/": "200 200 200 200 302",
    "account/sessions/": "200 200 200 200 302",
    "account/again/password/": "200 200 200 200 302",
    "account/again/code/": "302 302 302 302 302",
    "account/again/passkey/": "302 302 302 302 302",
    "account/second-factor/": "200 200 200 200 302",
    "account/second-factor/app/": "302 302 302 302 302",
    "account/second-factor/app/remove/": "404 404 404 404 302",
    "account/second-factor/passkey/": "302 302 302 302 302",
    "account/second-factor/passkey/<int:pk>/remove/": "302 302 302 302 302",
    "account/second-factor/codes/": "404 404 404 404 302",
    "account/second-factor/codes/new/": "302 302 302 302 302",
    "account/single-sign-on/": "404 404 404 404 404",
    "account/single-sign-on/back/": "404 404 404 404 404",
    "account/sign-out/": "200 200 200 200 302",
    "account/inactive/": "200 200 200 200 200",
    "account/password/": "200 200 200 200 302",
    "assessments/": "200 200 200 200 302",
    "assessments/start/": "200 404 404 404 302",
    "assessments/start/new/": "200 404 404 404 302",
    "assessments/start/<uuid:reference>/": "200 404 404 404 302",
    "assessments/<uuid:reference>/": "200 200 200 404 302",
    "assessments/<uuid:reference>/history/": "200 200 200 404 302",
    "assessments/<uuid:reference>/factors/": "200 404 404 404 302",
    "assessments/<uuid:reference>/check/": "200 404 404 404 302",
    "assessments/<uuid:reference>/submitted/": "302 404 404 404 302",
    "assessments/<uuid:reference>/withdraw/": "405 405 405 405 302",
    "assessments/<uuid:reference>/cancel/": "200 404 404 404 302",
    "assessments/<uuid:reference>/reassign/": "404 200 404 404 302",
    "assessments/<uuid:reference>/restrict/": "404 200 404 404 302",
    "assessments/<uuid:reference>/lift/": "405 405 405 405 302",
    "reassign/": "404 200 404 404 302",
    "reading/": "404 404 200 404 302",
    "guidance/": "200 200 200 200 302",
    "guidance/<str:code>/": "200 200 200 200 302",
}
ROLES = ["social_worker", "team_manager", "data_officer", "administrator", "signed out"]


def routes() -> Iterator[str]:
    def walk(patterns, before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route
            else:
                yield from walk(pattern.url_patterns, route)

    yield from dict.fromkeys(walk(get_resolver().url_patterns, ""))


OURS = [route for route in routes() if not route.startswith("admin/")]
ADMIN = [route for route in routes() if route.startswith("admin/")]
ACCOUNT = {"admin/logout/", "admin/password_change/"}
"""Everybody's own, which the admin only leads to."""


def address_of(route: str, assessment: Assessment) -> str:
    child = assessment.episode.child
    reference = child.reference if "start/" in route else assessment.reference
    if re.match(r"admin/\w+/\w+/<", route):
        model = re.match(r"admin/\w+/(\w+)/", route)[1]
        reference = {
            "user": assessment.worker_id,
            "team": assessment.team_id,
            "membership": Membership.objects.first().pk,
            "assessment": assessment.reference,
            "child": child.reference,
            "episode": assessment.episode.reference,
        }[model]
    route = route.replace("^(?P<app_label>accounts|assessments)/$", "assessments/")
    route = route.replace("(?P<url>.*)$", "nothing/")
    route = route.replace("<path:content_type_id>/<path:object_id>", "1/1").replace(
        "<str:code>", "4B"
    )
    return "/" + re.sub(r"<\w+:\w+>", str(reference), route.replace("<int:pk>", "1"))


@pytest.fixture
def browsers(people: People, browser_of) -> dict[str, Client]:
    by_role = people.by_role()
    signed_in = {role: browser_of(by_role[role]) for role in ROLES[:-1]}
    return signed_in | {"signed out": Client()}


def test_every_address_has_its_line():
    assert set(OURS) == STATUSES.keys()


@pytest.mark.parametrize("route", OURS)
def test_each_role_gets_what_it_should_and_nothing_is_changed(
    people: People, browsers: dict[str, Client], route: str
):
    address = address_of(route, make.start(people.ada))
    found = {}
    for role, client in browsers.items():
        with unchanged():
            response = client.get(address)
            head = client.head(address)
        assert head.status_code == response.status_code
        assert head.content == b""
        found[role] = response.status_code
        if route == "favicon.ico":
            continue
        if role == "signed out" and response.status_code == 302:
            assert response["Location"].startswith("/account/sign-in/")
        if role != "signed out" and response["Content-Type"].startswith("text/html"):
            assert "no-store" in response["Cache-Control"]
    expected = dict(zip(ROLES, map(int, STATUSES[route].split()), strict=True))
    assert found == expected


# The admin: who comes in at all is one rule for all its addresses.

CHILDREN = ("assessment", "child", "episode")
PEOPLE = ("user", "team", "membership")


@pytest.mark.parametrize("route", ADMIN)
def test_the_admin_keeps_people_and_children_apart(
    people: People, browsers: dict[str, Client], route: str
):
    """A manager reads records and no people's accounts; an administrator the other way round.

    Who has no desk in the admin is shown no page of it.
    """
    address = address_of(route, make.start(people.ada))
    model = re.match(r"admin/\w+/(\w+)/", route)
    forbidden = {
        "team_manager": model is not None and model[1] in PEOPLE,
        "administrator": model is not None and model[1] in CHILDREN,
        "social_worker": True,
        "data_officer": True,
        "signed out": True,
    }
    for role, client in browsers.items():
        with unchanged():
            response = client.get(address)
        assert response.status_code < 500, role
        if forbidden[role] and route not in ACCOUNT:
            assert response.status_code in (301, 302, 403, 404), role
        page = response.content.decode(errors="replace")
        if role != "team_manager":
            assert "EX1001" not in page, role
            assert "Sample" not in page, role


def test_a_manager_finds_nothing_of_another_team_in_the_admin(people: People, browser_of):
    assessment = make.start(people.ada)
    nia = browser_of(people.nia)
    for route in ADMIN:
        response = nia.get(address_of(route, assessment))
        assert response.status_code < 500
        assert "EX1001" not in response.content.decode(errors="replace")


def test_no_title_names_a_child(people: People, browsers: dict[str, Client]):
    """A title stays in the history of the browser."""
    assessment = make.start(people.ada)
    for route in routes():
        page = browsers["team_manager"].get(address_of(route, assessment)).content.decode()
        for title in re.findall(r"<title>(.*?)</title>", page, re.DOTALL):
            assert "EX1001" not in title, route
            assert "Sample" not in title, route


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("team_manager", "assessments/assessment/?status__exact=%00"),
        ("team_manager", "assessments/assessment/?start_date__year=99999999999"),
        ("team_manager", "assessments/assessment/?codes__contains=4B"),
        ("team_manager", "assessments/assessment/?version__range=1"),
        ("team_manager", "assessments/child/?given_name__regex=("),
        ("team_manager", "assessments/child/?birth_date__year=-1"),
        ("administrator", "accounts/user/?role__exact=%00"),
        ("administrator", "accounts/team/?name__regex=("),
    ],
)
def test_the_admin_goes_back_to_the_whole_list_from_a_filter_that_cannot_be(
    browsers: dict[str, Client], role: str, address: str
):
    response = browsers[role].get(f"/admin/{address}")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/admin/{address.partition('?')[0]}?e=1",
    )
    assert browsers[role].get(response["Location"]).status_code == 200
