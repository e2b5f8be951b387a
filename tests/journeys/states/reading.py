"""Records and guidance, and what is not there to be read."""

from __future__ import annotations

from uuid import uuid4

from tests import people as given
from tests.journeys.states.opening import SitDown, opened
from tests.journeys.states.recording import factors_of
from tests.journeys.visitor import Visitor
from tests.people import People


def record_of_a_draft(people: People, sit_down: SitDown) -> Visitor:
    return opened(f"/assessments/{given.start(people.ada).reference}/")(people, sit_down)


def record_with_everything(people: People, sit_down: SitDown) -> Visitor:
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
    visitor = sit_down(people.ada)
    visitor.opens_record(returned)
    visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return visitor


def record_authorised(people: People, sit_down: SitDown) -> Visitor:
    done = given.authorise(given.submit(given.start(people.ada)), people.mo)
    return opened(f"/assessments/{done.reference}/")(people, sit_down)


def withdraw(people: People, sit_down: SitDown) -> Visitor:
    sent = given.submit(given.start(people.ada))
    return opened(f"/assessments/{sent.reference}/withdraw/")(people, sit_down)


def cancel(people: People, sit_down: SitDown) -> Visitor:
    draft = given.start(people.ada)
    return opened(f"/assessments/{draft.reference}/cancel/")(people, sit_down)


def cancel_with_an_error(people: People, sit_down: SitDown) -> Visitor:
    visitor = cancel(people, sit_down)
    visitor.presses("Cancel the assessment")
    visitor.sees("There is a problem")
    return visitor


def record_cancelled(people: People, sit_down: SitDown) -> Visitor:
    visitor = cancel(people, sit_down)
    visitor.enters("Why was it started in error?", "Started for the wrong child")
    visitor.presses("Cancel the assessment")
    visitor.sees("The assessment is cancelled. Its record stays.")
    return visitor


def guidance(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/")(people, sit_down)


def guidance_searched(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/?q=county+lines")(people, sit_down)


def guidance_searched_in_vain(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/?q=zebra")(people, sit_down)


def guidance_for_a_code(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/3A/")(people, sit_down)


def guidance_for_a_code_that_was_replaced(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/18A/")(people, sit_down)


def not_found(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down(people.ada)
    visitor.expects(404)
    visitor.opens(f"/assessments/{uuid4()}/")
    return visitor


def not_readable(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_of(people, sit_down)
    visitor.expects(400)
    visitor.page.evaluate("document.querySelector('[name=key]').remove()")
    visitor.presses("Save and continue")
    visitor.sees_heading("What you sent could not be read")
    return visitor


def not_permitted(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down(people.ada)
    visitor.expects(403)
    visitor.opens("/admin/")
    return visitor


STATES = (
    record_of_a_draft,
    record_with_everything,
    record_authorised,
    withdraw,
    cancel,
    cancel_with_an_error,
    record_cancelled,
    guidance,
    guidance_searched,
    guidance_searched_in_vain,
    guidance_for_a_code,
    guidance_for_a_code_that_was_replaced,
    not_found,
    not_readable,
    not_permitted,
)
