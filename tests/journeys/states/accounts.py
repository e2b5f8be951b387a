"""Signing in and out, and the password."""

from __future__ import annotations

from tests.journeys.states.opening import SitDown, opened
from tests.journeys.visitor import Visitor
from tests.people import People


def sign_in(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down()
    visitor.opens("/account/sign-in/")
    return visitor


def sign_in_that_was_asked_for(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down()
    visitor.opens("/assessments/")
    return visitor


def sign_in_with_an_error(people: People, sit_down: SitDown) -> Visitor:
    visitor = sign_in(people, sit_down)
    visitor.signs_in(people.ada, password="not this one")
    visitor.sees("There is a problem")
    return visitor


def sign_in_tried_too_often(people: People, sit_down: SitDown) -> Visitor:
    visitor = sign_in(people, sit_down)
    visitor.expects(429)
    for _ in range(6):
        visitor.signs_in(people.ada, password="not this one")
        visitor.sees("There is a problem")
    visitor.sees("There were too many tries to sign in.")
    return visitor


def sign_out(people: People, sit_down: SitDown) -> Visitor:
    return opened("/account/sign-out/")(people, sit_down)


def signed_in_again(people: People, sit_down: SitDown) -> Visitor:
    return opened("/account/signed-in-again/")(people, sit_down)


def password(people: People, sit_down: SitDown) -> Visitor:
    return opened("/account/password/")(people, sit_down)


def password_with_errors(people: People, sit_down: SitDown) -> Visitor:
    visitor = password(people, sit_down)
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
