"""How long a session lasts, and how a person's sessions are listed and ended."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cinfactors.accounts import sessions
from cinfactors.accounts.models import Role, Session, SignInChange
from cinfactors.administration import services
from tests.pages.page import read, words

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

NINE = datetime(2025, 5, 12, 9, tzinfo=UTC)
SCRIPT = {"Sec-Fetch-Dest": "empty"}


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def is_signed_in(client: Client) -> bool:
    return client.get("/note/").status_code == 200


def seconds_left(client: Client) -> int:
    return client.get("/account/session/", headers={"Sec-Fetch-Dest": "empty"}).json()["seconds"]


def test_a_sign_in_lasts_thirty_minutes_without_use_to_the_second(client, ada, sign_in, clock):
    sign_in()
    clock.shift(30 * 60 - 1)
    assert seconds_left(client) == 1
    clock.shift(1)
    assert not is_signed_in(client)


def test_an_ended_session_stays_ended_whatever_the_cookie_says(client, ada, sign_in, clock):
    sign_in()
    cookie = client.cookies["session"].value
    clock.shift(30 * 60)
    assert client.get("/note/")["Location"] == "/account/sign-in/?next=/note/"
    assert client.cookies["session"].value == ""
    client.cookies["session"] = cookie
    assert not is_signed_in(client)


def test_use_prolongs_a_session(client, ada, sign_in, clock):
    sign_in()
    for _ in range(5):
        clock.shift(29 * 60)
        assert is_signed_in(client)


def test_a_session_lasts_twelve_hours_at_most_however_much_it_is_used(client, ada, sign_in, clock):
    sign_in()
    for _ in range(12 * 3 - 1):
        clock.shift(20 * 60)
        assert is_signed_in(client)
    clock.shift(20 * 60 - 1)
    assert seconds_left(client) == 1
    clock.shift(1)
    assert not is_signed_in(client)


def test_the_response_has_the_end_once_use_cannot_prolong_the_session(client, ada, sign_in, clock):
    sign_in()
    script = {"headers": {"Sec-Fetch-Dest": "empty"}}
    for _ in range(23):
        clock.shift(29 * 60)
        assert client.post("/account/session/", **script).json() == {
            "seconds": 30 * 60,
            "ends": None,
        }
    clock.shift(22 * 60 + 59)
    assert client.post("/account/session/", **script).json() == {"seconds": 30 * 60, "ends": None}
    clock.shift(1)
    assert client.get("/account/session/", **script).json() == {"seconds": 1799, "ends": None}
    fixed = {"seconds": 1800, "ends": "22:00"}  # twelve hours after 10:00 in summer
    assert client.post("/account/session/", **script).json() == fixed


def test_a_new_sign_in_has_twelve_hours_of_its_own(client, ada, sign_in, clock):
    sign_in()
    for _ in range(24):
        clock.shift(25 * 60)
        client.get("/note/")
    client.post("/account/sign-out/")
    sign_in()
    for _ in range(20):
        clock.shift(25 * 60)
        assert is_signed_in(client)


def test_use_is_recorded_once_a_minute_at_most(client, ada, sign_in, clock):
    sign_in()
    for seconds, written in ((59, 0), (1, 1), (59, 0), (1, 1)):
        clock.shift(seconds)
        with CaptureQueriesContext(connection) as queries:
            client.get("/note/")
        assert [q["sql"].split()[:2] for q in queries if "UPDATE" in q["sql"]] == [
            ["UPDATE", '"accounts_session"']
        ] * written
    assert seconds_left(client) == 30 * 60


def test_a_scripts_get_does_not_count_as_use(client, ada, sign_in, clock):
    sign_in()
    for _ in range(6):
        clock.shift(5 * 60 - 1)
        assert client.get("/note/", headers=SCRIPT).status_code == 200
    clock.shift(6)
    assert not is_signed_in(client)


def test_a_post_through_a_script_counts_as_use(client, ada, sign_in, clock):
    sign_in()
    clock.shift(25 * 60)
    client.post("/note/", {"note": "x"}, headers=SCRIPT)
    clock.shift(25 * 60)
    assert is_signed_in(client)


def test_staying_signed_in_is_recorded_immediately(client, ada, sign_in, clock):
    sign_in()
    clock.shift(30)
    assert seconds_left(client) == 30 * 60 - 30
    assert client.post("/account/session/").json() == {"seconds": 30 * 60, "ends": None}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_script_gets_a_fragment_after_the_sign_in_has_ended(client, ada, method):
    response = getattr(client, method)("/note/", headers=SCRIPT)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Session realm="cinfactors"'
    assert response["Cache-Control"] == "no-store"
    html = response.content.decode()
    assert "<html" not in html
    assert "You are signed out, and nothing was saved." in html
    assert 'href="/account/sign-in/"' in html


def test_a_script_gets_a_fragment_for_a_stale_csrf_token(ada, sign_in):
    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/note/", {"note": "x"}, headers=SCRIPT)
    assert response.status_code == 403
    assert "<html" not in response.content.decode()


def test_each_page_says_how_long_its_sign_in_has_left(client, ada, sign_in, clock):
    sign_in()
    clock.shift(40)
    for address in ("/account/password/", "/guidance/"):
        html = client.get(address).content.decode()
        assert re.findall(r'data-signed-in-for="(\d+)"', html) == ["1760"]
        assert 'data-session-url="/account/session/"' in html


def test_the_factor_page_says_it_too(client, clock):
    from tests.people import make_people, start

    people = make_people()
    draft = start(people.ada)
    client.force_login(people.ada)
    for seconds, left in ((0, "1800"), (50, "1750")):
        clock.shift(seconds)
        html = client.get(f"/assessments/{draft.reference}/factors/").content.decode()
        assert re.findall(r'data-signed-in-for="(\d+)"', html) == [left]


def test_so_does_each_page_of_the_admin(client, make_person, sign_in, clock):
    make_person("abe", Role.ADMINISTRATOR, is_staff=True)
    sign_in("abe")
    for address in ("/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/"):
        html = client.get(address).content.decode()
        assert re.findall(r'data-signed-in-for="(\d+)"', html) == ["1800"]
        assert html.count("pages.js") == 1


def test_no_page_before_sign_in_has_the_session_warning(client):
    html = client.get("/account/sign-in/").content.decode()
    assert "data-signed-in-for" not in html
    assert "session-warning" not in html


def test_signing_in_replaces_the_session(client, ada, sign_in):
    client.get("/account/sign-in/")
    session = client.session
    session["left"] = "by somebody"
    session.save()
    client.cookies["session"] = before = session.session_key
    sign_in()
    assert client.cookies["session"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_cookie_from_before_signing_out_admits_nobody(client, ada, sign_in):
    sign_in()
    before = client.cookies["session"].value
    client.post("/account/sign-out/")
    client.cookies["session"] = before
    assert not is_signed_in(client)


def test_the_key_of_a_session_cannot_be_guessed(client, ada, sign_in):
    sign_in()
    assert re.fullmatch(r"[a-z0-9]{32}", client.cookies["session"].value)  # 165 bits


# All sessions of a person


@pytest.fixture
def other_browsers(client, ada, ben, sign_in):
    """Ada here and on two other browsers, and Ben on one; nobody else."""
    others = [Client(headers={"User-Agent": agent}) for agent in ("Windows Edg/1 Chrome/1", "curl")]
    for browser in others:
        sign_in(client=browser)
    bens = Client()
    sign_in("ben", client=bens)
    sign_in()
    return others[0], others[1], bens


def test_a_person_sees_where_they_are_signed_in(client, other_browsers):
    page = read(client.get("/account/sessions/"))
    found = [words(each.text) for each in page.select("th[scope=row]")]
    assert sorted(found) == [
        "An unknown browser",
        "An unknown browser (this one)",
        "Edge on Windows",
    ]
    assert found[0] == "An unknown browser (this one)"


def test_the_page_contains_no_session_key(client, other_browsers):
    html = client.get("/account/sessions/").content.decode()
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in html


def test_signing_out_everywhere_else_leaves_this_browser_and_other_people(client, other_browsers):
    client.post("/account/sessions/", {"where": "elsewhere"})
    assert [is_signed_in(each) for each in (client, *other_browsers)] == [True, False, False, True]


def test_signing_out_everywhere_leaves_only_other_people(client, other_browsers):
    response = client.post("/account/sessions/", {"where": "everywhere"}, follow=True)
    assert response.redirect_chain == [("/account/sign-in/", 302)]
    assert "You are signed out everywhere" in response.content.decode()
    assert [is_signed_in(each) for each in (client, *other_browsers)] == [False, False, False, True]


def test_signing_out_everywhere_else_is_recorded(client, ada, other_browsers):
    client.post("/account/sessions/", {"where": "elsewhere"})
    change = SignInChange.objects.get()
    assert (change.person, change.by, change.what) == (ada, ada, "sessions_ended")


def test_an_administrator_signs_somebody_out_everywhere(client, ada, make_person, other_browsers):
    services.end_sessions(by=make_person("abe", Role.ADMINISTRATOR), person=ada)
    assert [is_signed_in(each) for each in (client, *other_browsers)] == [False, False, False, True]


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.DATA_OFFICER])
def test_other_roles_cannot_sign_somebody_out_everywhere(ada, make_person, role):
    with pytest.raises(PermissionDenied):
        services.end_sessions(by=make_person("oz", role), person=ada)


def test_a_new_password_ends_and_unlists_the_other_sessions(client, other_browsers):
    new = "meadow copper violin"
    fields = {"oldpassword": "harbour lantern thistle", "password1": new, "password2": new}
    client.post("/account/password/", fields)
    assert [is_signed_in(each) for each in (client, *other_browsers)] == [True, False, False, True]
    assert client.get("/account/sessions/").content.decode().count('<th scope="row"') == 1


def test_sessions_of_a_former_secret_key_are_listed_while_it_is_a_fallback(
    client, other_browsers, settings
):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    listed = sessions.active_sessions(client.get("/account/").wsgi_request.user, client.session)
    assert len(listed) == Session.objects.filter(person__username="ada").count() > 1


def test_ended_sessions_are_not_listed(client, ada, sign_in, clock):
    sign_in(client=Client())
    clock.shift(20 * 60)
    sign_in()
    clock.shift(10 * 60)
    assert client.get("/account/sessions/").content.decode().count('<th scope="row"') == 1


def test_clearsessions_deletes_ended_sessions(client, ada, sign_in, clock):
    sign_in()
    clock.shift(30 * 60 + 1)
    call_command("clearsessions")
    assert not Session.objects.exists()


def test_a_session_has_no_person_before_sign_in(client, ada, sign_in):
    session = client.session
    session["any"] = "thing"
    session.save()
    assert Session.objects.get().person is None
    client.cookies["session"] = session.session_key
    sign_in()
    assert Session.objects.get().person == ada


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
            "Gecko) Version/18.0 Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/141.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
            "like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_people_know_it(user_agent, name):
    assert sessions.browser_name(user_agent) == name


def test_the_session_cookie_ends_with_the_browser_and_is_same_site_lax():
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"  # the provider of single sign-on links back
    assert settings.CSRF_COOKIE_SAMESITE == "Lax"
