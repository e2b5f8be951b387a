"""The security log: who signed in, and who tried to."""

from __future__ import annotations

import json
import logging

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.urls import reverse

from cinfactors.web.logs import JsonFormatter

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


def test_a_sign_in_is_logged_with_the_person_and_address(ada, sign_in, events):
    sign_in("ada", REMOTE_ADDR="192.0.2.7")
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


def test_signing_out_clears_what_the_browser_stored(ada, client, sign_in):
    sign_in("ada")
    assert client.post("/account/sign-out/")["Clear-Site-Data"] == '"cache", "storage"'
