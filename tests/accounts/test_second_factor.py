"""A second factor: who needs one, how it is set up, and that nothing bypasses it."""

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
from cinfactors.accounts.second_factor.forms import UNREADABLE
from cinfactors.administration import services
from tests.accounts import urls
from tests.accounts.codes import add_app, code, recovery_codes
from tests.accounts.test_sign_in import summary
from tests.pages.addresses import ADMIN, OURS
from tests.pages.page import words

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
    """The secret in Mo's app, 30 seconds after it was set up; `client` is signed in as Mo."""
    sign_in("mo")
    secret = add_app(client)
    clock.shift(30)
    return secret


def changes(person) -> list[tuple[str, str]]:
    return [(each.what, each.by.username) for each in person.sign_in_changes.all()]


# Roles that need one reach nothing without it


@pytest.mark.parametrize("role", NEED_ONE)
def test_these_roles_set_up_a_second_factor_before_anything_else(
    client, make_person, sign_in, role
):
    make_person("oz", role, is_staff=True)
    assert sign_in("oz", query="?next=/note/")["Location"] == "/note/"
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"
    html = client.get("/account/second-factor/?next=/note/").content.decode()
    assert "Your role needs more than a password to sign in." in html


def test_social_workers_need_no_second_factor(client, ada, sign_in):
    sign_in()
    assert client.get("/note/").status_code == 200


ALLOWED_BEFORE = {
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
WITHOUT_SIGN_IN = {
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
def test_every_other_address_redirects_until_then(client, make_person, sign_in, role):
    make_person("oz", role, is_staff=True)
    sign_in("oz")
    routes = [route for route in (*OURS, *ADMIN) if route not in ALLOWED_BEFORE | WITHOUT_SIGN_IN]
    assert len(routes) > 40
    for route in routes:
        address = "/" + re.sub(r"<str:\w+>", "4B", re.sub(r"<uuid:\w+>", REFERENCE, route))
        address = re.sub(r"<\w+:\w+>|\(\?P<url>.*|\^\(\?P<app_label>.*", "1", address)
        for response in (client.get(address), client.post(address)):
            assert response.status_code in (302, 303), address
            assert response["Location"].startswith("/account/second-factor/?next="), address


def test_these_addresses_exist():
    assert {*OURS, *ADMIN} >= ALLOWED_BEFORE | WITHOUT_SIGN_IN


def test_the_admins_sign_in_redirects_to_ours(client, mo):
    posted = client.post(
        "/admin/login/?next=/admin/", {"username": "mo", "password": "harbour lantern thistle"}
    )
    assert posted["Location"].startswith("/account/sign-in/?next=")
    assert "_auth_user_id" not in client.session


def test_a_script_gets_a_fragment_and_status_403(client, mo, sign_in):
    sign_in("mo")
    response = client.get("/note/", headers={"Sec-Fetch-Dest": "empty"})
    assert response.status_code == 403
    assert "<html" not in response.content.decode()


def test_no_role_needs_one_if_the_installation_does_not_require_it(client, mo, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    sign_in("mo")
    assert client.get("/note/").status_code == 200


def test_a_worker_who_becomes_a_manager_needs_one_at_the_next_request(client, ada, sign_in):
    sign_in()
    ada.role = Role.TEAM_MANAGER
    ada.save()
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"


# Setting up


def test_after_setting_up_an_app_a_person_goes_on_to_the_requested_page(client, mo, sign_in):
    sign_in("mo", query="?next=/note/")
    client.get(client.get("/note/")["Location"])
    add_app(client)
    html = client.get("/account/second-factor/codes/").content.decode()
    assert 'href="/note/"' in html
    assert client.get("/note/").status_code == 200
    assert changes(mo) == [("factor_added", "mo")]


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example"])
def test_setting_one_up_never_redirects_to_another_host(client, mo, sign_in, wanted):
    sign_in("mo")
    client.get(f"/account/second-factor/?next={wanted}")
    add_app(client)
    html = client.get("/account/second-factor/codes/").content.decode()
    assert "elsewhere" not in html


def test_the_qr_code_is_rendered_within_the_content_security_policy(client, mo, sign_in):
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
    """Return the decoded content of every session, as a reader with table and key has it."""
    store = Session.get_session_store_class()()
    return str([store.decode(row.session_data) for row in Session.objects.all()])


def test_an_unconfirmed_secret_is_encrypted_in_the_session(client, mo, sign_in):
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


def test_an_unconfirmed_secret_that_cannot_be_decrypted_is_replaced(client, mo, sign_in, settings):
    sign_in("mo")
    address = "/account/second-factor/app/"
    shown = client.get(address).context["form"].secret
    session = client.session
    session[TOTP_SECRET_SESSION_KEY] = "encrypted with a key that is gone"
    session.save()
    response = client.post(address, {"code": code(shown)})
    assert summary(response) == [("id_code", WRONG)]
    assert response.context["form"].secret != shown


def test_secrets_encrypted_with_a_fallback_key_are_still_decrypted(settings):
    adapter = MFAAdapter()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the first", []
    encrypted = adapter.encrypt("JBSWY3DP")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the second", ["the first"]
    assert adapter.decrypt(encrypted) == "JBSWY3DP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        adapter.decrypt(encrypted)


def test_codes_of_a_key_that_was_changed_are_said_to_be_unreadable(
    after_password, secret, client, mo, settings
):
    settings.SECRET_KEY_FALLBACKS = []
    Authenticator.objects.exclude(data={}).update(
        data={"secret": "of another key", "seed": "of another key", "used_mask": 0}
    )
    assert after_password.get(ENTER).status_code == 200
    assert summary(after_password.post(ENTER, {"code": code(secret)})) == [("id_code", UNREADABLE)]
    assert client.get("/account/second-factor/").status_code == 200
    codes = client.get("/account/second-factor/codes/")
    assert codes["Location"] == "/account/second-factor/codes/new/"
    assert client.get(codes["Location"]).status_code == 200
    client.post(codes["Location"])
    assert len(recovery_codes(client)) == 10


def test_setting_one_up_ends_sessions_that_were_begun_without_it(client, ada, sign_in):
    elsewhere = Client()
    sign_in(client=elsewhere)
    sign_in()
    add_app(client)
    assert elsewhere.get("/note/").status_code == 302
    assert client.get("/note/").status_code == 200


def test_a_person_reauthenticates_five_minutes_after_signing_in(client, ada, sign_in, clock):
    sign_in()
    clock.shift(5 * 60)
    redirected = client.get("/account/second-factor/app/")
    address = redirected["Location"]
    assert address == "/account/again/password/?next=%2Faccount%2Fsecond-factor%2Fapp%2F"
    refused = client.post(address, {"password": "wrong"})
    assert summary(refused) == [("id_password", "The password is wrong. Check it and try again")]
    response = client.post(address, {"password": "harbour lantern thistle"})
    assert response["Location"] == "/account/second-factor/app/"
    add_app(client)


# Signing in with it


@pytest.fixture
def after_password(secret, sign_in):
    """A browser in which Mo has entered the right password, and nothing else."""
    browser = Client()
    response = sign_in("mo", client=browser, query="?next=/note/")
    assert response["Location"] == ENTER
    return browser


def test_the_code_signs_in_and_redirects_to_the_requested_page(after_password, secret):
    response = after_password.post(ENTER, {"code": code(secret)})
    assert response["Location"] == "/note/"
    assert after_password.get("/note/").status_code == 200


def test_the_password_alone_signs_nobody_in(after_password):
    assert "_auth_user_id" not in after_password.session
    for address in ("/note/", "/admin/", "/account/second-factor/", "/account/second-factor/app/"):
        response = after_password.get(address)
        assert response["Location"].startswith("/account/sign-in/?next="), address


def test_the_code_page_redirects_to_sign_in_without_a_password(client):
    assert client.get(ENTER)["Location"] == "/account/sign-in/"
    assert client.post(ENTER, {"code": "123456"})["Location"] == "/account/sign-in/"


def test_a_worker_who_has_one_needs_it_to_sign_in(client, ada, sign_in, clock):
    sign_in()
    add_app(client)
    assert sign_in(client=Client())["Location"] == ENTER


@pytest.mark.parametrize("shift", [-60, -30, 30, 60])
def test_a_code_of_another_time_step_is_wrong(after_password, secret, clock, shift):
    at = datetime(2025, 5, 12, 9, tzinfo=UTC).timestamp() + 30 + shift
    assert summary(after_password.post(ENTER, {"code": code(secret, at)})) == [("id_code", WRONG)]


def test_a_code_signs_in_once(after_password, secret, sign_in):
    right = code(secret)
    after_password.post(ENTER, {"code": right})
    another = Client()
    sign_in("mo", client=another)
    assert summary(another.post(ENTER, {"code": right})) == [("id_code", WRONG)]


def test_after_five_attempts_codes_are_refused_the_right_one_too(after_password, secret, clock):
    responses = [after_password.post(ENTER, {"code": f"{n:06}"}).status_code for n in range(7)]
    assert responses == [200] * 5 + [429] * 2
    refused = after_password.post(ENTER, {"code": code(secret)})
    assert refused.status_code == 429
    message = "There were too many tries to sign in. Wait 5 minutes, then try again"
    assert summary(refused) == [("id_code", message)]
    clock.shift(5 * 60)
    assert after_password.post(ENTER, {"code": code(secret)}).status_code == 302


def test_another_browser_shares_the_count_of_attempts(after_password, sign_in):
    for n in range(5):
        after_password.post(ENTER, {"code": f"{n:06}"})
    another = Client()
    sign_in("mo", client=another)
    assert another.post(ENTER, {"code": "999999"}).status_code == 429


def test_after_fifteen_minutes_the_password_is_needed_again(after_password, secret, clock):
    clock.shift(15 * 60 + 1)
    assert after_password.post(ENTER, {"code": code(secret)})["Location"] == "/account/sign-in/"


def test_somebody_else_may_sign_in_instead(after_password, ada, sign_in):
    assert after_password.get("/account/sign-in/")["Location"] == ENTER
    after_password.post("/account/sign-out/")
    assert sign_in("ada", client=after_password)["Location"] == "/"


def test_an_account_that_is_closed_meanwhile_is_not_signed_in(after_password, mo, secret):
    mo.is_active = False
    mo.save()
    after_password.post(ENTER, {"code": code(secret)})
    assert after_password.get("/note/").status_code == 302


def test_a_draft_is_kept_until_the_second_factor_is_shown(after_password, mo, client, secret):
    typed = {"typed_by": sign_draft_owner(mo), "note": "not to be lost"}
    browser = Client()
    redirected = browser.post("/note/", typed)
    browser.post(redirected["Location"], {"login": "mo", "password": "harbour lantern thistle"})
    assert HeldForm.objects.count() == 1
    response = browser.post(ENTER, {"code": code(secret)})
    assert "not to be lost" in browser.get(response["Location"]).content.decode()
    assert not HeldForm.objects.exists()


def test_a_draft_is_kept_while_a_second_factor_is_set_up(client, mo, sign_in):
    sign_in("mo")
    redirected = client.post("/note/", {"typed_by": sign_draft_owner(mo), "note": "not to be lost"})
    assert (redirected.status_code, urls.saved) == (303, [])
    client.get(redirected["Location"])
    add_app(client)
    recovery_codes(client)
    assert "not to be lost" in client.get("/note/").content.decode()


# Recovery codes


def test_recovery_codes_are_shown_once(client, secret):
    assert len(set(recovery_codes(client))) == 10
    again = client.get("/account/second-factor/codes/")
    assert recovery_codes(client) == []
    assert "cannot be shown again" in words(again.content.decode())


def test_each_recovery_code_signs_in_once(client, after_password, sign_in):
    first, *_ = recovery_codes(client)
    assert after_password.post(ENTER, {"code": first})["Location"] == "/note/"
    another = Client()
    sign_in("mo", client=another)
    assert summary(another.post(ENTER, {"code": first})) == [("id_code", WRONG)]


def test_new_recovery_codes_replace_the_old(client, mo, after_password):
    former, *_ = recovery_codes(client)
    client.post("/account/second-factor/codes/new/")
    assert len(set(recovery_codes(client)) - {former}) == 10
    assert summary(after_password.post(ENTER, {"code": former})) == [("id_code", WRONG)]
    assert changes(mo) == [("factor_added", "mo"), ("codes_made", "mo")]


# Removing it


def test_a_person_who_needs_one_cannot_remove_the_last(client, mo, secret):
    address = "/account/second-factor/app/remove/"
    message = "Your role needs a second factor. Add another before you take this one away"
    assert message in client.get(address).content.decode()
    client.post(address)
    assert second_factor_policy.has_one(mo)


def test_a_worker_removes_their_second_factor(client, ada, sign_in, clock):
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


def test_an_administrator_removes_a_lost_second_factor(client, mo, secret, make_person, sign_in):
    abe = make_person("abe", Role.ADMINISTRATOR)
    services.remove_second_factor(by=abe, person=mo)
    assert client.get("/note/")["Location"].startswith("/account/sign-in/")
    assert sign_in("mo", query="?next=/note/")["Location"] == "/note/"
    assert client.get("/note/")["Location"] == "/account/second-factor/?next=/note/"
    assert changes(mo) == [("factor_added", "mo"), ("factor_removed", "abe")]


def test_an_administrator_cannot_remove_their_own_second_factor(make_person):
    abe = make_person("abe", Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        services.remove_second_factor(by=abe, person=abe)


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.DATA_OFFICER])
def test_other_roles_cannot_remove_a_second_factor(ada, secret, mo, make_person, role):
    with pytest.raises(PermissionDenied):
        services.remove_second_factor(by=make_person("oz", role), person=mo)
    assert second_factor_policy.has_one(mo)
    assert not SignInChange.objects.filter(what="factor_removed").exists()


def test_a_session_that_has_not_shown_an_existing_one_has_to_show_it(client, mo, secret):
    """However such a session was made: by a shell, or another product on the same sessions."""
    other = Client()
    other.force_login(mo)
    redirected = other.get("/note/", follow=True)
    assert redirected.redirect_chain[-1][0] == "/account/again/code/?next=%2Fnote%2F"
    assert "Use your password instead" not in redirected.content.decode()
    response = other.post("/account/again/code/?next=/note/", {"code": code(secret)})
    assert response["Location"] == "/note/"
    assert other.get("/note/").status_code == 200


def test_reauthenticating_with_a_password_is_no_second_factor(mo, secret):
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
def test_no_other_sign_in_url_of_allauth_exists(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
