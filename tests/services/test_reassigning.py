"""A manager gives an assessment to another social worker."""

from __future__ import annotations

import uuid

import pytest

from assessments import queries, services
from assessments.models import Assessment, NamedPerson, Status
from cinfactors.accounts.models import User
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged


def reassign(assessment: Assessment, to: User, by: User, **other) -> Assessment:
    return services.reassign(
        **{
            "assessment": assessment,
            "to": to,
            "by": by,
            "version": assessment.version,
            "key": uuid.uuid4(),
        }
        | other
    )


FINISHED = [Status.AUTHORISED, Status.CANCELLED, Status.VOIDED]


@pytest.mark.parametrize("status", [status for status in Status if status not in FINISHED])
def test_an_open_assessment_is_given_to_another_worker_as_it_is(people: People, status: Status):
    before = make.in_status(status, people.ada, people.mo)
    facts = (before.status, before.codes, before.outcome, before.saved_at, before.submitted_at)
    after = reassign(before, people.ben, people.mo)
    after.refresh_from_db()
    assert (after.worker, after.team) == (people.ben, people.north)
    assert facts == (after.status, after.codes, after.outcome, after.saved_at, after.submitted_at)
    assert after.version == before.version + 1


@pytest.mark.parametrize("status", FINISHED)
def test_a_finished_assessment_is_not_reassigned(people: People, status: Status):
    done = make.in_status(status, people.ada, people.mo)
    with unchanged(), pytest.raises(services.Locked):
        reassign(done, people.ben, people.mo)


def test_the_new_worker_goes_on_and_the_old_one_does_not(people: People, draft):
    moved = reassign(draft, people.ben, people.mo)
    with pytest.raises(services.NotPermitted):
        make.save(moved, codes=("4B",), by=people.ada)
    assert make.authorise(make.submit(moved), people.mo).worker == people.ben


@pytest.mark.parametrize("who", ["ada", "ben", "cleo", "nia", "dee", "abe"])
def test_only_a_manager_of_its_team_reassigns(people: People, draft, who: str):
    with unchanged(), pytest.raises(services.NotPermitted):
        reassign(draft, people.ben, getattr(people, who))


def test_a_manager_who_is_not_named_cannot_reassign_a_restricted_record(people: People, draft):
    make.restrict(draft, people.mo)
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    with unchanged(), pytest.raises(services.NotPermitted):
        reassign(draft, people.ben, lou)


@pytest.mark.parametrize("who", ["cleo", "mo", "nia", "dee", "abe", "zoe"])
def test_only_an_active_social_worker_of_the_managers_teams_gets_it(
    people: People, draft, who: str
):
    zoe = make.make_person("Zoe Away", people.north, active=False)
    to = zoe if who == "zoe" else getattr(people, who)
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        reassign(draft, to, people.mo)
    assert refused.value.messages == {"to": "Select a social worker of your teams"}


def test_the_worker_who_has_it_already_is_refused(people: People, draft):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        reassign(draft, people.ada, people.mo)
    assert refused.value.messages == {"to": "Ada Winter has this assessment already"}


def test_it_moves_to_the_workers_team_where_the_manager_has_both(people: People, draft):
    people.mo.teams.add(people.south)
    moved = reassign(draft, people.cleo, people.mo)
    assert (moved.worker, moved.team) == (people.cleo, people.south)


def test_it_stays_in_its_team_where_the_worker_is_in_several(people: People):
    assessment = make.start(people.cleo)
    people.nia.teams.add(people.north)
    people.ben.teams.add(people.south)
    moved = reassign(assessment, people.ben, people.nia)
    assert (moved.worker, moved.team) == (people.ben, people.south)


def test_it_follows_its_worker_to_another_team(people: People, draft):
    people.ada.teams.set([people.south])
    people.mo.teams.add(people.south)
    moved = reassign(draft, people.ada, people.mo)
    assert (moved.worker, moved.team) == (people.ada, people.south)


def test_a_stale_page_is_a_conflict(people: People, draft):
    make.record(draft, "4B")
    with unchanged(), pytest.raises(services.EditConflict):
        reassign(draft, people.ben, people.mo, version=1)


def test_a_repeated_submission_is_carried_out_once(people: People, draft):
    key = uuid.uuid4()
    first = reassign(draft, people.ben, people.mo, key=key, version=1)
    assert reassign(draft, people.ben, people.mo, key=key, version=1).version == first.version


def test_the_new_worker_is_named_for_a_restricted_record(people: People, draft):
    make.restrict(draft, people.mo)
    moved = reassign(draft, people.ben, people.mo)
    assert queries.own_assessment(people.ben, moved.reference) == moved
    assert set(NamedPerson.objects.values_list("person__username", flat=True)) == {
        "ada",
        "ben",
        "mo",
    }


# What has no worker any more


def listed(manager: User) -> list[Assessment]:
    return list(queries.assessments_without_a_worker(manager))


def test_nothing_waits_for_another_worker_while_its_worker_is_at_work(people: People, draft):
    assert listed(people.mo) == []


@pytest.mark.parametrize("how", ["deactivated", "another role", "another team"])
def test_open_work_of_a_worker_who_is_gone_waits_for_another(people: People, how: str):
    made = {
        status: make.in_status(status, people.ada, people.mo, f"EX{number}")
        for number, status in enumerate(Status)
    }
    make.start(people.ben, "EX99")
    if how == "deactivated":
        people.ada.is_active = False
    elif how == "another role":
        people.ada.role = "data_officer"
    else:
        people.ada.teams.set([people.south])
    people.ada.save()
    waiting = {each.status for each in listed(people.mo)}
    assert waiting == set(made) - set(FINISHED)
    assert listed(people.nia) == listed(people.dee) == listed(people.ben) == []


def test_restricted_work_waits_with_the_managers_who_are_named(people: People, draft):
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    make.restrict(draft, people.mo)
    people.ada.is_active = False
    people.ada.save()
    assert (listed(people.mo), listed(lou)) == ([draft], [])


def test_administrators_see_numbers_alone(people: People):
    for number, status in enumerate(Status):
        make.in_status(status, people.ada, people.mo, f"EX{number}")
    make.start(people.ben, "EX99")
    people.ada.teams.set([people.south])
    make.start(people.ada, "EX98")
    assert queries.open_work_by_team(people.ada) == [("North", 4), ("South", 1)]
    assert queries.open_work_in(people.north) == 5
