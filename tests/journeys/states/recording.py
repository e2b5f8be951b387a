"""Selecting factors, checking answers, and what follows."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from assessments.evaluation import current_edition
from assessments.models import Assessment
from cinfactors.accounts.form_recovery import MOST_DRAFTS
from cinfactors.accounts.models import Density, HeldForm
from tests import people as given
from tests.journeys.states.opening import SitDown, opened
from tests.journeys.visitor import Visitor
from tests.people import People

SEND = """([codes, description]) => {
    const form = document.getElementById("factors");
    for (const code of codes) document.getElementById(`code-${code}`).checked = true;
    if (description) form.elements.other_description.value = description;
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


def factors_to_describe(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "6B", "13A")
    visitor.page.locator("#find").fill("20")
    visitor.page.locator("#find").press("Enter")
    visitor.sees("Describe what 20 Other stands for")
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
    child = {"birth_date": None, "expected_birth_date": expected, "given_name": "", "sex": "U"}
    return factors_of(people, open_browser, "1B", "7A", **child)


def factors_merged_with_another_tab(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A", "9A")
    given.record(Assessment.objects.get(), "9A", "4B", "20", description="Hoarding")
    visitor.ticks("16A")
    visitor.sees("Also saved from another page")
    return visitor


def factors_to_choose(people: People, open_browser: SitDown) -> Visitor:
    """What two tabs have cannot be recorded together."""
    visitor = factors_of(people, open_browser)
    given.record(Assessment.objects.get(), "3A", "4B")
    visitor.ticks("21")
    visitor.sees("Which factors do you want to record?")
    return visitor


def factors_saved_without_a_choice(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser)
    given.record(Assessment.objects.get(), "20", description="Hoarding")
    sends_as_without_script(visitor, "20", description="Debts")
    sends_as_without_script(visitor)
    visitor.sees("There is a problem")
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


def factors_neither_saved_nor_kept(people: People, open_browser: SitDown) -> Visitor:
    visitor = factors_of(people, open_browser, "3A")
    for number in range(MOST_DRAFTS):
        at, body = timezone.now(), b"typed elsewhere"
        HeldForm.objects.create(
            token_hash=f"{number:064}", path="/", person=people.ada, body=body, at=at
        )
    visitor.is_signed_out_by_time()
    visitor.expects(403)
    sends_as_without_script(visitor, "16A", "20", description="Hoarding, and " + "debts" * 60)
    visitor.sees_heading("Nothing was saved")
    return visitor


def factors_returned(people: People, open_browser: SitDown) -> Visitor:
    returned = given.return_it(given.submit(given.start(people.ada)), people.mo)
    visitor = open_browser(people.ada)
    visitor.opens_factors(returned)
    return visitor


def returned_with_a_reply(people: People, long: bool = False) -> Assessment:
    """Three comments, of which one has a reply; 13A is missed."""
    sent = given.submit(given.start(people.ada), "3A", "4B")
    pinned = {"4B": "How does it affect her?", "13A": "What of the gang?" + "g" * 900 * long}
    returned = given.return_it(
        sent, people.mo, "See my questions.", reason="missing_factor", pinned=pinned
    )
    return given.reply(returned, {"4B": "Some days nobody\ngets up. " + "x" * 900 * long})


def with_all_details_open(visitor: Visitor) -> Visitor:
    visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return visitor


def factors_with_a_reply(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.opens_factors(returned_with_a_reply(people))
    return with_all_details_open(visitor)


def factors_with_a_reply_refused(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.opens_factors(returned_with_a_reply(people))
    visitor.page.locator("#reply-to-13A").click()
    visitor.page.locator("#reply-13A").fill("x" * 1001)
    visitor.presses("Save and continue")
    visitor.sees("There is a problem")
    return visitor


def check_with_a_reply(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.opens_check(returned_with_a_reply(people))
    return with_all_details_open(visitor)


def check_with_long_words(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.opens_check(returned_with_a_reply(people, long=True))
    return with_all_details_open(visitor)


def check_with_a_reply_refused(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_with_a_reply(people, open_browser)
    visitor.page.locator("#reply-general").fill("x" * 1001)
    visitor.presses("Save")
    visitor.sees("There is a problem")
    return visitor


def check_replied_to_an_earlier_return(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_with_a_reply(people, open_browser)
    visitor.page.locator("#reply-13A").fill("No gang that I know of")
    given.return_it(given.submit(Assessment.objects.get(), "3A"), people.mo)
    visitor.presses("Save")
    visitor.sees("Your replies are not saved.")
    return visitor


def submitting_nothing_new(people: People, open_browser: SitDown) -> Visitor:
    returned = given.return_it(given.submit(given.start(people.ada)), people.mo)
    visitor = open_browser(people.ada)
    visitor.opens_check(returned)
    visitor.presses("Submit to Mo Harbour")
    visitor.sees_heading("Submit it as it is?")
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
    visitor.sees("Considered: not in this case", "Reason given")
    return visitor


def check_merged_with_another_tab(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_of(people, open_browser, "13A")
    given.record(Assessment.objects.get(), "4B", "13A")
    visitor.enters("Or: why does 24A not apply?", "No sign of exploitation")
    visitor.presses("Submit to Mo Harbour")
    visitor.sees("Not submitted yet", "Also saved from another page")
    return visitor


def check_to_choose(people: People, open_browser: SitDown) -> Visitor:
    visitor = check_of(people, open_browser, "13A")
    given.set_outcome(Assessment.objects.get(), "no_further_action")
    visitor.chooses("Early help")
    visitor.presses("Save")
    visitor.presses("Save")
    visitor.sees("There is a problem", "Which outcome do you want to record?")
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
    factors_to_describe,
    factors_with_a_description_refused,
    factors_as_key_points_all_ticked_and_open,
    factors_as_key_points,
    factors_of_an_unborn_child,
    factors_merged_with_another_tab,
    factors_to_choose,
    factors_saved_without_a_choice,
    factors_not_saved_when_signed_out,
    sign_in_with_an_unsent_draft,
    factors_neither_saved_nor_kept,
    factors_returned,
    factors_with_a_reply,
    factors_with_a_reply_refused,
    check_with_a_reply,
    check_with_long_words,
    check_with_a_reply_refused,
    check_replied_to_an_earlier_return,
    submitting_nothing_new,
    check_without_factors,
    check_with_questions,
    check_with_errors,
    check_with_answers,
    check_merged_with_another_tab,
    check_to_choose,
    submitted,
    locked,
)
