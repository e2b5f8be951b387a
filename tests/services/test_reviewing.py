"""A manager's decisions: who takes them, on what, and what each leaves behind."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import queries, services
from assessments.models import Assessment, Review, RuleAnswer, Status
from assessments.services import SentAnswer
from cinfactors.accounts.models import Membership, Role
from tests import people as make
from tests.people import People
from tests.services.at_once import at_once
from tests.snapshot import unchanged

KEY = uuid.UUID("11111111-1111-4111-8111-111111111111")


def call(service: Callable[..., Assessment], seen: Assessment, **values: Any) -> Assessment:
    """Call the service for the assessment as it was seen, with a new key unless one is given."""
    return service(assessment=seen, **{"version": seen.version, "key": uuid.uuid4()} | values)


def returning(**values: Any) -> dict[str, Any]:
    return {"reason": "wrong_person", "comment": "Is it the parent?", "pinned": {}} | values


ACTS: dict[str, tuple[Callable[..., Assessment], dict[str, Any], Status, Status]] = {
    "authorise": (services.authorise, {}, Status.SUBMITTED, Status.AUTHORISED),
    "return": (services.return_to_worker, returning(), Status.SUBMITTED, Status.RETURNED),
    "reopen": (services.reopen, {"comment": "So"}, Status.AUTHORISED, Status.REOPENED),
    "correct": (
        services.correct,
        {"codes": ["4A"], "other_description": "", "reason": "So"},
        Status.SUBMITTED,
        Status.SUBMITTED,
    ),
}
"""Each with what is entered, the status in which it is taken, and the status after it."""


def carry_out(act: str, seen: Assessment, by: Any, **values: Any) -> Assessment:
    service, entered, _, _ = ACTS[act]
    return call(service, seen, by=by, **entered | values)


def ready_for(act: str, people: People, la_child_id: str = "EX1001") -> Assessment:
    return make.in_status(ACTS[act][2], people.ada, people.mo, la_child_id)


# Who


@pytest.mark.parametrize("act", ACTS)
def test_a_manager_of_its_team_decides(people: People, act: str):
    seen = ready_for(act, people)
    done = carry_out(act, seen, people.mo)
    done.refresh_from_db()
    assert (done.status, done.version) == (ACTS[act][3], seen.version + 1)
    review = done.reviews.last()
    assert (review.decided_by, review.decided_at) == (people.mo, done.saved_at)
    assert review.version == done.versions.latest("number")


@pytest.mark.parametrize("who", ["ada", "ben", "cleo", "nia", "dee", "abe"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_decides(people: People, act: str, who: str):
    seen = ready_for(act, people)
    with unchanged(), pytest.raises(services.NotPermitted):
        carry_out(act, seen, getattr(people, who))


@pytest.mark.parametrize("act", ACTS)
def test_a_manager_who_is_deactivated_or_left_the_team_decides_nothing(people: People, act: str):
    seen = ready_for(act, people)
    people.mo.is_active = False
    with unchanged(), pytest.raises(services.NotPermitted):
        carry_out(act, seen, people.mo)
    people.mo.is_active = True
    Membership.objects.filter(user=people.mo).delete()
    with unchanged(), pytest.raises(services.NotPermitted):
        carry_out(act, seen, people.mo)


@pytest.mark.parametrize("own", ["worker", "submitter"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_decides_on_their_own_work(people: People, act: str, own: str):
    """Ada was made a manager of the team since, and it was handed to Ben in the second case."""
    seen = make.submit(make.start(people.ada))
    if own == "submitter":
        seen.worker, seen.version = people.ben, seen.version + 1
        seen.save()
    if ACTS[act][2] == Status.AUTHORISED:
        seen = make.authorise(seen, people.mo)
    people.ada.role = Role.TEAM_MANAGER
    people.ada.save()
    assert queries.assessments_visible_to(people.ada).contains(seen)
    with unchanged(), pytest.raises(services.NotPermitted):
        carry_out(act, seen, people.ada)


@pytest.mark.parametrize("act", ACTS)
def test_a_restricted_record_is_decided_on_by_those_who_are_named(people: People, act: str):
    seen = ready_for(act, people)
    child = seen.episode.child
    child.restricted = True
    child.save()
    with unchanged(), pytest.raises(services.NotPermitted):
        carry_out(act, seen, people.mo)
    child.named_people.create(person=people.mo, named_by=people.mo, named_at=timezone.now())
    assert carry_out(act, seen, people.mo).status == ACTS[act][3]


# On what


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_each_is_taken_in_its_status_and_in_no_other(people: People, act: str, status: Status):
    seen = make.in_status(status, people.ada, people.mo)
    if status == ACTS[act][2]:
        assert carry_out(act, seen, people.mo).status == ACTS[act][3]
    else:
        with unchanged(), pytest.raises(services.Locked):
            carry_out(act, seen, people.mo)


@pytest.mark.parametrize("act", ACTS)
def test_a_repeated_submission_decides_once(people: People, act: str):
    seen = ready_for(act, people)
    first = carry_out(act, seen, people.mo, key=KEY)
    with unchanged():
        again = carry_out(act, seen, people.mo, key=KEY)
    assert (again.pk, again.version) == (first.pk, first.version)


# Stale pages


@pytest.mark.parametrize("first", ["authorise", "return", "correct"])
@pytest.mark.parametrize("second", ["authorise", "return", "correct"])
def test_the_second_manager_gets_the_decision_of_the_first(people: People, first: str, second: str):
    other = make.make_person("Max Field", people.north, role=Role.TEAM_MANAGER)
    seen = ready_for(second, people)
    done = carry_out(first, seen, people.mo)
    with unchanged(), pytest.raises(services.AlreadyDecided) as refused:
        carry_out(second, seen, other)
    assert refused.value.review == done.reviews.get()
    assert refused.value.review.decided_by == people.mo
    assert refused.value.theirs.version == done.version


def test_the_second_to_reopen_gets_the_reopening(people: People, authorised: Assessment):
    again = make.reopen(authorised, people.mo)
    with unchanged(), pytest.raises(services.AlreadyDecided) as refused:
        carry_out("reopen", authorised, people.mo)
    assert refused.value.review == again.reviews.last()


def test_what_the_worker_does_after_a_return_does_not_hide_it(
    people: People, submitted: Assessment
):
    make.record(make.return_it(submitted, people.mo), "4A")
    with unchanged(), pytest.raises(services.AlreadyDecided) as refused:
        carry_out("authorise", submitted, people.mo)
    assert refused.value.review.decision == Review.Decision.RETURNED


@pytest.mark.parametrize("act", ACTS)
def test_a_submission_repeated_after_others_went_on_is_a_conflict(people: People, act: str):
    """Else a page left open says "authorised" of what was reopened and submitted anew."""
    seen, key = ready_for(act, people), uuid.uuid4()
    decided = carry_out(act, seen, people.mo, key=key)
    assert carry_out(act, seen, people.mo, key=key) == decided
    match act:
        case "authorise":
            make.submit(make.reopen(decided, people.mo), "4A")
        case "correct":
            make.submit(make.return_it(decided, people.mo), "4B")
        case _:
            make.submit(decided, "4A")
    with unchanged(), pytest.raises(services.EditConflict):
        carry_out(act, seen, people.mo, key=key)


def test_several_repeated_after_others_went_on_are_refused_each(people, submitted):
    def each() -> services.Authorised:
        chosen = [(submitted.reference, submitted.version)]
        return services.authorise_each(chosen=chosen, by=people.mo, key=KEY)[0]

    done = each().assessment
    make.reopen(done, people.mo)
    again = each()
    assert (again.assessment, again.refusal.review.decision) == (None, "reopened")


def withdraw(sent: Assessment) -> Assessment:
    return call(services.withdraw_submission, sent, by=sent.worker)


def test_what_the_worker_changed_is_a_conflict(people: People, submitted: Assessment):
    resubmitted = make.submit(make.return_it(submitted, people.mo), "4A")
    for changed in (
        resubmitted,
        withdraw(resubmitted),
    ):
        with unchanged(), pytest.raises(services.EditConflict) as conflict:
            carry_out("authorise", submitted, people.mo)
        changed.refresh_from_db()
    assert conflict.value.theirs == changed


def test_a_withdrawn_first_submission_is_a_conflict(people: People, submitted: Assessment):
    back = withdraw(submitted)
    for act in ("authorise", "return", "correct"):
        with unchanged(), pytest.raises(services.EditConflict) as conflict:
            carry_out(act, submitted, people.mo)
        assert conflict.value.theirs.version == back.version


def test_a_correction_that_was_seen_is_no_later_decision(people: People, submitted: Assessment):
    corrected = make.correct(submitted, people.mo, "4A")
    moved = Assessment.objects.get(pk=corrected.pk)
    moved.worker, moved.version = people.ben, moved.version + 1
    moved.save()
    with unchanged(), pytest.raises(services.EditConflict):
        carry_out("authorise", corrected, people.mo)


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_decide_once(transactional_db):
    people = make.make_people()
    other = make.make_person("Max Field", people.north, role=Role.TEAM_MANAGER)
    seen = make.submit(make.start(people.ada))
    results = at_once(
        lambda: carry_out("authorise", seen, people.mo),
        lambda: carry_out("return", seen, other),
    )
    [refused] = [each for each in results if isinstance(each, Exception)]
    [done] = [each for each in results if isinstance(each, Assessment)]
    assert isinstance(refused, services.AlreadyDecided)
    assert refused.review == done.reviews.get()
    assert done.status in (Status.AUTHORISED, Status.RETURNED)


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_withdrawal_at_once_leave_one_of_them(transactional_db):
    people = make.make_people()
    seen = make.submit(make.start(people.ada))
    results = at_once(lambda: carry_out("authorise", seen, people.mo), lambda: withdraw(seen))
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert type(refused) in (services.EditConflict, services.Locked)
    seen.refresh_from_db()
    decided = seen.status == Status.AUTHORISED
    assert seen.reviews.count() == seen.versions.filter(authorised_by=people.mo).count() == decided


def waiting() -> int:
    """How many connections wait for a row that another holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_two_managers_with_the_same_records_do_not_deadlock(transactional_db):
    people = make.make_people()
    other = make.make_person("Max Field", people.north, role=Role.TEAM_MANAGER)
    sent = [make.submit(make.start(people.ada, each)) for each in ("EX1", "EX2")]
    chosen = [(each.reference, each.version) for each in sent]
    both_are_held = threading.Event()

    def hold() -> None:
        """Both records, until both managers wait for the first that they ask for."""
        with transaction.atomic():
            list(Assessment.objects.select_for_update())
            both_are_held.set()
            until = time.monotonic() + 20
            while waiting() < 2 and time.monotonic() < until:
                pass

    def each(manager, chosen) -> list[services.Authorised]:
        assert both_are_held.wait(20)
        return services.authorise_each(chosen=chosen, by=manager, key=uuid.uuid4())

    _, mine, theirs = at_once(
        hold, lambda: each(people.mo, chosen), lambda: each(other, chosen[::-1])
    )
    assert [one.reference for one in mine] == [reference for reference, _ in chosen]
    assert [one.reference for one in theirs] == [reference for reference, _ in chosen[::-1]]
    first, second = (mine, theirs) if mine[0].assessment else (theirs, mine)
    assert [one.refusal for one in first] == [None, None]
    assert [type(one.refusal) for one in second] == [services.AlreadyDecided] * 2


@pytest.mark.parametrize(
    ("code", "rule", "kind", "reasons"),
    [
        ("13A", "gangs-with-criminal-exploitation", "reason", ("The worker gave a reason",)),
        ("6B", "young-carer", "considered", ()),
    ],
)
def test_what_was_said_is_read_though_the_selection_was_changed_and_changed_back(
    people: People, code: str, rule: str, kind: str, reasons: tuple[str, ...]
):
    draft = make.record(make.start(people.ada), code)
    draft = make.answer(draft, rule, kind, "Seen with them once")
    draft = make.answer(draft, rule, "complied")
    assert len(make.codes_of(draft)) == 2
    sent = make.submit(draft, code)
    [answer] = sent.versions.get().answers
    assert (answer["kind"], answer["text"]) == (kind, "Seen with them once")
    assert queries.reasons_to_read(sent) == reasons


def test_several_lock_every_assessment_before_any_child(people: People):
    chosen = [make.submit(make.start(people.ada, f"EX{number}")) for number in (1, 2)]
    with CaptureQueriesContext(connection) as captured:
        services.authorise_each(
            chosen=[(each.reference, each.version) for each in reversed(chosen)],
            by=people.mo,
            key=KEY,
        )
    locks = [each["sql"] for each in captured if " FOR " in each["sql"] and "UPDATE" in each["sql"]]
    assert 'FOR UPDATE OF "assessments_assessment"' in locks[0]
    assert 'ORDER BY "assessments_assessment"."id" ASC' in locks[0]
    assert 'ORDER BY "assessments_child"."id" ASC' in locks[1]
    assert "FOR NO KEY UPDATE" in locks[1]


# Authorising


def test_authorising_ends_it_today_and_marks_the_version(people: People):
    with time_machine.travel("2026-06-30 23:30 +0000", tick=False):
        done = make.authorise(make.submit(make.start(people.ada)), people.mo)
    done.refresh_from_db()
    version = done.versions.get()
    # Half past midnight in summer time.
    assert (done.end_date.isoformat(), done.status) == ("2026-07-01", Status.AUTHORISED)
    assert (version.end_date, version.authorised_by) == (done.end_date, people.mo)
    assert version.authorised_at.isoformat() == "2026-06-30T23:30:00+00:00"
    review = done.reviews.get()
    assert (review.decision, review.reason, review.comment) == ("authorised", "", "")
    assert queries.latest_authorised_version(done) == version


def test_what_is_broken_since_it_was_submitted_is_not_authorised(
    people: People, submitted: Assessment
):
    """The child turns out to be disabled, which asks a question that nobody answered."""
    child = submitted.episode.child
    child.disabled = True
    child.save()
    with unchanged(), pytest.raises(services.SubmissionRefused) as refused:
        make.authorise(submitted, people.mo)
    assert [each.rule.id for each in refused.value.findings] == ["disabled-child"]


# Returning


def test_a_return_keeps_reason_comment_and_what_is_pinned(people: People, submitted: Assessment):
    back = make.return_it(
        submitted,
        people.mo,
        "  Who is it about?\r\nSee below. ",
        reason="missing_factor",
        pinned={"13A": " Which gang?\r\n", "4B": "Whose?", "3A": " \r\n"},
    )
    back.refresh_from_db()
    review = back.reviews.get()
    assert (back.status, back.submitted_at) == (Status.RETURNED, None)
    assert (review.decision, review.reason) == ("returned", "missing_factor")
    assert review.comment == "Who is it about?\nSee below."
    assert [(each.code, each.text) for each in review.pinned.all()] == [
        ("4B", "Whose?"),
        ("13A", "Which gang?"),
    ]
    words = queries.review_feedback(back)
    assert (words.review, words.pinned) == (review, {"4B": "Whose?", "13A": "Which gang?"})


def test_a_return_may_say_why_beside_codes_alone(people: People, submitted: Assessment):
    back = make.return_it(submitted, people.mo, " ", pinned={"13A": "Which gang?", "3A": " "})
    words = queries.review_feedback(back)
    assert (words.review.comment, words.comments) == ("", {"13A": "Which gang?"})
    facts = queries.facts_for_the_queue([back.pk])[back.pk]
    assert (facts.comments, facts.replied) == (1, 0)
    with unchanged(), pytest.raises(services.UnknownComment):
        make.reply(back, {"": "Which comment?"})
    make.reply(back, {"13A": "The one at school"})
    facts = queries.facts_for_the_queue([back.pk])[back.pk]
    assert (facts.comments, facts.replied) == (1, 1)


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"reason": ""}, {"reason"}),
        ({"pinned": {"13A": " "}, "comment": ""}, {"comment"}),
        ({"reason": "because"}, {"reason"}),
        ({"comment": ""}, {"comment"}),
        ({"comment": " \r\n "}, {"comment"}),
        ({"comment": "x" * 2001}, {"comment"}),
        ({"comment": "a\x00b"}, {"comment"}),
        ({"comment": "a\ud800b"}, {"comment"}),
        ({"pinned": {"99Z": "Why?"}}, {"pinned-99Z"}),
        ({"pinned": {"18A": "Why?"}}, {"pinned-18A"}),
        ({"pinned": {"": "Why?"}}, {"pinned-"}),
        ({"pinned": {"x" * 5000: "Why?"}}, {"pinned-" + "x" * 5000}),
        ({"pinned": {"4B": "x" * 1001}}, {"pinned-4B"}),
        ({"pinned": {"4B": "a\x1bb", "4A": "Fine"}}, {"pinned-4B"}),
        ({"reason": "", "comment": "", "pinned": {"4b": "?"}}, {"reason", "pinned-4b"}),
    ],
    ids=lambda value: None,
)
def test_a_return_that_cannot_be_kept_is_refused_field_by_field(
    people: People, submitted: Assessment, entered: dict[str, Any], fields: set[str]
):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        carry_out("return", submitted, people.mo, **entered)
    assert refused.value.messages.keys() == fields


@pytest.mark.parametrize("reason", Review.Reason)
def test_each_reason_of_the_list_is_kept(people: People, submitted: Assessment, reason: str):
    back = make.return_it(submitted, people.mo, reason=reason)
    assert back.reviews.get().reason == reason


# Reopening


def test_a_reopened_record_leaves_what_is_counted(people: People, authorised: Assessment):
    counted = queries.latest_authorised_version(authorised)
    again = make.reopen(authorised, people.mo)
    again.refresh_from_db()
    assert (again.status, again.end_date, again.submitted_at) == (
        Status.REOPENED,
        authorised.end_date,
        None,
    )
    make.return_it(make.submit(again, "4A"), people.mo)
    assert queries.latest_authorised_version(again) == counted
    assert counted.codes == ["4B"]


def test_authorised_again_another_version_is_counted(people: People, authorised: Assessment):
    again = make.authorise(make.submit(make.reopen(authorised, people.mo), "4A"), people.mo)
    assert queries.latest_authorised_version(again).codes == ["4A"]
    assert [each.authorised_by for each in again.versions.all()] == [people.mo, people.mo]


def test_a_record_is_reopened_beside_a_newer_assessment_of_its_episode(
    people: People, authorised: Assessment
):
    services.start_assessment(
        by=people.ben,
        team=people.north,
        start_date=timezone.localdate(),
        key=uuid.uuid4(),
        child=authorised.episode.child,
        episode=authorised.episode,
    )
    again = make.reopen(authorised, people.mo)
    assert make.return_it(make.submit(again, "4A"), people.mo).status == Status.RETURNED


@pytest.mark.parametrize("comment", ["", " \r\n", "x" * 2001, "a\x00b"])
def test_nothing_is_reopened_without_a_reason_that_can_be_kept(
    people: People, authorised: Assessment, comment: str
):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        make.reopen(authorised, people.mo, comment)
    assert refused.value.messages.keys() == {"comment"}


# Several at once


def test_several_are_authorised_each_by_itself(people: People):
    plain = make.submit(make.start(people.ada))
    explained = make.submit(make.start(people.ada, "EX2"), "13A")
    described = make.submit(make.start(people.ada, "EX3"), "4A", "20", description="Debts")
    returned = make.submit(make.return_it(make.submit(make.start(people.ben, "EX4")), people.mo))
    corrected = make.correct(make.submit(make.start(people.ben, "EX5")), people.mo, "4A")
    souths = make.submit(make.start(people.cleo, "EX6"))
    stale = make.submit(make.start(people.ben, "EX7"))
    last = make.submit(make.start(people.ben, "EX8"))
    unknown = uuid.uuid4()
    chosen = [
        (each.reference, each.version)
        for each in (plain, explained, described, returned, corrected, souths)
    ]
    chosen += [(unknown, 1), (stale.reference, stale.version - 1), (last.reference, last.version)]

    results = services.authorise_each(chosen=chosen, by=people.mo, key=KEY)

    assert [each.reference for each in results] == [reference for reference, _ in chosen]
    assert [type(each.refusal) for each in results] == [
        type(None),
        services.NeedsReading,
        type(None),
        services.NeedsReading,
        services.NeedsReading,
        services.NotPermitted,
        services.NotPermitted,
        services.EditConflict,
        type(None),
    ]
    assert results[1].refusal.why == ("The worker gave a reason",)
    assert results[3].refusal.why == ("It was returned before",)
    assert results[4].refusal.why == ("It was corrected before",)
    assert {each.assessment for each in results} == {plain, described, last, None}
    done = Assessment.objects.filter(status=Status.AUTHORISED)
    assert set(done) == {plain, described, last}
    assert Review.objects.filter(decision="authorised").count() == 3
    with unchanged():
        again = services.authorise_each(chosen=chosen[:1], by=people.mo, key=KEY)
    assert again[0].assessment == plain


@pytest.mark.parametrize(
    ("alone", "expected"),
    [
        ({"every"}, ("Each submission is authorised by itself here",)),
        ({"considered"}, ("The worker considered something",)),
        ({"described"}, ("The worker described another factor",)),
        (
            {"described", "considered"},
            ("The worker considered something", "The worker described another factor"),
        ),
        ({"explained"}, None),
        (set(), None),
    ],
)
def test_the_authority_says_what_is_authorised_by_itself(
    people: People, settings, alone: set[str], expected: tuple[str, ...] | None
):
    settings.AUTHORISE_ALONE = frozenset(alone)
    sent = make.submit(make.start(people.ada), "3B", "20", description="Debts")
    chosen = [(sent.reference, sent.version)]
    [result] = services.authorise_each(chosen=chosen, by=people.mo, key=KEY)
    assert (result.refusal and result.refusal.why) == expected


def test_authorising_none_does_nothing(people: People):
    with unchanged():
        assert services.authorise_each(chosen=[], by=people.mo, key=KEY) == []


# Correcting


def test_a_correction_is_a_version_beside_the_one_that_was_submitted(
    people: People, submitted: Assessment
):
    before = submitted.versions.get()
    corrected = make.correct(submitted, people.mo, "20", "4C", description="Debts ")
    corrected.refresh_from_db()
    after = corrected.versions.get(number=2)
    assert (corrected.status, corrected.codes) == (Status.SUBMITTED, ["4C", "20"])
    assert (after.codes, after.other_description) == (["4C", "20"], "Debts")
    assert (after.corrected_by, after.submitted_by) == (people.mo, people.ada)
    assert after.submitted_at == before.submitted_at == corrected.submitted_at
    assert (after.outcome, after.start_date) == (before.outcome, before.start_date)
    assert corrected.versions.get(number=1).codes == ["4B"]
    review = corrected.reviews.get()
    assert (review.decision, review.version) == ("corrected", after)
    assert review.comment == "The report names the parent"
    assert make.authorise(corrected, people.mo).status == Status.AUTHORISED


GANGS, VICTIM = "gangs-with-criminal-exploitation", "child-as-victim"


def test_new_questions_of_a_correction_are_answered_one_by_one(people: People, draft: Assessment):
    """Its reason is about something else, and answers none of them."""
    sent = make.submit(draft, "6B")
    corrected = make.correct(
        sent,
        people.mo,
        "3B",
        "6B",
        "13A",
        reason="The report names a gang on page 3",
        answers=[
            SentAnswer(GANGS, "reason", " Not used by it "),
            SentAnswer(VICTIM, "considered"),
            SentAnswer("young-carer", "considered", "Answered by the worker already"),
        ],
    )
    new = RuleAnswer.objects.filter(assessment=corrected, answered_by=people.mo)
    assert [(each.rule, each.kind, each.codes, each.text) for each in new] == [
        (GANGS, "reason", ["13A"], "Not used by it"),
        (VICTIM, "considered", ["3B"], ""),
    ]
    answers = corrected.versions.get(number=2).answers
    assert {(each["rule"], each["by"]) for each in answers} == {
        ("gangs-with-criminal-exploitation", people.mo.pk),
        ("child-as-victim", people.mo.pk),
        ("young-carer", people.ada.pk),
    }
    assert make.authorise(corrected, people.mo).status == Status.AUTHORISED


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ([], {GANGS, VICTIM}),
        ([SentAnswer(GANGS, "reason", "Not used by it")], {VICTIM}),
        ([SentAnswer(GANGS, "considered"), SentAnswer(VICTIM, "considered")], {GANGS}),
        ([SentAnswer(GANGS, "reason", " "), SentAnswer(VICTIM, "considered")], {GANGS}),
        ([SentAnswer(GANGS, "reason", "x" * 1001), SentAnswer(VICTIM, "considered")], {GANGS}),
        ([SentAnswer(GANGS, "complied"), SentAnswer(VICTIM, "reason", "So")], {GANGS, VICTIM}),
    ],
    ids=lambda value: None,
)
def test_a_correction_without_an_answer_to_a_new_question_is_refused(
    people: People, submitted: Assessment, answers: list[SentAnswer], refused: set[str]
):
    with unchanged(), pytest.raises(services.FactsRefused) as refusal:
        make.correct(submitted, people.mo, "3B", "13A", answers=answers)
    assert refusal.value.messages.keys() == refused


@pytest.mark.parametrize(
    ("codes", "rules"),
    [
        ([], ["some-factor"]),
        (["4B", "4B"], ["listed-codes"]),
        (["18A"], ["listed-codes"]),
        (["4B", "21"], ["no-factors-no-further-action", "no-factors-stands-alone"]),
        (["21"], ["no-factors-no-further-action"]),
        (["20"], ["other-described"]),
        (["99Z", "=1+1"], ["listed-codes"]),
    ],
    ids=str,
)
def test_a_correction_that_breaks_a_rule_is_refused(
    people: People, submitted: Assessment, codes: list[str], rules: list[str]
):
    with unchanged(), pytest.raises(services.SelectionRefused) as refused:
        make.correct(submitted, people.mo, *codes)
    assert sorted(each.rule.id for each in refused.value.findings) == rules


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"codes": ["4B"]}, {"codes"}),
        ({"codes": ["4B"], "other_description": "Dropped"}, {"codes"}),
        ({"reason": ""}, {"reason"}),
        ({"reason": " \r\n"}, {"reason"}),
        ({"reason": "x" * 2001}, {"reason"}),
        ({"reason": "a\x00b"}, {"reason"}),
        ({"codes": ["4A", "20"], "other_description": "x" * 501}, {"other_description"}),
        ({"codes": ["4B"], "reason": ""}, {"codes", "reason"}),
    ],
    ids=lambda value: None,
)
def test_a_correction_that_cannot_be_kept_is_refused_field_by_field(
    people: People, submitted: Assessment, entered: dict[str, Any], fields: set[str]
):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        carry_out("correct", submitted, people.mo, **entered)
    assert refused.value.messages.keys() == fields


@pytest.mark.parametrize("before", [Status.DRAFT, Status.RETURNED, Status.REOPENED])
def test_a_corrected_submission_is_withdrawn_with_the_corrected_codes(
    people: People, before: Status
):
    sent = make.submit(make.in_status(before, people.ada, people.mo))
    back = withdraw(make.correct(sent, people.mo, "4C"))
    back.refresh_from_db()
    assert (back.status, back.codes) == (before, ["4C"])
    again = make.submit(back, "4A")
    assert again.versions.latest("number").corrected_by is None


# What the worker reads of it


def test_a_correction_is_unread_until_its_worker_has_read_it(people: People, submitted: Assessment):
    corrected = make.correct(submitted, people.mo, "4C")
    [review] = queries.unread_corrections(people.ada)
    assert review.assessment == corrected
    for other in (people.ben, people.mo, people.dee, people.abe, people.cleo):
        assert not queries.unread_corrections(other)
        with unchanged(), pytest.raises(services.NotPermitted):
            services.mark_read(review=review, by=other)
    services.mark_read(review=review, by=people.ada)
    assert not queries.unread_corrections(people.ada)
    with unchanged():
        services.mark_read(review=review, by=people.ada)
