"""The factor page while one works on it with a script."""

from __future__ import annotations

from playwright.sync_api import expect

from assessments.models import Assessment, Episode
from tests import people as given
from tests.journeys.states.opening import SitDown
from tests.journeys.states.recording import factors_of, factors_to_choose
from tests.journeys.visitor import Visitor
from tests.people import People


def factors_answered_and_typed(people: People, open_browser: SitDown) -> Visitor:
    """One rule is answered and folded away, another asks, a third was answered wrongly."""
    visitor = factors_of(people, open_browser, "6B", "8B", "8C", "13A")
    beside = visitor.page.locator("#beside-13A")
    beside.get_by_role("textbox").fill("No sign of exploitation")
    beside.get_by_role("button", name="Save the reason").click()
    expect(beside.locator("summary")).to_contain_text("Explained:")
    visitor.page.locator("#beside-8B").get_by_role("button", name="Save the reason").click()
    visitor.sees("give a reason, or keep one")
    visitor.page.locator("#find").fill("3a 18a")
    visitor.page.keyboard.press("Enter")
    visitor.sees("18A was replaced")
    return visitor


def factors_where_21_is_offered(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A", "4B")
    visitor.box("21").click()
    visitor.sees("Remove the 2 factors and record 21 No factors identified")
    return visitor


def factors_where_21_is_undone(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_where_21_is_offered(people, open_browser)
    visitor.presses_in_place("Remove the 2 factors and record 21 No factors identified")
    visitor.sees("Undo")
    return visitor


def factors_found(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    visitor.page.get_by_label("Find a factor").fill("county lines")
    visitor.sees("1 more shown because you selected from it.")
    return visitor


def factors_not_found(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    visitor.page.get_by_label("Find a factor").fill("zzzzzz")
    visitor.sees("Nothing found for")
    return visitor


def factors_not_saved(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    visitor.loses_answers()
    visitor.is_signed_out_by_time()
    visitor.ticks("4B")
    visitor.page.get_by_label("Find a factor").fill("county lines")
    visitor.sees("you have been signed out", "You have been signed out")
    # Who looks at it next must be let in.
    return visitor


def factors_without_an_answer(people: People, open_browser: SitDown) -> Visitor:
    """The server answers neither a change nor a search."""
    visitor = factors_of(people, open_browser, "3A", "6B")
    visitor.context.set_offline(True)
    visitor.ticks("4B")
    visitor.page.get_by_label("Find a factor").fill("county lines")
    visitor.sees("there is no answer from the server", "The search cannot be reached")
    return visitor


def factors_closed(people: People, open_browser: SitDown) -> Visitor:
    """It was authorised while the page was open."""
    visitor = factors_of(people, open_browser, "3A", "6B")
    given.authorise(given.submit(Assessment.objects.get()), people.mo)
    visitor.ticks("4B")
    visitor.sees("this assessment is not with you any more")
    return visitor


def factors_recorded_before(people: People, open_browser: SitDown) -> Visitor:
    """For a sibling, and for the child in the same episode."""
    sibling = given.start(people.ada, "EX2002")
    Episode.objects.filter(pk=sibling.episode_id).update(family_reference="F1")
    given.authorise(given.submit(sibling, "1B", "4B"), people.mo)
    earlier = given.start(people.ada)
    Episode.objects.filter(pk=earlier.episode_id).update(family_reference="F1")
    given.authorise(given.submit(earlier, "1A", "16A"), people.mo)
    visitor = open_browser(people.ada)
    visitor.opens_factors(given.record(given.start_after(earlier), "3A"))
    visitor.presses_in_place("Keyboard shortcuts")
    visitor.sees("Next question of the guide")
    visitor.sees("Recorded for a brother or sister", "Recorded on")
    return visitor


def factors_of_the_family_offered(people: People, open_browser: SitDown) -> Visitor:
    """One of them is selected, and another asks who it is about."""
    sister = given.start(people.ada, "EX2002")
    Episode.objects.filter(pk=sister.episode_id).update(family_reference="F1")
    given.submit(sister, "1B", "4B", "4C")
    here = given.start(people.ada)
    Episode.objects.filter(pk=here.episode_id).update(family_reference="F1")
    visitor = open_browser(people.ada)
    visitor.opens_factors(given.record(here, "3A", "4B"))
    visitor.page.locator("#family summary").click()
    visitor.sees("submitted, not yet agreed", "Is that person somebody other than this child?")
    return visitor


def factors_chosen(people: People, open_browser: SitDown) -> Visitor:
    """Theirs is chosen, and shown as saved."""
    visitor = factors_to_choose(people, open_browser)
    visitor.chooses("What is saved")
    visitor.presses_in_place("Save these choices")
    visitor.waits_until_saved()
    visitor.sees_ticked("3A", "4B")
    assert Assessment.objects.get().codes == ["3A", "4B"]
    return visitor


STATES = (
    factors_of_the_family_offered,
    factors_answered_and_typed,
    factors_where_21_is_offered,
    factors_where_21_is_undone,
    factors_found,
    factors_not_found,
    factors_not_saved,
    factors_without_an_answer,
    factors_closed,
    factors_recorded_before,
    factors_chosen,
)
