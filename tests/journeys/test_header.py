"""The header of every page: a line with a menu on a phone, two lines on a wide screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NARROW, WIDE

HEIGHT = "element => Math.round(element.getBoundingClientRect().height)"


@pytest.mark.parametrize("has_script", [True, False])
def test_on_a_phone_the_header_is_one_line_whose_menu_opens_the_navigation(
    people, at_a_browser, draft, has_script
):
    ada = at_a_browser(people.ada, javascript=has_script, width=NARROW)
    ada.opens_factors(draft)
    page = ada.page
    assert page.locator(".app-header").evaluate(HEIGHT) <= 49
    # The child, the age, what is left and the status in two lines, from edge to edge.
    identity = page.locator(".app-identity")
    assert identity.evaluate(HEIGHT) <= 60
    assert identity.bounding_box()["width"] == NARROW
    menu = page.get_by_role("button", name="Menu")
    link = page.get_by_role("link", name="Start an assessment")
    expect(link).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    for name in ("History", "Guidance", "Your account"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    ada.follows("Guidance")
    ada.is_at("/guidance/")


def test_on_a_wide_screen_nothing_is_behind_a_menu(people, at_a_browser, draft):
    ada = at_a_browser(people.ada, width=WIDE)
    ada.opens_factors(draft)
    assert ada.page.locator(".app-header").evaluate(HEIGHT) <= 99
    assert ada.page.locator(".app-identity").evaluate(HEIGHT) == 38
    expect(ada.page.get_by_role("button", name="Menu")).to_be_hidden()
    ada.follows("History")
    ada.sees_heading("History of the record")


def test_the_admin_has_the_same_header_and_navigation(people, at_a_browser, settings):
    for person, names, current in (
        (
            people.mo,
            [
                "Review",
                "Awaiting review",
                "Assessments",
                "Children",
                "Work to reassign",
                "Guidance",
            ],
            "Children",
        ),
        (people.abe, ["Admin", "Guidance"], "Admin"),
    ):
        visitor = at_a_browser(person)
        place = "assessments/child" if person == people.mo else "accounts/user"
        visitor.opens(f"/admin/{place}/")
        page = visitor.page
        assert page.get_by_role("banner").locator(".app-header__authority").inner_text() == (
            settings.AUTHORITY_NAME
        )
        main = page.get_by_role("navigation", name="Main")
        assert main.get_by_role("link").all_inner_texts() == names
        assert main.locator("[aria-current]").all_inner_texts() == [current]
        crumbs = page.get_by_role("navigation", name="Breadcrumbs")
        crumbs.get_by_role("link", name=names[0]).click()
        visitor.is_at("/admin/")


def test_an_error_in_the_admin_is_summed_up_and_stands_beside_its_field(people, at_a_browser):
    abe = at_a_browser(people.abe)
    abe.opens("/admin/accounts/user/add/")
    abe.enters("User name:", "new.person")
    abe.presses("Save")
    assert abe.problems() == ["Enter the full name", "Select a role"]
    expect(abe.page.locator("#error-summary")).to_be_focused()
    expect(abe.page.get_by_label("User name:")).to_have_value("new.person")
    abe.page.get_by_role("link", name="Enter the full name").click()
    expect(abe.page.get_by_label("Full name:")).to_be_focused()
