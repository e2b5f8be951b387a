"""Attempts to sign in are counted before any password is hashed, for all processes together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections
from django.test import Client

from tests.accounts import hashers
from tests.accounts.passkey import add_passkey, use_passkey

pytestmark = pytest.mark.urls("tests.accounts.urls")
TOO_MANY = "There were too many tries to sign in. Wait 5 minutes, then try again"


@pytest.fixture(autouse=True)
def _count_hashes(settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]


@pytest.fixture
def people(make_person, _count_hashes):
    people = make_person("ada"), make_person("ben")
    hashers.hashed.clear()
    return people


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_sixty_wrong_attempts_cost_five_hashes(people, sign_in, name):
    responses = [sign_in(name, f"wrong {n}") for n in range(60)]
    assert hashers.hashed == [f"wrong {n}" for n in range(5)]
    assert [response.status_code for response in responses] == [200] * 5 + [429] * 55


@pytest.mark.django_db
def test_the_sixth_attempt_says_how_long_to_wait(people, sign_in):
    for _ in range(5):
        sign_in("ada", "wrong")
    html = sign_in("ada", "wrong").content.decode()
    assert f'<a href="#id_login">{TOO_MANY}</a>' in html
    assert "<title>Error: Sign in – cinfactors</title>" in html


@pytest.mark.django_db
def test_the_right_password_is_rate_limited_too(people, client, sign_in):
    for _ in range(5):
        sign_in("ada", "wrong")
    assert sign_in("ada").status_code == 429
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_capitals_and_spaces_do_not_make_another_name(people, sign_in):
    for name in ("ada", "ADA", " ada", "Ada ", "aDa"):
        sign_in(name, "wrong")
    assert sign_in("adA", "wrong").status_code == 429


@pytest.mark.django_db
def test_the_same_name_from_another_address_still_signs_in(people, client, sign_in):
    for _ in range(60):
        sign_in("ada", "wrong")
    assert sign_in("ada", REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db
def test_another_name_from_the_same_address_still_signs_in(people, sign_in):
    for _ in range(60):
        sign_in("ada", "wrong")
    assert sign_in("ben").status_code == 302


@pytest.mark.django_db
def test_an_address_that_tries_many_names_is_rate_limited_and_no_other(people, sign_in):
    responses = [sign_in(f"name{n}", "wrong").status_code for n in range(60)]
    assert responses == [200] * 50 + [429] * 10
    assert len(hashers.hashed) == 50
    assert sign_in("ada", REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.django_db
def test_tries_while_the_address_is_stopped_do_not_count_against_the_name(people, sign_in):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        for number in range(50):
            sign_in(f"name{number}", "wrong")
        assert [sign_in("ada").status_code for _ in range(10)] == [429] * 10
        clock.shift(61)
        assert sign_in("ada").status_code == 302


@pytest.mark.django_db
def test_a_forged_forwarded_header_is_not_another_address(people, sign_in):
    for n in range(5):
        sign_in("ada", "wrong", headers={"X-Forwarded-For": f"192.0.2.{n}"})
    assert sign_in("ada", "wrong", headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 429


@pytest.mark.django_db
def test_refused_attempts_do_not_lengthen_the_wait(people, sign_in):
    with time_machine.travel("2025-05-12T09:00:00Z", tick=False) as clock:
        for _ in range(5):
            sign_in("ada", "wrong")
        for _ in range(4):
            clock.shift(60)
            assert sign_in("ada", "wrong").status_code == 429
        clock.shift(60)
        assert sign_in("ada").status_code == 302


@pytest.mark.django_db
def test_successful_sign_ins_are_not_counted(people, client, sign_in):
    for _ in range(8):
        assert sign_in("ada").status_code == 302
        client.post("/account/sign-out/")


@pytest.mark.django_db(transaction=True)
def test_concurrent_attempts_share_one_count(people):
    def attempt(number):
        try:
            return (
                Client()
                .post("/account/sign-in/", {"login": "ada", "password": f"wrong {number}"})
                .status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(attempt, range(32)))
    assert set(responses) == {200, 429}
    assert len(hashers.hashed) == responses.count(200) <= 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    "dual_stack", ["::ffff:{}", "64:ff9b::{}", "[::ffff:{}]:50000", "{}:50000", "{}"]
)
def test_visitors_of_ipv4_are_told_apart_behind_a_dual_stack_socket(
    people, sign_in, settings, dual_stack
):
    settings.TRUSTED_PROXIES = 1

    def forwarded(address):
        return {"X-Forwarded-For": dual_stack.format(address)}

    for _ in range(6):
        refused = sign_in("ada", "wrong", headers=forwarded("198.51.100.1"))
    assert refused.status_code == 429
    assert sign_in("ada", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 429
    assert sign_in("ada", headers=forwarded("192.0.2.7")).status_code == 302


@pytest.mark.django_db
def test_a_dual_stack_socket_without_a_proxy_counts_each_ipv4_address(people, sign_in):
    for _ in range(60):
        sign_in("ada", "wrong", REMOTE_ADDR="::ffff:198.51.100.1")
    assert sign_in("ada", REMOTE_ADDR="198.51.100.1").status_code == 429
    assert sign_in("ada", REMOTE_ADDR="::ffff:192.0.2.7").status_code == 302


@pytest.mark.django_db
def test_ipv6_counts_by_the_network_of_64_bits(people, sign_in):
    for n in range(6):
        refused = sign_in("ada", "wrong", REMOTE_ADDR=f"2001:db8:0:1::{n + 1}")
    assert refused.status_code == 429
    assert sign_in("ada", REMOTE_ADDR="2001:db8:0:2::1").status_code == 302


@pytest.mark.django_db
def test_letters_that_the_database_takes_for_one_do_not_make_another_name(make_person, sign_in):
    """A dotless i and a long s have the capitals I and S, by which names are compared."""
    make_person("iris")
    for name in ("iris", "ırıs", "irıs", "iriſ", "ırıſ"):
        sign_in(name, "wrong")
    assert sign_in("IRıſ", "wrong").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_a_person_signs_in_at_their_address_while_their_name_is_tried_from_others(people):
    def attempt(number):
        try:
            if number % 8 == 0:
                return number, sign_in_at(f"::ffff:192.0.2.{number}", "harbour lantern thistle")
            return number, sign_in_at("::ffff:198.51.100.1", f"wrong {number}")
        finally:
            connections.close_all()

    def sign_in_at(address, password):
        fields = {"login": "ada", "password": password}
        return Client().post("/account/sign-in/", fields, REMOTE_ADDR=address).status_code

    with ThreadPoolExecutor(8) as pool:
        found = dict(pool.map(attempt, range(40)))
    assert {found[number] for number in found if number % 8 == 0} == {302}
    assert {found[number] for number in found if number % 8} <= {200, 429}


@pytest.mark.django_db
def test_a_second_factor_does_not_clear_the_count_of_its_address(people, sign_in, settings):
    """Somebody who has one could otherwise try the names of all others without end."""
    settings.ALLOWED_HOSTS = ["testserver"]
    passkeys = Client()
    sign_in("ben", client=passkeys)
    passkey = add_passkey(passkeys)
    for n in range(50):
        sign_in(f"name{n}", "wrong")
    assert use_passkey(passkeys, passkey, "/account/again/passkey/").status_code == 302
    assert sign_in("one more", "wrong").status_code == 429


@pytest.mark.django_db
def test_successful_sign_ins_do_not_count_against_their_address(people, sign_in):
    for _ in range(60):
        assert sign_in("ada", client=Client()).status_code == 302
