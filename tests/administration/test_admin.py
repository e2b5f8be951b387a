"""Administrators, and nobody else, manage people and teams in the admin."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cinfactors.accounts.models import Membership, Role, Team, User
from cinfactors.administration import services
from cinfactors.administration.person_actions import PERSON_ACTIONS

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"
TEAMS = "/admin/accounts/team/"
MEMBERSHIPS = "/admin/accounts/membership/"
MADE = re.compile(r'<code id="made-password">((?:[a-z2-9]{4}-){4}[a-z2-9]{4})</code>')


@pytest.fixture
def administrator(make_person):
    return make_person("oz", role=Role.ADMINISTRATOR, is_staff=True)


@pytest.fixture
def oz(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def north(db):
    return Team.objects.create(name="North")


@pytest.fixture
def west(db):
    return Team.objects.create(name="West")


@pytest.fixture
def ada(ada, west):
    """A social worker of West."""
    ada.teams.add(west)
    return ada


@pytest.fixture
def ben(ben, west):
    """Another."""
    ben.teams.add(west)
    return ben


def person_fields(**changed):
    fields = {"name": "Cy Example", "username": "cy", "role": "data_officer", "in_teams": []}
    return fields | {"new_password": ""} | changed


def messages_of(response) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_a_person_is_added_with_a_random_password_that_is_shown_once(oz, north):
    response = oz.post(f"{PEOPLE}add/", person_fields(in_teams=[north.pk]))
    password = MADE.search(response.content.decode())[1]
    assert "no-store" in response["Cache-Control"]
    person = User.objects.get(username="cy")
    assert person.check_password(password)
    assert list(person.teams.all()) == [north]
    assert password not in oz.get(f"{PEOPLE}{person.pk}/change/").content.decode()


def test_two_random_passwords_differ(oz):
    made = {
        MADE.search(oz.post(f"{PEOPLE}add/", person_fields(username=name)).content.decode())[1]
        for name in ("cy", "di")
    }
    assert len(made) == 2


def test_a_person_is_added_with_a_typed_password_that_is_not_shown(oz):
    fields = person_fields(new_password="meadow copper violin")
    response = oz.post(f"{PEOPLE}add/", fields, follow=True)
    assert User.objects.get(username="cy").check_password("meadow copper violin")
    assert "meadow copper violin" not in response.content.decode()


def test_a_new_person_can_sign_in(oz):
    oz.post(f"{PEOPLE}add/", person_fields(new_password="meadow copper violin"))
    fields = {"login": "cy", "password": "meadow copper violin"}
    assert Client().post("/account/sign-in/", fields).status_code == 302


def test_a_typed_password_that_is_too_short_is_refused(oz):
    response = oz.post(f"{PEOPLE}add/", person_fields(new_password="short"))
    assert messages_of(response) == {
        "new_password": ["This password is too short. It must contain at least 15 characters."]
    }
    assert not User.objects.filter(username="cy").exists()


@pytest.mark.parametrize("name", ["oz", "OZ", "Oz"])
def test_user_names_are_unique_whatever_their_case(oz, name):
    response = oz.post(f"{PEOPLE}add/", person_fields(username=name))
    first = next(iter(messages_of(response).values()))[0]
    assert first == "Somebody has this user name already"
    assert User.objects.filter(username__iexact="oz").count() == 1


def test_the_database_too_refuses_user_names_that_differ_by_case(make_person):
    make_person("ada")
    with pytest.raises(IntegrityError, match="user_names_differ_by_more_than_capitals"):
        make_person("Ada")


@pytest.mark.parametrize(
    ("role", "is_staff"),
    [
        ("social_worker", False),
        ("team_manager", True),
        ("data_officer", False),
        ("administrator", True),
    ],
)
def test_roles_with_work_in_the_admin_are_staff(oz, north, role, is_staff):
    oz.post(f"{PEOPLE}add/", person_fields(role=role, in_teams=[north.pk]))
    person = User.objects.get(username="cy")
    assert (person.is_staff, person.is_superuser) == (is_staff, False)


def change(oz, person, **changed):
    fields = {
        "name": person.name,
        "username": person.username,
        "role": person.role,
        "in_teams": [team.pk for team in person.teams.all()],
    }
    return oz.post(f"{PEOPLE}{person.pk}/change/", fields | changed)


def test_a_person_moves_to_another_team(oz, ada, north):
    south = Team.objects.create(name="South")
    ada.teams.add(north)
    assert change(oz, ada, in_teams=[south.pk]).status_code == 302
    assert list(ada.teams.all()) == [south]


def test_changing_a_person_leaves_their_password(oz, ada):
    before = ada.password
    change(oz, ada, name="Ada Other")
    ada.refresh_from_db()
    assert (ada.name, ada.password) == ("Ada Other", before)


def test_administrators_cannot_give_up_their_own_role(oz, administrator, north):
    response = change(oz, administrator, role="social_worker", in_teams=[north.pk])
    assert messages_of(response) == {"role": ["You cannot give up your own role"]}


def test_a_lost_password_is_replaced_by_a_random_one(oz, ada):
    worker = Client()
    worker.force_login(ada)
    page = oz.get(f"{PEOPLE}{ada.pk}/change/").content.decode()
    assert f'href="{PEOPLE}{ada.pk}/password/"' in page
    response = oz.post(f"{PEOPLE}{ada.pk}/password/", {"new_password": ""})
    ada.refresh_from_db()
    assert ada.check_password(MADE.search(response.content.decode())[1])
    assert "no-store" in response["Cache-Control"]
    assert worker.get("/account/password/").status_code == 302
    assert LogEntry.objects.get().change_message == "Set a new password."


def test_a_lost_password_is_replaced_by_a_typed_one(oz, ada):
    response = oz.post(
        f"{PEOPLE}{ada.pk}/password/", {"new_password": "meadow copper violin"}, follow=True
    )
    ada.refresh_from_db()
    assert ada.check_password("meadow copper violin")
    assert "<bdi>Ada Example</bdi> has the new password." in response.content.decode()


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("ada", "It must contain at least 15 characters."),
        ("1qaz2wsx3edc4rfv", "This password is too common."),
    ],
)
def test_a_short_or_common_password_is_refused(oz, ada, password: str, message: str):
    response = oz.post(f"{PEOPLE}{ada.pk}/password/", {"new_password": password})
    assert message in response.content.decode()
    ada.refresh_from_db()
    assert ada.check_password("harbour lantern thistle")


def listed(response) -> list[str]:
    return [str(row) for row in response.context["cl"].result_list]


def test_people_are_searched_by_name_and_filtered_exactly(oz, ada, ben, north):
    ada.teams.add(north)
    assert listed(oz.get(f"{PEOPLE}?q=ada")) == ["Ada Example"]
    assert listed(oz.get(f"{PEOPLE}?teams__id__exact={north.pk}")) == ["Ada Example"]
    assert listed(oz.get(f"{PEOPLE}?role__exact=administrator")) == ["Oz Example"]
    assert listed(oz.get(f"{PEOPLE}?is_active__exact=0")) == []


def test_who_never_signed_in_is_said_in_words(oz, ada):
    assert ada.last_login is None
    for page in (PEOPLE, f"{PEOPLE}{ada.pk}/change/"):
        assert "Never" in oz.get(page).content.decode(), page
    assert oz.get(f"{PEOPLE}?o=6").status_code == 200  # sorted by it


def test_the_list_of_people_takes_as_many_queries_however_long_it_is(oz, make_person, north):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            oz.get(PEOPLE)
        return len(captured)

    make_person("p").teams.add(north)
    before = queries()
    for number in range(20):
        make_person(f"p{number}").teams.add(north)
    assert queries() == before


@pytest.mark.parametrize("query", ["password__startswith=a", "password=a"])
def test_people_cannot_be_filtered_by_password_hash(oz, query):
    assert oz.get(f"{PEOPLE}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "sessions={key}",
        "sessions__gt=0",
        "sessions__isnull=0",
        "authenticator__isnull=1",
        "named_for__isnull=1",
        "assessments__isnull=1",
        "last_login__gt=2020-01-01",
        "reference__gt=00000000-0000-0000-0000-000000000000",
    ],
)
def test_people_are_filtered_only_by_the_filters_of_the_list(oz, ada, query: str):
    """Otherwise comparisons would reveal the key of a session and the work of other people."""
    client = Client()
    client.force_login(ada)
    response = oz.get(f"{PEOPLE}?{query.format(key=client.session.session_key)}")
    assert (response.status_code, response.url) == (302, f"{PEOPLE}?e=1")


def test_teams_and_memberships_are_filtered_only_by_the_filters_of_their_lists(oz, north):
    for address in (f"{TEAMS}?assessments__isnull=1", f"{MEMBERSHIPS}?user__gt=0"):
        assert oz.get(address).status_code == 302


def test_people_are_filtered_by_role_by_team_and_by_whether_they_may_sign_in(oz, ada, north):
    Membership.objects.create(user=ada, team=north)
    for query in (
        "role__exact=social_worker",
        f"teams__id__exact={north.pk}",
        "is_active__exact=1&role__exact=social_worker",
    ):
        response = oz.get(f"{PEOPLE}?{query}")
        assert list(response.context["cl"].result_list) == [ada]


def test_the_page_of_a_person_shows_no_hash(oz, ada):
    page = oz.get(f"{PEOPLE}{ada.pk}/change/").content.decode()
    assert ada.password not in page
    assert ada.password.split("$")[0] not in page


def test_a_team_is_added_renamed_and_closed(oz):
    oz.post(f"{TEAMS}add/", {"name": "North", "active": "on"})
    team = Team.objects.get()
    oz.post(f"{TEAMS}{team.pk}/change/", {"name": "North and West"})
    team.refresh_from_db()
    assert (team.name, team.active) == ("North and West", False)


def test_a_closed_team_takes_no_new_people_and_keeps_its_own(oz, ada, ben, north, west):
    ada.teams.add(north)
    north.active = False
    north.save()
    both = [north.pk, west.pk]
    assert change(oz, ada, in_teams=both).status_code == 302
    assert change(oz, ben, in_teams=both).status_code == 200
    assert (list(ada.teams.all()), list(ben.teams.all())) == ([north, west], [west])


def test_memberships_are_read_and_searched(oz, ada, north):
    membership = Membership.objects.create(user=ada, team=north)
    assert listed(oz.get(f"{MEMBERSHIPS}?q=north")) == ["Ada Example in North"]
    assert oz.get(f"{MEMBERSHIPS}add/").status_code == 403
    assert oz.post(f"{MEMBERSHIPS}{membership.pk}/change/", {}).status_code == 403


def test_nothing_is_deleted(oz, ada, north):
    membership = Membership.objects.create(user=ada, team=north)
    for address in (
        f"{PEOPLE}{ada.pk}/",
        f"{TEAMS}{north.pk}/",
        f"{MEMBERSHIPS}{membership.pk}/",
    ):
        assert oz.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    delete = {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"}
    oz.post(PEOPLE, delete)
    assert Membership.objects.filter(pk=membership.pk).exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_other_roles_have_no_access_to_people_or_teams(client, make_person, ada, north, role):
    client.force_login(make_person("eve", role=role, is_staff=True))
    for address in (
        PEOPLE,
        f"{PEOPLE}add/",
        f"{PEOPLE}{ada.pk}/change/",
        f"{PEOPLE}{ada.pk}/password/",
        *(f"{PEOPLE}{ada.pk}/{action}/" for action in PERSON_ACTIONS),
        TEAMS,
        f"{TEAMS}add/",
        MEMBERSHIPS,
    ):
        assert client.get(address).status_code == 403, address
        assert client.post(address, person_fields()).status_code == 403, address
    ada.refresh_from_db()
    assert ada.check_password("harbour lantern thistle")
    assert not ada.sign_in_changes.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_services_raise_permission_denied_for_other_roles(make_person, ada, north, role):
    eve = make_person("eve", role=role)
    with pytest.raises(PermissionDenied):
        services.save_person(by=eve, person=ada, teams=[north])
    with pytest.raises(PermissionDenied):
        services.set_password(by=eve, person=ada, password="meadow copper violin")
    with pytest.raises(PermissionDenied):
        services.save_team(by=eve, team=north)
