"""Signing in and out, and changing a password."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from cinfactors.accounts.models import Role, Session
from tests.accounts import hashers
from tests.accounts.conftest import PASSWORD
from tests.pages.page import read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
WRONG = "The user name or password is wrong. Check both and try again"


def summary(response) -> list[tuple[str, str]]:
    """Return the links of the error summary: the target and the message of each."""
    html = response.content.decode()
    found = re.search(r'govuk-error-summary__list">(.*?)</ul>', html, re.DOTALL)
    return re.findall(r'<a href="#([^"]+)">([^<]+)</a>', found[1]) if found else []


def title(response) -> str:
    return re.search(r"<title>(.*?)</title>", response.content.decode())[1]


def test_the_right_password_signs_in(client, ada, sign_in):
    response = sign_in()
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_the_user_name_may_be_typed_in_capitals_and_with_spaces_around(client, ada, sign_in):
    sign_in(" ADA ")
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_signing_in_makes_a_new_session_key(client, ada, sign_in):
    session = client.session
    session["before"] = "this"
    session.save()
    before = session.session_key
    sign_in()
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_page_asks_for_user_name_and_password(client):
    response = client.get("/account/sign-in/")
    page = read(response)
    assert title(response) == "Sign in – cinfactors"
    [name] = page.select("form[novalidate] input[name=login]")
    assert (name["type"], name["autocomplete"]) == ("text", "username")
    [password] = page.select("form[novalidate] [data-module=govuk-password-input] input")
    assert (password["name"], password["type"]) == ("password", "password")
    assert password["autocomplete"] == "current-password"


def test_the_page_says_whom_to_ask_for_a_new_password(client):
    assert (
        "ask an administrator of Exampleshire County Council for a new password"
        in client.get("/account/sign-in/").content.decode()
    )


def test_an_empty_form_names_both_fields(client, sign_in):
    response = sign_in("", "")
    assert summary(response) == [
        ("id_login", "Enter your user name"),
        ("id_password", "Enter your password"),
    ]
    assert title(response) == "Error: Sign in – cinfactors"


def test_every_link_of_the_error_summary_targets_a_field(sign_in):
    response = sign_in("", "")
    for target, _ in summary(response):
        assert f'id="{target}"' in response.content.decode()


def test_a_field_in_error_is_described_by_its_error(sign_in):
    html = sign_in("", "").content.decode()
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert described
    for ids in described:
        for one in ids.split():
            assert f'id="{one}"' in html


def test_a_wrong_password_gets_one_message(ada, sign_in):
    assert summary(sign_in("ada", "wrong")) == [("id_login", WRONG)]


def test_an_unknown_name_gets_the_same_page_as_a_known_one(ada, sign_in):
    known, unknown = sign_in("ada", "wrong"), sign_in("xyz", "wrong")
    token = r'name="csrfmiddlewaretoken" value="\w+"'
    pages = [
        re.sub(token, "", page.content.decode()).replace(name, "NAME")
        for page, name in ((known, 'value="ada"'), (unknown, 'value="xyz"'))
    ]
    assert known.status_code == unknown.status_code == 200
    assert pages[0] == pages[1]


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_hash_is_computed_for_known_and_unknown_names(settings, make_person, sign_in, name):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    make_person("ada")
    hashers.hashed.clear()
    sign_in(name, "wrong")
    assert hashers.hashed == ["wrong"]


def test_the_password_is_never_sent_back(ada, sign_in):
    assert "not-to-be-repeated" not in sign_in("ada", "not-to-be-repeated").content.decode()


def test_a_null_character_is_a_wrong_name(sign_in):
    response = sign_in("a\0da", "wrong")
    assert response.status_code == 200
    assert [target for target, _ in summary(response)] == ["id_login"]


@pytest.mark.parametrize("wanted", ["/note/", "/note/?page=2", "http://testserver/note/"])
def test_next_redirects_within_this_host(ada, sign_in, wanted, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    assert sign_in(query=f"?next={wanted}")["Location"] == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "http://localhost/",
        "javascript:alert(1)",
    ],
)
def test_next_never_redirects_to_another_host(ada, sign_in, wanted, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    assert sign_in(query=f"?next={wanted}")["Location"] == "/"


def test_a_page_that_needs_sign_in_says_so(client):
    response = client.get("/note/", follow=True)
    assert response.redirect_chain == [("/account/sign-in/?next=/note/", 302)]
    assert (
        "Sign in to go on. If you were signed in before, that has ended since."
        in response.content.decode()
    )


def test_the_admin_signs_in_through_the_same_page(client):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/sign-in/?next=")
    posted = client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    assert posted.status_code == 302
    assert posted["Location"].startswith("/account/sign-in/")


def test_the_admins_sign_out_and_password_pages_are_ours(client, make_person, sign_in):
    make_person("oz", role=Role.ADMINISTRATOR, is_staff=True)
    sign_in("oz")
    assert client.get("/admin/password_change/")["Location"] == "/account/password/"
    assert client.post("/admin/logout/")["Location"] == "/account/sign-in/"
    assert client.get("/note/").status_code == 302


def test_a_person_without_access_to_the_admin_is_refused_there(client, ada, sign_in):
    sign_in()
    assert client.get("/admin/", follow=True).status_code == 403


def test_only_the_right_password_shows_that_an_account_is_closed(client, make_person, sign_in):
    make_person("ada", is_active=False)
    assert sign_in()["Location"] == "/account/inactive/"
    assert "_auth_user_id" not in client.session
    assert "Your account has been closed" in client.get("/account/inactive/").content.decode()
    assert summary(sign_in("ada", "wrong")) == [("id_login", WRONG)]


def test_a_person_whose_account_is_closed_is_out_at_the_next_request(client, ada, sign_in):
    sign_in()
    assert client.get("/note/").status_code == 200
    ada.is_active = False
    ada.save()
    assert client.get("/note/")["Location"] == "/account/sign-in/?next=/note/"


def test_signing_out_takes_a_post(client, ada, sign_in):
    sign_in()
    assert "Are you sure you want to sign out?" in client.get("/account/sign-out/").content.decode()
    assert client.get("/note/").status_code == 200
    response = client.post("/account/sign-out/", follow=True)
    assert response.redirect_chain == [("/account/sign-in/", 302)]
    assert "You are signed out" in response.content.decode()
    assert client.get("/note/").status_code == 302


def test_signing_out_when_signed_out_already_redirects_to_sign_in(client):
    assert client.post("/account/sign-out/")["Location"] == "/account/sign-in/"
    assert client.get("/account/sign-out/")["Location"] == "/account/sign-in/"


@pytest.mark.parametrize(
    "name", ["account_signup", "account_reset_password", "account_email", "account_set_password"]
)
def test_there_are_no_urls_for_sign_up_or_email(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def change(client, old=PASSWORD, new="meadow copper violin", again=None):
    return client.post(
        "/account/password/",
        {"oldpassword": old, "password1": new, "password2": new if again is None else again},
        follow=True,
    )


def test_a_person_changes_their_password_and_stays_signed_in(client, ada, sign_in):
    sign_in()
    change(client)
    ada.refresh_from_db()
    assert ada.check_password("meadow copper violin")
    assert client.get("/note/").status_code == 200


def test_other_sessions_end_when_the_password_changes(client, ada, sign_in):
    elsewhere = Client()
    sign_in(client=elsewhere)
    sign_in()
    change(client)
    assert elsewhere.get("/note/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "problems"),
    [
        (
            "",
            "",
            "",
            [
                ("id_oldpassword", "Enter your current password"),
                ("id_password1", "Enter a new password"),
                ("id_password2", "Enter the new password again"),
            ],
        ),
        (
            "wrong",
            "meadow copper violin",
            None,
            [("id_oldpassword", "The current password is wrong. Check it and try again")],
        ),
        (
            PASSWORD,
            "meadow copper violin",
            "meadow copper viola",
            [("id_password2", "The two new passwords differ. Enter the same one twice")],
        ),
        (
            PASSWORD,
            "short",
            None,
            [
                (
                    "id_password1",
                    "This password is too short. It must contain at least 15 characters.",
                )
            ],
        ),
    ],
)
def test_a_refused_password_says_why(client, ada, sign_in, old, new, again, problems):
    sign_in()
    assert summary(change(client, old, new, again)) == problems
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


@pytest.mark.parametrize(
    "new",
    [
        "meadow copper violin",
        "x" * 4 + " " * 8 + "y" * 60,
        "übermütig möwe löffel",
        "1" * 7 + "7" * 9,
    ],
)
def test_a_password_that_is_long_enough_may_have_any_characters(client, ada, sign_in, new):
    sign_in()
    change(client, new=new)
    ada.refresh_from_db()
    assert ada.check_password(new)


@pytest.mark.parametrize("new", ["123456789987654321", "1q2w3e4r5t6y7u8i9o0p", "Ada Example 2025"])
def test_a_common_password_or_ones_own_name_is_refused(client, ada, sign_in, new):
    sign_in()
    change(client, new=new)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_the_page_says_how_long_a_new_password_has_to_be(client, ada, sign_in):
    sign_in()
    assert (
        "At least 15 characters, such as four words that have nothing to do with each other"
        in client.get("/account/password/").content.decode()
    )


def test_guessing_the_current_password_is_rate_limited(client, ada, sign_in):
    sign_in()
    responses = [change(client, f"guess {n}").status_code for n in range(7)]
    assert responses == [200] * 5 + [429] * 2
