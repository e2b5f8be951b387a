"""A second factor from setting it up to signing in with it, and the warning before a sign-in ends.

What a browser alone can show: a passkey of the device, a clock that runs, a dialog.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cinfactors.accounts.models import Role, Session
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.sessions import IDLE_SECONDS, LAST_USED_AT, MAX_SECONDS, SIGNED_IN_AT
from tests import people as given
from tests.accounts import openid_provider
from tests.accounts.codes import code
from tests.accounts.single_sign_on import configure_provider
from tests.journeys.accessibility import assert_no_axe_violations
from tests.journeys.conftest import NARROW, WIDE


@pytest.fixture
def mo(people, at_a_browser, settings):
    """The manager, who has just entered the right password and has no second factor."""
    settings.SECOND_FACTOR_REQUIRED = True
    visitor = at_a_browser()
    visitor.opens("/admin/")
    visitor.signs_in(people.mo)
    visitor.sees_heading("Set up a second factor")
    return visitor


def secret_of(visitor) -> str:
    return visitor.page.locator(".app-secret").inner_text()


def test_a_manager_sets_up_an_app_and_signs_in_with_it(people, mo):
    assert_no_axe_violations(mo.page, "second_factor_needed")
    mo.presses("Set up an authenticator app")
    mo.sees_heading("Set up an authenticator app")
    secret = secret_of(mo)
    mo.enters("Code that the app shows", "000000")
    mo.presses("Turn on")
    assert mo.problems() == ["The code is wrong or has been used. Enter the one that is shown now"]
    assert secret_of(mo) == secret
    assert_no_axe_violations(mo.page, "app_with_an_error")
    mo.enters("Code that the app shows", code(secret))
    mo.presses("Turn on")
    mo.sees_heading("Your recovery codes")
    expect(mo.page.get_by_role("button", name="Print this page")).to_be_visible()
    assert_no_axe_violations(mo.page, "recovery_codes")
    codes = mo.page.locator(".app-codes code").all_inner_texts()
    mo.presses("I have kept them")
    mo.is_at("/admin/")

    mo.opens("/account/")
    assert_no_axe_violations(mo.page, "your_account")

    mo.presses("Sign out")
    mo.signs_in(people.mo)
    mo.sees_heading("Enter a code to sign in")
    mo.enters("Code", "000000")
    mo.presses("Sign in")
    assert_no_axe_violations(mo.page, "enter_code_with_an_error")
    mo.enters("Code", codes[0])
    mo.presses("Sign in")
    mo.sees_heading("Awaiting review")


def test_a_passkey_is_added_and_signs_in(people, mo):
    """At localhost, since a passkey belongs to a host name and never to an IP address."""
    device = mo.context.new_cdp_session(mo.page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "isUserVerified": True}
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": kind | {"hasUserVerification": True, "automaticPresenceSimulation": True}},
    )
    mo.server = mo.server.replace("127.0.0.1", "localhost")
    mo.opens(f"{mo.server}/admin/")
    mo.signs_in(people.mo)
    mo.presses("Add a passkey")
    mo.does_not_see("No passkey was made.")
    assert_no_axe_violations(mo.page, "passkey")
    mo.enters("Name", "Desk")
    mo.presses("Add the passkey")
    mo.sees_heading("Your recovery codes")
    codes = mo.page.locator(".app-codes code").all_inner_texts()
    mo.presses("I have kept them")
    mo.is_at("/admin/")
    assert second_factor_policy.has_one(people.mo)

    mo.opens(f"{mo.server}/account/")
    mo.presses("Sign out")
    mo.signs_in(people.mo)
    mo.sees_heading("Use your passkey to sign in")
    assert_no_axe_violations(mo.page, "passkey_or_recovery_code")
    mo.presses("Use your passkey")
    mo.sees_heading("Awaiting review")

    mo.opens(f"{mo.server}/account/again/passkey/")
    assert_no_axe_violations(mo.page, "passkey_again")
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    mo.opens(f"{mo.server}/account/second-factor/passkey/{passkey.pk}/remove/")
    mo.sees("Your role needs a second factor.")
    assert_no_axe_violations(mo.page, "remove_the_only_passkey")
    mo.opens(f"{mo.server}/account/again/code/")
    mo.sees_heading("Enter a recovery code")
    assert_no_axe_violations(mo.page, "recovery_code_again")

    # A copy has been used a thousand times since.
    passkey.refresh_from_db()
    passkey.data |= {"counter": passkey.data["counter"] + 1000}
    passkey.save()
    mo.presses("Sign out")
    mo.signs_in(people.mo)
    mo.presses("Use your passkey")
    mo.sees("This passkey is refused, since it may have been copied")
    assert_no_axe_violations(mo.page, "passkey_refused")
    mo.enters("Recovery code", codes[0])
    mo.presses("Sign in")
    mo.sees("A passkey of yours was refused, since it may have been copied.")
    mo.opens(f"{mo.server}/account/second-factor/")
    mo.sees("Refused on", "since it may have been copied.")
    assert_no_axe_violations(mo.page, "second_factor_with_a_refused_passkey")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_single_sign_on_and_signing_out_in_a_browser(people, at_a_browser, settings, width):
    """What the headers of our pages stop, and what they do not, only a browser shows."""
    ivy = given.make_person("Ivy Stone", role=Role.ADMINISTRATOR)
    with openid_provider.running() as provider:
        ada = at_a_browser(width=width)
        ada.context.route(lambda url: not url.startswith("http://127.0.0.1:"), _stop)
        back = f"{ada.server}/account/single-sign-on/back/"
        client = provider.register(back)
        configure_provider(settings, provider.address, client["client_id"], client["client_secret"])
        provider.add("subject-1", preferred_username="ada")
        provider.add("subject-7", preferred_username="ivy")

        ada.opens("/account/")
        ada.presses("Sign in with your work account")
        ada.sees_heading("Authorize Client")
        ada.page.locator("input[name=sub]").fill("subject-1")
        ada.presses("Authorize")
        ada.is_at("/account/")
        ada.sees("subject-1")
        assert_no_axe_violations(ada.page, "linked_account")

        ada.page.get_by_role("button", name="Sign out").last.click()
        ada.sees_heading("End Session")
        ada.presses("End session")
        ada.is_at("/account/sign-in/")
        ada.opens("/account/single-sign-on/")
        assert "prompt=login" in ada.page.url

        ada.opens("/account/sign-in/?next=/account/")
        ada.signs_in(ivy)
        ada.sees("Not linked")
        assert_no_axe_violations(ada.page, "unlinked_account")
        ada.follows("Link your work account")
        ada.page.locator("input[name=sub]").fill("subject-7")
        ada.presses("Authorize")
        ada.sees("Your work account is linked")

        # Where the browser does not go on by itself, the button does.
        ada.context.route("**/account/sign-out/", _without_refresh)
        ada.page.get_by_role("button", name="Sign out").last.click()
        ada.sees_heading("You are signed out of cinfactors")
        assert_no_axe_violations(ada.page, "signed_out")
        ada.presses("Sign out of your work account")
        ada.sees_heading("End Session")
        ada.wrong[:] = [each for each in ada.wrong if not each.startswith(ELSEWHERE)]


ELSEWHERE = "asked elsewhere: "


def _stop(route) -> None:
    route.abort()


def _without_refresh(route) -> None:
    response = route.fetch()
    headers = {name: value for name, value in response.headers.items() if name != "refresh"}
    route.fulfill(response=response, headers=headers)


def test_the_other_sign_in_pages_have_no_axe_violations(people, at_a_browser, settings):
    ada = at_a_browser()
    ada.expects(403)
    ada.opens("/account/inactive/")
    assert_no_axe_violations(ada.page, "inactive")
    with openid_provider.running() as provider:
        back = f"{ada.server}/account/single-sign-on/back/"
        client = provider.register(back)
        configure_provider(settings, provider.address, client["client_id"], client["client_secret"])
        ada.opens(f"{back}?code=x&state=x")
        ada.sees_heading("You are not signed in")
        assert_no_axe_violations(ada.page, "single_sign_on_failed")
        # The way there and back without the provider's own pages, which are none of ours.
        led = ada.context.request.get("/account/single-sign-on/", max_redirects=0)
        provider.add("subject-9", preferred_username="nobody")
        ada.opens(provider.sign_in(led.headers["location"], "subject-9"))
        ada.sees_heading("You cannot sign in")
        assert_no_axe_violations(ada.page, "single_sign_on_of_nobody")
        ada.opens("/account/sign-in/")
        ada.sees("Sign in with your work account")
        assert_no_axe_violations(ada.page, "sign_in_with_a_provider")

    ada.signs_in(people.ada)
    Client().force_login(people.ada)
    ada.opens("/account/sessions/")
    ada.sees("Sign out everywhere else")
    assert_no_axe_violations(ada.page, "sessions")
    ada.opens("/account/again/password/")
    ada.enters("Password", "not this one")
    ada.presses("Continue")
    assert ada.problems() == ["The password is wrong. Check it and try again"]
    assert_no_axe_violations(ada.page, "password_again_with_an_error")

    ada.opens("/account/second-factor/app/")
    ada.enters("Code that the app shows", code(secret_of(ada)))
    ada.presses("Turn on")
    ada.presses("I have kept them")
    assert_no_axe_violations(ada.page, "second_factor_with_an_app")
    ada.opens("/account/second-factor/codes/")
    ada.sees("cannot be shown again")
    assert_no_axe_violations(ada.page, "recovery_codes_shown_before")
    ada.opens("/account/second-factor/codes/new/")
    assert_no_axe_violations(ada.page, "new_recovery_codes")
    ada.opens("/account/again/code/")
    ada.enters("Code", "000000")
    ada.presses("Continue")
    assert len(ada.problems()) == 1
    assert_no_axe_violations(ada.page, "code_again_with_an_error")
    ada.opens("/account/second-factor/app/remove/")
    ada.sees_heading("Remove the authenticator app")
    assert_no_axe_violations(ada.page, "remove_the_app")
    settings.SECOND_FACTOR_REQUIRED = settings.SECOND_FACTOR_FOR_EVERYBODY = True
    ada.page.reload()
    ada.sees("Your role needs a second factor.")
    assert_no_axe_violations(ada.page, "remove_the_only_app")


def test_a_person_is_warned_can_stay_and_sees_when_the_session_has_ended(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.page.clock.install()
    ada.opens("/account/sessions/")
    warning = ada.page.get_by_role("dialog")
    ada.page.clock.run_for("27:00")
    expect(warning).to_have_count(0)

    # The server's clock has not moved: it says how long there is, and the page waits on.
    the_sign_in_has(119)
    ada.page.clock.run_for("02:00")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("You will be signed out in 2 minutes")
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    assert_no_axe_violations(ada.page, "warned")
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_have_count(0)

    # At the end of twelve hours staying is no help, and is not offered.
    ends = the_sign_in_limit_is_reached_in(110)
    ada.page.clock.run_for("29:00")
    expect(warning).to_contain_text(f"Yours ends at {ends} whatever you do. What you typed is kept")
    expect(warning.get_by_role("button")).to_have_text(["Close this message"])
    expect(warning.get_by_role("button")).to_be_focused()
    assert_no_axe_violations(ada.page, "warned_of_the_limit")
    ada.is_signed_in(people.ada)

    ada.opens_factors(given.start(people.ada))
    ada.ticks("4B")
    ada.waits_until_saved()
    ada.is_signed_out_by_time()
    ada.page.clock.run_for("29:00")
    expect(warning).to_contain_text("You are signed out")
    assert ada.wrong == [f"401: GET {ada.server}/account/session/"]
    ada.wrong.clear()
    warning.get_by_role("button", name="Close this message").click()
    ada.presses("Save and continue")
    ada.sees("What you typed is kept for 15 minutes.")
    ada.signs_in(people.ada)
    ada.sees_ticked("4B")


def the_sign_in_limit_is_reached_in(seconds: int) -> str:
    """As if the person had worked since the morning; return the time of day at which it ends."""
    row = Session.objects.get()
    session = row.get_session_store_class()(row.session_key)
    session[SIGNED_IN_AT] = int(time.time()) + seconds - MAX_SECONDS
    session.save()
    ends = datetime.fromtimestamp(session[SIGNED_IN_AT] + MAX_SECONDS, UTC)
    return f"{timezone.localtime(ends):%H:%M}"


def the_sign_in_has(seconds: int) -> None:
    """As if the person had done nothing for the rest of the half hour."""
    for row in Session.objects.all():
        session = row.get_session_store_class()(row.session_key)
        session[LAST_USED_AT] -= IDLE_SECONDS - seconds
        session.save()
