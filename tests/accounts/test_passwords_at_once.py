"""What an administrator does to an account while its person's password is hashed, which is slow."""

from __future__ import annotations

from functools import partial

import pytest

from cinfactors.accounts.models import Role, Team, User
from cinfactors.accounts.services import ChangedMeanwhile, change_own_password
from cinfactors.administration import services
from tests.accounts import hashers
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_passwords import change_to
from tests.pages.page import problems
from tests.services.at_once import while_held

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
NEW, ADMINISTRATORS = "meadow copper violin", "orchard pebble kettle"
REFUSED = (
    "Your password or your account was changed meanwhile, and not by this page. Sign in again, or "
    "ask an administrator"
)
MD5 = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(autouse=True)
def _slow(settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.SlowHasher", MD5]
    hashers.during.clear()


@pytest.fixture
def abe(make_person):
    return make_person("abe", Role.ADMINISTRATOR)


@pytest.fixture
def ada(make_person):
    person = make_person("ada")
    person.teams.add(Team.objects.create(name="North"))
    return person


def acts_of(abe, ada):
    """What an administrator does, on the rows as their own page loads them."""
    person = partial(User.objects.get, pk=ada.pk)
    return {
        "deactivate": lambda: services.deactivate(by=abe, person=person()),
        "set_password": lambda: services.set_password(
            by=abe, person=person(), password=ADMINISTRATORS
        ),
    }


def accepts(ada, password) -> bool:
    return User.objects.get(pk=ada.pk).check_password(password)


def test_an_account_that_is_closed_while_its_person_changes_the_password_stays_closed(
    client, ada, abe, sign_in
):
    sign_in()
    hashers.during[NEW] = acts_of(abe, ada)["deactivate"]
    assert problems(change_to(client, NEW)) == [REFUSED]
    ada.refresh_from_db()
    assert not ada.is_active
    assert not ada.has_usable_password()
    assert client.get("/note/").status_code == 302


def test_a_password_that_an_administrator_sets_meanwhile_stays(client, ada, abe, sign_in):
    sign_in()
    hashers.during[NEW] = acts_of(abe, ada)["set_password"]
    assert problems(change_to(client, NEW)) == [REFUSED]
    assert accepts(ada, ADMINISTRATORS)
    assert client.get("/note/").status_code == 302


def test_changing_the_password_writes_nothing_else(client, ada, abe, sign_in):
    def becomes_a_manager():
        person = User.objects.get(pk=ada.pk)
        person.role, person.name = Role.TEAM_MANAGER, "Ada Other"
        services.save_person(by=abe, person=person, teams=person.teams.all())

    sign_in()
    hashers.during[NEW] = becomes_a_manager
    assert change_to(client, NEW).status_code == 302
    assert accepts(ada, NEW)
    ada.refresh_from_db()
    assert (ada.role, ada.name) == (Role.TEAM_MANAGER, "Ada Other")


@pytest.mark.parametrize("act", ["deactivate", "set_password"])
def test_hashing_anew_at_sign_in_brings_no_earlier_password_back(
    client, ada, abe, sign_in, settings, act
):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[::-1]
    ada.set_password(PASSWORD)
    ada.save()
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[::-1]
    hashers.during[PASSWORD] = acts_of(abe, ada)[act]
    sign_in()
    assert not hashers.during
    assert not accepts(ada, PASSWORD)
    assert client.get("/note/").status_code == 302


def test_a_password_is_hashed_anew_at_sign_in(client, ada, sign_in, settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[::-1]
    ada.set_password(PASSWORD)
    ada.save()
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[::-1]
    sign_in()
    ada.refresh_from_db()
    assert ada.password.startswith("slow$")
    assert accepts(ada, PASSWORD)
    assert client.get("/note/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["deactivate", "set_password"])
@pytest.mark.parametrize("first", ["administrator", "person"])
def test_the_administrator_wins_whoever_comes_first(ada, abe, act, first):
    changes = partial(change_own_password, by=ada, password=NEW)
    acts = acts_of(abe, ada)[act]
    both = (acts, changes) if first == "administrator" else (changes, acts)
    results = while_held(*both)
    refused = results[1] if first == "administrator" else None
    assert isinstance(refused, ChangedMeanwhile) == (first == "administrator")
    assert accepts(ada, ADMINISTRATORS) == (act == "set_password")
    assert not accepts(ada, NEW)
    ada.refresh_from_db()
    assert ada.is_active == (act == "set_password")


@pytest.mark.django_db(transaction=True)
def test_no_password_is_set_for_who_is_deactivated_meanwhile(ada, abe):
    acts = acts_of(abe, ada)
    _, refusal = while_held(acts["deactivate"], acts["set_password"])
    assert refusal.messages == {
        "person": "Ada Example is deactivated. Reactivate them instead",
    }
    assert not User.objects.get(pk=ada.pk).has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_reactivate_somebody_one_is_told_that_it_is_done(ada, abe):
    acts_of(abe, ada)["deactivate"]()
    people = [User.objects.get(pk=ada.pk) for _ in range(2)]
    _, refusal = while_held(
        *[
            partial(services.reactivate, by=abe, person=person, password=password)
            for person, password in zip(people, [ADMINISTRATORS, NEW], strict=True)
        ]
    )
    assert refusal.messages == {
        "person": "Ada Example was reactivated meanwhile, with another password"
    }
    assert accepts(ada, ADMINISTRATORS)
