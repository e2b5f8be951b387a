"""A record that was authorised and is another child's is voided: kept, and never counted."""

from __future__ import annotations

import uuid

import pytest

from assessments import queries, services
from assessments.models import Assessment, Episode, Review, Status
from cinfactors.accounts.models import Role
from tests import people as make

WRONG_CHILD = "Recorded under her cousin’s id"


def voided(assessment: Assessment, by, reason: str = WRONG_CHILD, **values) -> Assessment:
    return services.void(
        **{
            "assessment": assessment,
            "reason": reason,
            "by": by,
            "version": assessment.version,
            "key": uuid.uuid4(),
        }
        | values
    )


@pytest.fixture
def authorised(people) -> Assessment:
    return make.authorise(make.submit(make.start(people.ada), "1B"), people.mo)


def test_it_stays_with_its_reason_and_its_end(people, authorised):
    now = voided(authorised, people.mo)
    assert (now.status, now.end_date, now.codes) == (
        Status.VOIDED, authorised.end_date, ["1B"],
    )  # fmt: skip
    last = now.reviews.last()
    assert (last.decision, last.comment, last.decided_by) == ("voided", WRONG_CHILD, people.mo)
    assert queries.assessment_for(people.ada, now.reference) == now


@pytest.mark.parametrize("status", [Status.REOPENED, Status.SUBMITTED, Status.RETURNED])
def test_it_is_voided_while_it_is_amended(people, authorised, status):
    now = make.amended(authorised, status, people.mo)
    assert now.status == status
    assert voided(now, people.mo).status == Status.VOIDED


@pytest.mark.parametrize(
    "status", [Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.CANCELLED]
)
def test_what_was_never_authorised_is_not_voided(people, status):
    record = make.in_status(status, people.ada, people.mo)
    with pytest.raises(services.Locked):
        voided(record, people.mo)
    record.refresh_from_db()
    assert record.status == status


def test_only_a_manager_of_the_team_voids_it_and_never_their_own_work(people, authorised):
    for person in (people.ada, people.ben, people.nia, people.dee, people.abe):
        with pytest.raises(services.NotPermitted):
            voided(authorised, person)
    people.ada.role = Role.TEAM_MANAGER
    people.ada.save()
    with pytest.raises(services.NotPermitted):
        voided(authorised, people.ada)


@pytest.mark.parametrize("reason", ["", "  ", "\u2800", "x" * 2001, "\u202e turned"])
def test_it_says_why(people, authorised, reason):
    with pytest.raises(services.FactsRefused) as refused:
        voided(authorised, people.mo, reason)
    assert set(refused.value.messages) == {"reason"}


def test_it_is_for_good(people, authorised):
    now = voided(authorised, people.mo)
    with pytest.raises(services.Locked):
        make.reopen(now, people.mo)
    with pytest.raises(services.Locked):
        voided(now, people.mo)
    assert make.save(now, codes=["2B"]).outcome == services.SaveOutcome.CLOSED


def test_a_stale_page_voids_nothing(people, authorised):
    make.reopen(authorised, people.mo)
    with pytest.raises(services.AlreadyDecided):
        voided(authorised, people.mo)


def test_sent_twice_it_is_done_once(people, authorised):
    key = uuid.uuid4()
    first = voided(authorised, people.mo, key=key)
    assert voided(authorised, people.mo, key=key) == first
    assert Review.objects.filter(decision="voided").count() == 1


def test_the_right_assessment_can_be_started_in_its_place(people, authorised):
    voided(authorised, people.mo)
    assert make.start_after(authorised).status == Status.DRAFT


def test_what_is_voided_is_offered_to_nobody(people, authorised):
    Episode.objects.update(family_reference="F1")
    sister = make.start(people.ada, "EX2")
    Episode.objects.update(family_reference="F1")
    sister = queries.own_assessment(people.ada, sister.reference)
    again = make.start_after(authorised)
    again = queries.own_assessment(people.ada, again.reference)
    for record in (sister, again):
        assert [each.codes for each in queries.earlier_selections(people.ada, record)] == [("1B",)]
    assert queries.previous_authorised_version(people.mo, again).assessment == authorised
    voided(authorised, people.mo)
    for record in (sister, again):
        assert queries.earlier_selections(people.ada, record) == []
    assert queries.previous_authorised_version(people.mo, again) is None


def test_what_is_voided_is_in_no_census_year(people, authorised):
    ending = authorised.end_date.year + (authorised.end_date.month > 3)
    everything = Assessment.objects.all()
    assert list(queries.in_census_year(everything, ending)) == [authorised]
    voided(authorised, people.mo)
    assert list(queries.in_census_year(everything, ending)) == []
