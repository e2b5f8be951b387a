"""Each transition of the table is carried out by the service for its act."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from assessments import services
from assessments.models import WITH_THE_WORKER, Assessment, Status
from assessments.models.transitions import (
    TRANSITIONS,
    Act,
    Transition,
    allowed_pairs,
    status_after,
    statuses_before,
)
from tests import people as make
from tests.people import People


def by_worker(service: Callable[..., Assessment], seen: Assessment) -> Assessment:
    return service(assessment=seen, by=seen.worker, version=seen.version, key=uuid.uuid4())


ACTS: dict[Act, Callable[[Assessment, People], Assessment]] = {
    Act.SUBMIT: lambda seen, people: by_worker(services.submit, seen),
    Act.CANCEL: lambda seen, people: make.cancel(seen),
    Act.WITHDRAW: lambda seen, people: by_worker(services.withdraw_submission, seen),
    Act.RETURN: lambda seen, people: make.return_it(seen, people.mo),
    Act.AUTHORISE: lambda seen, people: make.authorise(seen, people.mo),
    Act.REOPEN: lambda seen, people: make.reopen(seen, people.mo),
    Act.CORRECT_DATES: lambda seen, people: make.correct_dates(
        seen, people.mo, seen.start_date + timedelta(days=1)
    ),
    Act.VOID: lambda seen, people: make.void(seen, people.mo),
    Act.CORRECT: lambda seen, people: make.correct(seen, people.mo, "4C"),
}


def ready_for(transition: Transition, people: People) -> Assessment:
    if transition.act == Act.WITHDRAW:
        # It goes back to the status from which it was submitted.
        return make.submit(make.in_status(transition.after, people.ada, people.mo))
    if transition.act == Act.VOID and transition.before != Status.AUTHORISED:
        # Only what was ever authorised.
        done = make.in_status(Status.AUTHORISED, people.ada, people.mo)
        return make.amended(done, transition.before, people.mo)
    seen = make.in_status(transition.before, people.ada, people.mo)
    if transition.act == Act.SUBMIT:
        return make.set_outcome(make.record(seen, "4A"))
    return seen


@pytest.mark.parametrize("transition", TRANSITIONS, ids=lambda each: "-".join(each))
def test_each_transition_is_carried_out_by_its_service(people: People, transition: Transition):
    seen = ready_for(transition, people)
    assert seen.status == transition.before
    ACTS[transition.act](seen, people)
    seen.refresh_from_db()
    assert seen.status == transition.after


@pytest.mark.parametrize(
    ("act", "status"),
    [(act, status) for act in Act for status in Status if status not in statuses_before(act)],
)
def test_each_act_is_refused_in_every_other_status(people: People, act: Act, status: Status):
    seen = make.in_status(status, people.ada, people.mo)
    with pytest.raises(services.Locked):
        ACTS[act](seen, people)
    seen.refresh_from_db()
    assert seen.status == status


def test_every_act_is_in_the_table_and_no_transition_twice():
    assert {each.act for each in TRANSITIONS} == set(Act)
    assert len(set(TRANSITIONS)) == len(TRANSITIONS)


def test_the_worker_submits_in_each_status_in_which_they_record():
    assert statuses_before(Act.SUBMIT) == WITH_THE_WORKER


def test_the_pairs_are_the_changes_of_status_each_once():
    changes = {(each.before, each.after) for each in TRANSITIONS if each.before != each.after}
    assert len(allowed_pairs()) == len(set(allowed_pairs()))
    assert set(allowed_pairs()) == changes


def test_the_status_after_an_act_that_leads_to_several_is_not_known():
    assert status_after(Act.RETURN) == Status.RETURNED
    with pytest.raises(ValueError, match="too many values"):
        status_after(Act.WITHDRAW)
