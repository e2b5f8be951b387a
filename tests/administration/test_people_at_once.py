"""An administrator who changes people or teams while others rely on them, at the same moment.

Each is shown by a transaction that is held open: whoever comes second waits, and then sees what
the first has done.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from assessments import queries, services
from assessments.models import Assessment, Child
from cinfactors.accounts import locks
from cinfactors.accounts.models import Role, Team, User
from cinfactors.administration import services as administration
from tests import people as make
from tests.people import People
from tests.services.at_once import while_held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> People:
    return make.make_people()


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.start(people.ada)


@pytest.fixture
def una(people: People) -> User:
    """Another manager of Ada's team."""
    return make.make_person("Una Dale", people.north, role=Role.TEAM_MANAGER)


@pytest.fixture
def west(people: People) -> Team:
    return make.make_team("West")


def restricts_to_mo(people: People, draft: Assessment, una: User) -> Callable[[], Any]:
    child = draft.episode.child
    named = [people.ada, people.mo]
    return lambda: services.restrict(child=child, people=named, seen=[], by=una)


def deactivates(people: People) -> Callable[[], Any]:
    return lambda: administration.deactivate(by=people.abe, person=people.mo)


def moves(people: People, person: User, *teams: Team, leave: bool = False) -> Callable[[], Any]:
    return lambda: administration.save_person(
        by=people.abe, person=person, teams=teams, leave=leave
    )


def closes(people: People, team: Team) -> Callable[[], Any]:
    def close() -> None:
        found = Team.objects.get(pk=team.pk)
        found.active = False
        administration.save_team(by=people.abe, team=found)

    return close


def reassigns(draft: Assessment, to: User, by: User) -> Callable[[], Any]:
    return lambda: services.reassign(
        assessment=draft, to=to, by=by, version=draft.version, key=uuid.uuid4()
    )


def managers_who_see_it(draft: Assessment) -> set[str]:
    managers = User.objects.filter(role=Role.TEAM_MANAGER, is_active=True)
    seen_by = [
        each.name
        for each in managers
        if queries.assessments_visible_to(each).filter(pk=draft.pk).exists()
    ]
    return {*seen_by}


def test_the_only_manager_who_is_being_named_is_not_deactivated(
    people: People, draft: Assessment, una: User
):
    _, refusal = while_held(restricts_to_mo(people, draft, una), deactivates(people))
    assert set(refusal.messages) == {"stand_in"}
    assert managers_who_see_it(draft) == {people.mo.name}


def test_a_manager_who_is_being_deactivated_is_not_named(
    people: People, draft: Assessment, una: User
):
    _, refusal = while_held(deactivates(people), restricts_to_mo(people, draft, una))
    assert refusal.messages == {"people": "Mo Harbour no longer works with children’s records"}
    assert not Child.objects.get().restricted


def test_the_only_manager_who_is_being_named_is_not_moved(
    people: People, draft: Assessment, una: User
):
    away = moves(people, people.mo, people.south)
    _, refusal = while_held(restricts_to_mo(people, draft, una), away)
    assert set(refusal.messages) == {"leave"}
    assert managers_who_see_it(draft) == {people.mo.name}


def test_a_manager_who_is_being_moved_is_not_the_only_one_named(
    people: People, draft: Assessment, una: User
):
    away = moves(people, people.mo, people.south)
    _, refusal = while_held(away, restricts_to_mo(people, draft, una))
    assert refusal.messages == {"people": "Select a manager of North"}
    assert not Child.objects.get().restricted


def test_a_manager_who_is_being_deactivated_restricts_and_lifts_nothing(
    people: People, draft: Assessment, una: User
):
    child = draft.episode.child
    named = [people.ada, una]
    _, refusal = while_held(
        deactivates(people),
        lambda: services.restrict(child=child, people=named, seen=[], by=people.mo),
    )
    assert isinstance(refusal, services.NotPermitted)
    with pytest.raises(services.NotPermitted):
        services.lift_restriction(child=child, by=people.mo)


def test_a_team_that_is_being_given_work_is_not_closed(
    people: People, draft: Assessment, west: Team
):
    wes = make.make_person("Wes Tern", west)
    administration.save_person(by=people.abe, person=people.mo, teams=[people.north, west])

    def empties_and_closes() -> None:
        moves(people, wes, people.north)()
        moves(people, people.mo, people.north, leave=True)()
        closes(people, west)()

    given, refusal = while_held(reassigns(draft, wes, people.mo), empties_and_closes)
    assert given.team == west
    assert "1 open assessment" in refusal.messages["active"]
    assert Team.objects.get(pk=west.pk).active


def test_a_team_that_is_being_closed_is_given_no_work(
    people: People, draft: Assessment, west: Team
):
    wes = make.make_person("Wes Tern", west)
    administration.save_person(by=people.abe, person=people.mo, teams=[people.north, west])

    def empties_and_closes() -> None:
        moves(people, wes, people.south)()
        moves(people, people.mo, people.north, leave=True)()
        closes(people, west)()

    _, refusal = while_held(empties_and_closes, reassigns(draft, wes, people.mo))
    assert refusal.messages == {"to": "Select a social worker of your teams"}
    draft.refresh_from_db()
    assert draft.team == people.north


def test_nothing_is_started_in_a_team_that_is_being_closed(people: People, west: Team):
    wes = make.make_person("Wes Tern", west)

    def empties_and_closes() -> None:
        moves(people, wes, people.south)()
        closes(people, west)()

    _, refusal = while_held(empties_and_closes, lambda: make.start(wes, "EX5", team=west))
    assert isinstance(refusal, services.NotPermitted)
    assert not Assessment.objects.exists()


def corrects_the_name(people: People) -> Callable[[], Any]:
    """Another administrator's form, filled in from the person as they were."""
    zoe = make.make_person("Zoe Lock", role=Role.ADMINISTRATOR)
    seen = User.objects.get(pk=people.ada.pk)
    seen.name = "Ada Winters"
    return lambda: administration.save_person(by=zoe, person=seen, teams=[people.north])


def test_whoever_corrects_a_persons_name_does_not_let_them_in_again(people: People):
    correct = corrects_the_name(people)
    while_held(lambda: administration.deactivate(by=people.abe, person=people.ada), correct)
    ada = User.objects.get(pk=people.ada.pk)
    assert (ada.name, ada.is_active, ada.has_usable_password()) == ("Ada Winters", False, False)


def test_whoever_corrects_a_persons_name_leaves_their_new_password(people: People):
    correct = corrects_the_name(people)
    administration.set_password(by=people.abe, person=people.ada, password="harbour lamp stairs")
    correct()
    ada = User.objects.get(pk=people.ada.pk)
    assert ada.name == "Ada Winters"
    assert ada.check_password("harbour lamp stairs")


def test_nobody_is_reactivated_into_closed_teams_alone(people: People, west: Team):
    wes = make.make_person("Wes Tern", west)
    administration.deactivate(by=people.abe, person=wes)
    closes(people, west)()
    with pytest.raises(administration.Refused) as refused:
        administration.reactivate(by=people.abe, person=wes, password="harbour lamp stairs")
    assert refused.value.messages == {
        "person": "Every team of Wes Tern is closed. Choose one that is in use first"
    }
    assert not User.objects.get(pk=wes.pk).is_active


def test_of_two_administrators_who_deactivate_each_other_at_once_one_stays(people: People):
    zoe = make.make_person("Zoe Lock", role=Role.ADMINISTRATOR)
    _, refusal = while_held(
        lambda: administration.deactivate(by=people.abe, person=zoe),
        lambda: administration.deactivate(by=zoe, person=people.abe),
    )
    assert isinstance(refusal, PermissionDenied)
    assert User.objects.get(pk=people.abe.pk).is_active


def test_who_relies_on_people_and_teams_does_not_wait_for_others_who_do(people: People):
    both = while_held(lambda: make.start(people.ada, "EX5"), lambda: make.start(people.ben, "EX6"))
    assert [each.worker for each in both] == [people.ada, people.ben]


def test_the_lock_is_refused_where_it_would_end_at_once():
    for lock in (locks.lock_people_and_teams, locks.keep_people_and_teams):
        with pytest.raises(RuntimeError):
            lock()
