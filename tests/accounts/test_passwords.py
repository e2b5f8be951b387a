"""Passwords: long, not a common one, of any characters."""

from __future__ import annotations

import pytest

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PRINTABLE = "".join(map(chr, range(33, 127)))
ACCEPTED = {
    "letters alone": "meadowcoppervioline",
    "words with spaces": "meadow copper violin",
    "no letters": "4829 1037 5561 9028",
    "a hundred and eighty-eight characters": PRINTABLE + PRINTABLE[::-1],
    "other scripts": "wiese kupfer geige żółć 🎻",
}
COMMON = (
    *("1q2w3e4r5t6y7u8i", "123456789987654321", "PASSWORDPASSWORD", "letmein letmein letmein"),
    *("qwertyuiopasdfghjkl", "0987654321poiuytrewq", "aaaaaaaaaaaaaaaaaaaa", "1qaz2wsx3edc4rfv"),
)


def change_to(client, new: str):
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    return client.post("/account/password/", values)


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_long_password_of_any_characters_is_accepted_unchanged(client, ada, sign_in, kind):
    new = ACCEPTED[kind]
    sign_in()
    assert change_to(client, new).status_code == 302
    client.post("/account/sign-out/")
    assert sign_in(password=new[:-1]).status_code == 200
    assert sign_in(password=new).status_code == 302


@pytest.mark.parametrize("common", COMMON)
def test_a_password_known_from_breaches_is_refused(client, ada, sign_in, common):
    sign_in()
    response = change_to(client, common)
    assert response.status_code == 200
    assert "This password is too common." in response.content.decode()


def test_an_installation_may_require_a_second_factor_of_everybody(client, ada, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in()
    assert client.get("/assessments/").status_code == 200
    settings.SECOND_FACTOR_FOR_EVERYBODY = True
    assert client.get("/assessments/")["Location"].startswith("/account/second-factor/")
