"""Changing a referral, a start date, and the dates of what is authorised."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from assessments.models import Assessment, Episode
from tests import people as given
from tests.journeys.states.opening import SitDown
from tests.journeys.visitor import Visitor
from tests.people import People


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def referral(people: People, open_browser: SitDown) -> Visitor:
    draft = given.record(given.start(people.ada), "4B")
    Episode.objects.update(family_reference="FAM1001", primary_need="N1")
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{draft.reference}/referral/?from=check")
    return visitor


def referral_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = referral(people, open_browser)
    visitor.enters_date("Referral date", day(-3))
    visitor.enters_date("Closure date", day(0))
    visitor.presses("Save")
    visitor.sees("There is a problem", "Select the reason for closure")
    return visitor


def referral_that_is_hardly_right(people: People, open_browser: SitDown) -> Visitor:
    visitor = referral(people, open_browser)
    visitor.enters_date("Referral date", day(500))
    visitor.presses("Save")
    visitor.sees("Is this right?", "was more than a year ago")
    return visitor


def referral_changed_meanwhile(people: People, open_browser: SitDown) -> Visitor:
    visitor = referral(people, open_browser)
    Episode.objects.update(family_reference="FAM2002", referral_source="2A")
    visitor.enters("Family reference (optional)", "FAM3003")
    visitor.presses("Save")
    visitor.sees("Recorded now: FAM2002")
    return visitor


def referral_of_what_is_authorised(people: People, open_browser: SitDown) -> Visitor:
    done = given.authorise(given.submit(given.start(people.ada)), people.mo)
    visitor = open_browser(people.mo)
    visitor.opens(f"/assessments/{done.reference}/referral/")
    visitor.sees("Why is it corrected?")
    return visitor


def start_date(people: People, open_browser: SitDown) -> Visitor:
    draft = given.start(people.ada)
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{draft.reference}/start-date/")
    return visitor


def start_date_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = start_date(people, open_browser)
    visitor.enters_date("Start date", day(20))
    visitor.presses("Save")
    visitor.sees("There is a problem")
    return visitor


def start_date_that_stays(people: People, open_browser: SitDown) -> Visitor:
    sent = given.submit(given.start(people.ada))
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{sent.reference}/start-date/")
    visitor.sees_heading("The start date cannot be changed now")
    return visitor


def start_of_what_is_hardly_right(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.ada)
    visitor.opens("/assessments/start/new/")
    visitor.enters("Child id", "EX7000")
    visitor.enters("Family name", "Sample")
    visitor.chooses("Born")
    visitor.enters_date("Date of birth", date(2007, 5, 3))
    visitor.chooses("Female")
    visitor.chooses("No")
    visitor.enters_date("Referral date", day(400))
    visitor.page.get_by_label("Source of the referral").select_option("6")
    visitor.enters_date("Start date of the assessment", day(0))
    visitor.presses("Start the assessment")
    visitor.sees("Is this right?")
    return visitor


def _ended_late(people: People) -> Assessment:
    sent = given.submit(given.start(people.ada, referred=day(60)), "3B", "4A")
    return given.authorise(sent, people.mo, day(4))


def record_with_corrected_dates(people: People, open_browser: SitDown) -> Visitor:
    done = given.correct_dates(_ended_late(people), people.mo, day(58), day(8))
    Episode.objects.update(closure_date=day(1), reason_for_closure="RC7", family_reference="FAM1")
    visitor = open_browser(people.mo)
    visitor.opens(f"/assessments/{done.reference}/")
    visitor.sees("corrected from")
    return visitor


STATES = (
    referral,
    referral_with_errors,
    referral_that_is_hardly_right,
    referral_changed_meanwhile,
    referral_of_what_is_authorised,
    start_date,
    start_date_with_an_error,
    start_date_that_stays,
    start_of_what_is_hardly_right,
    record_with_corrected_dates,
)
