"""A second factor: who needs one, how it is set up, and that nothing goes round it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import NoReverseMatch, reverse

from cinfactors.accounts.allauth_internals import TOTP_SECRET_SESSION_KEY
from cinfactors.accounts.form_recovery import sign_draft_owner
from cinfactors.accounts.models import HeldForm, Role, Session, SignInChange
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.second_factor.adapter import MFAAdapter
from cinfactors.administration import services
from tests.accounts import urls
from tests.accounts.codes import add_app, code, recovery_codes
from tests.accounts.test_sign_in import summary
from tests.pages.addresses import ADMIN, OURS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

NEED_ONE = [Role.TEAM_MANAGER, Role.DATA_OFFICER, Role.ADMINISTRATOR]
WRONG = "The code is wrong or has been used. Enter the one that is shown now"
ENTER = "/account/sign-in/code/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    urls.saved.clear()


@pytest.fixture
def clock():
    with time_machine.travel(datetime(2025, 5, 12, 9, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def mo(make_person):
    return make_person("mo", Role.TEAM_MANAGER, is_staff=True)


@pytest.fixture
def secret(client, mo, sign_in, clock):
    """What the app of Mo has, who is signed in; half a minute later."""
    sign_in("mo")
    secret = add_app(client)
    clock.shift(30)
    return secret


def changes(person) -> list[tuple[str, str]]:
    return [(each.what, each.by.username) for each in person.sign_in_changes.all()]


# Whoever needs one has nothing without it


@pytest.mark.parametrize("role", NEED_ONE)
def test_these_roles_set_one_up_before_anything_else(client, make_person, sign_in, role):
    make_person("oz", role, is_staff=True)
    assert sign_in("oz", query="?next=/note/")["Location"] == "/note/"
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"
    html = client.get("/account/second-factor/?next=/note/").content.decode()
    assert "Your role needs more than a password to sign in." in html


def test_social_workers_need_none(client, ada, sign_in):
    sign_in()
    assert client.get("/note/").status_code == 200


BEFORE = {
    "account/second-factor/",
    "account/second-factor/app/",
    "account/second-factor/passkey/",
    "account/again/password/",
    "account/again/code/",
    "account/again/passkey/",
    "account/session/",
    "account/sign-out/",
    "admin/logout/",
}
FOR_NOBODY = {
    "account/sign-in/",
    "account/sign-in/code/",
    "account/inactive/",
    "account/single-sign-on/",
    "account/single-sign-on/back/",
    "admin/login/",
    "authority.css",
    "favicon.ico",
}
REFERENCE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("role", NEED_ONE)
def test_no_other_address_answers_until_then(client, make_person, sign_in, role):
    make_person("oz", role, is_staff=True)
    sign_in("oz")
    asked = [route for route in (*OURS, *ADMIN) if route not in BEFORE | FOR_NOBODY]
    assert len(asked) > 40
    for route in asked:
        address = "/" + re.sub(r"<str:\w+>", "4B", route.replace("<uuid:reference>", REFERENCE))
        address = re.sub(r"<\w+:\w+>|\(\?P<url>.*|\^\(\?P<app_label>.*", "1", address)
        for response in (client.get(address), client.post(address)):
            assert response.status_code in (302, 303), address
            assert response["Location"].startswith("/account/second-factor/?next="), address


def test_these_addresses_exist():
    assert {*OURS, *ADMIN} >= BEFORE | FOR_NOBODY


def test_the_admins_own_door_leads_to_ours(client, mo):
    posted = client.post(
        "/admin/login/?next=/admin/", {"username": "mo", "password": "harbour lantern thistle"}
    )
    assert posted["Location"].startswith("/account/sign-in/?next=")
    assert "_auth_user_id" not in client.session


def test_a_script_is_told_that_it_may_not(client, mo, sign_in):
    sign_in("mo")
    response = client.get("/note/", headers={"Sec-Fetch-Dest": "empty"})
    assert response.status_code == 403
    assert "<html" not in response.content.decode()


def test_nothing_is_asked_of_them_where_the_installation_says_so(client, mo, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    sign_in("mo")
    assert client.get("/note/").status_code == 200


def test_a_worker_who_becomes_a_manager_needs_one_at_the_next_request(client, ada, sign_in):
    sign_in()
    ada.role = Role.TEAM_MANAGER
    ada.save()
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"


# Setting up


def test_an_app_is_set_up_and_leads_on_to_the_page_that_was_wanted(client, mo, sign_in):
    sign_in("mo", query="?next=/note/")
    client.get(client.get("/note/")["Location"])
    add_app(client)
    html = client.get("/account/second-factor/codes/").content.decode()
    assert 'href="/note/"' in html
    assert client.get("/note/").status_code == 200
    assert changes(mo) == [("factor_added", "mo")]


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example"])
def test_it_never_leads_on_to_another_host(client, mo, sign_in, wanted):
    sign_in("mo")
    client.get(f"/account/second-factor/?next={wanted}")
    add_app(client)
    html = client.get("/account/second-factor/codes/").content.decode()
    assert "elsewhere" not in html


def test_the_square_is_drawn_within_the_content_security_policy(client, mo, sign_in):
    sign_in("mo")
    response = client.get("/account/second-factor/app/")
    html = response.content.decode()
    assert "<svg " in html
    assert "data:" not in html
    assert "img-src" not in response["Content-Security-Policy"]


@pytest.mark.parametrize("wrong", ["000000", "", "abc", "12345678901234567890"])
def test_a_wrong_code_sets_up_nothing(client, mo, sign_in, wrong):
    sign_in("mo")
    client.get("/account/second-factor/app/")
    response = client.post("/account/second-factor/app/", {"code": wrong})
    assert summary(response) == [("id_code", WRONG if wrong else "Enter the code")]
    assert not Authenticator.objects.exists()


def test_the_secret_is_kept_encrypted(secret):
    rows = {row.type: row.data for row in Authenticator.objects.all()}
    assert set(rows) == {"totp", "recovery_codes"}
    plain = secret.replace(" ", "")
    assert plain not in str(rows)
    adapter = MFAAdapter()
    assert adapter.decrypt(rows["totp"]["secret"]) == plain


def in_sessions() -> str:
    """What stands in all sessions, for somebody who reads the table and has the key."""
    store = Session.get_session_store_class()()
    return str([store.decode(row.session_data) for row in Session.objects.all()])


def test_the_secret_that_waits_for_its_first_code_is_encrypted_too(client, mo, sign_in):
    sign_in("mo")
    address = "/account/second-factor/app/"
    shown = client.get(address).context["form"].secret
    assert TOTP_SECRET_SESSION_KEY in in_sessions()
    assert shown not in in_sessions()
    again = client.post(address, {"code": "000000"}).context["form"].secret
    assert again == shown
    assert shown not in in_sessions()
    assert client.post(address, {"code": code(shown)}).status_code == 302
    assert TOTP_SECRET_SESSION_KEY not in in_sessions()


def test_after_another_key_a_waiting_secret_is_another(client, mo, sign_in, settings):
    sign_in("mo")
    address = "/account/second-factor/app/"
    shown = client.get(address).context["form"].secret
    session = client.session
    session[TOTP_SECRET_SESSION_KEY] = "closed with a key that is gone"
    session.save()
    response = client.post(address, {"code": code(shown)})
    assert summary(response) == [("id_code", WRONG)]
    assert response.context["form"].secret != shown


def test_a_changed_secret_key_still_reads_what_the_former_had_encrypted(settings):
    adapter = MFAAdapter()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the first", []
    closed = adapter.encrypt("JBSWY3DP")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the second", ["the first"]
    assert adapter.decrypt(closed) == "JBSWY3DP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        adapter.decrypt(closed)


def test_setting_one_up_ends_sign_ins_that_were_begun_without_it(client, ada, sign_in):
    elsewhere = Client()
    sign_in(client=elsewhere)
    sign_in()
    add_app(client)
    assert elsewhere.get("/note/").status_code == 302
    assert client.get("/note/").status_code == 200


def test_who_signed_in_a_while_ago_shows_first_that_it_is_them(client, ada, sign_in, clock):
    sign_in()
    clock.shift(5 * 60)
    asked = client.get("/account/second-factor/app/")
    assert asked["Location"] == "/account/again/password/?next=%2Faccount%2Fsecond-factor%2Fapp%2F"
    refused = client.post(asked["Location"], {"password": "wrong"})
    assert summary(refused) == [("id_password", "The password is wrong. Check it and try again")]
    answer = client.post(asked["Location"], {"password": "harbour lantern thistle"})
    assert answer["Location"] == "/account/second-factor/app/"
    add_app(client)


# Signing in with it


@pytest.fixture
def halfway(secret, sign_in):
    """A browser in which Mo's password was right, and nothing else is known."""
    browser = Client()
    response = sign_in("mo", client=browser, query="?next=/note/")
    assert response["Location"] == ENTER
    return browser


def test_the_code_signs_in_and_leads_on(halfway, secret):
    response = halfway.post(ENTER, {"code": code(secret)})
    assert response["Location"] == "/note/"
    assert halfway.get("/note/").status_code == 200


def test_the_password_alone_signs_nobody_in(halfway):
    assert "_auth_user_id" not in halfway.session
    for address in ("/note/", "/admin/", "/account/second-factor/", "/account/second-factor/app/"):
        assert halfway.get(address)["Location"].startswith("/account/sign-in/?next="), address


def test_without_a_password_the_code_is_not_asked_for(client):
    assert client.get(ENTER)["Location"] == "/account/sign-in/"
    assert client.post(ENTER, {"code": "123456"})["Location"] == "/account/sign-in/"


def test_a_worker_who_has_one_is_asked_for_it_too(client, ada, sign_in, clock):
    sign_in()
    add_app(client)
    assert sign_in(client=Client())["Location"] == ENTER


@pytest.mark.parametrize("shift", [-60, -30, 30, 60])
def test_a_code_of_another_half_minute_is_wrong(halfway, secret, clock, shift):
    at = datetime(2025, 5, 12, 9, tzinfo=UTC).timestamp() + 30 + shift
    assert summary(halfway.post(ENTER, {"code": code(secret, at)})) == [("id_code", WRONG)]


def test_a_code_signs_in_once(halfway, secret, sign_in):
    right = code(secret)
    halfway.post(ENTER, {"code": right})
    another = Client()
    sign_in("mo", client=another)
    assert summary(another.post(ENTER, {"code": right})) == [("id_code", WRONG)]


def test_guessing_stops_after_five_and_the_right_code_waits_too(halfway, secret, clock):
    answers = [halfway.post(ENTER, {"code": f"{n:06}"}).status_code for n in range(7)]
    assert answers == [200] * 5 + [429] * 2
    refused = halfway.post(ENTER, {"code": code(secret)})
    assert refused.status_code == 429
    words = "There were too many tries to sign in. Wait 5 minutes, then try again"
    assert summary(refused) == [("id_code", words)]
    clock.shift(5 * 60)
    assert halfway.post(ENTER, {"code": code(secret)}).status_code == 302


def test_another_browser_does_not_begin_the_count_anew(halfway, sign_in):
    for n in range(5):
        halfway.post(ENTER, {"code": f"{n:06}"})
    another = Client()
    sign_in("mo", client=another)
    assert another.post(ENTER, {"code": "999999"}).status_code == 429


def test_a_quarter_of_an_hour_later_the_password_is_asked_for_again(halfway, secret, clock):
    clock.shift(15 * 60 + 1)
    assert halfway.post(ENTER, {"code": code(secret)})["Location"] == "/account/sign-in/"


def test_somebody_else_may_sign_in_instead(halfway, ada, sign_in):
    assert halfway.get("/account/sign-in/")["Location"] == ENTER
    halfway.post("/account/sign-out/")
    assert sign_in("ada", client=halfway)["Location"] == "/"


def test_an_account_that_is_closed_meanwhile_is_not_signed_in(halfway, mo, secret):
    mo.is_active = False
    mo.save()
    halfway.post(ENTER, {"code": code(secret)})
    assert halfway.get("/note/").status_code == 302


def test_what_was_typed_waits_for_the_second_factor_too(halfway, mo, client, secret):
    typed = {"typed_by": sign_draft_owner(mo), "note": "not to be lost"}
    browser = Client()
    led = browser.post("/note/", typed)
    browser.post(led["Location"], {"login": "mo", "password": "harbour lantern thistle"})
    assert HeldForm.objects.count() == 1
    answer = browser.post(ENTER, {"code": code(secret)})
    assert "not to be lost" in browser.get(answer["Location"]).content.decode()
    assert not HeldForm.objects.exists()


def test_what_was_typed_waits_while_one_is_set_up(client, mo, sign_in):
    sign_in("mo")
    led = client.post("/note/", {"typed_by": sign_draft_owner(mo), "note": "not to be lost"})
    assert (led.status_code, urls.saved) == (303, [])
    client.get(led["Location"])
    add_app(client)
    recovery_codes(client)
    assert "not to be lost" in client.get("/note/").content.decode()


# Recovery codes


def test_recovery_codes_are_shown_once(client, secret):
    assert len(set(recovery_codes(client))) == 10
    again = client.get("/account/second-factor/codes/")
    assert recovery_codes(client) == []
    assert "cannot be shown again" in again.content.decode()


def test_each_signs_in_once(client, halfway, sign_in):
    first, *_ = recovery_codes(client)
    assert halfway.post(ENTER, {"code": first})["Location"] == "/note/"
    another = Client()
    sign_in("mo", client=another)
    assert summary(another.post(ENTER, {"code": first})) == [("id_code", WRONG)]


def test_new_ones_replace_them(client, mo, halfway):
    former, *_ = recovery_codes(client)
    client.post("/account/second-factor/codes/new/")
    assert len(set(recovery_codes(client)) - {former}) == 10
    assert summary(halfway.post(ENTER, {"code": former})) == [("id_code", WRONG)]
    assert changes(mo) == [("factor_added", "mo"), ("codes_made", "mo")]


# Taking it away


def test_who_needs_one_cannot_take_the_last_one_away(client, mo, secret):
    address = "/account/second-factor/app/remove/"
    words = "Your role needs a second factor. Add another before you take this one away"
    assert words in client.get(address).content.decode()
    client.post(address)
    assert second_factor_policy.has_one(mo)


def test_a_worker_takes_theirs_away(client, ada, sign_in, clock):
    sign_in()
    secret = add_app(client)
    clock.shift(30)
    elsewhere = Client()
    sign_in(client=elsewhere)
    elsewhere.post(ENTER, {"code": code(secret)})
    client.post("/account/second-factor/app/remove/")
    assert not Authenticator.objects.exists()
    assert elsewhere.get("/note/").status_code == 302
    assert client.get("/note/").status_code == 200
    assert changes(ada) == [("factor_added", "ada"), ("factor_removed", "ada")]


def test_an_administrator_takes_a_lost_one_away(client, mo, secret, make_person, sign_in):
    abe = make_person("abe", Role.ADMINISTRATOR)
    services.remove_second_factor(by=abe, person=mo)
    assert client.get("/note/")["Location"].startswith("/account/sign-in/")
    assert sign_in("mo", query="?next=/note/")["Location"] == "/note/"
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"
    assert changes(mo) == [("factor_added", "mo"), ("factor_removed", "abe")]


def test_an_administrator_does_not_take_their_own_away(make_person):
    abe = make_person("abe", Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        services.remove_second_factor(by=abe, person=abe)


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.DATA_OFFICER])
def test_nobody_else_takes_one_away(ada, secret, mo, make_person, role):
    with pytest.raises(PermissionDenied):
        services.remove_second_factor(by=make_person("oz", role), person=mo)
    assert second_factor_policy.has_one(mo)
    assert not SignInChange.objects.filter(what="factor_removed").exists()


def test_a_session_without_it_is_asked_for_one_that_exists(client, mo, secret):
    """However such a session came to be: a shell, another product on the same sessions."""
    other = Client()
    other.force_login(mo)
    led = other.get("/note/", follow=True)
    assert led.redirect_chain[-1][0] == "/account/again/code/?next=%2Fnote%2F"
    assert "Use your password instead" not in led.content.decode()
    answer = other.post("/account/again/code/?next=/note/", {"code": code(secret)})
    assert answer["Location"] == "/note/"
    assert other.get("/note/").status_code == 200


def test_the_password_again_does_not_stand_in_for_it(mo, secret):
    other = Client()
    other.force_login(mo)
    other.post("/account/again/password/?next=/note/", {"password": "harbour lantern thistle"})
    assert other.get("/note/").status_code == 302


@pytest.mark.parametrize(
    "name",
    [
        "mfa_login_webauthn",
        "mfa_signup_webauthn",
        "mfa_download_recovery_codes",
        "mfa_trust",
        "socialaccount_signup",
        "socialaccount_connections",
        "openid_connect_login",
        "account_request_login_code",
    ],
)
def test_no_other_door_of_the_library_is_open(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
