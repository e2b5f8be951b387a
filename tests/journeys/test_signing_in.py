"""A second factor from setting it up to signing in with it, and the warning before a sign-in ends.

What a browser alone can show: a passkey of the device, a clock that runs, a dialog.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cinfactors.accounts import second_factor
from cinfactors.accounts.models import Session
from cinfactors.accounts.sessions import IDLE, SEEN
from tests import people as given
from tests.accounts.codes import code
from tests.journeys.access import nothing_stands_in_the_way


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
    nothing_stands_in_the_way(mo.page, "second_factor_needed")
    mo.presses("Set up an authenticator app")
    mo.sees_heading("Set up an authenticator app")
    secret = secret_of(mo)
    mo.enters("Code that the app shows", "000000")
    mo.presses("Turn on")
    assert mo.problems() == ["The code is wrong or has been used. Enter the one that is shown now"]
    assert secret_of(mo) == secret
    nothing_stands_in_the_way(mo.page, "app_with_an_error")
    mo.enters("Code that the app shows", code(secret))
    mo.presses("Turn on")
    mo.sees_heading("Your recovery codes")
    expect(mo.page.get_by_role("button", name="Print this page")).to_be_visible()
    nothing_stands_in_the_way(mo.page, "recovery_codes")
    codes = mo.page.locator(".app-codes code").all_inner_texts()
    mo.presses("I have kept them")
    mo.is_at("/admin/")

    mo.opens("/account/")
    nothing_stands_in_the_way(mo.page, "your_account")

    mo.presses("Sign out")
    mo.signs_in(people.mo)
    mo.sees_heading("Enter a code to sign in")
    mo.enters("Code", "000000")
    mo.presses("Sign in")
    nothing_stands_in_the_way(mo.page, "enter_code_with_an_error")
    mo.enters("Code", codes[0])
    mo.presses("Sign in")
    mo.sees_heading("Assessments")


def test_a_passkey_is_added_and_signs_in(people, mo):
    """At localhost, since a passkey is of a name and never of an address."""
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
    nothing_stands_in_the_way(mo.page, "passkey")
    mo.enters("Name", "Desk")
    mo.presses("Add the passkey")
    mo.sees_heading("Your recovery codes")
    mo.presses("I have kept them")
    mo.is_at("/admin/")
    assert second_factor.has_one(people.mo)

    mo.opens(f"{mo.server}/account/")
    mo.presses("Sign out")
    mo.signs_in(people.mo)
    mo.sees_heading("Enter a code to sign in")
    nothing_stands_in_the_way(mo.page, "enter_code_or_passkey")
    mo.presses("Use your passkey")
    mo.sees_heading("Assessments")


def test_a_person_is_warned_stays_and_is_told_when_it_is_over(people, at_a_browser):
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
    nothing_stands_in_the_way(ada.page, "warned")
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_have_count(0)

    ada.opens_factors(given.start(people.ada))
    ada.ticks("4B")
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


def the_sign_in_has(seconds: int) -> None:
    """As if its person had done nothing for the rest of the half hour."""
    for row in Session.objects.all():
        session = row.get_session_store_class()(row.session_key)
        session[SEEN] -= IDLE - seconds
        session.save()
