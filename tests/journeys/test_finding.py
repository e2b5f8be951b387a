"""Finding factors on the page: what is visible, why, and how to get back."""

from __future__ import annotations

import re
import uuid

from django.conf import settings
from playwright.sync_api import Locator, expect

from assessments import services
from assessments.catalogue import search
from assessments.evaluation import current_edition
from tests import people as given
from tests.journeys.conftest import NARROW

FIND = "**/assessments/find/"


def in_sight(ada) -> set[str]:
    return set(ada.page.locator(".app-factor:visible legend").all_inner_texts())


def found(ada) -> Locator:
    return ada.page.locator("#find-answer")


def number_found(words: str) -> str:
    number = len(search.find(current_edition(), words).factors)
    return f"{number} factor{'s' if number > 1 else ''} found"


def finds(ada, words: str) -> None:
    ada.page.keyboard.press("/")
    ada.page.keyboard.type(words)
    expect(found(ada)).to_contain_text(number_found(words))


def sees_all(ada) -> None:
    expect(found(ada)).to_be_empty()
    expect(ada.page.locator("#find")).to_have_value("")
    expect(ada.page.locator(".app-factor:not(:visible)")).to_have_count(0)


def is_in_view(box: Locator) -> None:
    expect(box).to_be_focused()
    expect(box).to_be_in_viewport()


def test_found_factors_are_distinguished_from_selected_ones(ada, draft):
    page, keyboard = ada.page, ada.page.keyboard
    ada.ticks("1A", "3B", "3C")
    ada.waits_until_saved()
    finds(ada, "gang knife")
    said = f"{number_found('gang knife')}, 2 more shown because you selected from them."
    expect(found(ada)).to_contain_text(said)
    expect(page.locator("#announcement")).to_have_text(said)
    # What is selected stands below what was found.
    names = {each.factor.name for each in search.find(current_edition(), "gang knife").factors}
    selected = ["Alcohol Misuse", "Domestic Abuse", "Domestic Abuse"]
    assert page.locator(".app-factor:visible legend").all_inner_texts()[-3:] == selected
    assert in_sight(ada) == {*names, *selected}
    assert len(names) < 5
    why = page.locator(".app-factor__kept:visible")
    assert why.all_inner_texts() == [
        f"In sight because {code} is selected." for code in ("1A", "3B", "3C")
    ]
    # Enter goes to the box of the code that fits best.
    expect(found(ada)).to_contain_text("Enter goes to 13A.")
    keyboard.press("Enter")
    is_in_view(ada.box("13A"))
    keyboard.press("Space")
    expect(ada.box("13A")).to_be_checked()
    ada.sees_ticked("1A", "3B", "3C", "13A")
    # Escape from there keeps the place.
    ada.waits_until_saved()
    before = ada.box("13A").bounding_box()["y"]
    keyboard.press("Escape")
    sees_all(ada)
    is_in_view(ada.box("13A"))
    assert abs(ada.box("13A").bounding_box()["y"] - before) < 2
    expect(why).to_have_count(0)
    expect(page.locator("#announcement")).to_have_text("Every factor is shown.")

    # What is selected in the answer stays in sight, and so does what a button ticks.
    finds(ada, "vape")
    keyboard.press("Escape")
    sees_all(ada)
    finds(ada, "vape")
    expect(found(ada)).to_contain_text(f"{number_found('vape')}, 3 more shown")
    page.get_by_role("button", name="Add 24A Child criminal exploitation").click()
    expect(ada.box("24A")).to_be_visible()
    expect(found(ada)).to_contain_text(f"{number_found('vape')}, 4 more shown")
    # What is unticked is where it was until the next search.
    ada.presses_in_place("Remove 1A Alcohol Misuse, the child")
    expect(why.filter(has_text="Nothing here is selected any more.")).to_have_count(1)
    expect(found(ada)).to_contain_text(f"{number_found('vape')}, 3 more shown")

    # Paper has everything.
    page.emulate_media(media="print")
    assert page.locator(".app-factor:not(:visible)").count() == 0
    assert page.locator(".app-factor__guidance:not(:visible)").count() == 0
    expect(why).to_have_count(0)
    page.emulate_media(media="screen")
    assert len(in_sight(ada)) < 10
    ada.waits_until_saved()


def test_the_keyboard_and_links_reach_factors_that_the_search_hides(ada):
    page, keyboard = ada.page, ada.page.keyboard
    ada.ticks("8B", "8C")
    ada.waits_until_saved()

    # Nothing found hides nothing, and leads to no code.
    keyboard.press("/")
    keyboard.type("zzzzzz")
    expect(found(ada)).to_contain_text("Nothing found for “zzzzzz”. Every factor is shown.")
    expect(found(ada).get_by_role("link")).to_have_count(0)
    expect(page.locator(".app-factor:not(:visible)")).to_have_count(0)
    keyboard.press("Enter")
    expect(page.locator("#find")).to_be_focused()
    keyboard.press("Escape")
    sees_all(ada)
    # A link works each time.
    for _ in range(2):
        finds(ada, "private fostering")
        found(ada).get_by_role("link", name="Private fostering").click()
        is_in_view(ada.box("8B"))
        keyboard.press("Escape")
        sees_all(ada)
    for _ in range(2):
        finds(ada, "private fostering")
        page.locator("#counts a").last.click()
        sees_all(ada)
        expect(page.locator(".app-domain").last).to_be_in_viewport()

    # Keys to domains: the first box in sight, or all if there is none.
    finds(ada, "cannabis")
    expect(found(ada)).to_contain_text("found")
    found(ada).get_by_role("link").first.focus()
    keyboard.press("2")
    is_in_view(ada.box("2B"))
    expect(found(ada)).to_contain_text("found")
    keyboard.press("4")
    is_in_view(ada.box("20"))
    sees_all(ada)

    # A misspelling, and Enter before its answer is there.
    waiting = []
    page.route(FIND, lambda route: waiting.append(route))
    keyboard.press("/")
    keyboard.type("canabis")
    with page.expect_request(FIND):
        keyboard.press("Enter")
    expect(page.locator("#find")).to_be_focused()
    waiting.pop().continue_()
    is_in_view(ada.box("2A"))
    expect(found(ada)).to_contain_text("found")
    expect(found(ada)).to_contain_text("Did you mean cannabis?")
    page.unroute(FIND)
    found(ada).get_by_role("button", name="cannabis").click()
    expect(page.locator("#find")).to_have_value("cannabis")
    expect(found(ada)).not_to_contain_text("Did you mean")
    keyboard.press("Escape")
    sees_all(ada)
    page.route(FIND, lambda route: waiting.append(route))

    # An answer that comes after the search was cleared shows nothing and hides nothing.
    page.locator("#find").fill("knife")
    with page.expect_request(FIND):
        keyboard.press("Enter")
    keyboard.press("Escape")
    with page.expect_response(FIND):
        waiting.pop().continue_()
    page.unroute(FIND)
    finds(ada, "vape")
    expect(found(ada)).to_contain_text("found")
    keyboard.press("Escape")
    sees_all(ada)

    # Escape clears the field, and then leaves it.
    finds(ada, "knife")
    keyboard.press("Escape")
    sees_all(ada)
    expect(page.locator("#find")).to_be_focused()
    keyboard.press("Escape")
    expect(page.locator("#selected-heading")).to_be_focused()

    # A dialog has an Escape of its own.
    finds(ada, "knife")
    dialog = page.locator("#session-warning")
    dialog.evaluate("dialog => dialog.showModal()")
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(found(ada)).to_contain_text(number_found("knife"))
    # A reason that is being typed has none, and stays.
    reason = page.locator("#beside-8B").get_by_role("textbox")
    reason.fill("Two placements")
    keyboard.press("Escape")
    sees_all(ada)
    is_in_view(reason)
    expect(reason).to_have_value("Two placements")
    reason.fill("")
    page.locator("#selected-heading").focus()

    # From the link to what was found.
    finds(ada, "knife")
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Clear the search")).to_be_focused()
    keyboard.press("Tab")
    expect(found(ada).get_by_role("link").first).to_be_focused()
    keyboard.press("Escape")
    sees_all(ada)
    expect(page.locator("#find")).to_be_focused()


def test_the_found_factor_is_in_view_and_clearing_restores_the_scroll_position(ada):
    page, keyboard = ada.page, ada.page.keyboard
    ada.ticks("1A", "2A", "3A", "4A", "5A", "6A", "16A")
    ada.waits_until_saved()
    page.locator("#code-15A").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 2000
    finds(ada, "county lines")
    expect(page.locator(".app-factor:visible", has=ada.box("24A"))).to_be_in_viewport()
    clear = page.get_by_role("button", name="Clear the search")
    clear.click()
    sees_all(ada)
    expect(clear).to_be_hidden()
    expect(page.locator("#find")).to_be_focused()
    assert abs(page.evaluate("scrollY") - before) < 2

    # Where the search cannot be reached nothing is hidden, and asking again goes on.
    ada.loses_answers()
    page.route(FIND, lambda route: route.abort())
    keyboard.type("gang knife")
    expect(found(ada)).to_have_text("The search cannot be reached. Every factor is shown.")
    assert page.locator(".app-factor:not(:visible)").count() == 0
    page.unroute(FIND)
    keyboard.press("Enter")
    is_in_view(ada.box("13A"))


def test_a_search_after_the_sign_in_has_ended_says_so_and_goes_on_after_another(people, ada):
    ada.loses_answers()
    ada.is_signed_out_by_time()
    ada.page.keyboard.press("/")
    ada.page.keyboard.type("gang knife")
    expect(found(ada)).to_have_text(
        "You have been signed out. Every factor is shown. "
        "To search, sign in again (opens in a new tab)."
    )
    ada.is_signed_in(people.ada)
    # The page's token is of the session that has ended.
    ada.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    ada.page.keyboard.press("Enter")
    is_in_view(ada.box("13A"))


def test_who_is_signed_in_is_not_told_to_sign_in_where_the_record_is_anothers_by_now(
    people, ada, draft
):
    ada.loses_answers()
    ada.expected |= {404, 409}
    ada.is_signed_out_by_time()
    draft.refresh_from_db()
    services.reassign(
        assessment=draft, to=people.ben, by=people.mo, version=draft.version, key=uuid.uuid4()
    )
    ada.is_signed_in(people.ada)
    ada.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    ada.page.keyboard.press("/")
    ada.page.keyboard.type("gang knife")
    expect(found(ada)).to_have_text("The search cannot be reached. Every factor is shown.")


def test_a_correction_that_nobody_looked_at_is_said_so_whatever_is_found_meanwhile(
    people, at_a_browser, draft
):
    sent = given.submit(draft)
    mo = at_a_browser(people.mo)
    mo.expected |= {503}
    mo.opens(f"/admin/assessments/assessment/{sent.reference}/correct/")
    mo.page.route(
        "**/correct/",
        lambda route: (
            route.fulfill(status=503) if route.request.method == "POST" else route.continue_()
        ),
    )
    mo.page.locator("#code-13A").check()
    warning = mo.page.locator("#typed-answer")
    expect(warning).to_contain_text("not looked at yet")
    mo.page.locator("#find").fill("county lines")
    expect(mo.page.locator("#find-answer")).to_contain_text("found")
    expect(warning).to_contain_text("not looked at yet")


def test_what_is_no_code_is_said_until_something_else_is_found(ada):
    field, typed = ada.page.locator("#find"), ada.page.locator("#typed-answer")
    for is_cleared in (False, True):
        field.fill("3a 99z")
        field.press("Enter")
        expect(typed).to_contain_text("“99z”")
        expect(field).to_have_value("99z")
        if is_cleared:
            ada.page.get_by_role("button", name="Clear the search").click()
        else:
            finds(ada, "county lines")
        expect(typed).to_be_empty()
    ada.sees_ticked("3A")


def test_a_touch_screen_has_a_clear_button_and_no_hints_about_keys(people, at_a_browser, draft):
    ada = at_a_browser(people.ada, width=NARROW, has_touch=True, is_mobile=True)
    ada.opens_factors(draft)
    page = ada.page
    clear = page.get_by_role("button", name="Clear the search")
    expect(clear).to_be_hidden()
    page.get_by_label("Find a factor").fill("witchcraft")
    expect(found(ada)).to_contain_text(number_found("witchcraft"))
    assert clear.bounding_box()["height"] >= 44
    expect(found(ada).get_by_text("Escape")).to_be_hidden()
    for control in (found(ada).get_by_role("link"), found(ada).get_by_role("button")):
        assert control.bounding_box()["height"] >= 44
    found(ada).get_by_role("link").tap()
    is_in_view(ada.box("23A"))
    clear.tap()
    sees_all(ada)


def test_a_code_is_selected_in_the_answer(ada, draft):
    page, keyboard = ada.page, ada.page.keyboard
    # The answer to the change has an announcement of its own, which may come at once.
    ada.listens()
    finds(ada, "hit by stepdad")
    answer = found(ada)
    expect(answer).to_contain_text("“hit by stepdad”")
    by_an_adult = answer.get_by_role("button", name="18C By an adult")
    expect(answer.locator("[data-select]")).to_have_text([re.compile("18C"), re.compile("18B")])
    expect(by_an_adult).to_have_attribute("aria-pressed", "false")
    by_an_adult.press("Enter")
    expect(ada.box("18C")).to_be_checked()
    expect(by_an_adult).to_have_attribute("aria-pressed", "true")
    expect(by_an_adult).to_be_focused()
    ada.hears("^Selected: .*18C")
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["18C"]
    # What is removed again can be selected again.
    ada.presses_in_place("Remove 18C Physical abuse, by an adult")
    expect(by_an_adult).to_have_attribute("aria-pressed", "false")
    # The same button removes what it has selected.
    for is_selected in (True, False):
        by_an_adult.click()
        expect(ada.box("18C")).to_be_checked(checked=is_selected)
    ada.hears("^Removed: .*18C")
    ada.waits_until_saved()
    assert given.codes_of(draft) == []
    page.locator("#find").focus()
    keyboard.press("Escape")
    sees_all(ada)


def test_one_code_that_fits_is_gone_to_at_once(ada):
    finds(ada, "county lines gang debt bondage runner trap phone")
    ada.page.keyboard.press("Escape")
    sees_all(ada)
    finds(ada, "fgm")
    ada.page.keyboard.press("Enter")
    is_in_view(ada.box("22A"))


def test_what_no_code_describes_is_said_and_hides_nothing(ada):
    page = ada.page
    page.keyboard.press("/")
    page.keyboard.type("housing")
    said = "The guide has no factor for housing. Select what the guide’s factors describe."
    expect(found(ada)).to_contain_text(said)
    expect(page.locator("#announcement")).to_contain_text(said)
    expect(found(ada).locator("a, button")).to_have_count(0)
    expect(page.locator(".app-factor:not(:visible)")).to_have_count(0)
