"""Who a provider's account is taken for: by exactly their user name, and administrators by none."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from assessments import queries
from cinfactors.accounts.models import Role, User
from cinfactors.accounts.services import link_by_user_name, link_own_account
from cinfactors.accounts.user_names import are_same, folded
from cinfactors.administration import services
from tests.accounts.codes import add_app, code
from tests.accounts.conftest import PASSWORD
from tests.accounts.single_sign_on import (
    LINK,
    UNKNOWN,
    is_signed_in,
    path_of,
    provider_address,
    refusal,
    sign_in_through,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

ACCOUNT = "/account/"
DISCOVERY = "/.well-known/openid-configuration"

LOOK_ALIKES = [
    ("basil", "ba\u017fil"),
    ("ivy", "\u0131vy"),
    ("kit", "\u212ait"),
    ("ivy", "\uff49vy"),
    ("ada", "\u0430da"),
    ("zoe", "zoe\u0308"),
    ("ada", "ada "),
    ("ada", " ada"),
    ("ada", "ad\u00ada"),
    ("ada", "ada\u200b"),
    ("ada", "ada\ufeff"),
    ("ada", "ada\n"),
]


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.ADMINISTRATOR])
@pytest.mark.parametrize(("stored", "theirs"), LOOK_ALIKES)
def test_a_name_that_only_looks_alike_is_nobodys(
    client, provider, make_person, stored, theirs, role
):
    make_person(stored, role)
    provider.answers.clear()
    provider.add("subject-9", preferred_username=theirs)
    assert refusal(sign_in_through(client, provider, "subject-9")) == UNKNOWN
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(client)


def test_the_database_would_take_some_of_them_for_each_other(make_person):
    """Without the comparison of ours, that is."""
    make_person("basil")
    assert User.objects.filter(username__iexact="ba\u017fil").exists()
    assert User.objects.with_user_name("ba\u017fil") is None


@pytest.mark.parametrize("theirs", ["ada.oneill", "ADA.ONEILL", "Ada.OnEill"])
def test_capitals_from_a_to_z_do_not_matter(client, provider, make_person, theirs):
    make_person("Ada.ONeill")
    provider.add("subject-9", preferred_username=theirs)
    sign_in_through(client, provider, "subject-9")
    assert is_signed_in(client)


def test_of_two_earlier_names_that_look_alike_each_is_its_own(client, provider, make_person):
    basil = make_person("basil")
    other = make_person("other")
    User.objects.filter(pk=other.pk).update(username="ba\u017fil")
    assert User.objects.with_user_name("BASIL") == basil
    assert User.objects.with_user_name("ba\u017fil") == other


def test_nobody_is_named_for_a_record_because_their_name_looks_alike(make_person):
    basil = make_person("basil")
    other = make_person("other")
    User.objects.filter(pk=other.pk).update(username="ba\u017fil")
    assert queries.reader_by_username(" Basil ") == basil
    assert queries.reader_by_username("ba\u017fil") == other
    other.delete()
    assert queries.reader_by_username("ba\u017fil") is None
    make_person("ivy", Role.ADMINISTRATOR)
    assert queries.reader_by_username("ivy") is None


def test_names_that_the_database_takes_for_the_same_are_folded_alike():
    """Attempts to sign in are counted by what is folded: another spelling begins no new count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chr(code), upper(chr(code)) FROM generate_series(1, 1114111) code"
            " WHERE code NOT BETWEEN 55296 AND 57343 AND upper(chr(code)) ~ '[A-Z]'"
        )
        rows = cursor.fetchall()
    assert ("\u017f", "S") in rows
    assert [letter for letter, upper in rows if folded(letter) != folded(upper)] == []


def test_a_look_alike_gives_no_more_attempts_at_a_password(sign_in, make_person):
    make_person("basil")
    for name in ("basil", "BASIL", "ba\u017fil", "BA\u017fIL", "bas\u0131l"):
        sign_in(name, "wrong")
    assert sign_in("ba\u017fIl", "wrong").status_code == 429


@pytest.mark.parametrize("name", ["", "ada\ud800", "ada\0", "a" * 100_000])
def test_a_name_that_the_database_cannot_store_is_nobodys(ada, name):
    assert User.objects.with_user_name(name) is None


def test_equal_names():
    assert are_same("Ada", "aDA")
    for stored, theirs in LOOK_ALIKES:
        assert not are_same(stored, theirs)


# Names that may be given


@pytest.fixture
def oz(make_person):
    return make_person("oz", Role.ADMINISTRATOR, is_staff=True)


def added(by: User, username: str) -> User:
    person = User(username=username, name="Cy Example", role=Role.DATA_OFFICER)
    services.save_person(by=by, person=person, teams=[], password="meadow copper violin")
    return person


@pytest.mark.parametrize("name", ["cy", "Cy.O'Neill@example.gov.uk", "cy+2", "cy_two-three", "7"])
def test_people_are_added_with_names_of_plain_letters_and_signs(oz, name):
    assert added(oz, name).username == name


FORBIDDEN = ["cý", "\u0441y", "\uff43y", "c y", "cy/", "cy,", 'cy"', "cy\u2019s", "cy<", "", "cy\n"]


@pytest.mark.parametrize("name", FORBIDDEN)
def test_people_are_not_added_with_other_names(oz, name):
    with pytest.raises(services.Refused) as refused:
        added(oz, name)
    assert refused.value.messages == {
        "username": "Use only these: letters from A to Z, digits and @ . + - _ '"
    }
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["cý", "\u0441y", "cy<", "c y"])
def test_the_form_says_beside_the_name_what_it_may_have(client, oz, name):
    client.force_login(oz)
    fields = {"name": "Cy", "username": name, "role": "data_officer", "new_password": ""}
    response = client.post("/admin/accounts/user/add/", fields)
    assert response.context["adminform"].form.errors == {
        "username": ["Use only these: letters from A to Z, digits and @ . + - _ '"]
    }
    assert response.context["adminform"].form["username"].value() == name


def test_createsuperuser_refuses_other_names(db):
    with pytest.raises(CommandError, match="Use only these"):
        call_command("createsuperuser", "--no-input", username="\u0131vy", name="Ivy")


def test_a_name_that_folds_into_an_earlier_one_is_refused(oz, ada):
    User.objects.filter(pk=ada.pk).update(username="ba\u017fil")
    with pytest.raises(services.Refused) as refused:
        added(oz, "Basil")
    assert refused.value.messages == {
        "username": "Somebody has a user name that looks like this one"
    }


def test_an_earlier_name_stays_and_signs_in(client, provider, oz, ada):
    User.objects.filter(pk=ada.pk).update(username="zo\u00eb", role=Role.DATA_OFFICER)
    ada.refresh_from_db()
    ada.name = "Zo\u00eb Example"
    services.save_person(by=oz, person=ada, teams=[])
    provider.add("subject-9", preferred_username="zo\u00eb")
    sign_in_through(client, provider, "subject-9")
    assert is_signed_in(client)


# Administrators


@pytest.fixture
def ivy(make_person):
    return make_person("ivy", Role.ADMINISTRATOR, is_staff=True)


@pytest.fixture
def signed_in_ivy(client, ivy, sign_in, provider) -> Client:
    provider.add("subject-7", preferred_username="ivy")
    sign_in("ivy")
    return client


def link(client: Client, provider, subject: str | None = "subject-7"):
    return sign_in_through(client, provider, subject, start=LINK)


def test_an_administrator_is_never_linked_by_their_name(client, provider, ivy):
    provider.add("subject-7", preferred_username="ivy")
    response = sign_in_through(client, provider, "subject-7")
    assert refusal(response) == UNKNOWN
    assert "If you are an administrator yourself" in response.content.decode()
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_administrator_links_their_account_and_signs_in_with_it(signed_in_ivy, provider, ivy):
    assert f'href="{LINK}"' in signed_in_ivy.get(ACCOUNT).content.decode()
    assert link(signed_in_ivy, provider)["Location"] == ACCOUNT
    html = signed_in_ivy.get(ACCOUNT).content.decode()
    assert "Your work account is linked" in html
    assert "subject-7" in html
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (ivy, provider.address, "subject-7")
    assert [change.what for change in ivy.sign_in_changes.all()] == ["linked"]
    other = Client()
    sign_in_through(other, provider, "subject-7")
    assert is_signed_in(other)
    assert not EmailAddress.objects.exists()


def test_the_provider_asks_who_links_an_account(signed_in_ivy, provider):
    assert "prompt=login" in provider_address(signed_in_ivy, start=LINK)


def test_linking_requires_a_recent_password(signed_in_ivy, provider):
    session = signed_in_ivy.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    response = signed_in_ivy.get(LINK)
    assert response["Location"].startswith("/account/again/password/?")
    assert provider.requested.count("/oauth2/token") == 0


def test_linking_requires_the_second_factor(client, provider, ivy, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in("ivy")
    assert client.get(LINK)["Location"] == f"/account/second-factor/?next={LINK}"
    add_app(client)
    provider.add("subject-7", preferred_username="ivy")
    assert link(client, provider)["Location"] == ACCOUNT


@pytest.fixture
def ivy_with_app(client, provider, ivy, sign_in, settings):
    """An administrator who has signed in with password and app, at nine o'clock; with the clock."""
    settings.SECOND_FACTOR_REQUIRED = True
    provider.add("subject-7", preferred_username="ivy")
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sign_in("ivy")
        secret = add_app(client)
        yield client, secret, clock


def test_linking_asks_for_password_and_second_factor_where_one_alone_is_recent(
    ivy_with_app, provider
):
    client, secret, clock = ivy_with_app
    clock.shift(301)
    again = f"/account/again/password/?next={quote(LINK, safe='')}"
    assert client.get(LINK)["Location"] == again
    assert client.post(again, {"password": PASSWORD})["Location"] == LINK
    again = f"/account/again/code/?next={quote(LINK, safe='')}"
    assert client.get(LINK)["Location"] == again
    assert client.post(again, {"code": code(secret)})["Location"] == LINK
    assert link(client, provider)["Location"] == ACCOUNT


def test_a_second_factor_alone_is_not_enough_to_link(ivy_with_app):
    client, secret, clock = ivy_with_app
    clock.shift(301)
    client.post(f"/account/again/code/?next={LINK}", {"code": code(secret)})
    assert client.get(LINK)["Location"].startswith("/account/again/password/?")


def test_who_need_not_have_a_second_factor_shows_the_one_they_have(ivy_with_app, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client, _, clock = ivy_with_app
    clock.shift(301)
    client.post(f"/account/again/password/?next={LINK}", {"password": PASSWORD})
    assert client.get(LINK)["Location"].startswith("/account/again/code/?")


@pytest.mark.parametrize("stale", ["password", "mfa"])
def test_a_return_long_after_signing_in_links_nothing(ivy_with_app, provider, stale):
    client, _, _ = ivy_with_app
    back = path_of(provider.sign_in(provider_address(client, start=LINK), "subject-7"))
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301 if record["method"] == stale else 0
    session.save()
    response = client.get(back)
    assert refusal(response) == "Nothing has changed"
    assert "more than five minutes" in response.content.decode()
    assert not SocialAccount.objects.exists()


def test_a_return_without_the_second_factor_links_nothing(signed_in_ivy, provider, settings):
    back = path_of(provider.sign_in(provider_address(signed_in_ivy, start=LINK), "subject-7"))
    settings.SECOND_FACTOR_REQUIRED = True
    assert refusal(signed_in_ivy.get(back)) == "Nothing has changed"
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("role", [each for each in Role if each != Role.ADMINISTRATOR])
def test_nobody_else_links_their_own_account(client, provider, make_person, sign_in, role):
    make_person("mo", role)
    sign_in("mo")
    assert client.get(LINK).status_code == 403
    assert LINK not in client.get(ACCOUNT).content.decode()


def test_linking_needs_a_sign_in_and_a_provider(client, ivy, sign_in, settings, provider):
    assert client.get(LINK)["Location"] == f"/account/sign-in/?next={LINK}"
    sign_in("ivy")
    assert client.post(LINK).status_code == 405
    settings.OIDC_ISSUER = ""
    assert client.get(LINK).status_code == 404
    assert "Work account" not in client.get(ACCOUNT).content.decode()


def test_another_site_cannot_start_linking(signed_in_ivy, provider):
    response = signed_in_ivy.get(LINK, headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == ACCOUNT
    assert DISCOVERY not in provider.requested


def test_a_link_that_somebody_else_began_is_refused(signed_in_ivy, provider, make_person, sign_in):
    """Two people at one computer: what one has begun does not link the other."""
    back = path_of(provider.sign_in(provider_address(signed_in_ivy, start=LINK), "subject-7"))
    signed_in_ivy.post("/account/sign-out/")
    assert refusal(signed_in_ivy.get(back)) == "You are not signed in"
    assert not SocialAccount.objects.exists()


def test_a_return_to_another_administrator_links_neither(
    signed_in_ivy, provider, make_person, sign_in
):
    back = path_of(provider.sign_in(provider_address(signed_in_ivy, start=LINK), "subject-7"))
    signed_in_ivy.post("/account/sign-out/")
    make_person("abe", Role.ADMINISTRATOR)
    sign_in("abe")
    assert refusal(signed_in_ivy.get(back)) == "Nothing has changed"
    assert not SocialAccount.objects.exists()


def test_an_account_of_somebody_else_is_not_linked(signed_in_ivy, provider, ada):
    sign_in_through(Client(), provider, "subject-1")
    response = link(signed_in_ivy, provider, "subject-1")
    assert refusal(response) == "Nothing has changed"
    assert "linked to another person" in response.content.decode()
    assert SocialAccount.objects.get().user == ada


def test_who_is_linked_already_is_led_to_their_account(signed_in_ivy, provider):
    link(signed_in_ivy, provider)
    assert signed_in_ivy.get(LINK)["Location"] == ACCOUNT


def test_cancelling_links_nothing(signed_in_ivy, provider):
    response = link(signed_in_ivy, provider, None)
    assert refusal(response) == "Nothing has changed"
    assert "You stopped signing in" in response.content.decode()
    assert is_signed_in(signed_in_ivy)
    assert not SocialAccount.objects.exists()


def test_who_becomes_an_administrator_is_unlinked_and_signed_out(client, provider, ada, oz, ivy):
    sign_in_through(client, provider)
    ada.role = Role.ADMINISTRATOR
    services.save_person(by=oz, person=ada, teams=[])
    assert not is_signed_in(client)
    assert [change.what for change in ada.sign_in_changes.all()] == ["linked", "unlinked"]
    assert refusal(sign_in_through(client, provider)) == UNKNOWN


def test_an_administrator_stays_linked_when_they_are_saved(signed_in_ivy, provider, ivy, oz):
    link(signed_in_ivy, provider)
    ivy.name = "Ivy Another"
    services.save_person(by=oz, person=ivy, teams=[])
    assert is_signed_in(signed_in_ivy)
    assert SocialAccount.objects.exists()


def test_the_services_link_each_in_their_own_way_alone(ada, ivy):
    with pytest.raises(ValueError, match="administrator"):
        link_by_user_name(person=ivy, issuer="https://login.example", subject="1")
    with pytest.raises(ValueError, match="administrator"):
        link_own_account(by=ada, issuer="https://login.example", subject="1")
    assert not SocialAccount.objects.exists()


def test_a_person_who_has_just_become_an_administrator_is_not_linked_by_name(ada):
    """The row decides, as it is when it is linked."""
    User.objects.filter(pk=ada.pk).update(role=Role.ADMINISTRATOR)
    with pytest.raises(ValueError, match="administrator"):
        link_by_user_name(person=ada, issuer="https://login.example", subject="1")


# What a person sees of it


def test_a_person_sees_which_account_they_are_linked_to(client, provider, ada, sign_in):
    sign_in("ada")
    assert "Linked when you first sign in with it" in client.get(ACCOUNT).content.decode()
    sign_in_through(Client(), provider)
    html = client.get(ACCOUNT).content.decode()
    assert "subject-1" in html
    assert "127.0.0.1" in html


def test_nobody_sees_the_link_of_another(client, provider, ada, ben, sign_in):
    sign_in_through(Client(), provider)
    sign_in("ben")
    assert "subject-1" not in client.get(ACCOUNT).content.decode()


def test_a_link_to_an_earlier_provider_is_not_shown(client, provider, ada, sign_in):
    SocialAccount.objects.create(user=ada, provider="https://earlier.example", uid="subject-0")
    sign_in("ada")
    assert "subject-0" not in client.get(ACCOUNT).content.decode()
