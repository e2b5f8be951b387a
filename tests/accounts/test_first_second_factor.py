"""The first second factor in two browsers, and codes that are sent more than once."""

from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connections
from django.test import Client

from cinfactors.accounts import services
from cinfactors.accounts.models import Role
from cinfactors.accounts.second_factor.views import AddAppView
from tests.accounts import urls
from tests.accounts.codes import add_app, code, recovery_codes
from tests.accounts.passkey import ADD as ADD_PASSKEY
from tests.accounts.passkey import Passkey, add_passkey, options_of, use_passkey
from tests.accounts.test_second_factor import WRONG
from tests.pages.page import problems, words
from tests.services.at_once import while_held

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
ENTER = "/account/sign-in/code/"
ADD_APP = "/account/second-factor/app/"
INDEX = "/account/second-factor/"
CODES = "/account/second-factor/codes/"
PASSWORD = "harbour lantern thistle"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def mo(make_person):
    return make_person("mo", Role.TEAM_MANAGER, is_staff=True)


def browser_of(username="mo") -> Client:
    """A browser in which the person has entered the right password."""
    browser = Client()
    browser.post("/account/sign-in/?next=/note/", {"login": username, "password": PASSWORD})
    return browser


def secret_on(browser: Client) -> str:
    page = browser.get(ADD_APP).content.decode()
    return re.search(r'class="app-secret">([A-Z2-7 ]+)<', page)[1]


def at_once(*calls):
    """Make the calls in threads that begin together; return what each returns."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def signs_in(browser: Client, secret: str) -> bool:
    browser.post("/account/sign-in/", {"login": "mo", "password": PASSWORD})
    browser.post(ENTER, {"code": code(secret)})
    return browser.get("/note/").status_code == 200


# A code is spent by its first use, whatever that is


def test_the_code_that_set_up_an_app_does_not_sign_in(mo):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        secret = add_app(browser_of())
        another = browser_of()
        assert problems(another.post(ENTER, {"code": code(secret)})) == [WRONG]
        clock.shift(29)
        spaced = f" {code(secret)[:3]}-{code(secret)[3:]} "
        assert problems(another.post(ENTER, {"code": spaced})) == [WRONG]
        clock.shift(1)
        assert another.post(ENTER, {"code": code(secret)})["Location"] == "/note/"


def test_the_code_that_signed_in_does_not_authenticate_again(mo):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        secret = add_app(browser_of())
        clock.shift(30)
        another = browser_of()
        another.post(ENTER, {"code": code(secret)})
        again = "/account/again/code/?next=/note/"
        assert problems(another.post(again, {"code": code(secret)})) == [WRONG]
        clock.shift(30)
        assert another.post(again, {"code": code(secret)})["Location"] == "/note/"
        third = browser_of()
        assert problems(third.post(ENTER, {"code": code(secret)})) == [WRONG]


def test_one_persons_code_spends_no_other_persons(mo, make_person):
    make_person("di", Role.DATA_OFFICER)
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        secret = add_app(browser_of())
        add_app(browser_of("di"))
        keys = {row.user.username: row for row in Authenticator.objects.filter(type="totp")}
        keys["di"].data = keys["mo"].data
        keys["di"].save()
        clock.shift(30)
        assert browser_of().post(ENTER, {"code": code(secret)})["Location"] == "/note/"
        assert browser_of("di").post(ENTER, {"code": code(secret)})["Location"] == "/note/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_sent_by_several_browsers_at_once_signs_in_once(mo, kind):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        first = browser_of()
        secret = add_app(first)
        clock.shift(30)
        right = code(secret) if kind == "app" else recovery_codes(first)[0]
        browsers = [browser_of() for _ in range(4)]
        responses = at_once(*[partial(each.post, ENTER, {"code": right}) for each in browsers])
    assert sorted(each.status_code for each in responses) == [200, 200, 200, 302]


# Two browsers at the first sign-in


def test_who_begins_in_one_browser_and_finishes_in_another_gets_in(mo):
    first, second = browser_of(), browser_of()
    began = secret_on(first)
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        secret = secret_on(second)
        assert problems(second.post(ADD_APP, {"code": code(began)})) == [WRONG]
        assert second.post(ADD_APP, {"code": code(secret)})["Location"] == CODES
        assert second.get("/note/").status_code == 200
        # The first one's sign-in has ended, wherever it goes on, and the new app signs in there.
        for address in ("/note/", INDEX, ADD_APP, ADD_PASSKEY, CODES):
            assert first.get(address)["Location"].startswith("/account/sign-in/?next="), address
        sent = first.post(ADD_APP, {"code": code(began)}, follow=True)
        assert sent.redirect_chain[-1][0].startswith("/account/sign-in/?next=")
        clock.shift(30)
        assert signs_in(first, secret)
        assert second.get("/note/").status_code == 200


def test_the_address_of_setting_up_leads_on_once_it_is_set_up(mo):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        first = browser_of()
        secret = add_app(first)
        # The button pressed twice: the codes were not seen yet.
        assert first.post(ADD_APP, {"code": code(secret)})["Location"] == CODES
        assert len(recovery_codes(first)) == 10
        assert first.get(ADD_APP)["Location"] == INDEX
        clock.shift(30)
        second = Client()
        fields = {"login": "mo", "password": PASSWORD}
        second.post(f"/account/sign-in/?next={ADD_APP}", fields)
        led = second.post(ENTER, {"code": code(secret)}, follow=True)
        assert led.redirect_chain == [(ADD_APP, 302), (INDEX, 302)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kinds", [("app", "app"), ("app", "passkey"), ("passkey", "passkey")])
def test_two_browsers_that_set_one_up_at_once_leave_one_and_it_signs_in(mo, kinds):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        browsers = [browser_of() for _ in kinds]
        means = [
            secret_on(browser) if kind == "app" else Passkey()
            for kind, browser in zip(kinds, browsers, strict=True)
        ]
        posts = []
        for browser, each in zip(browsers, means, strict=True):
            if isinstance(each, str):
                posts.append(partial(browser.post, ADD_APP, {"code": code(each)}))
            else:
                answer = json.dumps(each.created(options_of(browser, ADD_PASSKEY)))
                posts.append(partial(browser.post, ADD_PASSKEY, {"credential": answer}))
        responses = at_once(*posts)
        where = sorted(each["Location"].partition("?")[0] for each in responses)
        assert where == sorted([CODES, "/account/sign-in/"])
        kept = Authenticator.objects.exclude(type="recovery_codes").get()
        won = next(n for n, each in enumerate(responses) if each["Location"] == CODES)
        assert len(recovery_codes(browsers[won])) == 10
        assert browsers[won].get("/note/").status_code == 200
        assert browsers[1 - won].get("/note/").status_code == 302
        clock.shift(30)
        if kept.type == "totp":
            assert signs_in(browsers[1 - won], means[won])
        else:
            browsers[1 - won].post("/account/sign-in/", {"login": "mo", "password": PASSWORD})
            assert use_passkey(browsers[1 - won], means[won], ENTER).status_code == 302


def test_who_comes_second_is_told_why(mo, monkeypatch):
    """The other browser has finished after this one's request was let in, and before it counts."""
    second = browser_of()
    secret = secret_on(second)
    before = services.lock_sign_in

    def meanwhile(**values):
        mo.sessions.all().delete()
        return before(**values)

    monkeypatch.setattr(services, "lock_sign_in", meanwhile)
    response = second.post(ADD_APP, {"code": code(secret)}, follow=True)
    assert response.redirect_chain == [("/account/sign-in/", 302)]
    text = words(response.content.decode())
    assert "You set up a second factor in another browser. Sign in with it" in text
    assert not Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_comes_after_another_browser_has_set_up_an_app_signs_in_with_it(mo, monkeypatch):
    """The other has finished after this one's request was let in, and before it is looked at."""
    first, second = browser_of(), browser_of()
    first_secret, second_secret = secret_on(first), secret_on(second)
    before = AddAppView.if_done
    others = [partial(first.post, ADD_APP, {"code": code(first_secret)})]

    def meanwhile(view):
        while others:
            at_once(others.pop())
        return before(view)

    monkeypatch.setattr(AddAppView, "if_done", meanwhile)
    response = second.post(ADD_APP, {"code": code(second_secret)}, follow=True)
    assert response.redirect_chain == [("/account/sign-in/", 302)]
    text = words(response.content.decode())
    assert "You set up a second factor in another browser. Sign in with it" in text
    assert Authenticator.objects.filter(type="totp").count() == 1


# Two that are removed at once

REMOVE_APP = "/account/second-factor/app/remove/"
NEEDS_ONE = "Your role needs a second factor. Add another before you take this one away"


@pytest.fixture
def app_and_passkey(mo):
    """A browser whose person has both, another of theirs, and where each is removed."""
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        first = browser_of()
        secret = add_app(first)
        add_passkey(first)
        passkey = Authenticator.objects.get(type="webauthn")
        clock.shift(30)
        second = browser_of()
        second.post(ENTER, {"code": code(secret)})
        yield first, second, [REMOVE_APP, f"/account/second-factor/passkey/{passkey.pk}/remove/"]


def same_session(browser: Client) -> Client:
    """Another tab of the browser."""
    tab = Client()
    tab.cookies.load({"session": browser.cookies["session"].value})
    return tab


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("app_first", [True, False])
def test_of_two_second_factors_removed_at_once_in_one_browser_one_stays(app_and_passkey, app_first):
    browser, _, addresses = app_and_passkey
    one, other = addresses if app_first else addresses[::-1]
    removed, refused = while_held(
        partial(browser.post, one), partial(same_session(browser).post, other)
    )
    assert removed["Location"] == INDEX
    assert problems(refused) == [NEEDS_ONE]
    left = Authenticator.objects.exclude(type="recovery_codes").get()
    assert left.type == ("webauthn" if app_first else "totp")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("app_first", [True, False])
def test_of_two_second_factors_removed_at_once_in_two_browsers_one_stays(
    app_and_passkey, app_first
):
    first, second, addresses = app_and_passkey
    one, other = addresses if app_first else addresses[::-1]
    removed, refused = while_held(partial(first.post, one), partial(second.post, other))
    assert removed["Location"] == INDEX
    assert refused["Location"] == "/account/sign-in/"
    text = words(second.get("/account/sign-in/").content.decode())
    assert "You took a second factor away in another browser. Sign in again" in text
    assert Authenticator.objects.exclude(type="recovery_codes").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_app_that_is_removed_twice_at_once_is_recorded_once(app_and_passkey, mo):
    browser = app_and_passkey[0]
    tab = same_session(browser)
    responses = while_held(partial(browser.post, REMOVE_APP), partial(tab.post, REMOVE_APP))
    assert [each["Location"] for each in responses] == [INDEX, INDEX]
    assert mo.sign_in_changes.filter(what="factor_removed").count() == 1


@pytest.mark.parametrize("kind", ["app", "passkey"])
def test_a_second_factor_taken_away_during_sign_in_leads_to_no_loop(mo, kind):
    first = browser_of()
    if kind == "app":
        add_app(first)
    else:
        add_passkey(first)
    halfway = browser_of()
    assert halfway.get(ENTER).status_code == 200
    Authenticator.objects.all().delete()
    response = halfway.get(ENTER, follow=True)
    assert (response.status_code, response.redirect_chain) == (200, [("/account/sign-in/", 302)])
    response = halfway.post(ENTER, {"code": "123456"}, follow=True)
    assert response.redirect_chain == [("/account/sign-in/", 302)]
    halfway.post("/account/sign-in/", {"login": "mo", "password": PASSWORD})
    add_app(halfway)
    assert halfway.get("/note/").status_code == 200


def test_a_session_that_is_ended_during_a_request_stays_ended_and_is_no_error(ada, sign_in, client):
    sign_in()
    urls.saved.clear()
    response = client.get("/ended-meanwhile/")
    assert (response.content, urls.saved) == (b"Done", ["done"])
    assert client.get("/note/")["Location"] == "/account/sign-in/?next=/note/"
