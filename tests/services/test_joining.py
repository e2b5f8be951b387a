"""Two records of one child are joined: the episodes move, and both ids find the child."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessments import queries, services
from assessments.models import Assessment, Child, Episode, FactsCorrection
from tests import people as make

TWICE = "The same girl, added again under a slip of the id"


def today() -> date:
    return timezone.localdate()


def child(la_child_id: str) -> Child:
    return Child.objects.get(la_child_id=la_child_id)


def authorised(draft: Assessment, manager) -> Assessment:
    """Authorised as of the day before yesterday, or of its start if that is later."""
    end = max(draft.start_date, today() - timedelta(days=2))
    return make.authorise(make.submit(draft, "1B"), manager, end)


def close(assessment: Assessment, days_ago: int = 1) -> Assessment:
    Episode.objects.filter(pk=assessment.episode_id).update(
        closure_date=today() - timedelta(days=days_ago), reason_for_closure="RC8"
    )
    return assessment


def joined(kept: Child, other: Child, by, reason: str = TWICE, **values) -> services.FactsCorrected:
    return services.join_records(
        **{
            "kept": kept,
            "other": other,
            "versions": (kept.version, other.version),
            "reason": reason,
            "by": by,
            "key": uuid.uuid4(),
        }
        | values
    )


@pytest.fixture
def earlier(people) -> Assessment:
    """Authorised and closed, under the first id."""
    start = make.start(people.ada, "EX1", referred=today() - timedelta(days=100))
    return close(authorised(start, people.mo))


@pytest.fixture
def later(people, earlier) -> Assessment:
    """Open, under the second id."""
    return make.start(people.ben, "EX2", referred=today())


def test_the_episodes_move_and_the_kept_facts_hold(people, earlier, later):
    Child.objects.filter(la_child_id="EX2").update(sex="U", given_name="")
    result = joined(child("EX1"), child("EX2"), people.mo)
    kept, other = child("EX1"), child("EX2")
    assert {each.child for each in Episode.objects.all()} == {kept}
    assert other.joined_to == kept
    assert (kept.sex, kept.given_name, kept.version) == ("F", "Robin", 2)
    [evaluation] = result.evaluations
    assert evaluation.assessment == later
    assert evaluation.selection.sex == "F"
    [row] = FactsCorrection.objects.all()
    assert (row.act, row.child, row.joined, row.reason, row.corrected_by) == (
        "joined", kept, other, TWICE, people.mo,
    )  # fmt: skip


def test_either_may_be_kept(people, earlier, later):
    joined(child("EX2"), child("EX1"), people.mo)
    assert {each.child.la_child_id for each in Episode.objects.all()} == {"EX2"}


@pytest.mark.parametrize("words", ["EX1", "ex2", "EX2"])
def test_both_ids_find_the_child_everywhere(people, earlier, later, words):
    joined(child("EX1"), child("EX2"), people.mo)
    kept = child("EX1")
    assert queries.child_to_assess(people.cleo, words) == kept
    assert list(queries.children_found_by(words)) == [kept]
    assert queries.child_to_join(people.mo, words) == kept
    found = queries.search_by_child(queries.assessments_visible_to(people.mo), words)
    assert set(found) == {earlier, later}
    assert queries.ids_joined_to(kept) == ["EX2"]


def test_a_joined_record_is_no_child_of_its_own(people, earlier, later):
    joined(child("EX1"), child("EX2"), people.mo)
    assert list(queries.children_visible_to(people.dee)) == [child("EX1")]
    assert list(queries.children_to_assess(people.ada)) == [child("EX1")]


def test_three_records_are_joined_one_after_the_other(people, earlier, later):
    joined(child("EX2"), child("EX1"), people.mo)
    third = make.start(people.ada, "EX3", referred=today() - timedelta(days=200))
    close(make.authorise(make.submit(third, "1B"), people.mo, third.start_date), 150)
    joined(child("EX3"), child("EX2"), people.mo)
    assert queries.ids_joined_to(child("EX3")) == ["EX1", "EX2"]
    assert queries.child_to_assess(people.ada, "EX1") == child("EX3")


def test_the_id_of_a_joined_record_is_taken(people, earlier, later):
    joined(child("EX1"), child("EX2"), people.mo)
    with pytest.raises(services.FactsRefused) as refused:
        make.start(people.ada, "EX2")
    assert set(refused.value.messages) == {"la_child_id"}


def test_only_a_manager_who_sees_both_joins_them(people, earlier, later):
    for person in (people.ada, people.ben, people.nia, people.dee, people.abe):
        with pytest.raises(services.NotPermitted):
            joined(child("EX1"), child("EX2"), person)
    make.start(people.cleo, "EX3")
    for pair in (("EX1", "EX3"), ("EX3", "EX1"), ("EX1", "EX1")):
        with pytest.raises(services.NotPermitted):
            joined(child(pair[0]), child(pair[1]), people.mo)
    assert not FactsCorrection.objects.exists()


def test_a_reason_is_needed(people, earlier, later):
    for reason in ("", " ", "\u200b"):
        with pytest.raises(services.FactsRefused) as refused:
            joined(child("EX1"), child("EX2"), people.mo, reason)
        assert refused.value.messages == {"reason": "Enter how you know that it is the same child"}


def test_two_open_referrals_are_not_joined(people):
    make.start(people.ada, "EX1")
    make.start(people.ben, "EX2")
    with pytest.raises(services.FactsRefused) as refused:
        joined(child("EX1"), child("EX2"), people.mo)
    assert refused.value.messages == {
        "kept": "Both have an open referral. Close one of the two first (census rule 8815)"
    }


def test_episodes_that_overlap_are_not_joined(people, earlier):
    make.start(people.ben, "EX2", referred=today() - timedelta(days=50))
    with pytest.raises(services.FactsRefused) as refused:
        joined(child("EX1"), child("EX2"), people.mo)
    assert refused.value.messages["kept"].endswith(
        "Episodes of a child must not overlap (census rule 8820). Correct one of the two first"
    )


def test_a_referral_long_before_the_birth_that_is_kept_is_not_joined(people, earlier):
    make.start(people.ben, "EX2", referred=today(), birth_date=today() - timedelta(days=7))
    Episode.objects.filter(child__la_child_id="EX1").update(
        referral_date=today() - timedelta(days=400)
    )
    with pytest.raises(services.FactsRefused) as refused:
        joined(child("EX2"), child("EX1"), people.mo)
    assert "(census rule 8606)" in refused.value.messages["kept"]


def test_a_referral_on_the_day_of_the_closure_does_not_overlap(people):
    first = make.start(people.ada, "EX1", referred=today() - timedelta(days=100))
    close(make.authorise(make.submit(first, "1B"), people.mo), days_ago=0)
    make.start(people.ben, "EX2", referred=today())
    joined(child("EX1"), child("EX2"), people.mo)


def test_a_restricted_and_an_open_record_are_not_joined(people, earlier, later):
    make.restrict(later, people.mo)
    for pair in (("EX1", "EX2"), ("EX2", "EX1")):
        with pytest.raises(services.FactsRefused) as refused:
            joined(child(pair[0]), child(pair[1]), people.mo)
        assert set(refused.value.messages) == {"kept"}
    make.restrict(earlier, people.mo, people.ben)
    make.services.restrict(
        child=child("EX2"),
        people=[people.mo, people.ben, people.ada],
        seen=[people.mo, people.ben],
        by=people.mo,
    )
    joined(child("EX1"), child("EX2"), people.mo)
    assert child("EX1").restricted


def test_what_was_changed_meanwhile_is_not_joined(people, earlier, later):
    kept, other = child("EX1"), child("EX2")
    Child.objects.filter(pk=other.pk).update(version=2)
    with pytest.raises(services.StaleFacts):
        joined(kept, other, people.mo)


def test_sent_twice_it_is_done_once(people, earlier, later):
    kept, other, key = child("EX1"), child("EX2"), uuid.uuid4()
    for _ in range(2):
        result = joined(kept, other, people.mo, key=key)
        assert result.child.la_child_id == "EX1"
    assert FactsCorrection.objects.count() == 1


def test_only_who_may_correct_the_facts_of_both_joins_them(people, earlier, later):
    """Another team has an open assessment of the child: its manager answers for the facts."""
    close(make.authorise(make.submit(later, "1B"), people.mo, today()), days_ago=0)
    elsewhere = Episode.objects.create(
        child=child("EX1"), referral_date=today(), referral_source="6"
    )
    make.confirming(
        services.start_assessment,
        by=people.cleo,
        team=people.south,
        start_date=today(),
        key=uuid.uuid4(),
        child=child("EX1"),
        episode=elsewhere,
    )
    with pytest.raises(services.NotPermitted):
        joined(child("EX2"), child("EX1"), people.mo)


def test_a_voided_record_gives_no_right_to_join(people, earlier, later):
    make.void(earlier, people.mo)
    with pytest.raises(services.NotPermitted):
        joined(child("EX2"), child("EX1"), people.mo)


def test_a_joined_restricted_record_keeps_no_manager_from_leaving(people, earlier, later):
    make.restrict(later, people.mo, people.ada)
    make.restrict(earlier, people.mo, people.ben)
    joined(child("EX2"), child("EX1"), people.mo)
    alone = queries.restricted_children_managed_only_by(people.mo)
    assert list(alone) == [child("EX2")]


def test_the_kept_record_does_not_take_the_other_id(people, earlier, later):
    joined(child("EX1"), child("EX2"), people.mo)
    with pytest.raises(services.FactsRefused) as refused:
        make.change_details(
            Assessment.objects.get(pk=later.pk), people.ben, la_child_id="ex2", reason="x"
        )
    assert refused.value.messages == {
        "la_child_id": "This id is of a record that was joined to this one: it finds the child "
        "already"
    }
