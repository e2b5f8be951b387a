"""The rows of invented records, before any database sees them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, time
from itertools import pairwise
from statistics import quantiles
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from assessments import rules
from assessments.catalogue import loader, working_days
from assessments.demo.assessment_rows import Assignment
from assessments.demo.cases import status_counts
from assessments.demo.load import batches
from assessments.demo.parameters import load_parameters
from assessments.demo.rows import COLUMNS, Rows
from assessments.demo.simulation import ChildFacts
from assessments.models import (
    Assessment,
    Child,
    Episode,
    NamedPerson,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Status,
    Version,
)

TODAY = date(2026, 5, 20)
NUMBER = 3_000
ASSIGNMENTS = [
    Assignment(worker=worker, team=worker % 3, manager=100 + worker % 3) for worker in range(20)
]
LONDON = ZoneInfo("Europe/London")


def made(*, number=NUMBER, seed=1, today=TODAY) -> dict[type, list[SimpleNamespace]]:
    found = defaultdict(list)
    for batch in batches(number, ASSIGNMENTS, seed=seed, today=today, rows=Rows()):
        for model, rows in batch.items():
            found[model] += [
                SimpleNamespace(**dict(zip(COLUMNS[model], row, strict=True))) for row in rows
            ]
    return found


@pytest.fixture(scope="module")
def rows():
    return made()


@pytest.fixture(scope="module")
def assessments(rows):
    """Each assessment with all that belongs to it."""
    children = {child.id: child for child in rows[Child]}
    episodes = {episode.id: episode for episode in rows[Episode]}
    belongings = {model: defaultdict(list) for model in (RuleAnswer, Version, Review)}
    for model, kept in belongings.items():
        for row in rows[model]:
            kept[row.assessment_id].append(row)
    return [
        SimpleNamespace(
            row=row,
            status=row.status,
            episode=episodes[row.episode_id],
            child=children[episodes[row.episode_id].child_id],
            answers=belongings[RuleAnswer][row.id],
            versions=belongings[Version][row.id],
            reviews=belongings[Review][row.id],
        )
        for row in rows[Assessment]
    ]


def codes_of(row) -> tuple[str, ...]:
    return tuple(code for code in row.codes.strip("{}").split(",") if code)


def was_unborn(each) -> bool:
    """Whether the child was not born by the end of the assessment, or by today while it is open."""
    cancelled = each.row.status == Status.CANCELLED
    last_day = each.row.end_date or (each.row.saved_at.date() if cancelled else TODAY)
    return each.child.birth_date is None or each.child.birth_date > last_day


def selection_of(each, row) -> rules.Selection:
    """What the rules read of an assessment or of one of its versions."""
    child = each.child
    known = ChildFacts(born=child.birth_date, sex=child.sex, disabled=child.disabled)
    return rules.Selection(
        sent=codes_of(row),
        other_description=row.other_description,
        outcome=row.outcome,
        age=known.age_on(row.start_date),
        unborn=was_unborn(each),
        sex=child.sex,
        disabled=child.disabled,
    )


def answers_of(each, until) -> list[rules.Answer]:
    return [
        rules.Answer(rule=answer.rule, kind=answer.kind, codes=frozenset(codes_of(answer)))
        for answer in each.answers
        if answer.answered_at <= until
    ]


def test_the_requested_number_is_made(rows):
    assert len(rows[Assessment]) == NUMBER


@pytest.mark.parametrize("number", [1, 7, 50, 299, 300])
def test_the_statuses_add_up_and_each_has_its_share(number):
    weights = load_parameters().workflow.statuses
    counts = status_counts(number, weights)
    assert sum(counts.values()) == number
    for status, weight in weights.items():
        assert abs(counts[status] - number * weight / 100) <= 1


def test_of_fifty_there_is_one_in_every_status():
    assert status_counts(50, load_parameters().workflow.statuses) == {
        Status.DRAFT: 7,
        Status.SUBMITTED: 3,
        Status.RETURNED: 2,
        Status.AUTHORISED: 35,
        Status.REOPENED: 1,
        Status.CANCELLED: 2,
    }


def test_no_submitted_or_authorised_selection_breaks_a_rule(assessments):
    for each in assessments:
        for version in each.versions:
            found = rules.evaluate(loader.edition(version.edition), selection_of(each, version))
            assert not [finding.rule.id for finding in found if finding.is_error]


def test_whatever_was_submitted_had_every_rule_answered(assessments):
    answered = 0
    for each in assessments:
        for version in each.versions:
            found = rules.evaluate(loader.edition(version.edition), selection_of(each, version))
            corrected = [one.decided_at for one in each.reviews if one.version_id == version.id]
            until = corrected[0] if version.corrected_by_id else version.submitted_at
            given = answers_of(each, until)
            answered += len(given)
            assert rules.unanswered(found, given) == ()
    assert answered


def test_every_kind_of_answer_is_given(rows):
    assert {answer.kind for answer in rows[RuleAnswer]} == set(RuleAnswer.Kind.values)
    assert all(answer.text for answer in rows[RuleAnswer] if answer.kind == "reason")


def test_no_draft_breaks_a_rule_of_every_save(assessments):
    for each in assessments:
        found = rules.evaluate(loader.edition(each.row.edition), selection_of(each, each.row))
        assert not [finding.rule.id for finding in found if finding.is_error_on_save]


def test_the_last_version_is_what_stands_in_the_record(assessments):
    for each in assessments:
        if each.versions:
            last = each.versions[-1]
            for name in ("codes", "other_description", "outcome", "start_date", "edition"):
                assert getattr(last, name) == getattr(each.row, name)


def test_versions_are_numbered_from_one(assessments):
    for each in assessments:
        numbers = [version.number for version in each.versions]
        assert numbers == list(range(1, len(numbers) + 1))


DECISIONS = {
    Status.DRAFT: {()},
    Status.CANCELLED: {()},
    Status.SUBMITTED: {(), ("returned",)},
    Status.RETURNED: {("returned",)},
    Status.AUTHORISED: {
        ("authorised",),
        ("returned", "authorised"),
        ("corrected", "authorised"),
        ("returned", "corrected", "authorised"),
    },
    Status.REOPENED: {
        ("authorised", "reopened"),
        ("returned", "authorised", "reopened"),
        ("corrected", "authorised", "reopened"),
        ("returned", "corrected", "authorised", "reopened"),
    },
}


@pytest.mark.parametrize("status", DECISIONS)
def test_the_decisions_are_those_that_lead_to_the_status(status, assessments):
    taken = {
        tuple(review.decision for review in each.reviews)
        for each in assessments
        if each.status == status
    }
    if status == Status.REOPENED:  # too few of them for every way
        assert taken <= DECISIONS[status]
        assert taken >= {("authorised", "reopened")}
    else:
        assert taken == DECISIONS[status]


def test_a_correction_is_of_the_submission_before_it_by_another_person(assessments):
    corrections = 0
    for each in assessments:
        for before, after in pairwise([None, *each.versions]):
            if after.corrected_by_id is None:
                continue
            corrections += 1
            assert set(before.codes.strip("{}").split(",")) < set(
                after.codes.strip("{}").split(",")
            )
            assert (after.submitted_at, after.submitted_by_id, after.outcome) == (
                before.submitted_at,
                before.submitted_by_id,
                before.outcome,
            )
            assert after.corrected_by_id != each.row.worker_id
            [review] = [one for one in each.reviews if one.decision == "corrected"]
            assert (review.version_id, review.decided_by_id) == (after.id, after.corrected_by_id)
    assert corrections > NUMBER * 0.01


def test_a_return_has_a_reason_and_mostly_a_comment_beside_a_code(rows):
    returned = {review.id: review for review in rows[Review] if review.decision == "returned"}
    assert {review.reason for review in returned.values()} == set(Review.Reason.values)
    assert {review.reason for review in rows[Review] if review.id not in returned} == {""}
    versions = {version.id: version for version in rows[Version]}
    for comment in rows[PinnedComment]:
        codes = versions[returned[comment.review_id].version_id].codes
        assert comment.code in codes.strip("{}").split(",")
        assert not comment.text.startswith(comment.code)
    assert len(rows[PinnedComment]) > len(returned) / 2


def test_one_family_is_seen_by_its_worker_and_manager_alone(rows, assessments):
    restricted = {child.id: child for child in rows[Child] if child.restricted}
    assert len(restricted) >= 2
    assert len({child.family_name for child in restricted.values()}) == 1
    named = {
        (person.child_id, person.person_id, person.named_by_id) for person in rows[NamedPerson]
    }
    theirs = {each.row.worker_id for each in assessments if each.child.id in restricted}
    [worker] = theirs
    manager = next(assignment.manager for assignment in ASSIGNMENTS if assignment.worker == worker)
    assert named == {(child, who, manager) for child in restricted for who in (worker, manager)}


def test_replies_are_the_workers_to_comments_before_the_next_submission(rows, assessments):
    replies = defaultdict(list)
    for row in rows[Reply]:
        replies[row.review_id].append(row)
    pinned = defaultdict(set)
    for row in rows[PinnedComment]:
        pinned[row.review_id].add(row.code)
    replied = Counter()
    for each in assessments:
        for review in each.reviews:
            later = [one.submitted_at for one in each.versions if one.id > review.version_id]
            for reply in replies[review.id]:
                replied[each.status] += 1
                assert review.decision == Review.Decision.RETURNED
                assert reply.code in pinned[review.id] | {""}
                assert reply.replied_by_id == each.row.worker_id
                assert review.decided_at < reply.replied_at
                assert not later or reply.replied_at < min(later)
    assert replied.total() == len(rows[Reply])
    assert {Status.RETURNED, Status.SUBMITTED, Status.AUTHORISED} <= replied.keys()


def test_only_the_authorised_version_is_marked_and_by_another_person(assessments):
    for each in assessments:
        marked = [version for version in each.versions if version.authorised_at]
        authorised = each.status in (Status.AUTHORISED, Status.REOPENED)
        assert marked == (each.versions[-1:] if authorised else [])
        for version in marked:
            assert version.end_date == version.authorised_at.astimezone(LONDON).date()
            assert version.authorised_by_id != each.row.worker_id
        if authorised:
            assert each.row.end_date == marked[0].end_date
        else:
            assert each.row.end_date is None


def test_every_moment_is_in_office_hours_of_a_working_day_before_today(assessments):
    for each in assessments:
        moments = [
            each.row.started_at,
            each.row.saved_at,
            *(answer.answered_at for answer in each.answers),
            *(version.submitted_at for version in each.versions),
            *(review.decided_at for review in each.reviews),
        ]
        for moment in moments:
            local = moment.astimezone(LONDON)
            assert working_days.is_working_day(local.date())
            assert local.date() < TODAY
            assert time(8, 30) <= local.time() < time(17, 45)


def test_events_happen_in_order(assessments):
    for each in assessments:
        row = each.row
        assert each.episode.referral_date <= row.start_date
        assert row.start_date == row.started_at.astimezone(LONDON).date()
        acts = [
            row.started_at,
            *sorted(
                [version.submitted_at for version in each.versions]
                + [review.decided_at for review in each.reviews]
            ),
            row.saved_at,
        ]
        assert acts == sorted(acts)
        if each.reviews:
            assert acts[-1] == acts[-2] or each.status == Status.SUBMITTED
        assert all(row.started_at <= answer.answered_at <= row.saved_at for answer in each.answers)
        if each.status in (Status.SUBMITTED, Status.AUTHORISED):
            assert row.submitted_at == each.versions[-1].submitted_at
        else:
            assert row.submitted_at is None


def test_the_version_counts_at_least_the_writes_that_left_a_row(assessments):
    for each in assessments:
        # A correction is one write with what it answers, its version and its decision.
        rows_left = len([one for one in each.answers if one.answered_by_id == each.row.worker_id])
        rows_left += len([one for one in each.versions if one.corrected_by_id is None])
        rows_left += len(each.reviews)
        assert each.row.version >= 1 + rows_left


def test_they_span_four_census_years_ending_with_todays(assessments):
    started = [each.row.start_date for each in assessments]
    assert date(2023, 4, 1) <= min(started) < date(2023, 5, 1)
    assert date(2026, 5, 1) < max(started) < TODAY


def test_old_ones_are_nearly_all_authorised(assessments):
    old = [each.status for each in assessments if each.row.start_date < date(2025, 8, 1)]
    assert set(old) == {Status.AUTHORISED, Status.CANCELLED}
    assert old.count(Status.AUTHORISED) / len(old) > 0.9


def test_the_days_taken_are_as_published(assessments):
    taken = [
        working_days.working_days_after(each.episode.referral_date, each.row.end_date)
        for each in assessments
        if each.status == Status.AUTHORISED
    ]
    assert quantiles(taken, n=4) == pytest.approx([17, 33, 43], abs=2)
    assert sum(days <= 45 for days in taken) / len(taken) == pytest.approx(0.857, abs=0.04)


def test_some_of_what_is_not_completed_is_overdue_and_most_is_not(assessments):
    late = [
        working_days.due_date(each.episode.referral_date) < TODAY
        for each in assessments
        if each.status in (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
    ]
    assert 0.1 < sum(late) / len(late) < 0.3


def test_drafts_are_empty_partial_or_ready_to_submit(assessments):
    drafts = [each.row for each in assessments if each.status == Status.DRAFT]
    assert any(not codes_of(row) for row in drafts)
    assert any(codes_of(row) and not row.outcome for row in drafts)
    assert any(codes_of(row) and row.outcome for row in drafts)


def test_an_episode_is_closed_as_its_outcome_says(assessments):
    reasons = defaultdict(set)
    for each in assessments:
        if each.status == Status.AUTHORISED and each.episode.closure_date:
            assert each.episode.closure_date >= each.row.end_date
            reasons[each.row.outcome].add(each.episode.reason_for_closure)
    assert reasons["no_further_action"] == {"RC8"}
    assert reasons["early_help"] == {"RC9"}
    assert "RC7" in reasons["child_in_need_plan"]
    assert not {"RC8", "RC9"} & reasons["child_in_need_plan"]


def test_no_further_assessment_is_open_beside_a_closed_or_cancelled_episode(assessments):
    for each in assessments:
        if each.status in (Status.DRAFT, Status.SUBMITTED, Status.RETURNED):
            assert each.episode.closure_date is None
        assert each.episode.no_further_action == (each.status == Status.CANCELLED)


def test_a_child_is_referred_again_only_after_the_last_episode_ended(assessments):
    by_child = defaultdict(list)
    for each in assessments:
        by_child[each.child.id].append(each.episode)
    again = [episodes for episodes in by_child.values() if len(episodes) > 1]
    assert len(again) / len(by_child) > 0.08
    for episodes in again:
        episodes.sort(key=lambda episode: episode.referral_date)
        for earlier, later in pairwise(episodes):
            assert earlier.closure_date <= later.referral_date


def test_every_child_is_under_eighteen_and_those_who_are_not_born_yet_have_no_name(assessments):
    unborn = set()
    for each in assessments:
        child = each.child
        if was_unborn(each):
            unborn.add(child.id)
        if child.birth_date is None:
            assert (child.given_name, child.sex) == ("", "U")
            # A birth that is still expected is not past.
            assert child.expected_birth_date > TODAY
        else:
            assert child.expected_birth_date is None
            age = selection_of(each, each.row).age
            assert was_unborn(each) == (age is None)
            assert was_unborn(each) or 0 <= age <= 17
    children = {each.child.id for each in assessments}
    assert 0.01 < len(unborn) / len(children) < 0.04


def test_about_one_child_in_eight_is_disabled(rows):
    disabled = sum(child.disabled is True for child in rows[Child]) / len(rows[Child])
    assert disabled == pytest.approx(0.13, abs=0.025)


def test_of_the_unborn_and_of_a_few_others_it_is_not_known_whether_they_are_disabled(rows):
    born = [child.disabled for child in rows[Child] if child.birth_date]
    assert born.count(None) / len(born) == pytest.approx(0.02, abs=0.01)
    unborn = {child.disabled for child in rows[Child] if not child.birth_date}
    assert unborn == {None}


def test_brothers_and_sisters_share_a_family_reference_name_and_referral(assessments):
    families = defaultdict(list)
    for each in assessments:
        if each.episode.family_reference:
            families[each.episode.family_reference].append(each)
    assert len(families) > 100
    for family in families.values():
        assert len({each.episode.referral_date for each in family}) == 1
        assert len({each.child.family_name for each in family}) == 1
        assert len({each.row.worker_id for each in family}) == 1
        names = [each.child.given_name for each in family]
        assert len(set(names)) == len(names)


def test_child_ids_are_those_of_the_demonstration_each_once(rows):
    ids = [child.la_child_id for child in rows[Child]]
    assert ids == [f"DEMO{number:06d}" for number in range(1, len(ids) + 1)]


def test_the_work_is_spread_evenly(rows):
    assert set(Counter(row.worker_id for row in rows[Assessment]).values()) == {150}


def test_the_same_seed_and_day_make_the_same_rows():
    assert made(number=400, seed=7) == made(number=400, seed=7)


def test_another_seed_makes_other_rows():
    assert made(number=400, seed=7) != made(number=400, seed=8)


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 4, 1), date(2026, 12, 25)])
def test_records_can_be_made_on_any_day(today):
    found = made(number=400, today=today)
    assert len(found[Assessment]) == 400
    for row in found[Assessment]:
        day = row.end_date or today
        assert row.edition == loader.edition_for(day).id


def test_nothing_is_made_where_nothing_could_be_recorded():
    with pytest.raises(ValueError, match="No edition of the guide that is in force on 2019-05-01"):
        made(number=10, today=date(2019, 5, 1))
