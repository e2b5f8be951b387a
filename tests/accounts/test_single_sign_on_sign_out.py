"""Signing out here signs out at the provider too, or has it ask again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from time import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client

from cinfactors.accounts.models import Role, Session
from cinfactors.accounts.single_sign_on import configuration as published
from cinfactors.accounts.single_sign_on import exchange
from tests.accounts.codes import add_app
from tests.accounts.openid_provider import silent, stalling
from tests.accounts.single_sign_on import (
    FAILED,
    LINK,
    START,
    is_signed_in,
    path_of,
    provider_address,
    refusal,
    sign_in_through,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

DISCOVERY = "/.well-known/openid-configuration"
SIGN_OUT, SESSIONS = "/account/sign-out/", "/account/sessions/"


@pytest.fixture
def without_end(provider):
    """The provider, without an address to sign out at."""
    provider.change_discovery = lambda config: {
        key: value for key, value in config.items() if key != "end_session_endpoint"
    }
    return provider


def led_to(response) -> str:
    """Return where the page leads by itself."""
    assert response.status_code == 200
    return re.fullmatch(r"0; url=(.*)", response["Refresh"])[1]


@pytest.mark.parametrize(
    ("address", "fields"),
    [(SIGN_OUT, {}), ("/admin/logout/", {}), (SESSIONS, {"where": "everywhere"})],
)
def test_signing_out_leads_to_the_providers_sign_out(client, provider, ada, address, fields):
    sign_in_through(client, provider)
    response = client.post(address, fields)
    target = urlsplit(led_to(response))
    assert f"{target.scheme}://{target.netloc}{target.path}" == (
        f"{provider.address}/oauth2/end_session"
    )
    assert set(parse_qs(target.query)) == {"client_id", "post_logout_redirect_uri"}
    assert parse_qs(target.query)["post_logout_redirect_uri"] == [
        "http://testserver/account/sign-in/"
    ]
    html = response.content.decode()
    assert "You are signed out of cinfactors" in html
    assert "Sign out of your work account" in html
    assert not is_signed_in(client)
    assert not Session.objects.filter(person=ada).exists()


def test_the_page_clears_what_the_browser_stored(client, provider, ada):
    sign_in_through(client, provider)
    assert client.post(SIGN_OUT)["Clear-Site-Data"] == '"cache", "storage"'


def test_no_token_of_the_provider_is_kept(client, provider, ada):
    tokens = []
    provider.change_token = lambda token: tokens.append(token) or token
    sign_in_through(client, provider)
    stored = str(dict(client.session.items()))
    page = client.post(SIGN_OUT)
    for part in tokens[0].split("."):
        assert part not in stored
        assert part not in page["Refresh"]


def test_the_providers_sign_out_keeps_a_query_of_its_own(client, provider, ada):
    provider.change_discovery = lambda config: (
        config | {"end_session_endpoint": config["end_session_endpoint"] + "?policy=b2c"}
    )
    sign_in_through(client, provider)
    assert "/oauth2/end_session?policy=b2c&client_id=" in led_to(client.post(SIGN_OUT))


@pytest.mark.parametrize("value", [None, 7, "", "http://", "javascript:alert(1)", "/end", ["x"]])
def test_without_an_address_to_sign_out_at_signing_out_ends_here(client, provider, ada, value):
    provider.change_discovery = lambda config: config | {"end_session_endpoint": value}
    sign_in_through(client, provider)
    assert client.post(SIGN_OUT)["Location"] == "/account/sign-in/"
    assert not is_signed_in(client)


def test_the_next_single_sign_on_asks_again_and_later_ones_do_not(client, without_end, ada):
    assert "prompt" not in provider_address(client)
    sign_in_through(client, without_end)
    client.post(SIGN_OUT)
    assert "prompt=login" in provider_address(client)
    assert "prompt=login" in provider_address(client), "until somebody has signed in"
    sign_in_through(client, without_end)
    assert is_signed_in(client)
    client.cookies.pop("session")
    assert "prompt" not in provider_address(client)


def test_it_asks_again_after_the_providers_sign_out_too(client, provider, ada):
    """Somebody may stop there."""
    sign_in_through(client, provider)
    client.post(SIGN_OUT)
    assert "prompt=login" in provider_address(client)


def test_cancelling_does_not_end_that_it_asks_again(client, without_end, ada):
    sign_in_through(client, without_end)
    client.post(SIGN_OUT)
    sign_in_through(client, without_end, None)
    assert "prompt=login" in provider_address(client)


def test_what_the_browser_keeps_of_it_is_about_nobody(client, provider, ada):
    sign_in_through(client, provider)
    cookie = client.post(SIGN_OUT).cookies["ask-again"]
    assert cookie.value == "1"
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


def test_signing_out_of_a_password_session_stays_here(client, provider, ada, sign_in):
    sign_in()
    response = client.post(SIGN_OUT)
    assert response["Location"] == "/account/sign-in/"
    assert "ask-again" not in client.cookies
    assert DISCOVERY not in provider.requested


def test_signing_out_elsewhere_stays_here(client, provider, ada):
    sign_in_through(client, provider)
    assert client.post(SESSIONS)["Location"] == SESSIONS
    assert is_signed_in(client)


def test_it_is_the_same_after_our_second_factor(client, provider, make_person, settings):
    settings.SECOND_FACTOR_REQUIRED, settings.OIDC_BRINGS_SECOND_FACTOR = True, "off"
    make_person("mo", Role.TEAM_MANAGER)
    provider.add("subject-3", preferred_username="mo")
    sign_in_through(client, provider, "subject-3")
    add_app(client)
    assert led_to(client.post(SIGN_OUT)).startswith(provider.address)


def test_it_is_the_same_for_an_administrator_who_has_linked_their_account(
    client, provider, make_person, sign_in
):
    make_person("ivy", Role.ADMINISTRATOR)
    provider.add("subject-7", preferred_username="ivy")
    sign_in("ivy")
    sign_in_through(client, provider, "subject-7", start=LINK)
    assert led_to(client.post(SIGN_OUT)).startswith(provider.address)


def test_nobody_waits_long_to_sign_out(client, provider, ada, monkeypatch):
    """A person is signed out here whatever the provider does."""
    sign_in_through(client, provider)
    published.forget()
    monkeypatch.setattr(exchange, "SECONDS", 0.5)
    with stalling(silent) as address:
        monkeypatch.setattr(exchange.Exchange, "ask", _asking_at(exchange.Exchange.ask, address))
        assert client.post(SIGN_OUT)["Location"] == "/account/sign-in/"
    assert not is_signed_in(client)
    assert client.cookies["ask-again"].value == "1"


def _asking_at(ask, address: str):
    return lambda self, _, **values: ask(self, address, **values)


def test_without_a_provider_signing_out_stays_here(client, provider, ada, settings):
    sign_in_through(client, provider)
    settings.OIDC_ISSUER = ""
    assert client.post(SIGN_OUT)["Location"] == "/account/sign-in/"


def test_the_provider_accepts_the_way_there(client, provider, ada):
    sign_in_through(client, provider)
    response = requests.get(led_to(client.post(SIGN_OUT)), timeout=5)
    assert response.status_code == 200


def test_another_person_on_the_same_device_is_asked(client, provider, ada, ben):
    """The whole of it: without the sign-out, the button would have signed ada in."""
    provider.add("subject-2", preferred_username="ben")
    sign_in_through(client, provider)
    client.post(SIGN_OUT)
    address = provider_address(client, start=START)
    assert "prompt=login" in address
    client.get(path_of(provider.sign_in(address, "subject-2")))
    assert Session.objects.get().person == ben
    assert not is_signed_in(Client())


# A page whose session has ended by time


@pytest.mark.parametrize("address", [SIGN_OUT, "/admin/logout/"])
@pytest.mark.parametrize("browser_has", ["a session that ended", "no session"])
def test_signing_out_after_the_session_ended_leads_to_the_provider_too(
    client, provider, ada, address, browser_has
):
    sign_in_through(client, provider)
    if browser_has == "no session":
        client.cookies.pop("session")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        assert led_to(client.post(address)).startswith(f"{provider.address}/oauth2/end_session")
        assert "prompt=login" in provider_address(client)


def test_after_the_session_ended_it_asks_again_without_the_providers_sign_out(
    client, without_end, ada
):
    sign_in_through(client, without_end)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        assert client.post(SIGN_OUT)["Location"] == "/account/sign-in/"
        assert "prompt=login" in provider_address(client)


def test_without_a_provider_signing_out_after_the_session_ended_stays_here(client, ada):
    assert client.post(SIGN_OUT)["Location"] == "/account/sign-in/"
    assert "ask-again" not in client.cookies


# That it has asked again is checked


def without_asking(address: str) -> str:
    """Return the address at the provider as somebody changes it who is not to be asked."""
    kept = [part for part in address.split("&") if part not in {"prompt=login", "max_age=0"}]
    assert len(kept) == len(address.split("&")) - 2
    return "&".join(kept)


@pytest.fixture
def signed_out(client, provider, ada) -> Client:
    """A browser in which ada has signed out, and whom its provider remembers all the same."""
    sign_in_through(client, provider)
    client.post(SIGN_OUT)
    provider.remembered_since = int(time()) - 300
    return client


def test_who_cuts_out_that_it_asks_again_is_refused(signed_out, provider, caplog):
    address = without_asking(provider_address(signed_out))
    response = signed_out.get(path_of(provider.sign_in(address, "subject-1")))
    assert refusal(response) == FAILED
    assert not is_signed_in(signed_out)
    assert "auth_time" in caplog.text
    assert "prompt=login" in provider_address(signed_out), "the next time too"
    sign_in_through(signed_out, provider)
    assert is_signed_in(signed_out)


@pytest.mark.parametrize(
    ("seconds", "counts"), [(-61, False), (-60, True), (0, True), (60, True), (62, False)]
)
def test_the_providers_clock_may_differ_by_a_minute(signed_out, provider, seconds, counts):
    with time_machine.travel(datetime.now(UTC), tick=False):
        address = without_asking(provider_address(signed_out))
        provider.remembered_since = int(time()) + seconds
        signed_out.get(path_of(provider.sign_in(address, "subject-1")))
    assert is_signed_in(signed_out) is counts


def test_a_token_that_does_not_say_when_counts_where_signing_out_went_to_the_provider(
    signed_out, provider
):
    """Else nobody signed in again through a provider that never says it."""
    provider.remembered_since = None
    provider.add("subject-1", preferred_username="ada", auth_time=None)
    address = without_asking(provider_address(signed_out))
    signed_out.get(path_of(provider.sign_in(address, "subject-1")))
    assert is_signed_in(signed_out)


def test_a_token_has_to_say_when_at_a_provider_without_a_sign_out(client, without_end, ada):
    sign_in_through(client, without_end)
    client.post(SIGN_OUT)
    without_end.add("subject-1", preferred_username="ada", auth_time=None)
    address = without_asking(provider_address(client))
    response = client.get(path_of(without_end.sign_in(address, "subject-1")))
    assert refusal(response) == FAILED


@pytest.mark.parametrize("at", ["", "now", [], True, 0, -1, 1e300])
def test_a_malformed_time_of_asking_is_refused(signed_out, provider, at):
    provider.remembered_since = None
    provider.add("subject-1", preferred_username="ada", auth_time=at)
    address = without_asking(provider_address(signed_out))
    response = signed_out.get(path_of(provider.sign_in(address, "subject-1")))
    assert refusal(response) == FAILED


def test_what_was_started_before_signing_out_ends_with_it(client, provider, ada):
    """In another tab, before anything had to ask again."""
    sign_in_through(client, provider)
    other_tab = Client()
    address = provider_address(other_tab)
    client.cookies |= other_tab.cookies
    client.post(SIGN_OUT)
    response = client.get(path_of(provider.sign_in(address, "subject-1")))
    assert refusal(response) == FAILED
    assert not is_signed_in(client)


def test_who_is_not_asked_links_no_account(client, provider, make_person, sign_in):
    make_person("ivy", Role.ADMINISTRATOR)
    provider.add("subject-7", preferred_username="somebody.else")
    provider.remembered_since = int(time()) - 300
    sign_in("ivy")
    address = without_asking(provider_address(client, start=LINK))
    response = client.get(path_of(provider.sign_in(address, "subject-7")))
    assert refusal(response) == "Nothing has changed"
    assert not SocialAccount.objects.exists()


# Other people's work meanwhile


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "fields"), [(SIGN_OUT, {}), (SESSIONS, {"where": "everywhere"})]
)
def test_no_transaction_is_open_while_the_provider_is_asked(client, provider, ada, address, fields):
    sign_in_through(client, provider)
    published.forget()
    found = []

    def look(config: dict) -> dict:
        """In the provider's thread, which has a connection of its own."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user"
                " AND pid <> pg_backend_pid()"
            )
            found.append({state for (state,) in cursor})
            cursor.execute("SELECT count(*) FROM accounts_session")
            found.append(cursor.fetchone()[0])
        connection.close()
        return config

    provider.change_discovery = look
    assert led_to(client.post(address, fields)).startswith(provider.address)
    assert found == [{"idle"}, 0]
