"""Every address, as everybody, on their own, their team's, another team's and restricted records.

What each gets is in `expectations`. Forbidden looks like absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment
from tests import people as make
from tests.pages.addresses import address_of, is_of_a_record, routes
from tests.pages.expectations import ADMIN_USERS, LINES, WHO, Line
from tests.people import People
from tests.snapshot import everything

SIGNED_OUT = ("deactivated", "nobody")
NAMED = {"worker", "stranger", "manager"}
"""Who is named for the restricted record; the stranger's team keeps them from it still."""
MAY_READ = {
    "EX1001": {"worker", "colleague", "manager", "officer"},
    "EX1002": {"worker", "manager"},
}
MAY_SHOW_MORE = {
    # A social worker of any team is shown a child who has been referred to them.
    ("assessments/start/<uuid:reference>/", "stranger"),
    # Who was refused a restricted record, and of which child, is for data officers to look into.
    ("reading/", "officer"),
}


@dataclass(frozen=True)
class World:
    people: dict[str, object]
    ordinary: Assessment
    restricted: Assessment

    def browser_of(self, who: str) -> Client:
        client = Client()
        if who in self.people:
            client.force_login(self.people[who])
        if who == "deactivated":
            self.people[who].is_active = False
            self.people[who].save()
        return client


@pytest.fixture
def world(people: People) -> World:
    zoe = make.make_person("Zoe Away", people.north)
    restricted = make.start(people.ada, "EX1002")
    return World(
        dict(
            zip(
                (*WHO, "deactivated"),
                (
                    people.ada,
                    people.ben,
                    people.cleo,
                    people.mo,
                    people.nia,
                    people.dee,
                    people.abe,
                    zoe,
                ),
                strict=True,
            )
        ),
        make.start(people.ada, "EX1001"),
        make.restrict(restricted, people.mo, people.cleo, zoe),
    )


@dataclass(frozen=True)
class Exchange:
    """One request: its response, and how many queries it took, but for those of the session.

    That a session goes on is noted by the clock, whatever is asked for.
    """

    response: HttpResponse
    queries: int

    @property
    def looks(self) -> tuple:
        """All that its reader could tell it by, but for what every answer has of its own."""
        page = self.response.getvalue().decode(errors="replace")
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        page = re.sub(r'data-signed-in-for="\d+"', "", page)
        page = re.sub(r"\d\d:\d\d", "now", page)
        page = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "reference", page)
        headers = dict(self.response.items())
        for of_every_answer in ("X-Request-ID", "Expires"):
            headers.pop(of_every_answer, None)
        location = headers.pop("Location", "")
        led_to = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "reference", location)
        return self.response.status_code, headers, led_to, page


def difference(exchange: Exchange, absent: Exchange) -> Iterator[str]:
    """The lines in which two answers differ."""
    for one, other in zip(exchange.looks, absent.looks, strict=True):
        yield from unified_diff(str(one).splitlines(), str(other).splitlines(), lineterm="", n=0)


def request_page(client: Client, method: str, address: str, *, keep: bool) -> Exchange:
    """Make a request, and roll back what it did, unless it is to be seen that it did nothing."""
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(address)
        transaction.set_rollback(not keep)
    client.cookies.clear()
    client.cookies.load(cookies)
    of_the_session = re.compile("accounts_session|SAVEPOINT")
    return Exchange(response, sum(not of_the_session.search(each["sql"]) for each in queries))


def test_every_address_has_its_line():
    assert set(routes()) == LINES.keys()


def expected(line: Line, method: str, who: str, kind: str) -> int:
    if who in SIGNED_OUT:
        return line.answer_signed_out(method)
    there = kind == "ordinary" or (kind == "restricted" and who in NAMED)
    return line.answer(method, who, there=there)


def walk(world: World, who: str) -> Iterator[tuple[str, str, Assessment | None]]:
    """Each address with each record that it can be of, what is absent first.

    Whoever is shown the way out before anything is looked for is shown it once.
    """
    for route in LINES:
        comes_in = who in (ADMIN_USERS if route.startswith("admin/") else WHO)
        if is_of_a_record(route) and comes_in:
            yield route, "absent", None
            yield route, "restricted", world.restricted
        yield route, "ordinary", world.ordinary


@pytest.mark.parametrize("who", [*WHO, *SIGNED_OUT])
def test_everybody_gets_what_the_table_says_at_every_address(world: World, who: str):
    client = world.browser_of(who)
    somebody = world.people["colleague"].pk
    before = everything("accounts_session")
    wrong, leaks = {}, []
    for method in ("get", "post"):
        absent = {}
        for route, kind, assessment in walk(world, who):
            answer = expected(LINES[route], method, who, kind)
            refused = method == "get" or answer in (403, 404, 405) or who in SIGNED_OUT
            exchange = request_page(
                client, method, address_of(route, assessment, somebody), keep=refused
            )
            response = exchange.response
            if response.status_code != answer:
                wrong[f"{method} {route} {kind}"] = (response.status_code, answer)
            page = response.getvalue().decode(errors="replace")
            leaks += [
                (method, route, la_child_id)
                for la_child_id, readers in MAY_READ.items()
                if la_child_id in page and who not in readers and (route, who) not in MAY_SHOW_MORE
            ]
            for title in re.findall(r"<title>(.*?)</title>", page, re.DOTALL):
                # It stays in the history of the browser.
                assert not re.search("EX100|Sample", title), route
            if who in SIGNED_OUT:
                if response.status_code in (302, 303):
                    assert response["Location"].startswith("/"), route
                continue
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                assert "no-store" in response["Cache-Control"], route
            if kind == "absent":
                absent[route] = exchange
            elif route in absent and answer == expected(LINES[route], method, who, "absent"):
                assert not list(difference(exchange, absent[route])), (method, route)
                assert abs(exchange.queries - absent[route].queries) <= 2, (method, route)
    assert wrong == {}
    assert leaks == []
    assert everything("accounts_session") == before


@pytest.mark.parametrize("who", [who for who in WHO if who != "administrator"])
def test_a_search_tells_nobody_of_a_child_whom_they_may_not_see(world: World, who: str):
    client = world.browser_of(who)
    for la_child_id, readers in MAY_READ.items():
        response = client.post("/assessments/?whose=team", {"words": la_child_id}, follow=True)
        listed = response.context["page"].object_list
        found = [each.episode.child.la_child_id for each in listed]
        assert found == ([la_child_id] if who in readers else [])


@pytest.mark.parametrize("who", ["worker", "manager"])
def test_head_is_answered_like_get(world: World, who: str):
    client = world.browser_of(who)
    # Django's own sign-in leads those away who are signed in and ask for the page, and no others.
    for route in LINES.keys() - {"admin/login/"}:
        address = address_of(route, world.ordinary, world.people["colleague"].pk)
        head = request_page(client, "head", address, keep=True).response
        assert head.status_code == LINES[route].answer("get", who, there=True), route
        assert head.content == b"", route


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
    people: People, browser_of, role: str, address: str
):
    client = browser_of(people.by_role()[role])
    response = client.get(f"/admin/{address}")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/admin/{address.partition('?')[0]}?e=1",
    )
    assert client.get(response["Location"]).status_code == 200
