"""Constraints on dates, ids and code sets: each is broken, and refused by its name."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.utils import timezone

from assessments.models import Assessment, Child, Episode, FactsCorrection, Review, Status
from tests import people as make
from tests.database.raw import (
    a_child_row,
    a_review_row,
    accept,
    an_assessment_row,
    an_episode_row,
    another_episode,
    change,
    insert,
    refused,
    run,
)
from tests.people import People


def test_what_was_authorised_has_an_end_date_and_nothing_else_has(
    people: People, draft: Assessment
):
    for status, reason in (("draft", ""), ("cancelled", "In error")):
        with refused("an_authorised_assessment_has_an_end_date"):
            change(
                draft,
                status=status,
                cancellation_reason=reason,
                end_date=timezone.localdate(),
            )
    sent = make.submit(draft)
    with refused("what_is_authorised_is_marked"):
        change(sent, status="authorised")
    back = make.return_it(sent, people.mo)
    with refused("an_authorised_assessment_has_an_end_date"):
        change(back, end_date=timezone.localdate())
    done = make.authorise(make.submit(back), people.mo)
    assert done.end_date == timezone.localdate()


def test_a_version_does_not_end_before_it_starts(people: People, submitted: Assessment):
    version, start = submitted.versions.get(), submitted.start_date
    mark = {"authorised_by_id": people.mo.pk, "authorised_at": timezone.now()}
    with refused("a_version_ends_on_or_after_its_start"):
        change(version, end_date=start - timedelta(days=1), **mark)
    accept(version, end_date=start, **mark)


def test_an_internal_review_is_not_before_the_start(draft: Assessment):
    with refused("reviewed_on_or_after_the_start"):
        change(draft, internal_review_date=draft.start_date - timedelta(days=1))
    accept(draft, internal_review_date=draft.start_date)


def test_an_assessment_does_not_start_before_the_referral(draft: Assessment):
    referral = draft.episode.referral_date
    with refused("starts_on_or_after_the_referral"):
        change(draft, start_date=referral - timedelta(days=1))
    accept(draft, start_date=referral + timedelta(days=1))
    with refused("starts_on_or_after_the_referral"):
        insert(Assessment, **an_assessment_row(draft, start_date=referral - timedelta(days=1)))


def test_a_referral_does_not_move_past_its_assessments(draft: Assessment):
    with refused("starts_on_or_after_the_referral"):
        change(draft.episode, referral_date=draft.start_date + timedelta(days=1))
    accept(draft.episode, referral_date=draft.start_date - timedelta(days=1))


def test_an_episode_stays_its_childs(people: People, draft: Assessment):
    other = another_episode("EX2")
    for changed in ({"child_id": other.child_id}, {"reference": uuid.uuid4()}):
        with refused("an_episode_stays_the_childs"):
            change(draft.episode, **changed)


def test_an_episode_is_not_closed_before_its_referral(draft: Assessment):
    referral = draft.episode.referral_date
    with refused("closed_on_or_after_the_referral"):
        change(
            draft.episode,
            closure_date=referral - timedelta(days=1),
            reason_for_closure="RC8",
        )
    accept(draft.episode, closure_date=referral, reason_for_closure="RC8")


def test_a_closure_has_a_date_and_a_reason(draft: Assessment):
    with refused("closure_has_a_date_and_a_reason"):
        change(draft.episode, closure_date=timezone.localdate())
    with refused("closure_has_a_date_and_a_reason"):
        change(draft.episode, reason_for_closure="RC8")


@pytest.mark.parametrize("status", Status)
def test_an_episode_has_one_assessment_that_is_not_completed(people: People, status: Status):
    """Census rule 8896: none beside a draft, a return or a submission that was never authorised."""
    row = make.in_status(status, people.ada, people.mo)
    if status in ("draft", "returned", "submitted"):
        with refused("one_assessment_of_an_episode_is_not_completed"):
            insert(Assessment, **an_assessment_row(row))
    else:
        insert(Assessment, **an_assessment_row(row))


def test_what_was_authorised_once_may_come_back_beside_a_newer_draft(
    people: People, authorised: Assessment
):
    """It is completed, and counted, until it is authorised anew."""
    again = make.reopen(authorised, people.mo)
    insert(Assessment, **an_assessment_row(again))
    back = make.return_it(make.submit(again, "4A"), people.mo)
    assert back.status == Status.RETURNED
    with refused("one_assessment_of_an_episode_is_not_completed"):
        insert(Assessment, **an_assessment_row(again))


def test_a_child_has_one_open_episode(draft: Assessment):
    child = draft.episode.child
    with refused("one_open_episode_for_each_child"):
        insert(Episode, **an_episode_row(child))
    insert(Episode, **an_episode_row(child, no_further_action=True))
    insert(
        Episode,
        **an_episode_row(child, closure_date=date(2026, 1, 6), reason_for_closure="RC8"),
    )


# Ids and code sets

WRONG_IDS = [
    "",
    " ",
    "EX 1",
    " EX1",
    "EX1 ",
    "EX1\n",
    "\nEX1",
    "EX\t1",
    "=1+1",
    "+1",
    "-1",
    "@x",
    "EX'1",
    "É1",
    "\uff11",
    "x" * 20 + "\n",
]


@pytest.mark.parametrize("wrong", WRONG_IDS)
def test_a_child_id_is_letters_and_digits(db, wrong: str):
    name = "child_id_is_letters_and_digits"
    if len(wrong) > 20:
        with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
            insert(Child, **a_child_row(la_child_id=wrong))
        return
    with refused(name):
        insert(Child, **a_child_row(la_child_id=wrong))


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG_IDS if wrong and len(wrong) <= 20])
def test_a_family_reference_is_letters_and_digits(draft: Assessment, wrong: str):
    with refused("family_reference_is_letters_and_digits"):
        change(draft.episode, family_reference=wrong)


def test_ids_of_twenty_letters_and_digits_are_accepted_and_longer_ones_refused(draft: Assessment):
    accept(draft.episode, family_reference="A1" * 10)
    insert(Child, **a_child_row(la_child_id="A1" * 10))
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        insert(Child, **a_child_row(la_child_id="A1" * 10 + "B"))
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        change(draft.episode, family_reference="A1" * 10 + "B")


def test_a_child_id_is_one_childs_whatever_its_capitals(db):
    insert(Child, **a_child_row(la_child_id="ex1"))
    with refused("child_ids_are_unique"):
        insert(Child, **a_child_row(la_child_id="EX1"))


def test_a_child_has_a_birth_date_or_an_expected_one(db):
    name = "exactly_one_of_birth_date_and_expected_birth_date"
    with refused(name):
        insert(Child, **a_child_row(birth_date=None))
    with refused(name):
        insert(Child, **a_child_row(expected_birth_date=date(2026, 12, 1)))
    insert(Child, **a_child_row(birth_date=None, expected_birth_date=date(2026, 12, 1), sex="U"))


@pytest.mark.parametrize("sex", ["F", "M"])
def test_the_sex_of_an_unborn_child_is_not_known(db, sex: str):
    unborn = {"birth_date": None, "expected_birth_date": date(2026, 12, 1)}
    with refused("an_unborn_childs_sex_is_not_known"):
        insert(Child, **a_child_row(sex=sex, **unborn))
    insert(Child, **a_child_row(sex="U", **unborn))


def test_a_child_dies_on_or_after_the_birth(draft: Assessment):
    child = draft.episode.child
    with refused("died_on_or_after_the_birth"):
        change(child, death_date=child.birth_date - timedelta(days=1))
    accept(child, death_date=child.birth_date)


def test_an_unborn_child_has_no_date_of_death(people: People):
    unborn = make.start_unborn(people.ada).episode.child
    with refused("died_on_or_after_the_birth"):
        change(unborn, death_date=timezone.localdate())


def test_a_child_who_was_born_is_not_recorded_as_not_born(people: People, draft: Assessment):
    with refused("a_child_who_is_not_born_has_no_date_of_birth"):
        change(draft.episode.child, not_born=True)
    accept(make.start_unborn(people.ada, "EX2").episode.child, not_born=True)


def test_every_change_of_a_child_and_of_an_episode_counts_one_more(draft: Assessment):
    for row, values in (
        (draft.episode.child, {"given_name": "Alex"}),
        (draft.episode.child, {"restricted": True}),
        (draft.episode, {"primary_need": "N1"}),
    ):
        change(row, **values)
        row.refresh_from_db()
    assert (draft.episode.child.version, draft.episode.version) == (3, 2)


def test_a_change_that_changes_nothing_does_not_count(draft: Assessment):
    change(draft.episode.child, given_name=draft.episode.child.given_name)
    draft.episode.child.refresh_from_db()
    assert draft.episode.child.version == 1


def test_whoever_writes_counts_facts_up_by_one_or_not_at_all(draft: Assessment):
    for row in (draft.episode.child, draft.episode):
        for wrong in (0, 3):
            with refused("version_of_facts_grows_by_one"):
                change(row, version=wrong)
        accept(row, version=2)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"act": "renamed"}, "a_correction_says_what_it_is_of"),
        ({"act": "referral"}, "a_correction_says_what_it_is_of"),
        ({"act": "start"}, "a_correction_says_what_it_is_of"),
        ({"episode": True}, "a_correction_says_what_it_is_of"),
        ({"assessment": True}, "a_correction_says_what_it_is_of"),
        ({"reason": "a\x07"}, "facts_correction_reason_is_clean_text"),
        ({"reason": "\u200b"}, "facts_correction_reason_says_something"),
    ],
)
def test_a_correction_of_facts_is_of_one_thing_and_says_why_in_clean_text(
    people: People, draft: Assessment, values: dict, name: str
):
    row = {
        "act": "details",
        "child": draft.episode.child_id,
        "episode": None,
        "assessment": None,
        "reason": "",
        "corrected_by": people.ada.pk,
        "corrected_at": timezone.now(),
    }
    insert(FactsCorrection, **row)
    keys = {"episode": draft.episode_id, "assessment": draft.pk}
    wrong = {field: keys.get(field, value) for field, value in values.items()}
    with refused(name):
        insert(FactsCorrection, **row | wrong)


def test_a_correction_of_facts_stays_as_it_was_written(people: People, draft: Assessment):
    make.record_death(draft, people.ada)
    row = FactsCorrection.objects.get()
    with refused("this_row_does_not_change"):
        change(row, reason="Another reason")
    with refused("this_row_does_not_change"):
        run("DELETE FROM assessments_factscorrection")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("referral_source_is_of_the_census_code_set", "referral_source"),
        ("primary_need_is_of_the_census_code_set", "primary_need"),
        ("reason_for_closure_is_of_the_census_code_set", "reason_for_closure"),
    ],
)
def test_code_sets_of_an_episode_are_the_census_s(draft: Assessment, name: str, field: str):
    closed = {"closure_date": timezone.localdate()} if field == "reason_for_closure" else {}
    with refused(name):
        change(draft.episode, **closed, **{field: "ZZ"})
    for value, _ in Episode._meta.get_field(field).choices:
        accept(draft.episode, **closed, **{field: value})


def test_a_childs_sex_is_of_the_census_code_set(db):
    for wrong in ("X", "1", "f", ""):
        with refused("sex_is_of_the_census_code_set"):
            insert(Child, **a_child_row(sex=wrong))


def test_answers_and_reviews_have_a_known_kind_and_say_why(people: People, submitted: Assessment):
    for name, wrong in (
        ("answer_kind_is_known", {"kind": "ignored"}),
        ("a_reason_is_not_empty", {"kind": "reason", "text": ""}),
    ):
        with refused(name):
            insert(
                apps.get_model("assessments", "RuleAnswer"),
                **{
                    "assessment": submitted.pk,
                    "rule": "some-rule",
                    "kind": "reason",
                    "codes": [],
                    "text": "So",
                    "answered_by": people.mo.pk,
                    "answered_at": timezone.now(),
                }
                | wrong,
            )
    done = make.authorise(make.submit(make.start(people.ben, "EX2")), people.mo)
    for row, name, wrong in (
        (submitted, "decision_is_known", {"decision": "lost", "reason": ""}),
        (
            done,
            "every_decision_but_authorising_says_why",
            {"decision": "reopened", "comment": "", "reason": ""},
        ),
        (submitted, "a_return_has_a_reason_of_the_list", {"reason": ""}),
        (submitted, "a_return_has_a_reason_of_the_list", {"reason": "because"}),
        (done, "a_return_has_a_reason_of_the_list", {"decision": "reopened"}),
    ):
        with refused(name):
            insert(Review, **a_review_row(row, people.mo, **wrong))


# Episodes


def closed(day: date) -> dict[str, object]:
    return {"closure_date": day, "reason_for_closure": "RC8"}


def test_an_episode_is_not_closed_before_an_assessment_ends(people: People, authorised: Assessment):
    end = authorised.end_date
    with refused("closed_on_or_after_the_assessments"):
        change(authorised.episode, **closed(end - timedelta(days=1)))
    accept(authorised.episode, **closed(end))


def test_an_episode_is_not_closed_before_an_assessment_starts(people: People):
    draft = make.start(people.ada, started=timezone.localdate())
    day = draft.start_date - timedelta(days=1)
    with refused("closed_on_or_after_the_assessments"):
        change(draft.episode, **closed(day))
    make.cancel(draft)
    accept(draft.episode, **closed(day))


def test_no_assessment_starts_or_ends_after_the_closure(people: People, draft: Assessment):
    day = draft.start_date + timedelta(days=2)
    sent = make.submit(draft)
    change(draft.episode, **closed(day))
    after = day + timedelta(days=1)
    with refused("closed_on_or_after_the_assessments"):
        change(make.return_it(sent, people.mo), start_date=after)
    other = make.start(people.ben, "EX2")
    make.cancel(other)
    change(other.episode, **closed(day))
    with refused("closed_on_or_after_the_assessments"):
        insert(Assessment, **an_assessment_row(other, start_date=after))
    insert(Assessment, **an_assessment_row(other, start_date=day))


def test_a_referral_that_ended_in_no_further_action_has_no_assessment(
    people: People, draft: Assessment
):
    with refused("no_further_action_means_no_assessment"):
        change(draft.episode, no_further_action=True)
    make.cancel(draft)
    change(draft.episode, no_further_action=True)
    with refused("no_further_action_means_no_assessment"):
        insert(Assessment, **an_assessment_row(draft))


def test_episodes_of_a_child_do_not_overlap(draft: Assessment):
    """Census rules 8815, 8816 and 8820; one may begin on the day on which another was closed."""
    child, referral = draft.episode.child, draft.episode.referral_date
    before = an_episode_row(child, referral_date=referral - timedelta(days=9))
    name = "episodes_of_a_child_do_not_overlap"
    with refused(name):
        insert(Episode, **before | closed(referral + timedelta(days=1)))
    insert(Episode, **before | closed(referral))
    earlier = Episode.objects.get(referral_date=before["referral_date"])
    with refused(name):
        change(draft.episode, referral_date=referral - timedelta(days=1))
    with refused(name):
        change(earlier, closure_date=referral + timedelta(days=1))
    with refused("one_open_episode_for_each_child"):
        change(earlier, closure_date=None, reason_for_closure="")
    change(earlier, closure_date=referral - timedelta(days=1))
    accept(draft.episode, referral_date=referral - timedelta(days=1))
    accept(earlier, no_further_action=True)


def test_an_open_episode_is_the_latest(people: People, draft: Assessment):
    make.cancel(draft)
    child, referral = draft.episode.child, draft.episode.referral_date
    change(draft.episode, **closed(referral))
    later = an_episode_row(child, referral_date=referral + timedelta(days=2))
    insert(Episode, **later | closed(referral + timedelta(days=4)))
    with refused("episodes_of_a_child_do_not_overlap"):
        change(draft.episode, closure_date=None, reason_for_closure="")


@pytest.mark.parametrize("known", ["birth_date", "expected_birth_date"])
def test_a_referral_is_at_most_40_weeks_before_the_birth(db, known: str):
    """Census rule 8606."""
    born = {"birth_date": None, "sex": "U"} | {known: date(2026, 10, 8)}
    insert(Child, **a_child_row(**born))
    child, first = Child.objects.get(), date(2026, 1, 1)
    with refused("referred_at_most_40_weeks_before_the_birth"):
        insert(Episode, **an_episode_row(child, referral_date=first - timedelta(days=1)))
    insert(Episode, **an_episode_row(child, referral_date=first))
    with refused("referred_at_most_40_weeks_before_the_birth"):
        change(Episode.objects.get(), referral_date=first - timedelta(days=1))
