"""Every page of the product in each of its states: how a person comes to see it.

Each takes the people and `at_a_browser`, and gives back the visitor who looks at it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from assessments.models import Assessment
from assessments.record import current_edition
from cinfactors.accounts.models import Density
from tests import people as given
from tests.journeys.visitor import Visitor
from tests.people import People

SitDown = Callable[..., Visitor]
State = Callable[[People, SitDown], Visitor]
STATES: list[State] = []


def state(show: State) -> State:
    STATES.append(show)
    return show


def opened(path: str) -> Callable[[People, SitDown], Visitor]:
    def show(people: People, sit_down: SitDown) -> Visitor:
        visitor = sit_down(people.ada)
        visitor.opens(path)
        return visitor

    return show


# Accounts


@state
def sign_in(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down()
    visitor.opens("/account/sign-in/")
    return visitor


@state
def sign_in_that_was_asked_for(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down()
    visitor.opens("/assessments/")
    return visitor


@state
def sign_in_with_an_error(people: People, sit_down: SitDown) -> Visitor:
    visitor = sign_in(people, sit_down)
    visitor.signs_in(people.ada, password="not this one")
    visitor.sees("There is a problem")
    return visitor


@state
def sign_in_tried_too_often(people: People, sit_down: SitDown) -> Visitor:
    visitor = sign_in(people, sit_down)
    visitor.expects(429)
    for _ in range(6):
        visitor.signs_in(people.ada, password="not this one")
        visitor.sees("There is a problem")
    visitor.sees("There were too many tries to sign in.")
    return visitor


@state
def sign_out(people: People, sit_down: SitDown) -> Visitor:
    return opened("/account/sign-out/")(people, sit_down)


@state
def password(people: People, sit_down: SitDown) -> Visitor:
    return opened("/account/password/")(people, sit_down)


@state
def password_with_errors(people: People, sit_down: SitDown) -> Visitor:
    visitor = password(people, sit_down)
    visitor.presses("Change password")
    visitor.sees("There is a problem")
    return visitor


# The list


@state
def list_that_is_empty(people: People, sit_down: SitDown) -> Visitor:
    return opened("/assessments/")(people, sit_down)


def thirty_drafts(people: People) -> list[Assessment]:
    days = timezone.localdate() - timedelta(days=100)
    return [
        given.start(
            people.ada,
            f"EX{5000 + number}",
            given_name=f"Alex{'andra' if number % 3 else ''}",
            family_name="Sample-Placeholder" if number % 4 else "Sample",
            referred=days + timedelta(days=3 * number),
        )
        for number in range(30)
    ]


@state
def list_that_is_full(people: People, sit_down: SitDown) -> Visitor:
    drafts = thirty_drafts(people)
    given.record(drafts[0], "1A", "2B", "3A", "3B", "4A", "10A", "13A", "16A", "24A")
    given.return_it(given.submit(drafts[20]), people.mo)
    return opened("/assessments/")(people, sit_down)


@state
def list_on_its_second_page(people: People, sit_down: SitDown) -> Visitor:
    thirty_drafts(people)
    return opened("/assessments/?page=2")(people, sit_down)


@state
def list_of_the_team(people: People, sit_down: SitDown) -> Visitor:
    given.submit(given.start(people.ben))
    return opened("/assessments/?whose=team&tab=with-manager")(people, sit_down)


@state
def list_for_a_manager(people: People, sit_down: SitDown) -> Visitor:
    given.authorise(given.submit(given.start(people.ben)), people.mo)
    visitor = sit_down(people.mo)
    visitor.opens("/assessments/?tab=authorised")
    return visitor


@state
def list_searched(people: People, sit_down: SitDown) -> Visitor:
    given.start(people.ada)
    visitor = list_that_is_empty(people, sit_down)
    visitor.enters("Find a child by id or name", "robin")
    visitor.presses("Find")
    visitor.sees("Clear the search")
    return visitor


@state
def list_searched_in_vain(people: People, sit_down: SitDown) -> Visitor:
    visitor = list_that_is_empty(people, sit_down)
    visitor.enters("Find a child by id or name", "nobody")
    visitor.presses("Find")
    visitor.sees("Nothing found here.")
    return visitor


# Starting


@state
def start(people: People, sit_down: SitDown) -> Visitor:
    return opened("/assessments/start/")(people, sit_down)


@state
def start_with_an_error(people: People, sit_down: SitDown) -> Visitor:
    visitor = start(people, sit_down)
    visitor.presses("Continue")
    visitor.sees("There is a problem")
    return visitor


@state
def start_for_a_child_not_found(people: People, sit_down: SitDown) -> Visitor:
    visitor = start(people, sit_down)
    visitor.enters("Child id", "EX9999")
    visitor.presses("Continue")
    visitor.sees("There is no child with the id EX9999 here yet")
    return visitor


@state
def start_with_a_new_child(people: People, sit_down: SitDown) -> Visitor:
    return opened("/assessments/start/new/")(people, sit_down)


@state
def start_with_a_new_child_and_errors(people: People, sit_down: SitDown) -> Visitor:
    visitor = start_with_a_new_child(people, sit_down)
    visitor.presses("Start the assessment")
    visitor.sees("There is a problem")
    return visitor


@state
def start_with_two_teams_to_choose_from(people: People, sit_down: SitDown) -> Visitor:
    people.ada.teams.add(people.south)
    return start_with_a_new_child(people, sit_down)


@state
def start_in_an_open_referral(people: People, sit_down: SitDown) -> Visitor:
    child = given.start(people.ada).episode.child
    return opened(f"/assessments/start/{child.reference}/")(people, sit_down)


@state
def start_in_an_open_referral_with_errors(people: People, sit_down: SitDown) -> Visitor:
    visitor = start_in_an_open_referral(people, sit_down)
    visitor.presses("Start the assessment")
    visitor.sees("There is a problem")
    return visitor


# Selecting factors


def factors_of(people: People, sit_down: SitDown, *codes: str, **child) -> Visitor:
    draft = given.record(given.start(people.ada, **child), *codes)
    visitor = sit_down(people.ada)
    visitor.opens_factors(draft)
    return visitor


def all_but_what_stands_alone() -> list[str]:
    edition = current_edition()
    alone = {c for rule in edition.rules if rule.kind == "stands_alone" for c in rule.codes}
    return [code for code in edition.codes if code not in alone]


@state
def factors_empty(people: People, sit_down: SitDown) -> Visitor:
    return factors_of(people, sit_down)


@state
def factors_all_ticked(people: People, sit_down: SitDown) -> Visitor:
    return factors_of(people, sit_down, *all_but_what_stands_alone())


@state
def factors_refused(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_empty(people, sit_down)
    visitor.ticks("1A", "2B", "20", "21")
    visitor.presses("Save and continue")
    visitor.sees("There is a problem")
    return visitor


@state
def factors_with_a_description_refused(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_empty(people, sit_down)
    visitor.ticks("20")
    visitor.enters("Describe what was found, in a few words", "x" * 501)
    visitor.presses("Save and continue")
    visitor.sees("There is a problem")
    return visitor


@state
def factors_as_key_points_all_ticked_and_open(people: People, sit_down: SitDown) -> Visitor:
    people.ada.density = Density.KEY_POINTS
    people.ada.save()
    visitor = factors_all_ticked(people, sit_down)
    visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return visitor


@state
def factors_as_key_points(people: People, sit_down: SitDown) -> Visitor:
    people.ada.density = Density.KEY_POINTS
    people.ada.save()
    return factors_of(people, sit_down, "3B", "13A")


@state
def factors_of_an_unborn_child(people: People, sit_down: SitDown) -> Visitor:
    expected = timezone.localdate() + timedelta(days=60)
    child = {"birth_date": None, "expected_birth_date": expected, "given_name": ""}
    return factors_of(people, sit_down, "1B", "7A", **child)


@state
def factors_changed_in_another_tab(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_of(people, sit_down, "3A")
    given.record(Assessment.objects.get(), "4B")
    visitor.ticks("16A")
    visitor.presses("Save and continue")
    visitor.sees("What differs")
    return visitor


@state
def factors_not_saved_when_signed_out(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_of(people, sit_down, "3A")
    visitor.ticks("16A")
    visitor.is_signed_out_by_time()
    visitor.presses("Save and continue")
    visitor.sees("You were signed out before your page was saved.")
    visitor.signs_in(people.ada)
    visitor.sees("Not saved yet")
    return visitor


@state
def sign_in_with_work_held(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_of(people, sit_down, "3A")
    visitor.is_signed_out_by_time()
    visitor.presses("Save and continue")
    visitor.sees("You were signed out before your page was saved.")
    return visitor


@state
def factors_returned(people: People, sit_down: SitDown) -> Visitor:
    returned = given.return_it(given.submit(given.start(people.ada)), people.mo)
    visitor = sit_down(people.ada)
    visitor.opens_factors(returned)
    return visitor


# Check answers, and after


def check_of(people: People, sit_down: SitDown, *codes: str, description: str = "") -> Visitor:
    draft = given.record(given.start(people.ada, disabled=True), *codes, description=description)
    visitor = sit_down(people.ada)
    visitor.opens_check(draft)
    return visitor


@state
def check_without_factors(people: People, sit_down: SitDown) -> Visitor:
    return check_of(people, sit_down)


@state
def check_with_questions(people: People, sit_down: SitDown) -> Visitor:
    return check_of(people, sit_down, "3B", "6B", "8B", "8C", "9A", "13A", "22A", "23A")


@state
def check_with_errors(people: People, sit_down: SitDown) -> Visitor:
    visitor = check_of(people, sit_down, "3B", "13A", "20")
    visitor.presses("Submit to Mo Harbour")
    visitor.sees("There is a problem")
    return visitor


@state
def check_with_answers(people: People, sit_down: SitDown) -> Visitor:
    visitor = check_of(people, sit_down, "3B", "13A")
    given.answer_all(Assessment.objects.get())
    visitor.page.reload()
    visitor.sees("Answered")
    return visitor


@state
def check_changed_in_another_tab(people: People, sit_down: SitDown) -> Visitor:
    visitor = check_of(people, sit_down, "13A")
    given.record(Assessment.objects.get(), "4B", "13A")
    visitor.enters("Or give the reason", "No sign of exploitation")
    visitor.presses("Save")
    visitor.sees("Not saved")
    return visitor


@state
def submitted(people: People, sit_down: SitDown) -> Visitor:
    sent = given.submit(given.start(people.ada))
    return opened(f"/assessments/{sent.reference}/submitted/")(people, sit_down)


@state
def locked(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_of(people, sit_down, "4B")
    given.submit(Assessment.objects.get())
    visitor.presses("Save and continue")
    visitor.sees_heading("This assessment cannot be changed now")
    return visitor


# The record


@state
def record_of_a_draft(people: People, sit_down: SitDown) -> Visitor:
    return opened(f"/assessments/{given.start(people.ada).reference}/")(people, sit_down)


@state
def record_with_everything(people: People, sit_down: SitDown) -> Visitor:
    sent = given.submit(
        given.start(people.ada), "3B", "13A", "20", description="Hoarding.\nTwo rooms."
    )
    returned = given.return_it(sent, people.mo, "13A: what is the evidence of a gang?")
    visitor = sit_down(people.ada)
    visitor.opens_record(returned)
    visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return visitor


@state
def record_authorised(people: People, sit_down: SitDown) -> Visitor:
    done = given.authorise(given.submit(given.start(people.ada)), people.mo)
    return opened(f"/assessments/{done.reference}/")(people, sit_down)


@state
def cancel(people: People, sit_down: SitDown) -> Visitor:
    draft = given.start(people.ada)
    return opened(f"/assessments/{draft.reference}/cancel/")(people, sit_down)


@state
def cancel_with_an_error(people: People, sit_down: SitDown) -> Visitor:
    visitor = cancel(people, sit_down)
    visitor.presses("Cancel the assessment")
    visitor.sees("There is a problem")
    return visitor


@state
def record_cancelled(people: People, sit_down: SitDown) -> Visitor:
    visitor = cancel(people, sit_down)
    visitor.enters("Why was it started in error?", "Started for the wrong child")
    visitor.presses("Cancel the assessment")
    visitor.sees("The assessment is cancelled. Its record stays.")
    return visitor


# Guidance, and what is not there


@state
def guidance(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/")(people, sit_down)


@state
def guidance_searched(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/?q=county+lines")(people, sit_down)


@state
def guidance_searched_in_vain(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/?q=zebra")(people, sit_down)


@state
def guidance_for_a_code(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/3A/")(people, sit_down)


@state
def guidance_for_a_code_that_was_replaced(people: People, sit_down: SitDown) -> Visitor:
    return opened("/guidance/18A/")(people, sit_down)


@state
def not_found(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down(people.ada)
    visitor.expects(404)
    visitor.opens(f"/assessments/{uuid4()}/")
    return visitor


@state
def not_readable(people: People, sit_down: SitDown) -> Visitor:
    visitor = factors_of(people, sit_down)
    visitor.expects(400)
    visitor.page.evaluate("document.querySelector('[name=key]').remove()")
    visitor.presses("Save and continue")
    visitor.sees_heading("What you sent could not be read")
    return visitor


@state
def not_permitted(people: People, sit_down: SitDown) -> Visitor:
    visitor = sit_down(people.ada)
    visitor.expects(403)
    visitor.opens("/admin/")
    return visitor
