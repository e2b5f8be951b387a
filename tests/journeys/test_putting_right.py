"""Wrong facts, from the slip to the record that holds what is so, read aloud.

Ada records, Mo decides. Each of them does what the page in front of them offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Locator, expect

from assessments.models import Assessment, Child, Episode, Outcome, Status, Version
from tests import people as given
from tests.journeys.visitor import Visitor
from tests.people import People

QUEUE = "/admin/assessments/assessment/"
OVER_AGE = "This person was 18 or over when the assessment started."
GANGS = "The guide records it along with 24A"
NOT_HIM = "He left them before the referral, his school says"
ASKED = "Is nobody using him?"
REPLIED = "An older boy sends him with parcels.\n24A is added."


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def in_words(some_day: date) -> str:
    return date_format(some_day, "j F Y")


def fourteen_years_before_the_start() -> date:
    start = day(18)
    return start.replace(day=1, year=start.year - 14)


def ten_years_too_early(born: date) -> date:
    return born.replace(year=born.year - 10)


# What they do


def starts_for(worker: Visitor, la_child_id: str) -> None:
    worker.enters("Child id or name", la_child_id)
    worker.presses("Continue")
    worker.sees(f"There is no child with the id {la_child_id} here yet")


def fact(visitor: Visitor, name: str) -> Locator:
    """The row of a fact: what is recorded, and its link."""
    term = visitor.page.get_by_role("term").filter(has_text=name)
    return visitor.page.locator(".govuk-summary-list__row").filter(has=term)


def sees_facts(visitor: Visitor, facts: Mapping[str, str]) -> None:
    for name, value in facts.items():
        expect(fact(visitor, name).first).to_contain_text(value)


def opens_from_the_queue(manager: Visitor, la_child_id: str) -> None:
    manager.opens(QUEUE)
    with manager.page.expect_navigation():
        manager.page.get_by_role("link", name=la_child_id).first.click()


def authorises(manager: Visitor, la_child_id: str) -> None:
    manager.page.get_by_role("button", name="Authorise").click()
    manager.presses("Yes, authorise")
    manager.sees(f"The assessment of {la_child_id} is authorised.")


def offer(worker: Visitor, code: str) -> Locator:
    return worker.page.locator(f"[data-offers='{code}']")


# The first of the two children


def starts_with_two_slips(ada: Visitor, born: date) -> None:
    ada.opens("/assessments/")
    ada.follows("Start an assessment")
    starts_for(ada, "EX1001")
    ada.enters("Given name", "Robin")
    ada.enters("Family name", "Sample")
    ada.chooses("Born")
    ada.enters_date("Date of birth", ten_years_too_early(born))
    ada.chooses("Male")
    ada.chooses("No")
    ada.enters_date("Referral date", day(90))
    ada.page.get_by_label("Source of the referral").select_option("Police")
    ada.enters_date("Start date of the assessment", day(18))
    ada.presses("Start the assessment")
    ada.sees("Is this right?", "was 24 years old when the assessment started")
    ada.sees("working days after the referral")
    ada.presses("Yes, it is right: save it")
    ada.sees_heading("Select the factors identified")


def says_considered(ada: Visitor, rule: str) -> None:
    with ada.page.expect_navigation():
        ada.page.locator(f"#answer-{rule}").click()


def notices_on_check_answers(ada: Visitor) -> None:
    ada.ticks("3C", "6B", "10A", "13A")
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    ada.sees(f"It is for children up to the age of 18. {OVER_AGE}", GANGS)
    ada.sees("overdue")
    ada.page.locator("#text-gangs-with-criminal-exploitation").fill(NOT_HIM)
    says_considered(ada, "child-as-victim")
    says_considered(ada, "young-carer")
    ada.chooses("Child in need plan")


def puts_both_right(ada: Visitor, born: date) -> None:
    ada.follows("Change the date of birth")
    ada.sees_heading("Change the child’s details")
    ada.enters_date("Date of birth", born)
    ada.presses("Save")
    ada.sees_heading("Check answers")
    ada.sees("The child’s details are changed.")
    ada.does_not_see(OVER_AGE)

    ada.follows("Change the referral date")
    ada.enters_date("Referral date", day(20))
    ada.presses("Save")
    ada.sees("The referral is changed.")
    ada.does_not_see("overdue")
    sees_facts(ada, {"Born": in_words(born), "Referral date": in_words(day(20))})


def finds_everything_kept(ada: Visitor) -> None:
    expect(ada.page.locator("#text-gangs-with-criminal-exploitation")).to_have_value(NOT_HIM)
    expect(ada.page.locator("#question-child-as-victim .app-question__given")).to_be_visible()
    expect(ada.page.locator("#question-young-carer .app-question__given")).to_be_visible()
    expect(ada.page.get_by_role("radio", name="Child in need plan", exact=True)).to_be_checked()
    ada.follows("Back to the factors")
    ada.sees_ticked("3C", "6B", "10A", "13A")
    ada.presses("Save and continue")


# The baby


def starts_for_the_unborn_sister(ada: Visitor, expected: date) -> None:
    ada.follows("Start for another child of this family")
    ada.sees("For a brother or sister of EX1001")
    starts_for(ada, "EX1002")
    ada.sees("The referral is copied from the one of EX1001")
    ada.enters("Family name", "Sample")
    ada.chooses("Not born yet")
    ada.enters_date("Expected date of birth", expected)
    expect(ada.page.get_by_label("Family reference (optional)")).to_have_value("EX1001")
    ada.enters_date("Start date of the assessment", day(17))
    ada.presses("Start the assessment")
    ada.sees_heading("Select the factors identified")


def selects_what_is_the_familys(ada: Visitor) -> None:
    ada.page.get_by_text("Recorded for a brother or sister: 2 factors").click()
    for code in ("3C", "6B"):
        expect(offer(ada, code)).to_contain_text("EX1001 on")
        expect(offer(ada, code)).to_contain_text("(submitted, not yet agreed)")
    expect(offer(ada, "10A")).to_have_count(0)
    expect(offer(ada, "6B")).not_to_contain_text("somebody other than this child")
    expect(offer(ada, "3C")).to_contain_text("Is that person somebody other than this child?")
    ada.presses_in_place("Select 6B")
    expect(offer(ada, "6B")).to_contain_text("Selected")
    ada.presses_in_place("Yes, somebody else: select 3C")
    expect(offer(ada, "3C")).to_contain_text("Selected")
    ada.waits_until_saved()
    ada.sees_ticked("3C", "6B")


def records_the_birth(ada: Visitor) -> None:
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    says_considered(ada, "child-as-victim")
    ada.chooses("Early help")
    ada.follows("Record the birth")
    ada.sees_heading("Record the birth")
    ada.enters_date("Date of birth", day(0))
    ada.enters("Given name", "Alex")
    ada.chooses("Female")
    ada.chooses("No")
    ada.presses("Save")
    ada.sees_heading("Check answers")
    ada.sees("The birth is recorded.", "The assessment now asks 1 thing more")
    sees_facts(ada, {"Name": "Alex Sample", "Born": in_words(day(0)), "Sex": "Female"})
    expect(ada.page.locator("#question-child-as-victim .app-question__given")).to_be_visible()
    says_considered(ada, "young-carer")


# What the manager asks, and the worker says


def returns_with_questions(mo: Visitor) -> None:
    opens_from_the_queue(mo, "EX1001")
    comment = mo.page.locator("details", has=mo.page.get_by_label("Comment on 13A Gangs"))
    comment.locator("summary").click()
    comment.get_by_role("textbox").fill(ASKED)
    mo.chooses("A factor is missing")
    mo.enters("Comment for the worker", "See my two questions")
    mo.page.get_by_label("A code that is missing").select_option("24A")
    mo.enters("Comment on the missing code", "Does he carry for them?")
    mo.presses("Return")
    mo.sees("The assessment of EX1001 is back with Ada Winter.")


def replies_and_submits_again(ada: Visitor) -> None:
    ada.opens("/assessments/")
    ada.sees("See my two questions")
    ada.follows("EX1001")
    ada.sees(ASKED, "Does he carry for them?")
    ada.ticks("24A")
    asked = ada.page.locator("#asked-13A")
    asked.locator("summary").click()
    asked.get_by_role("textbox").fill(REPLIED)
    asked.get_by_role("button").click()
    expect(asked.locator(".app-reply")).to_contain_text("An older boy")
    ada.waits_until_saved()
    ada.presses("Save and continue")
    ada.does_not_see(GANGS)
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")


def corrects_the_end(mo: Visitor, first: Assessment) -> None:
    mo.opens_record(first)
    mo.follows("Correct the end date")
    mo.enters_date("End date", day(2))
    mo.enters("Why do you correct the dates?", "It was agreed on the day of the meeting")
    mo.presses("Correct the dates")
    mo.sees("The dates of the assessment of EX1001 are corrected.")
    mo.opens_record(first)
    sees_facts(mo, {"Ended": f"{in_words(day(2))}, corrected from {in_words(day(0))}"})


def test_a_walk_from_a_wrong_year_to_two_records_that_are_right(people: People, at_a_browser):
    born, expected = fourteen_years_before_the_start(), day(-40)
    ada, mo = at_a_browser(people.ada), at_a_browser(people.mo)

    # Two slips are noticed on the last page, and put right from there.
    starts_with_two_slips(ada, born)
    notices_on_check_answers(ada)
    puts_both_right(ada, born)
    finds_everything_kept(ada)
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")

    # The sister gets the referral that was put right, and what is found about the family.
    starts_for_the_unborn_sister(ada, expected)
    selects_what_is_the_familys(ada)

    # The manager asks, the worker answers in words and codes.
    returns_with_questions(mo)
    replies_and_submits_again(ada)
    opens_from_the_queue(mo, "EX1001")
    mo.sees("Ada Winter replied", "An older boy sends him with parcels.")
    authorises(mo, "EX1001")

    # The sister is born before her assessment is submitted.
    first, sister = Assessment.objects.order_by("pk")
    ada.opens_factors(sister)
    records_the_birth(ada)
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")
    opens_from_the_queue(mo, "EX1002")
    authorises(mo, "EX1002")

    corrects_the_end(mo, first)
    finds_all_of_it_in_the_history(mo, first, sister, born)
    assert_recorded(first, sister, born)


def story(visitor: Visitor, assessment: Assessment) -> str:
    """What the history of the record says, the first thing first, without the times."""
    visitor.opens_record(assessment)
    visitor.follows("History")
    events = visitor.page.locator("main ul").get_by_role("listitem").all_inner_texts()
    return "\n".join(event.partition(" ")[2] for event in reversed(events))


def tells(told: str, *sentences: str) -> None:
    """Each sentence stands in the story, in this order."""
    at = 0
    for sentence in sentences:
        assert sentence in told[at:], told
        at = told.index(sentence, at) + len(sentence)


def finds_all_of_it_in_the_history(
    mo: Visitor, first: Assessment, sister: Assessment, born: date
) -> None:
    tells(
        story(mo, first),
        f"Ada Winter recorded the referral of {in_words(day(90))}",
        f"gave a reason about 24A Child criminal exploitation: “{NOT_HIM}”",
        f"Ada Winter changed the date of birth from {in_words(ten_years_too_early(born))} "
        f"to {in_words(born)}",
        f"Ada Winter changed the referral date from {in_words(day(90))} to {in_words(day(20))}",
        "Ada Winter submitted version 1",
        "Ada Winter changed the family reference from none to EX1001",
        "Mo Harbour returned version 1: A factor is missing. “See my two questions”",
        f"Mo Harbour wrote beside 13A: “{ASKED}”",
        "Mo Harbour wrote beside 24A: “Does he carry for them?”",
        "Ada Winter added 24A Child criminal exploitation",
        f"Ada Winter replied to the comment on 13A: “{REPLIED}”",
        "Ada Winter submitted version 2",
        "Mo Harbour authorised version 2",
        "Mo Harbour corrected the dates of version 3: “It was agreed on the day of the meeting”",
        f"Mo Harbour changed the end date from {in_words(day(0))} to {in_words(day(2))}",
    )
    tells(
        story(mo, sister),
        f"Ada Winter recorded the referral of {in_words(day(20))}",
        "Ada Winter added 6B Physical disability or illness, a parent or carer",
        "Ada Winter added 3C Domestic Abuse, another person in the household",
        f"Ada Winter recorded the birth, {in_words(day(0))}, and changed the given name from "
        "none to Alex, the sex from Not known to Female, “recorded as disabled” from not known "
        "to no",
        "considered what the guide asks about 7A Young carers, and left the selection",
        "Ada Winter submitted version 1",
        "Mo Harbour authorised version 1",
    )


def assert_recorded(first: Assessment, sister: Assessment, born: date) -> None:
    first.refresh_from_db()
    sister.refresh_from_db()
    child, baby = Child.objects.order_by("pk")
    assert (child.la_child_id, child.name, child.sex) == ("EX1001", "Robin Sample", "M")
    assert (child.birth_date, child.expected_birth_date) == (born, None)
    assert (baby.la_child_id, baby.name, baby.sex) == ("EX1002", "Alex Sample", "F")
    assert (baby.birth_date, baby.expected_birth_date) == (day(0), None)
    assert [
        (each.referral_date, each.referral_source, each.family_reference)
        for each in Episode.objects.order_by("pk")
    ] == [(day(20), "6", "EX1001")] * 2
    assert (first.status, first.codes) == (Status.AUTHORISED, ["3C", "6B", "10A", "13A", "24A"])
    assert (first.start_date, first.end_date) == (day(18), day(2))
    assert first.outcome == Outcome.CHILD_IN_NEED_PLAN
    assert (sister.status, sister.codes) == (Status.AUTHORISED, ["3C", "6B"])
    assert (sister.start_date, sister.end_date) == (day(17), day(0))
    counted = Version.objects.filter(assessment=first, authorised_at__isnull=False).last()
    assert (counted.codes, counted.end_date) == (first.codes, day(2))


# A child who was added twice, and another child's record


def test_a_child_added_twice_is_joined_and_another_childs_record_is_voided(
    people: People, at_a_browser, javascript: bool
):
    old = given.submit(given.start(people.ben, "EX1001", referred=day(100)), "3B")
    earlier = given.authorise(old, people.mo, end_date=day(70))
    closed = {"closure_date": day(60), "reason_for_closure": "RC7"}
    Episode.objects.filter(pk=earlier.episode_id).update(**closed)
    twice = given.record(given.start(people.ada, "EX2002"), "16A")
    wrong = given.authorise(given.submit(given.start(people.ada, "EX3003")), people.mo)
    mo = at_a_browser(people.mo, javascript=javascript)

    mo.opens_record(twice)
    mo.follows("Added twice? Join the records")
    mo.enters("Child id of the other record", "EX1001")
    mo.presses("Compare the records")
    mo.sees_heading("Join two records of a child")
    mo.sees("Joined records cannot be separated again.")
    mo.chooses("EX1001")
    mo.enters("How do you know that it is the same child?", "One birth certificate")
    mo.presses("Join the records")
    mo.sees("Both ids find EX1001 now.")
    sees_facts(mo, {"Child id": "EX1001, recorded before as EX2002"})
    tells(story(mo, twice), "Mo Harbour joined the record EX2002 with this one")

    mo.opens_record(wrong)
    mo.follows("Another child’s record? Void it")
    mo.enters("Why is it voided?", "The referral was filed under the wrong id")
    mo.presses("Void the record")
    mo.sees("Voided: it was another child’s.", "The referral was filed under the wrong id")
    tells(story(mo, wrong), "Mo Harbour authorised version 1", "Mo Harbour voided version 1")

    # Her worker finds the first by either id, and what she recorded is as she left it.
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens("/assessments/")
    ada.enters("Find a child by id or name", "EX2002")
    ada.presses("Find")
    ada.sees("recorded before as EX2002")
    ada.follows("EX1001")
    ada.sees_ticked("16A")
    ada.opens_record(wrong)
    ada.sees("Voided: it was another child’s.")

    assert {each.episode.child.la_child_id for each in (fresh(earlier), fresh(twice))} == {"EX1001"}
    assert (fresh(twice).status, fresh(twice).codes) == (Status.DRAFT, ["16A"])
    assert (fresh(earlier).status, fresh(earlier).codes) == (Status.AUTHORISED, ["3B"])
    assert (fresh(wrong).status, fresh(wrong).codes) == (Status.VOIDED, ["4B"])


def fresh(assessment: Assessment) -> Assessment:
    return Assessment.objects.select_related("episode__child").get(pk=assessment.pk)
