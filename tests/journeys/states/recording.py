"""Selecting factors, checking answers, and what follows."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from assessments.evaluation import current_edition
from assessments.models import Assessment
from cinfactors.accounts.models import Density
from tests import people as given
from tests.journeys.states.opening import SitDown, opened
from tests.journeys.visitor import Visitor
from tests.people import People

SEND = """([codes, description]) => {
    const form = document.getElementById("factors");
    for (const code of codes) document.getElementById(`code-${code}`).checked = true;
    form.elements.other_description.value = description;
    form.submit();
}"""


def sends_as_without_script(visitor: Visitor, *codes: str, description: str = "") -> None:
    """The whole page, past our scripts; where none run at all, axe could look at nothing."""
    with visitor.page.expect_navigation(wait_until="domcontentloaded"):
        visitor.page.evaluate(SEND, [codes, description])


def factors_of(people: People, open_browser: SitDown, *codes: str, **child) -> Visitor:
    draft = given.record(given.start(people.ada, **child), *codes)
    visitor = open_browser(people.ada)
    visitor.opens_factors(draft)
    return visitor


def all_but_solitary_codes() -> list[str]:
    edition = current_edition()
    alone = {c for rule in edition.rules if rule.kind == "stands_alone" for c in rule.codes}
    return [code for code in edition.codes if code not in alone]


def factors_empty(people: People, open_browser: SitDown) -> Visitor:
    return factors_of(people, open_browser)


def factors_all_ticked(people: People, open_browser: SitDown) -> Visitor:
    return factors_of(people, open_browser, *all_but_solitary_codes())


def factors_refused(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_empty(people, open_browser)
    sends_as_without_script(visitor, "1A", "2B", "20", "21")
    visitor.sees("There is a problem")
    return visitor


def factors_with_a_description_refused(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_empty(people, open_browser)
    sends_as_without_script(visitor, "20", description="x" * 501)
    visitor.sees("There is a problem")
    return visitor


def factors_as_key_points_all_ticked_and_open(people: People, open_browser: SitDown) -> Visitor:
    people.ada.density = Density.KEY_POINTS
    people.ada.save()
    visitor = factors_all_ticked(people, open_browser)
    visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return visitor


def factors_as_key_points(people: People, open_browser: SitDown) -> Visitor:
    people.ada.density = Density.KEY_POINTS
    people.ada.save()
    return factors_of(people, open_browser, "3B", "13A")


def factors_of_an_unborn_child(people: People, open_browser: SitDown) -> Visitor:
    expected = timezone.localdate() + timedelta(days=60)
    child = {"birth_date": None, "expected_birth_date": expected, "given_name": ""}
    return factors_of(people, open_browser, "1B", "7A", **child)


def factors_changed_in_another_tab(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    given.record(Assessment.objects.get(), "4B")
    visitor.ticks("16A")
    visitor.sees("What differs")
    return visitor


def factors_not_saved_when_signed_out(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    visitor.is_signed_out_by_time()
    sends_as_without_script(visitor, "16A")
    visitor.sees("You were signed out before your page was saved.")
    visitor.signs_in(people.ada)
    visitor.sees("Not saved yet")
    return visitor


def sign_in_with_an_unsent_draft(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    visitor.is_signed_out_by_time()
    visitor.presses("Save and continue")
    visitor.sees("You were signed out before your page was saved.")
    return visitor


def factors_returned(people: People, open_browser: SitDown) -> Visitor:
    returned = given.return_it(given.submit(given.start(people.ada)), people.mo)
    visitor = open_browser(people.ada)
    visitor.opens_factors(returned)
    return visitor


def check_of(people: People, open_browser: SitDown, *codes: str, description: str = "") -> Visitor:
    draft = given.record(given.start(people.ada, disabled=True), *codes, description=description)
    visitor = open_browser(people.ada)
    visitor.opens_check(draft)
    return visitor


def check_without_factors(people: People, open_browser: SitDown) -> Visitor:
    return check_of(people, open_browser)


def check_with_questions(people: People, open_browser: SitDown) -> Visitor:
    return check_of(people, open_browser, "3B", "6B", "8B", "8C", "9A", "13A", "22A", "23A")


def check_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_of(people, open_browser, "3B", "13A", "20")
    visitor.presses("Submit to Mo Harbour")
    visitor.sees("There is a problem")
    return visitor


def check_with_answers(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_of(people, open_browser, "3B", "13A")
    given.answer_all(Assessment.objects.get())
    visitor.page.reload()
    visitor.sees("Answered")
    return visitor


def check_changed_in_another_tab(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_of(people, open_browser, "13A")
    given.record(Assessment.objects.get(), "4B", "13A")
    visitor.enters("Or give the reason", "No sign of exploitation")
    visitor.presses("Save")
    visitor.sees("Not saved")
    return visitor


def submitted(people: People, open_browser: SitDown) -> Visitor:
    sent = given.submit(given.start(people.ada))
    return opened(f"/assessments/{sent.reference}/submitted/")(people, open_browser)


def locked(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "4B")
    given.submit(Assessment.objects.get())
    visitor.presses("Save and continue")
    visitor.sees_heading("This assessment cannot be changed now")
    return visitor


STATES = (
    factors_empty,
    factors_all_ticked,
    factors_refused,
    factors_with_a_description_refused,
    factors_as_key_points_all_ticked_and_open,
    factors_as_key_points,
    factors_of_an_unborn_child,
    factors_changed_in_another_tab,
    factors_not_saved_when_signed_out,
    sign_in_with_an_unsent_draft,
    factors_returned,
    check_without_factors,
    check_with_questions,
    check_with_errors,
    check_with_answers,
    check_changed_in_another_tab,
    submitted,
    locked,
)
