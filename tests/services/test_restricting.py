"""A restricted record is seen by the people who are named for it, and by nobody else."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import queries, services
from assessments.models import Assessment, NamedPerson, Status
from tests import people as make
from tests.people import People

EVERYBODY = ["ada", "ben", "cleo", "mo", "nia", "dee", "abe"]


@pytest.fixture
def restricted(people: People, draft: Assessment) -> Assessment:
    """Ada's, in North, restricted by Mo to Ada and himself."""
    return make.restrict(draft, people.mo)


def seen_by(people: People, assessment: Assessment) -> set[str]:
    """Who of everybody sees it, by each way there is to see it."""
    seen = set()
    for who in EVERYBODY:
        person = getattr(people, who)
        visible = queries.assessments_visible_to(person)
        ways = {
            visible.filter(pk=assessment.pk).exists(),
            queries.search_by_child(visible, "EX1001").exists(),
            sum(queries.group_counts(visible).values()) == 1,
            queries.children_visible_to(person).exists(),
            queries.episodes_visible_to(person).exists(),
        }
        assert len(ways) == 1, who
        try:
            queries.assessment_for(person, assessment.reference)
        except Assessment.DoesNotExist:
            assert ways == {False}, who
        else:
            assert ways == {True}, who
            seen.add(who)
    return seen


def restrict(assessment: Assessment, by, people, seen=()):
    return services.restrict(child=assessment.episode.child, people=people, seen=seen, by=by)


def lift(assessment: Assessment, by):
    return services.lift_restriction(child=assessment.episode.child, by=by)


def refusal(assessment: Assessment, by, people, seen=()) -> str:
    """Why it is not restricted so; nothing is stored of it."""
    before = set(NamedPerson.objects.values_list("child", "person"))
    with pytest.raises(services.FactsRefused) as refused:
        restrict(assessment, by, people, seen)
    assessment.episode.child.refresh_from_db()
    assert set(NamedPerson.objects.values_list("child", "person")) == before
    assert set(refused.value.messages) == {"people"}
    return refused.value.messages["people"]


# Who sees it


def test_before_it_is_restricted_role_and_teams_decide(people: People, draft):
    assert seen_by(people, draft) == {"ada", "ben", "mo", "dee"}


def test_a_restricted_record_is_for_the_people_named(people: People, restricted):
    assert seen_by(people, restricted) == {"ada", "mo"}


@pytest.mark.parametrize(
    ("also", "sees"),
    [("ben", True), ("dee", True), ("cleo", False), ("nia", False)],
)
def test_being_named_takes_nobody_further_than_role_and_teams(
    people: People, draft, also: str, sees: bool
):
    make.restrict(draft, people.mo, getattr(people, also))
    assert seen_by(people, draft) == {"ada", "mo"} | ({also} if sees else set())


def test_a_worker_who_is_not_named_has_not_even_their_own(people: People, restricted):
    NamedPerson.objects.filter(person=people.ada).delete()
    assert seen_by(people, restricted) == {"mo"}
    assert list(queries.own_assessments(people.ada)) == []
    with pytest.raises(Assessment.DoesNotExist):
        queries.own_assessment(people.ada, restricted.reference)
    with pytest.raises(services.NotPermitted):
        make.record(restricted, "4B")


def test_restricted_and_nobody_named_is_closed_to_all(people: People, restricted):
    NamedPerson.objects.all().delete()
    assert seen_by(people, restricted) == set()


def test_the_worker_goes_on_and_the_manager_decides(people: People, restricted):
    sent = make.submit(restricted)
    assert list(queries.managers_of(sent)) == [people.mo]
    assert make.authorise(sent, people.mo).status == Status.AUTHORISED


def test_managers_who_are_not_named_are_not_offered_it(people: People, restricted):
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    assert list(queries.managers_of(restricted)) == [people.mo]
    assert not queries.awaiting_review(lou).exists()
    sent = make.submit(restricted)
    assert not queries.awaiting_review(lou).exists()
    with pytest.raises(services.NotPermitted):
        make.authorise(sent, lou)


def test_their_own_restricted_record_is_one_statement_still(people: People, restricted):
    with CaptureQueriesContext(connection) as captured:
        found = queries.own_assessment(people.ada, restricted.reference)
    assert (found, len(captured)) == (restricted, 1)


def test_other_records_stay_as_they_are(people: People, restricted):
    other = make.start(people.ben, "EX2")
    assert list(queries.assessments_visible_to(people.dee)) == [other]


# Starting an assessment of the child


def again(by, assessment: Assessment) -> Assessment:
    return services.start_assessment(
        by=by,
        team=by.teams.get(),
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=assessment.episode.child,
        episode=assessment.episode,
    )


def test_who_is_not_named_finds_no_child_to_assess(people: People, restricted):
    child = restricted.episode.child
    for who in ("ben", "cleo"):
        assert queries.child_to_assess(getattr(people, who), "EX1001") is None
        assert queries.child_to_assess_by_reference(getattr(people, who), child.reference) is None
    assert queries.child_to_assess(people.ada, "EX1001") == child


def test_who_is_not_named_cannot_start_one(people: People, restricted):
    done = make.authorise(make.submit(restricted), people.mo)
    with pytest.raises(services.NotPermitted):
        again(people.ben, done)
    assert again(people.ada, done).episode == done.episode


def test_the_id_is_refused_in_the_same_words_whether_restricted_or_not(people: People, draft):
    def messages() -> dict[str, str]:
        with pytest.raises(services.FactsRefused) as refused:
            make.start(people.cleo, "EX1001")
        return refused.value.messages

    before = messages()
    make.restrict(draft, people.mo)
    assert (
        messages()
        == before
        == {
            "la_child_id": "This id cannot be used here. Look for the child by the id; if "
            "that finds nobody, ask your team manager or a data officer"
        }
    )


def test_none_is_started_in_a_team_whose_managers_could_not_authorise_it(
    people: People, restricted
):
    done = make.authorise(make.submit(restricted), people.mo)
    everyone = [people.ada, people.mo]
    restrict(done, people.mo, [*everyone, people.cleo], seen=everyone)
    with pytest.raises(services.FactsRefused) as refused:
        again(people.cleo, done)
    assert refused.value.messages == {
        "team": "No manager of South is named for this restricted record"
    }
    restrict(done, people.mo, [*everyone, people.cleo, people.nia], seen=[*everyone, people.cleo])
    assert again(people.cleo, done).team == people.south


# Who restricts, and whom they have to name


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "mo"])
def test_a_manager_of_the_records_team_alone_restricts_and_lifts(people: People, draft, who: str):
    person = getattr(people, who)
    with pytest.raises(services.NotPermitted):
        restrict(draft, person, [person, people.ada, people.mo])
    make.restrict(draft, people.mo)
    with pytest.raises(services.NotPermitted):
        lift(draft, person)
    assert seen_by(people, draft) == {"ada", "mo"}


def test_a_manager_who_is_not_named_cannot_lift_it(people: People, restricted):
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    with pytest.raises(services.NotPermitted):
        lift(restricted, lou)


def test_a_deactivated_manager_cannot_restrict(people: People, draft):
    people.mo.is_active = False
    people.mo.save()
    with pytest.raises(services.NotPermitted):
        restrict(draft, people.mo, [people.mo, people.ada])


def test_a_lifted_restriction_names_nobody_any_more(people: People, restricted):
    lift(restricted, people.mo)
    lift(restricted, people.mo)
    assert not NamedPerson.objects.exists()
    assert seen_by(people, restricted) == {"ada", "ben", "mo", "dee"}


def test_who_is_named_is_kept_with_who_named_them(people: People, restricted):
    rows = NamedPerson.objects.values_list("person__username", "named_by__username")
    assert set(rows) == {("ada", "mo"), ("mo", "mo")}


def test_the_worker_has_to_be_named(people: People, draft):
    assert refusal(draft, people.mo, [people.mo]) == "Select Ada Winter, whose assessment is open"


def test_a_manager_of_the_team_has_to_be_named(people: People, draft):
    people_named = [people.ada, people.nia, people.dee]
    assert refusal(draft, people.mo, people_named) == "Select a manager of North"


def test_the_message_has_everybody_who_is_missing(people: People, draft):
    assert refusal(draft, people.mo, []) == (
        "Select Ada Winter, whose assessment is open. Select a manager of North"
    )


def test_another_manager_of_the_team_will_do(people: People, draft):
    lou = make.make_person("Lou Also", people.north, role="team_manager")
    restrict(draft, people.mo, [people.ada, lou])
    assert seen_by(people, draft) == {"ada"}
    assert queries.assessment_for(lou, draft.reference) == draft


def test_a_worker_who_has_left_need_not_be_named(people: People, draft):
    people.ada.is_active = False
    people.ada.save()
    restrict(draft, people.mo, [people.mo])
    assert seen_by(people, draft) == {"mo"}


def test_for_a_finished_record_a_manager_suffices(people: People, authorised):
    assert refusal(authorised, people.mo, [people.ada]) == "Select a manager of North"
    restrict(authorised, people.mo, [people.mo])
    assert seen_by(people, authorised) == {"mo"}


def test_work_that_is_open_in_another_team_goes_on(people: People, authorised):
    again(people.cleo, authorised)
    names = [people.ada, people.mo]
    assert refusal(authorised, people.mo, names) == (
        "Another team has an open assessment of this child: name its social worker and its "
        "manager too, or ask that manager to restrict the record"
    )
    restrict(authorised, people.mo, [*names, people.cleo, people.nia])


@pytest.mark.parametrize("who", ["abe", "zoe"])
def test_nobody_is_named_who_sees_no_records(people: People, draft, who: str):
    zoe = make.make_person("Zoe Away", people.north, active=False)
    person = {"abe": people.abe, "zoe": zoe}[who]
    assert refusal(draft, people.mo, [people.ada, people.mo, person]) == (
        f"{person.name} no longer works with children’s records"
    )


def test_what_another_manager_named_meanwhile_is_not_overwritten(people: People, restricted):
    everyone = [people.ada, people.mo, people.dee]
    assert refusal(restricted, people.mo, everyone, seen=[people.ada]) == (
        "Who is named was changed meanwhile. Check it again"
    )


def test_restricting_to_the_same_people_again_changes_nothing(people: People, restricted):
    restrict(restricted, people.mo, [people.mo, people.ada], seen=[])
    assert seen_by(people, restricted) == {"ada", "mo"}


def test_names_are_added_and_taken_away(people: People, restricted):
    restrict(
        restricted,
        people.mo,
        [people.mo, people.ada, people.ben],
        seen=[people.mo, people.ada],
    )
    assert seen_by(people, restricted) == {"ada", "ben", "mo"}
    restrict(
        restricted,
        people.mo,
        [people.mo, people.ada],
        seen=[people.mo, people.ada, people.ben],
    )
    assert seen_by(people, restricted) == {"ada", "mo"}


def test_those_offered_are_of_the_managers_teams_or_see_all(people: People, restricted):
    child = restricted.episode.child
    offered = list(queries.people_who_can_be_named(people.mo, child))
    assert offered == [people.ada, people.ben, people.mo, people.dee]
    assert queries.reader_by_username(" CLEO ") == people.cleo
    assert queries.reader_by_username("abe") is queries.reader_by_username("nobody") is None
