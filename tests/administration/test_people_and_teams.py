"""What administrators do to people and teams, and what stands against it."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from assessments import queries
from assessments.models import NamedPerson, Status
from cinfactors.accounts.models import Role, User
from cinfactors.administration import services
from tests import people as make
from tests.people import People, make_people

PEOPLE = "/admin/accounts/user/"
TEAMS = "/admin/accounts/team/"


@pytest.fixture
def people(db) -> People:
    return make_people()


@pytest.fixture
def desk(people: People) -> Client:
    client = Client()
    client.force_login(people.abe)
    return client


def page_of(person: User, page: str = "change") -> str:
    return f"{PEOPLE}{person.pk}/{page}/"


def text_of(response) -> str:
    return response.content.decode()


def save(by: User, person: User, *teams) -> None:
    services.save_person(by=by, person=person, teams=teams)


def refused(call, *args, **kwargs) -> dict[str, str]:
    with pytest.raises(services.Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.messages


# Teams of a person


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.TEAM_MANAGER])
def test_who_sees_by_their_teams_is_in_one(people: People, role):
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


def test_the_form_says_so_beside_the_teams(people: People, desk):
    fields = {"name": "Ben Marsh", "username": "ben", "role": "social_worker"}
    response = desk.post(page_of(people.ben), fields)
    assert response.context["adminform"].form.errors == {
        "in_teams": ["Select at least one team that is in use"]
    }


# Deactivating


def test_deactivating_asks_first_and_counts_the_work_without_the_children(people: People, desk):
    for number, status in enumerate(Status):
        make.in_status(status, people.ada, people.mo, f"EX{number}")
    page = text_of(desk.get(page_of(people.ada, "deactivate")))
    assert "<li>North: 4</li>" in page
    assert "EX" not in page
    assert "Sample" not in page
    people.ada.refresh_from_db()
    assert people.ada.is_active


def test_a_deactivated_person_is_out_at_once_and_their_work_waits(people: People, desk):
    draft = make.start(people.ada)
    worker = Client()
    worker.force_login(people.ada)
    assert worker.get("/assessments/").status_code == 200
    response = desk.post(page_of(people.ada, "deactivate"), follow=True)
    assert "Ada Winter is deactivated and signed out." in text_of(response)
    assert worker.get("/assessments/").status_code == 302
    assert not people.ada.sessions.exists()
    assert list(queries.without_a_worker(people.mo)) == [draft]
    assert LogEntry.objects.get().change_message == "Deactivated."
    sign_in = {"login": "ada", "password": make.PASSWORD}
    assert Client().post("/account/sign-in/", sign_in).status_code == 200


def test_an_old_session_does_not_come_to_life_when_they_come_back(people: People, desk):
    worker = Client()
    worker.force_login(people.ada)
    services.deactivate(by=people.abe, person=people.ada)
    made = desk.post(page_of(people.ada, "reactivate"), {"new_password": ""})
    assert '<code id="made-password">' in text_of(made)
    people.ada.refresh_from_db()
    assert people.ada.is_active
    assert worker.get("/assessments/").status_code == 302
    sign_in = {"login": "ada", "password": make.PASSWORD}
    assert Client().post("/account/sign-in/", sign_in).status_code == 200


def test_nobody_deactivates_themselves(people: People, desk):
    assert desk.post(page_of(people.abe, "deactivate"))["Location"] == page_of(people.abe)
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
def test_no_other_role_deactivates_or_brings_back(people: People, who: str):
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


ONLY = "Mo Harbour is the only manager who may see 1 restricted record. "


def test_their_only_manager_stays_until_another_is_named(people: People, restricted):
    people.mo.role = Role.DATA_OFFICER
    message = ONLY + "They have to name another manager first"
    assert refused(save, people.abe, people.mo) == {"role": message}
    people.mo.role = Role.TEAM_MANAGER
    assert refused(save, people.abe, people.mo, people.south) == {"in_teams": message}
    save(people.abe, people.mo, people.north, people.south)
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    child = restricted.episode.child
    NamedPerson.objects.create(
        child=child, person=lou, named_by=people.mo, named_at=restricted.saved_at
    )
    save(people.abe, people.mo, people.south)


def test_who_deactivates_their_only_manager_names_another_unseen(people: People, desk, restricted):
    lou = make.make_person("Lou Also", people.north, role=Role.TEAM_MANAGER)
    page = text_of(desk.get(page_of(people.mo, "deactivate")))
    assert "is the only manager who may see 1 restricted record." in page
    assert "EX1001" not in page
    response = desk.post(page_of(people.mo, "deactivate"), {"instead": ""})
    assert "Select the manager who is named in their place" in text_of(response)
    response = desk.post(page_of(people.mo, "deactivate"), {"instead": people.nia.pk})
    assert response.status_code == 200
    people.mo.refresh_from_db()
    assert people.mo.is_active
    assert desk.post(page_of(people.mo, "deactivate"), {"instead": lou.pk}).status_code == 302
    assert queries.assessment_for(lou, restricted.reference) == restricted


def test_a_stand_in_manages_the_team_of_each_record(people: People, restricted):
    people.mo.teams.add(people.south)
    assert refused(services.deactivate, by=people.abe, person=people.mo, instead=people.nia) == {
        "instead": "Nia Field does not manage the team of each of these records"
    }
    people.mo.refresh_from_db()
    assert people.mo.is_active


# Teams


def test_a_team_with_people_or_work_is_not_closed(people: People, desk):
    make.start(people.ada)
    response = desk.post(f"{TEAMS}{people.north.pk}/change/", {"name": "North"})
    assert response.context["adminform"].form.errors == {
        "active": [
            "North has 3 people at work and 1 open assessment. Move the people first, and ask "
            "its managers to finish or reassign the work"
        ]
    }
    people.north.active = False
    assert set(refused(services.save_team, by=people.abe, team=people.north)) == {"active"}


def test_a_team_is_closed_when_nobody_works_in_it_and_nothing_is_open(people: People, desk):
    make.cancel(make.start(people.cleo))
    for person in (people.cleo, people.nia):
        services.deactivate(by=people.abe, person=person)
    response = desk.post(f"{TEAMS}{people.south.pk}/change/", {"name": "South"})
    assert response.status_code == 302
    people.south.refresh_from_db()
    assert not people.south.active


def test_the_list_of_teams_says_who_manages_and_what_is_open(people: People, desk):
    make.start(people.ada)
    page = text_of(desk.get(TEAMS))
    assert '<td class="field-managed_by">Mo Harbour</td>' in page
    assert '<td class="field-open_work">1</td>' in page
    assert '<td class="field-at_work">3</td>' in page


# What is lost is taken away


def test_a_page_offers_each_act_and_asks_before_it(people: People, desk):
    page = text_of(desk.get(page_of(people.ada)))
    for act in ("deactivate", "password", "remove-second-factor", "unlink", "sign-out"):
        assert page_of(people.ada, act) in page
        assert desk.get(page_of(people.ada, act)).status_code == 200
    own = text_of(desk.get(page_of(people.abe)))
    assert page_of(people.abe, "deactivate") not in own
    assert page_of(people.abe, "remove-second-factor") not in own


@pytest.mark.parametrize("act", ["remove-second-factor", "unlink", "sign-out"])
def test_each_act_signs_the_person_out_and_is_noted(people: People, desk, act: str):
    worker = Client()
    worker.force_login(people.ada)
    response = desk.post(page_of(people.ada, act), follow=True)
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
def test_no_list_carries_out_a_deletion(people: People, who: str):
    make.start(people.ada)
    client = Client()
    client.force_login(getattr(people, who))
    for model in admin.site._registry:
        rows = list(model.objects.values_list("pk", flat=True))
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        delete = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
        assert client.post(address, delete).status_code in (200, 302, 400, 403)
        assert list(model.objects.values_list("pk", flat=True)) == rows
