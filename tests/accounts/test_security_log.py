"""The security log: who signed in, and who tried to."""

from __future__ import annotations

import json
import logging

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.urls import reverse

from cinfactors.web.logs import JsonFormatter
from tests.accounts.codes import add_app
from tests.accounts.passkey import Passkey, add_passkey, use_passkey

pytestmark = pytest.mark.django_db
NAME = "cinfactors.accounts.security_log"


@pytest.fixture
def events():
    """The log lines, in order."""

    class Lines(logging.Handler):
        def emit(self, record):
            found.append(json.loads(JsonFormatter().format(record)))

    found, logger = [], logging.getLogger(NAME)
    handler = Lines()
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def facts_of(line: dict) -> tuple:
    assert (line["level"], line["logger"]) == ("warning", NAME)
    assert line["time"].endswith("+00:00")
    return line["message"], line["address"], line.get("person"), bool(line["request"])


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7"])
def test_a_sign_in_is_logged_with_the_person_and_address(ada, sign_in, events, address):
    sign_in("ada", REMOTE_ADDR=address)
    assert [facts_of(line) for line in events] == [("signed in", "192.0.2.7", ada.pk, True)]


@pytest.mark.parametrize("name", ["ada", "ADA", "nobody"])
def test_a_wrong_password_is_logged_with_the_person_if_there_is_one(ada, sign_in, events, name):
    sign_in(name, "lantern harbour wrong")
    person = ada.pk if name.lower() == "ada" else None
    message = "sign-in refused: the password is wrong"
    assert [facts_of(line) for line in events] == [(message, "127.0.0.1", person, True)]
    assert "lantern" not in json.dumps(events)
    assert "nobody" not in json.dumps(events)


def test_the_sixth_attempt_is_logged_as_too_many(ada, sign_in, events):
    for _ in range(6):
        sign_in("ada", "wrong")
    assert [line["message"] for line in events] == [
        *["sign-in refused: the password is wrong"] * 5,
        "sign-in refused: too many tries",
    ]


def test_an_address_that_a_visitor_made_up_is_not_logged(ada, sign_in, events):
    sign_in("ada", headers={"X-Forwarded-For": "203.0.113.9"})
    assert [line["address"] for line in events] == ["127.0.0.1"]


def test_a_wrong_second_factor_is_logged(ada, client, sign_in, events):
    key = Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    key.data = {"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP")}
    key.save()
    sign_in("ada")
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert [facts_of(line)[:3] for line in events] == [
        ("sign-in refused: the second factor", "127.0.0.1", ada.pk)
    ]


def test_a_wrong_second_factor_is_logged_when_it_is_asked_again(ada, client, sign_in, events):
    sign_in("ada")
    add_app(client)
    client.post(reverse("mfa_reauthenticate"), {"code": "wrong"})
    assert [facts_of(line)[:3] for line in events[1:]] == [
        ("sign-in refused: the second factor", "127.0.0.1", ada.pk)
    ]


def test_a_copied_passkey_is_logged(ada, client, sign_in, events, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    sign_in("ada")
    passkey = add_passkey(client, Passkey(counter=5))
    use_passkey(client, passkey, reverse("mfa_reauthenticate_webauthn"))
    assert [facts_of(line)[:3] for line in events[1:]] == [
        ("sign-in refused: the passkey may have been copied", "127.0.0.1", ada.pk)
    ]


def test_the_right_password_of_a_closed_account_is_logged_as_refused(ada, sign_in, events):
    ada.is_active = False
    ada.save()
    assert sign_in("ada")["Location"] == "/account/inactive/"
    assert [facts_of(line)[:3] for line in events] == [
        ("sign-in refused: the account is closed", "127.0.0.1", ada.pk)
    ]


def test_signing_out_clears_what_the_browser_stored(ada, client, sign_in):
    sign_in("ada")
    assert client.post("/account/sign-out/")["Clear-Site-Data"] == '"cache", "storage"'
