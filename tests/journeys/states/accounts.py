"""Signing in and out, and the password."""

from __future__ import annotations

from tests.journeys.states.opening import SitDown, opened
from tests.journeys.visitor import Visitor
from tests.people import People


def sign_in(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser()
    visitor.opens("/account/sign-in/")
    return visitor


def sign_in_that_was_asked_for(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser()
    visitor.opens("/assessments/")
    return visitor


def sign_in_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = sign_in(people, open_browser)
    visitor.signs_in(people.ada, password="not this one")
    visitor.sees("There is a problem")
    return visitor


def sign_in_tried_too_often(people: People, open_browser: SitDown) -> Visitor:
    visitor = sign_in(people, open_browser)
    visitor.expects(429)
    for _ in range(6):
        visitor.signs_in(people.ada, password="not this one")
        visitor.sees("There is a problem")
    visitor.sees("There were too many tries to sign in.")
    return visitor


def sign_out(people: People, open_browser: SitDown) -> Visitor:
    return opened("/account/sign-out/")(people, open_browser)


def signed_in_again(people: People, open_browser: SitDown) -> Visitor:
    return opened("/account/signed-in-again/")(people, open_browser)


def password(people: People, open_browser: SitDown) -> Visitor:
    return opened("/account/password/")(people, open_browser)


def password_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = password(people, open_browser)
    visitor.presses("Change password")
    visitor.sees("There is a problem")
    return visitor


STATES = (
    sign_in,
    sign_in_that_was_asked_for,
    sign_in_with_an_error,
    sign_in_tried_too_often,
    sign_out,
    signed_in_again,
    password,
    password_with_errors,
)
