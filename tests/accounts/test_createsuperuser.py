"""The first administrator, whom a command makes: by the rules for everybody's password."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from cinfactors.accounts.models import Role, User

pytestmark = pytest.mark.django_db


def create(**variables: str) -> str:
    output = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(f"DJANGO_SUPERUSER_{name}", value)
        call_command(
            "createsuperuser", "--no-input", "--username=root", "--name=Rowan Root", stdout=output
        )
    return output.getvalue()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "This password is too short. It must contain at least 15 characters."),
        ("rowan root rowan", "The password is too similar to the full name."),
        ("passwordpassword", "This password is too common."),
        ("", "This password is too short. It must contain at least 15 characters."),
    ],
)
def test_a_weak_password_from_the_environment_is_refused_in_words(password, why):
    with pytest.raises(CommandError) as refusal:
        create(PASSWORD=password)
    assert why in str(refusal.value)
    assert not get_user_model().objects.exists()


def test_a_strong_one_makes_an_administrator_who_can_sign_in():
    assert create(PASSWORD="plum-otter-seven-lanterns") == "Superuser created successfully.\n"
    person = User.objects.get()
    assert (person.username, person.role, person.is_superuser) == ("root", Role.ADMINISTRATOR, True)
    assert person.check_password("plum-otter-seven-lanterns")


def test_without_a_password_nobody_can_sign_in_yet():
    create()
    assert not User.objects.get().has_usable_password()


def test_a_person_at_a_keyboard_cannot_pass_the_rules_by_either(monkeypatch):
    """Django asks whether to bypass them."""
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "short")
    monkeypatch.setattr("builtins.input", lambda prompt="": "y")
    with pytest.raises(CommandError, match="too short"):
        call_command(
            "createsuperuser",
            "--username=root",
            "--name=Rowan Root",
            stdin=object(),
            stdout=StringIO(),
            stderr=StringIO(),
        )
    assert not User.objects.exists()
