"""Records and guidance, and what is not there to be read."""

from __future__ import annotations

from uuid import uuid4

from tests import people as given
from tests.journeys.states.opening import SitDown, opened
from tests.journeys.states.recording import factors_of, returned_with_a_reply
from tests.journeys.visitor import Visitor
from tests.people import People


def record_of_a_draft(people: People, open_browser: SitDown) -> Visitor:
    return opened(f"/assessments/{given.start(people.ada).reference}/")(people, open_browser)


def record_with_everything(people: People, open_browser: SitDown) -> Visitor:
    sent = given.submit(
        given.start(people.ada), "3B", "13A", "20", description="Hoarding.\nTwo rooms."
    )
    back = given.return_it(given.correct(sent, people.mo, "3B", "13A"), people.mo)
    returned = given.return_it(
        given.submit(back, "3B", "13A", "20", description="Hoarding.\nTwo rooms."),
        people.mo,
        "See below",
        reason="evidence_not_clear",
        pinned={"13A": "What is the evidence of a gang?", "24A": "Is he used by others?"},
    )
    visitor = open_browser(people.ada)
    visitor.opens_record(returned)
    visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return visitor


def record_with_a_reply(people: People, open_browser: SitDown) -> Visitor:
    returned = returned_with_a_reply(people, long=True)
    return opened(f"/assessments/{returned.reference}/")(people, open_browser)


def record_authorised(people: People, open_browser: SitDown) -> Visitor:
    done = given.authorise(given.submit(given.start(people.ada)), people.mo)
    return opened(f"/assessments/{done.reference}/")(people, open_browser)


def withdraw(people: People, open_browser: SitDown) -> Visitor:
    sent = given.submit(given.start(people.ada))
    return opened(f"/assessments/{sent.reference}/withdraw/")(people, open_browser)


def cancel(people: People, open_browser: SitDown) -> Visitor:
    draft = given.start(people.ada)
    return opened(f"/assessments/{draft.reference}/cancel/")(people, open_browser)


def cancel_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = cancel(people, open_browser)
    visitor.presses("Cancel the assessment")
    visitor.sees("There is a problem")
    return visitor


def record_cancelled(people: People, open_browser: SitDown) -> Visitor:
    visitor = cancel(people, open_browser)
    visitor.enters("Why was it started in error?", "Started for the wrong child")
    visitor.presses("Cancel the assessment")
    visitor.sees("The assessment is cancelled. Its record stays.")
    return visitor


def guidance(people: People, open_browser: SitDown) -> Visitor:
    return opened("/guidance/")(people, open_browser)


def guidance_searched(people: People, open_browser: SitDown) -> Visitor:
    return opened("/guidance/?q=county+lines")(people, open_browser)


def guidance_searched_without_results(people: People, open_browser: SitDown) -> Visitor:
    return opened("/guidance/?q=zebra")(people, open_browser)


def guidance_for_a_code(people: People, open_browser: SitDown) -> Visitor:
    return opened("/guidance/3A/")(people, open_browser)


def guidance_for_a_code_that_was_replaced(people: People, open_browser: SitDown) -> Visitor:
    return opened("/guidance/18A/")(people, open_browser)


def not_found(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.expects(404)
    visitor.opens(f"/assessments/{uuid4()}/")
    return visitor


def not_readable(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser)
    visitor.expects(400)
    visitor.page.evaluate("document.querySelector('[name=key]').remove()")
    visitor.presses("Save and continue")
    visitor.sees_heading("What you sent could not be read")
    return visitor


def not_permitted(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.expects(403)
    visitor.opens("/admin/")
    return visitor


STATES = (
    record_of_a_draft,
    record_with_everything,
    record_with_a_reply,
    record_authorised,
    withdraw,
    cancel,
    cancel_with_an_error,
    record_cancelled,
    guidance,
    guidance_searched,
    guidance_searched_without_results,
    guidance_for_a_code,
    guidance_for_a_code_that_was_replaced,
    not_found,
    not_readable,
    not_permitted,
)
