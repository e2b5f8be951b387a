"""From sign-in to submission: the main job, with and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from assessments.models import Assessment, Status
from tests import people as given

TODAY = timezone.localdate


def records_four_factors(visitor) -> None:
    visitor.sees_heading("Select the factors identified")
    visitor.ticks("2B", "3A", "10A", "16A")
    visitor.presses("Save and continue")


def submits_to_the_manager(visitor) -> None:
    visitor.sees_heading("Check answers")
    visitor.chooses("Child in need plan")
    visitor.presses("Submit to Mo Harbour")
    visitor.sees_heading("Submitted")


def the_only_assessment() -> Assessment:
    return Assessment.objects.select_related("episode__child").get()


def test_four_factors_of_a_new_child_from_sign_in_to_submission(people, at_a_browser, javascript):
    ada = at_a_browser(javascript=javascript)
    ada.opens("/")
    ada.signs_in(people.ada)
    ada.sees_heading("My assessments")

    ada.follows("Start an assessment")
    ada.enters("Child id or name", "EX2002")
    ada.presses("Continue")
    ada.sees("There is no child with the id EX2002 here yet")
    ada.enters("Given name", "Alex")
    ada.enters("Family name", "Example")
    ada.chooses("Born")
    ada.enters_date("Date of birth", TODAY().replace(day=1, year=TODAY().year - 12))
    ada.chooses("Female")
    ada.chooses("No")
    ada.enters_date("Referral date", TODAY() - timedelta(days=20))
    ada.page.get_by_label("Source of the referral").select_option("Schools")
    ada.enters_date("Start date of the assessment", TODAY() - timedelta(days=18))
    ada.presses("Start the assessment")

    records_four_factors(ada)
    submits_to_the_manager(ada)

    ada.sees("Child EX2002", "What happens next", "Mo Harbour reads what you recorded")
    stored = the_only_assessment()
    assert stored.status == Status.SUBMITTED
    assert stored.codes == ["2B", "3A", "10A", "16A"]
    assert stored.outcome == "child_in_need_plan"
    assert stored.episode.child.la_child_id == "EX2002"
    assert stored.versions.count() == 1
    ada.follows("The record")
    ada.sees("2B Drug misuse", "3A Domestic Abuse", "10A Missing children", "16A Neglect")


def test_a_known_child_with_an_open_referral(people, at_a_browser):
    done = given.authorise(given.submit(given.start(people.ben, "EX3003")), people.mo)
    ada = at_a_browser(people.ada)
    ada.opens("/assessments/start/")
    ada.enters("Child id or name", "ex3003")
    ada.presses("Continue")
    ada.sees("Open referral")
    ada.enters_date("Start date of the assessment", TODAY())
    ada.presses("Start the assessment")
    records_four_factors(ada)
    submits_to_the_manager(ada)
    stored = Assessment.objects.get(worker=people.ada)
    assert stored.episode == done.episode
    assert stored.status == Status.SUBMITTED


def test_a_known_child_without_an_open_referral(people, at_a_browser):
    done = given.authorise(given.submit(given.start(people.ben, "EX3003")), people.mo)
    done.episode.closure_date, done.episode.reason_for_closure = TODAY(), "RC7"
    done.episode.save()
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens("/assessments/start/")
    ada.enters("Child id or name", "EX3003")
    ada.presses("Continue")
    ada.does_not_see("Open referral")
    ada.enters_date("Referral date", TODAY())
    ada.page.get_by_label("Source of the referral").select_option("Police")
    ada.enters_date("Start date of the assessment", TODAY())
    ada.presses("Start the assessment")
    records_four_factors(ada)
    submits_to_the_manager(ada)
    stored = Assessment.objects.get(worker=people.ada)
    assert stored.episode != done.episode
    assert stored.episode.child == done.episode.child
    assert stored.status == Status.SUBMITTED


def test_an_assessment_that_is_not_completed_is_opened_instead_of_another(people, at_a_browser):
    draft = given.start(people.ada, "EX3003")
    ada = at_a_browser(people.ada)
    ada.opens("/assessments/start/")
    ada.enters("Child id or name", "EX3003")
    ada.presses("Continue")
    ada.follows("Open it")
    ada.is_at(f"/assessments/{draft.reference}/")


def test_a_signed_out_visitor_signs_in_and_goes_where_they_wanted(people, at_a_browser, javascript):
    draft = given.start(people.ada)
    ada = at_a_browser(javascript=javascript)
    ada.opens_factors(draft)
    ada.sees_heading("Sign in")
    ada.sees("Sign in to go on.")
    ada.signs_in(people.ada)
    ada.is_at(f"/assessments/{draft.reference}/factors/")
    ada.sees_heading("Select the factors identified")
