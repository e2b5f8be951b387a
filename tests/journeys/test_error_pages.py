"""Accessibility of the error pages: axe, small screens, and the way on."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.core.cache import cache

from cinfactors.web import rate_limits
from tests import people as given
from tests.journeys.accessibility import assert_no_axe_violations

pytestmark = pytest.mark.urls("tests.accounts.urls")


def test_error_pages_have_no_axe_violations(people, at_a_browser):
    ada = at_a_browser(people.ada)
    for status in (400, 403, 404, 429, 500):
        ada.expects(status)
    given.start(people.ada)

    def check(status: HTTPStatus, heading: str) -> None:
        ada.sees_heading(heading)
        assert_no_axe_violations(ada.page, f"error-{int(status)}-{heading[:7]}")

    ada.opens("/nothing/")
    check(HTTPStatus.NOT_FOUND, "Page not found")
    ada.opens("/forbidden/")
    check(HTTPStatus.FORBIDDEN, "You cannot do this")
    ada.opens("/broken/")
    check(HTTPStatus.INTERNAL_SERVER_ERROR, "Sorry, there is a problem with the service")
    ada.opens("/assessments/")
    ada.page.evaluate("document.querySelector('[name=words]').maxLength = 2e6")
    ada.page.evaluate("document.querySelector('[name=words]').value = 'x'.repeat(1.5e6)")
    ada.presses("Find")
    check(HTTPStatus.BAD_REQUEST, "What you sent could not be read")
    ada.opens("/assessments/")
    cache.set(f"searches:{people.ada.pk}", rate_limits.SEARCHES, 300)
    ada.presses("Find")
    check(HTTPStatus.TOO_MANY_REQUESTS, "Too many tries")
    ada.opens("/assessments/")
    for field in ada.page.locator("[name=csrfmiddlewaretoken]").all():
        field.evaluate("field => field.value = 'x'.repeat(64)")
    ada.presses("Find")
    check(HTTPStatus.FORBIDDEN, "Nothing was saved")
    ada.opens("/assessments/")
    ada.presses("Sign out")
    ada.sees_heading("Sign in")
