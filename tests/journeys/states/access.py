"""A manager's pages about people: reassigning and restricting."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from assessments import services
from assessments.models import Episode
from cinfactors.accounts.models import Role
from tests import people as given
from tests.journeys.states.opening import SitDown, ready_for_axe
from tests.journeys.visitor import Visitor
from tests.people import People


def _by_mo(people: People, open_browser: SitDown, page: str) -> Visitor:
    assessment = given.start(people.ada)
    visitor = open_browser(people.mo)
    visitor.opens(f"/assessments/{assessment.reference}/{page}/")
    return visitor


def reassign(people: People, open_browser: SitDown) -> Visitor:
    return _by_mo(people, open_browser, "reassign")


def reassign_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = reassign(people, open_browser)
    visitor.presses("Reassign")
    visitor.sees("There is a problem")
    return visitor


def restrict_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = _by_mo(people, open_browser, "restrict")
    visitor.page.get_by_label("Ada Winter").uncheck()
    visitor.enters("Somebody of another team (optional)", "nobody")
    visitor.presses("Restrict the record")
    visitor.sees("There is a problem")
    return visitor


def a_restricted_record(people: People, open_browser: SitDown) -> Visitor:
    visitor = _by_mo(people, open_browser, "restrict")
    visitor.presses("Restrict the record")
    visitor.sees("Only the people you named may see the record now.")
    return visitor


def who_may_see_a_restricted_record(people: People, open_browser: SitDown) -> Visitor:
    visitor = a_restricted_record(people, open_browser)
    visitor.page.get_by_role("link", name="Change who may see it").click()
    visitor.sees("Named now: Ada Winter, Mo Harbour.")
    return visitor


def find_the_other_record_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = _by_mo(people, open_browser, "join")
    visitor.enters("Child id of the other record", "EX404")
    visitor.presses("Compare the records")
    visitor.sees("There is a problem")
    return visitor


def two_records_of_a_child(people: People, open_browser: SitDown) -> Visitor:
    """Beside each other; nothing is chosen yet."""
    referred = timezone.localdate() - timedelta(days=90)
    submitted = given.submit(given.start(people.ada, "EX1002", referred=referred), "1B")
    earlier = given.authorise(submitted, people.mo, referred + timedelta(days=30))
    Episode.objects.filter(pk=earlier.episode_id).update(
        closure_date=referred + timedelta(days=40), reason_for_closure="RC8"
    )
    visitor = _by_mo(people, open_browser, "join")
    visitor.enters("Child id of the other record", "EX1002")
    visitor.presses("Compare the records")
    visitor.sees("Which record is right?")
    return visitor


def two_records_not_joined_yet(people: People, open_browser: SitDown) -> Visitor:
    visitor = two_records_of_a_child(people, open_browser)
    visitor.presses("Join the records")
    visitor.sees("There is a problem")
    return visitor


def two_records_joined(people: People, open_browser: SitDown) -> Visitor:
    visitor = two_records_of_a_child(people, open_browser)
    visitor.page.get_by_role("radio", name="EX1002").check()
    visitor.enters("How do you know that it is the same child?", "The school knows her by both")
    visitor.presses("Join the records")
    visitor.sees("Both ids find EX1002 now.", "recorded before as EX1001")
    return visitor


def void_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    done = given.authorise(given.submit(given.start(people.ada), "1B"), people.mo)
    visitor = open_browser(people.mo)
    visitor.opens(f"/assessments/{done.reference}/void/")
    visitor.presses("Void the record")
    visitor.sees("There is a problem")
    return visitor


def a_voided_record(people: People, open_browser: SitDown) -> Visitor:
    visitor = void_with_an_error(people, open_browser)
    visitor.enters("Why is it voided?", "Recorded under her cousin’s id")
    visitor.presses("Void the record")
    visitor.sees("Voided: it was another child’s.", "Recorded under her cousin’s id")
    return visitor


def work_to_reassign(people: People, open_browser: SitDown) -> Visitor:
    for number in range(3):
        given.start(people.ada, f"EX{number}")
    people.ada.is_active = False
    people.ada.save()
    visitor = open_browser(people.mo)
    visitor.opens("/reassign/")
    return visitor


def deactivate_the_only_manager_of_a_restricted_record(
    people: People, open_browser: SitDown
) -> Visitor:
    given.restrict(given.start(people.ada), people.mo)
    given.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    visitor = open_browser(people.abe)
    visitor.opens(f"/admin/accounts/user/{people.mo.pk}/deactivate/")
    visitor.presses("Deactivate Mo Harbour")
    visitor.sees("Select the manager who is named in their place")
    return ready_for_axe(visitor)


def deactivate_a_worker_with_open_work(people: People, open_browser: SitDown) -> Visitor:
    given.start(people.ada)
    visitor = open_browser(people.abe)
    visitor.opens(f"/admin/accounts/user/{people.ada.pk}/deactivate/")
    return ready_for_axe(visitor)


def a_person_in_the_admin(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.abe)
    visitor.opens(f"/admin/accounts/user/{people.ada.pk}/change/")
    return ready_for_axe(visitor)


def all_the_work_of_a_leaver(people: People, open_browser: SitDown) -> Visitor:
    for number in range(3):
        given.start(people.ada, f"EX{number}")
    people.ada.is_active = False
    people.ada.save()
    visitor = open_browser(people.mo)
    visitor.opens(f"/reassign/?worker={people.ada.reference}")
    visitor.presses("Reassign those selected")
    visitor.sees("Select the social worker who takes them over")
    return visitor


def all_of_it_to_be_confirmed(people: People, open_browser: SitDown) -> Visitor:
    given.restrict(given.start(people.ada, "EX1"), people.mo)
    given.start(people.ada, "EX2")
    visitor = open_browser(people.mo)
    visitor.opens(f"/reassign/?worker={people.ada.reference}")
    visitor.page.get_by_label("Who takes them over?").select_option(str(people.ben.pk))
    visitor.presses("Reassign all 2")
    visitor.sees("Yes, reassign all 2")
    return visitor


def cover_with_errors(people: People, open_browser: SitDown) -> Visitor:
    day = timezone.localdate()
    services.arrange_cover(
        manager=people.mo,
        covered_by=people.nia,
        first_day=day,
        last_day=day,
        by=people.mo,
        key=uuid.uuid4(),
    )
    visitor = open_browser(people.mo)
    visitor.opens("/cover/")
    visitor.presses("Arrange the cover")
    visitor.sees("Select the manager who covers for you")
    return visitor


def cover_in_the_admin_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.abe)
    visitor.opens(f"/admin/accounts/user/{people.mo.pk}/cover/")
    visitor.enters_date("First day", timezone.localdate())
    visitor.presses("Arrange the cover")
    visitor.sees("Select the manager who covers for them", "Enter the last day")
    return ready_for_axe(visitor)


def a_team_to_merge(people: People, open_browser: SitDown) -> Visitor:
    given.start(people.cleo)
    visitor = open_browser(people.abe)
    visitor.opens(f"/admin/accounts/team/{people.south.pk}/merge/")
    visitor.presses("Move everything to this team")
    visitor.sees("Select the team that takes everything over")
    return ready_for_axe(visitor)


def what_has_no_manager(people: People, open_browser: SitDown) -> Visitor:
    given.submit(given.start(people.cleo))
    people.nia.is_active = False
    people.nia.save()
    visitor = open_browser(people.abe)
    visitor.opens("/admin/")
    visitor.sees("Without a manager")
    return ready_for_axe(visitor)


STATES = (
    cover_with_errors,
    cover_in_the_admin_with_errors,
    a_team_to_merge,
    what_has_no_manager,
    all_the_work_of_a_leaver,
    all_of_it_to_be_confirmed,
    reassign,
    reassign_with_an_error,
    restrict_with_errors,
    find_the_other_record_with_an_error,
    two_records_of_a_child,
    two_records_not_joined_yet,
    two_records_joined,
    void_with_an_error,
    a_voided_record,
    a_restricted_record,
    who_may_see_a_restricted_record,
    work_to_reassign,
    deactivate_the_only_manager_of_a_restricted_record,
    deactivate_a_worker_with_open_work,
    a_person_in_the_admin,
)
