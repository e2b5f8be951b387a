"""People leave, and teams change: from the administrator's page to whoever goes on, read aloud.

Abe administers. Ada works in North, which Mo manages; Cleo in South, which Nia manages alone.
"""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment
from cinfactors.accounts.models import Cover, User
from tests import people as given
from tests.journeys.visitor import Visitor
from tests.people import People


def deactivates(abe: Visitor, person: User) -> None:
    abe.opens(f"/admin/accounts/user/{person.pk}/deactivate/")
    abe.presses(f"Deactivate {person.name}")
    abe.sees(f"{person.name} is deactivated and signed out.")


def test_the_work_of_a_leaver_goes_to_another_at_once(people: People, at_a_browser):
    drafts = [given.start(people.ada, f"EX{number}") for number in range(3)]
    given.start(people.ben, "EX9")
    deactivates(at_a_browser(people.abe), people.ada)

    mo = at_a_browser(people.mo)
    mo.opens("/admin/")
    mo.page.get_by_role("link", name="Without a worker", exact=True).click()
    mo.sees("Ada Winter has left")
    mo.page.get_by_role("button", name="Select all on this page").click()
    mo.page.get_by_label("Select the assessment of EX0").uncheck()
    mo.page.get_by_label("Who takes them over?").select_option(label="Ben Marsh, North, 1 open")
    mo.presses("Reassign those selected")
    mo.sees("2 assessments are with Ben Marsh now.")
    mo.page.get_by_label("Who takes them over?").select_option(label="Ben Marsh, North, 3 open")
    mo.presses("Reassign all 1")
    mo.presses("Yes, reassign all 1")
    mo.sees("Every open assessment of your teams has its social worker.")

    ben = at_a_browser(people.ben)
    ben.opens("/assessments/")
    for draft in drafts:
        ben.sees(draft.episode.child.la_child_id)


def test_the_last_manager_leaves_and_the_team_is_merged(people: People, at_a_browser):
    done = given.authorise(given.submit(given.start(people.cleo, "EX1")), people.nia)
    waiting = given.submit(given.start(people.cleo, "EX2"))

    abe = at_a_browser(people.abe)
    abe.opens(f"/admin/accounts/user/{people.nia.pk}/deactivate/")
    abe.sees("South has no other manager: 1 open assessment, 1 of them awaiting review")
    deactivates(abe, people.nia)
    abe.opens("/admin/")
    abe.sees("Without a manager")
    abe.page.get_by_role("link", name="Move its records of South").click()
    abe.sees("1 open assessment, of which 1 awaits review")
    abe.page.get_by_label("Into which team").select_option(label="North")
    abe.presses("Move everything to this team")
    abe.sees("South is closed. 2 assessments moved to North.")

    mo = at_a_browser(people.mo)
    mo.opens("/admin/")
    mo.sees("Awaiting review (1)")
    mo.sees("Cleo Frost")
    for record in (done, waiting):
        mo.opens(f"/admin/assessments/assessment/{record.reference}/change/")
        mo.sees(record.episode.child.la_child_id)
    assert set(Assessment.objects.values_list("team__name", flat=True)) == {"North"}


def test_cover_ends_by_itself(people: People, at_a_browser):
    given.submit(given.start(people.ada, "EX1"))
    today = timezone.localdate()

    mo = at_a_browser(people.mo)
    mo.opens("/admin/")
    mo.page.get_by_role("link", name="Cover while you are away").click()
    mo.page.get_by_label("Who covers for you?").select_option(label="Nia Field, South")
    for legend in ("First day", "Last day"):
        mo.enters_date(legend, today)
    mo.presses("Arrange the cover")
    mo.sees("Nia Field covers for you")

    nia = at_a_browser(people.nia)
    nia.opens("/admin/")
    nia.sees("You cover for Mo Harbour")
    nia.sees("EX1")
    Cover.objects.update(first_day=today - timedelta(days=2), last_day=today - timedelta(days=1))
    nia.opens("/admin/")
    nia.sees("Nothing awaits your review.")
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        assert queries.assessments_visible_to(people.nia).exists()
