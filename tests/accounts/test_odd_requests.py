"""The pages of sign-in are sent whatever can be sent: never an error, never another kept out."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
import time_machine
from django.core.cache import cache
from django.db import connections
from django.test import Client

from cinfactors.accounts.models import SignInChange
from tests.accounts.codes import add_app
from tests.accounts.passkey import add_passkey
from tests.pages.addresses import OURS
from tests.pages.expectations import ACCOUNT
from tests.pages.page import problems

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
PASSWORD = "harbour lantern thistle"
ADDRESSES = sorted(route for route in OURS if route.startswith("account/"))
ODD = [
    *("", " ", "0", "-1", "é", "ｱ", "\x00", "\ud800", "\u202e", "\r\nSet-Cookie: a=b", "%00"),
    *("a" * 100_000, "9" * 6_000, "[" * 20_000, "' OR 1=1 --", "<script>", "{{ 7 * 7 }}"),
    *("//elsewhere.example", "https://elsewhere.example/", "http://[", "javascript:alert(1)"),
]
FIELDS = [
    *("login", "password", "code", "credential", "name", "next", "where", "oldpassword"),
    *("password1", "password2", "action", "remember", "state", "error"),
]


def test_these_are_the_pages_of_sign_in():
    assert len(ADDRESSES) == 22


def nobody() -> Client:
    return Client(raise_request_exception=True)


def halfway() -> Client:
    browser = nobody()
    browser.post("/account/sign-in/", {"login": "ada", "password": PASSWORD})
    assert is_still(halfway, browser)
    return browser


def signed_in() -> Client:
    browser = nobody()
    browser.post("/account/sign-in/", {"login": "ben", "password": PASSWORD})
    assert is_still(signed_in, browser)
    return browser


ONLY_OPEN_TO = {halfway: "/account/sign-in/code/", signed_in: "/account/"}


def is_still(who: Callable[[], Client], browser: Client) -> bool:
    """Whether what was sent has ended neither the sign-in nor what was done of it."""
    return who is nobody or browser.get(ONLY_OPEN_TO[who]).status_code == 200


@pytest.fixture
def _two_people(ada, ben, settings):
    """Ada with an app and a passkey, and Ben with neither."""
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client()
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False):
        browser.post("/account/sign-in/", {"login": "ada", "password": PASSWORD})
        add_app(browser)
        add_passkey(browser)


LED_AWAY = {route for route, line in ACCOUNT.items() if line.out == "302 303"}
"""Whoever is not signed in is led away from these before a page reads what they send."""
REACHED = [route for route in ADDRESSES if route not in LED_AWAY or route == "account/"]
PLACES = [(who, route) for who in (nobody, halfway) for route in REACHED]
PLACES += [(signed_in, route) for route in ADDRESSES]


@pytest.mark.usefixtures("_two_people")
@pytest.mark.parametrize(("who", "route"), PLACES)
def test_no_page_of_sign_in_has_an_error_whatever_is_sent(route, who):
    address = "/" + re.sub(r"<int:\w+>", "1", route)
    browser = who()
    for odd in ODD:
        text = odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        cache.clear()
        answers = [
            browser.post(address, dict.fromkeys(FIELDS, text)),
            browser.get(f"{address}?next={quote(text[:3_000])}&{quote(text[:3_000])}=1"),
            browser.post(f"{address}?next={quote(text[:3_000])}", {}),
        ]
        if len(odd) < 20:
            # A page that takes one of several forms looks at which field is there.
            for name in ("password", "code", "credential"):
                answers.append(browser.post(address, {name: [text, text]}))
        for answer in answers:
            assert answer.status_code < 500, (address, odd[:20])
            assert "elsewhere" not in answer.headers.get("Location", "").partition("?")[0]
        if not is_still(who, browser):
            browser = who()


@pytest.mark.usefixtures("_two_people")
@pytest.mark.parametrize("who", [nobody, halfway, signed_in])
def test_no_broken_cookie_has_an_error(who):
    for name in ("session", "csrf", "held", "held-0123456789ab"):
        for odd in ("", "a", "." * 3_000, "a." * 1_000, "é", "\x7f", "'", "a" * 5_000):
            browser = who()
            browser.cookies[name] = odd
            for address in ("/account/sign-in/", "/account/", "/note/"):
                assert browser.get(address).status_code < 500, (name, odd[:20])
                assert browser.post(address, {"note": "a"}).status_code < 500, (name, odd[:20])


@pytest.mark.usefixtures("_two_people")
def test_odd_user_names_keep_nobody_out(sign_in):
    """Each counts by itself, however like the name of somebody it is."""
    for name in ("ada\x00", "ada\u200b", "ａｄａ", "ada'", "%", "_da", "ada" * 30_000):
        for _ in range(6):
            answer = sign_in(name, "wrong", client=Client(), REMOTE_ADDR="192.0.2.7")
            assert answer.status_code in (200, 429), name[:10]
            assert problems(answer)
        cache.clear()
    assert sign_in("ben", client=Client(), REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_nobody_elsewhere_keeps_a_person_out_of_their_sign_in_or_their_account(ada, ben):
    """Wrong passwords, codes and answers by others, all at once, while Ada signs in and works."""

    def attacks(number):
        try:
            browser = Client(REMOTE_ADDR=f"198.51.100.{number % 3}")
            browser.post("/account/sign-in/", {"login": "ada", "password": f"wrong {number}"})
            for address in ("/account/sign-in/code/", "/account/again/code/"):
                browser.post(address, {"code": "000000"})
                browser.post(address, {"credential": "{}"})
            browser.post("/account/again/password/", {"password": "wrong"})
        finally:
            connections.close_all()

    def signs_in(number):
        try:
            browser = Client(REMOTE_ADDR="192.0.2.7")
            browser.post("/account/sign-in/", {"login": "ada", "password": PASSWORD})
            return browser.get("/account/").status_code
        finally:
            connections.close_all()

    # As many as may be under way at once for one name at one address (`login_failed`): each counts
    # as a try until its password is found right.
    at_once = 5
    with ThreadPoolExecutor(8) as pool:
        attacked = [pool.submit(attacks, number) for number in range(24)]
        signed_in = [pool.submit(signs_in, number) for number in range(at_once)]
        assert [each.result() for each in signed_in] == [200] * at_once
        assert [each.result() for each in attacked] == [None] * 24
    assert not SignInChange.objects.exists()
