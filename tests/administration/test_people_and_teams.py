"""What administrators do to people and teams, and when it is refused."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils import timezone

from assessments import queries
from assessments.models import NamedPerson, Status
from cinfactors.accounts.models import Cover, Role, Team, User
from cinfactors.administration import services
from tests import people as make
from tests.pages.page import read, words
from tests.people import People, make_people

PEOPLE = "/admin/accounts/user/"
TEAMS = "/admin/accounts/team/"


@pytest.fixture
def people(db) -> People:
    return make_people()


@pytest.fixture
def abe(people: People) -> Client:
    client = Client()
    client.force_login(people.abe)
    return client


def page_of(person: User, page: str = "change") -> str:
    return f"{PEOPLE}{person.pk}/{page}/"


def text_of(response) -> str:
    return words(re.sub("</?bdi>", "", response.content.decode()))


def shown(response) -> str:
    return words(read(response).text)


def boxes(name: str, day: date) -> dict[str, int]:
    """Day, month and year, as the three boxes of a date send them."""
    parts = (day.day, day.month, day.year)
    return {f"{name}_{place}": part for place, part in enumerate(parts)}


def save(by: User, person: User, *teams) -> None:
    services.save_person(by=by, person=person, teams=teams)


def refused(call, *args, **kwargs) -> dict[str, str]:
    with pytest.raises(services.Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.messages


# Teams of a person


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.TEAM_MANAGER])
def test_social_workers_and_managers_are_in_a_team_that_is_in_use(people: People, role):
    people.ben.role = role
    assert refused(save, people.abe, people.ben) == {
        "in_teams": "Select at least one team that is in use"
    }
    closed = make.make_team("Closed", active=False)
    assert refused(save, people.abe, people.ben, closed) == {
        "in_teams": "Select at least one team that is in use"
    }
    save(people.abe, people.ben, people.south)
    assert list(people.ben.teams.all()) == [people.south]


def test_the_form_shows_the_message_beside_the_teams(people: People, abe):
    fields = {"name": "Ben Marsh", "username": "ben", "role": "social_worker"}
    response = abe.post(page_of(people.ben), fields)
    assert response.context["adminform"].form.errors == {
        "in_teams": ["Select at least one team that is in use"]
    }


# Deactivating


def test_the_page_to_deactivate_counts_open_work_and_names_no_child(people: People, abe):
    for number, status in enumerate(Status):
        make.in_status(status, people.ada, people.mo, f"EX{number}")
    page = text_of(abe.get(page_of(people.ada, "deactivate")))
    assert "<li>North: 4</li>" in page
    assert "EX" not in page
    assert "Sample" not in page
    people.ada.refresh_from_db()
    assert people.ada.is_active


def test_a_deactivated_person_is_signed_out_and_their_work_waits_for_others(people: People, abe):
    draft = make.start(people.ada)
    worker = Client()
    worker.force_login(people.ada)
    assert worker.get("/assessments/").status_code == 200
    response = abe.post(page_of(people.ada, "deactivate"), follow=True)
    assert "Ada Winter is deactivated and signed out." in text_of(response)
    assert worker.get("/assessments/").status_code == 302
    assert not people.ada.sessions.exists()
    assert list(queries.assessments_without_a_worker(people.mo)) == [draft]
    assert LogEntry.objects.get().change_message == "Deactivated."
    sign_in = {"login": "ada", "password": make.PASSWORD}
    assert Client().post("/account/sign-in/", sign_in).status_code == 200


def test_an_old_session_stays_invalid_after_reactivation(people: People, abe):
    worker = Client()
    worker.force_login(people.ada)
    services.deactivate(by=people.abe, person=people.ada)
    made = abe.post(page_of(people.ada, "reactivate"), {"new_password": ""})
    assert '<code id="made-password">' in text_of(made)
    people.ada.refresh_from_db()
    assert people.ada.is_active
    assert worker.get("/assessments/").status_code == 302
    sign_in = {"login": "ada", "password": make.PASSWORD}
    assert Client().post("/account/sign-in/", sign_in).status_code == 200


def test_administrators_cannot_deactivate_themselves(people: People, abe):
    assert abe.post(page_of(people.abe, "deactivate"))["Location"] == page_of(people.abe)
    assert set(refused(services.deactivate, by=people.abe, person=people.abe)) == {"person"}
    people.abe.refresh_from_db()
    assert people.abe.is_active


def test_of_two_administrators_who_deactivate_each_other_one_stays(people: People):
    """Each acts on what they saw before; the second is no administrator any more."""
    zoe = make.make_person("Zoe Keys", role=Role.ADMINISTRATOR)
    seen = User.objects.get(pk=zoe.pk)
    services.deactivate(by=people.abe, person=zoe)
    with pytest.raises(PermissionDenied):
        services.deactivate(by=seen, person=people.abe)
    people.abe.refresh_from_db()
    assert people.abe.is_active


@pytest.mark.parametrize("who", ["ada", "mo", "dee"])
def test_other_roles_cannot_deactivate_or_reactivate(people: People, who: str):
    person = getattr(people, who)
    for service in (services.deactivate, services.end_sessions):
        with pytest.raises(PermissionDenied):
            service(by=person, person=people.ben)
    with pytest.raises(PermissionDenied):
        services.reactivate(by=person, person=people.ben, password="meadow copper violin")


# Restricted records keep a manager


@pytest.fixture
def restricted(people: People):
    return make.restrict(make.start(people.ada), people.mo)


UNSEEN = "1 restricted record would be seen by no manager"


def test_moving_the_last_manager_says_what_is_left_and_asks(people: People, abe, restricted):
    make.submit(make.start(people.ada, "EX2"))
    make.authorise(make.submit(make.start(people.ada, "EX3")), people.mo)
    left = (
        "North has no other manager: 2 open assessments, 1 of them awaiting review, and "
        f"1 finished one. {UNSEEN}. Tick to save it all the same"
    )
    people.mo.role = Role.DATA_OFFICER
    assert refused(save, people.abe, people.mo) == {"leave": left}
    people.mo.role = Role.TEAM_MANAGER
    assert refused(save, people.abe, people.mo, people.south) == {"leave": left}
    fields = {
        "name": "Mo Harbour",
        "username": "mo",
        "role": "team_manager",
        "in_teams": [people.south.pk],
    }
    response = abe.post(page_of(people.mo), fields)
    assert response.context["adminform"].form.errors == {"leave": [left]}
    assert '<input type="checkbox" name="leave"' in response.content.decode()
    assert "EX" not in text_of(response)
    assert abe.post(page_of(people.mo), fields | {"leave": "on"}).status_code == 302
    assert list(people.mo.teams.all()) == [people.south]


def test_a_manager_who_keeps_the_team_or_has_another_beside_them_moves_freely(
    people: People, restricted
):
    save(people.abe, people.mo, people.north, people.south)
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    child = restricted.episode.child
    NamedPerson.objects.create(
        child=child, person=lou, named_by=people.mo, named_at=restricted.saved_at
    )
    save(people.abe, people.mo, people.south)


def test_deactivating_the_only_manager_of_a_restricted_record_needs_a_stand_in(
    people: People, abe, restricted
):
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    page = text_of(abe.get(page_of(people.mo, "deactivate")))
    assert "is the only manager who may see 1 restricted record." in page
    assert "EX1001" not in page
    response = abe.post(page_of(people.mo, "deactivate"), {"stand_in": ""})
    assert "Select the manager who is named in their place" in text_of(response)
    response = abe.post(page_of(people.mo, "deactivate"), {"stand_in": people.nia.pk})
    assert response.status_code == 200
    people.mo.refresh_from_db()
    assert people.mo.is_active
    assert abe.post(page_of(people.mo, "deactivate"), {"stand_in": lou.pk}).status_code == 302
    assert queries.assessment_for(lou, restricted.reference) == restricted


def test_a_stand_in_is_named_for_the_records_of_their_teams_and_the_rest_is_listed(
    people: People, restricted
):
    people.mo.teams.add(people.south)
    services.deactivate(by=people.abe, person=people.mo, stand_in=people.nia)
    people.mo.refresh_from_db()
    assert not people.mo.is_active
    assert not restricted.episode.child.named_people.filter(person=people.nia).exists()
    assert list(queries.restricted_without_a_manager()) == [restricted.episode.child]


# Nobody manages it any more


def test_the_last_managers_access_ends_at_once_and_what_is_left_is_listed(
    people: People, abe, restricted, browser_of
):
    make.submit(make.start(people.ada, "EX2"))
    manager = Client()
    manager.force_login(people.mo)
    page = text_of(abe.get(page_of(people.mo, "deactivate")))
    assert "North has no other manager: 2 open assessments, 1 of them awaiting review" in page
    assert UNSEEN in page
    assert "EX" not in page
    assert abe.post(page_of(people.mo, "deactivate")).status_code == 302
    assert manager.get("/admin/").status_code == 302
    listed = "North: 2 people, 2 open assessments (1 awaiting review), 0 finished"
    assert listed in shown(abe.get("/admin/"))
    nia = shown(browser_of(people.nia).get("/admin/"))
    assert listed in nia
    assert "restricted record" not in nia
    assert [each.restricted_unseen for each in queries.teams_without_a_manager()] == [1]


def test_a_new_manager_is_named_for_the_restricted_records_that_nobody_sees(
    people: People, abe, restricted
):
    services.deactivate(by=people.abe, person=people.mo)
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    assert "North: 1 restricted record that no manager sees." in shown(abe.get("/admin/"))
    address = f"{TEAMS}{people.north.pk}/name-manager/"
    page = text_of(abe.get(address))
    assert "EX1001" not in page
    assert "Nia Field" not in page
    refusal = refused(services.name_manager, by=people.abe, team=people.north, manager=people.nia)
    assert refusal == {"manager": "Select a manager of North"}
    assert abe.post(address, {"manager": people.nia.pk}).status_code == 200
    response = abe.post(address, {"manager": lou.pk}, follow=True)
    assert "Lou Also is named for 1 restricted record." in text_of(response)
    assert queries.assessment_for(lou, restricted.reference) == restricted
    assert "that no manager sees" not in shown(abe.get("/admin/"))


# Merging teams


def test_a_team_is_merged_with_its_people_and_all_its_records(people: People, abe):
    rows = [
        make.in_status(status, people.cleo, people.nia, f"EX{number}")
        for number, status in enumerate(Status)
    ]
    address = f"{TEAMS}{people.south.pk}/merge/"
    page = text_of(abe.get(address))
    assert "2 people at work" in page
    assert "4 open assessments, of which 1 awaits review" in page
    assert "2 finished ones" in page
    assert "EX" not in page
    posted = {"into": people.north.pk, "with_people": "on", "seen": "8"}
    response = abe.post(address, posted, follow=True)
    assert "South is closed. 7 assessments moved to North." in text_of(response)
    for row in rows:
        version, status = row.version, row.status
        row.refresh_from_db()
        assert (row.team, row.worker) == (people.north, people.cleo)
        assert (row.version, row.status) == (version + 1, status)
    people.south.refresh_from_db()
    assert not people.south.active
    assert list(people.cleo.teams.all()) == list(people.nia.teams.all()) == [people.north]


def test_what_was_authorised_in_a_merged_team_is_reopened_by_the_other_ones_manager(
    people: People,
):
    done = make.authorise(make.submit(make.start(people.cleo)), people.nia)
    services.merge_team(
        by=people.abe, team=people.south, into=people.north, with_people=True, seen=3
    )
    done.refresh_from_db()
    reopened = make.reopen(done, people.mo)
    assert make.authorise(make.submit(reopened), people.mo).status == Status.AUTHORISED


def test_a_merger_is_in_the_history_of_each_record(people: People, browser_of):
    done = make.authorise(make.submit(make.start(people.cleo)), people.nia)
    services.merge_team(
        by=people.abe, team=people.south, into=people.north, with_people=True, seen=3
    )
    page = shown(browser_of(people.mo).get(f"/assessments/{done.reference}/history/"))
    assert "moved the assessment to North" in page


def merge(people: People, **other) -> dict[str, str]:
    values = {"into": people.north, "with_people": True, "seen": 2}
    return refused(services.merge_team, **{"by": people.abe, "team": people.south} | values | other)


def test_a_team_is_merged_only_into_another_in_use_and_as_it_was_counted(people: People):
    message = {"into": "Select another team that is in use"}
    assert merge(people, into=people.south) == message
    assert merge(people, into=make.make_team("Closed", active=False)) == message
    make.start(people.cleo)
    counted = {"into": "The numbers have changed meanwhile. Check them again"}
    assert merge(people) == counted
    alone = {"with_people": "2 people are in no other team. Move them too, or give them one first"}
    assert merge(people, with_people=False, seen=3) == alone
    people.south.refresh_from_db()
    assert people.south.active
    for person in (people.cleo, people.nia):
        person.teams.add(people.north)
    assert (
        services.merge_team(
            by=people.abe, team=people.south, into=people.north, with_people=False, seen=3
        )
        == 1
    )
    assert list(people.nia.teams.all()) == [people.north]


def test_a_closed_team_that_still_has_records_is_listed_and_moved(people: People, abe):
    done = make.authorise(make.submit(make.start(people.cleo)), people.nia)
    Team.objects.filter(pk=people.south.pk).update(active=False)
    assert "South (closed): 2 people, 0 open" in shown(abe.get("/admin/"))
    address = f"{TEAMS}{people.south.pk}/merge/"
    page = shown(abe.get(f"{TEAMS}{people.south.pk}/change/"))
    assert "It is closed, and still has some: move them to another team" in page
    posted = {"into": people.north.pk, "with_people": "on", "seen": "3"}
    assert abe.post(address, posted).status_code == 302
    done.refresh_from_db()
    assert done.team == people.north
    assert abe.get(address).status_code == 302
    page = read(abe.get(f"{TEAMS}{people.south.pk}/change/"))
    assert "nothing is left to move: its history says" in words(page.text)
    assert address not in str(page)
    assert "(closed)" not in shown(abe.get("/admin/"))


@pytest.mark.parametrize("who", ["ada", "mo", "dee"])
def test_other_roles_neither_merge_nor_name(people: People, who: str, browser_of):
    person = getattr(people, who)
    values = {"into": people.north, "with_people": True, "seen": 2}
    with pytest.raises(PermissionDenied):
        services.merge_team(by=person, team=people.south, **values)
    with pytest.raises(PermissionDenied):
        services.name_manager(by=person, team=people.north, manager=people.mo)
    for page in ("merge", "name-manager"):
        answer = browser_of(person).post(f"{TEAMS}{people.south.pk}/{page}/")
        assert answer.status_code in (302, 403)
    people.south.refresh_from_db()
    assert people.south.active


# Teams


def test_a_team_with_people_or_work_is_not_closed(people: People, abe):
    make.start(people.ada)
    response = abe.post(f"{TEAMS}{people.north.pk}/change/", {"name": "North"})
    assert response.context["adminform"].form.errors == {
        "active": [
            "North has 3 people at work, 1 open assessment and 0 finished ones, which nobody could "
            "reopen or correct. Save it as it is, then use “Close and move to another team”"
        ]
    }
    link = read(response).find("a", href=re.compile("/merge/"))
    assert words(link.text) == "Close and move to another team"
    people.north.active = False
    assert set(refused(services.save_team, by=people.abe, team=people.north)) == {"active"}


def test_a_team_is_closed_when_nobody_works_in_it_and_nothing_is_open(people: People, abe):
    make.cancel(make.start(people.cleo))
    for person in (people.cleo, people.nia):
        services.deactivate(by=people.abe, person=person)
    response = abe.post(f"{TEAMS}{people.south.pk}/change/", {"name": "South"})
    assert response.status_code == 302
    people.south.refresh_from_db()
    assert not people.south.active


def test_the_list_of_teams_says_who_manages_and_what_is_open(people: People, abe):
    make.start(people.ada)
    page = text_of(abe.get(TEAMS))
    assert '<td class="field-managed_by">Mo Harbour</td>' in page
    assert '<td class="field-open_work">1</td>' in page
    assert '<td class="field-at_work">3</td>' in page


# Actions on how a person signs in


def test_a_persons_page_links_to_each_action_and_confirms_it(people: People, abe):
    page = text_of(abe.get(page_of(people.ada)))
    for action in ("deactivate", "password", "remove-second-factor", "unlink", "sign-out"):
        assert page_of(people.ada, action) in page
        assert abe.get(page_of(people.ada, action)).status_code == 200
    own = text_of(abe.get(page_of(people.abe)))
    assert page_of(people.abe, "deactivate") not in own
    assert page_of(people.abe, "remove-second-factor") not in own


@pytest.mark.parametrize("action", ["remove-second-factor", "unlink", "sign-out"])
def test_each_action_signs_the_person_out_and_is_logged(people: People, abe, action: str):
    worker = Client()
    worker.force_login(people.ada)
    response = abe.post(page_of(people.ada, action), follow=True)
    assert "Ada Winter" in text_of(response)
    assert worker.get("/assessments/").status_code == 302
    assert people.ada.sign_in_changes.get().by == people.abe
    assert LogEntry.objects.count() == 1


# Nothing is deleted


@pytest.mark.parametrize("who", ["abe", "mo", "dee", "ada"])
def test_the_admin_lets_nobody_delete_anything(people: People, who: str):
    request = RequestFactory().get("/admin/")
    request.user = getattr(people, who)
    assert admin.site._registry
    for model, registered in admin.site._registry.items():
        assert not registered.has_delete_permission(request), model
        assert "delete_selected" not in registered.get_actions(request), model
        for inline in registered.get_inline_instances(request):
            assert not inline.can_delete or not inline.has_delete_permission(request), model


@pytest.mark.parametrize("who", ["abe", "mo"])
def test_no_list_deletes_rows(people: People, who: str):
    make.start(people.ada)
    client = Client()
    client.force_login(getattr(people, who))
    for model in admin.site._registry:
        rows = list(model.objects.values_list("pk", flat=True))
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        delete = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
        assert client.post(address, delete).status_code in (200, 302, 400, 403)
        assert list(model.objects.values_list("pk", flat=True)) == rows


# Restricted records in census files


def test_a_data_officer_is_given_the_permission_to_export_restricted_records(people, abe):
    given = {"name": "Dee Ledger", "username": "dee", "role": "data_officer"}
    abe.post(page_of(people.dee), given | {"exports_restricted": "on"})
    people.dee.refresh_from_db()
    assert people.dee.exports_restricted
    assert queries.may_export_restricted(people.dee)
    abe.post(page_of(people.dee), given)
    people.dee.refresh_from_db()
    assert not queries.may_export_restricted(people.dee)


def test_nobody_else_is_given_that_permission(people: People, abe: Client):
    fields = {"name": "Ben Marsh", "username": "ben", "role": "social_worker"}
    fields |= {"in_teams": [people.north.pk], "exports_restricted": "on"}
    response = abe.post(page_of(people.ben), fields)
    message = "Only a data officer may export restricted records"
    assert response.context["errors"].data[0] == [message]
    people.ben.exports_restricted = True
    assert refused(save, people.abe, people.ben, people.north) == {"exports_restricted": message}
    assert not queries.may_export_restricted(people.ben)


def test_who_is_no_data_officer_any_more_loses_it_with_the_role(people: People):
    people.dee.exports_restricted = True
    save(people.abe, people.dee)
    people.dee.role = Role.ADMINISTRATOR
    assert "exports_restricted" in refused(save, people.abe, people.dee)
    people.dee.exports_restricted = False
    save(people.abe, people.dee)


def test_who_is_deactivated_exports_nothing(people: People):
    people.dee.exports_restricted = True
    save(people.abe, people.dee)
    services.deactivate(by=people.abe, person=people.dee)
    assert not queries.may_make_census_files(people.dee)
    assert not queries.may_export_restricted(people.dee)


def test_an_administrator_arranges_cover_for_a_manager_and_ends_it(people: People, abe: Client):
    today = timezone.localdate()
    last_day = today + timedelta(days=9)
    days = {**boxes("first_day", today), **boxes("last_day", last_day)}
    assert page_of(people.mo, "cover") in abe.get(page_of(people.mo)).content.decode()
    assert page_of(people.ada, "cover") not in abe.get(page_of(people.ada)).content.decode()
    for refused, place, message in (
        ({"covered_by": people.ada.pk}, "covered_by", "Select a valid choice"),
        ({"last_day_2": "2020"}, "last_day_0", "The last day must be the first day or later"),
        ({"first_day_1": ""}, "first_day_1", "First day must include a month"),
        ({"last_day_0": "31", "last_day_1": "February"}, "last_day_0", "must be a real date"),
    ):
        sent = {"key": uuid.uuid4(), "covered_by": people.nia.pk, **days, **refused}
        page = read(abe.post(page_of(people.mo, "cover"), sent))
        [problem] = page.select("#error-summary li a")
        assert problem["href"] == f"#id_{place}"
        assert message in problem.text
        assert words(problem.text) == words(page.select_one(".form-row.errors .errorlist").text)
        typed = {
            box["name"]: box.get("value", "") for box in page.select(".govuk-date-input input")
        }
        assert typed == {name: str(sent[name]) for name in typed}
    assert not Cover.objects.exists()
    made = make.start(people.ada, "EX1")
    assert made not in queries.assessments_visible_to(people.nia)
    sent = {"key": uuid.uuid4(), "covered_by": people.nia.pk, **days}
    response = abe.post(page_of(people.mo, "cover"), sent, follow=True)
    assert "The cover for Mo Harbour is arranged." in words(read(response).text)
    assert "EX1" not in response.content.decode()
    assert made in queries.assessments_visible_to(people.nia)
    cover = Cover.objects.get()
    assert (cover.arranged_by, cover.covered_by) == (people.abe, people.nia)
    assert (cover.first_day, cover.last_day) == (today, last_day)
    abe.post(page_of(people.mo, "cover"), {"end": cover.reference})
    assert made not in queries.assessments_visible_to(people.nia)
    assert abe.post(page_of(people.mo, "cover"), {"end": uuid.uuid4()}).status_code == 404
