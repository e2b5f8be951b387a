"""A repeated form submission, at once or after a crash, is carried out once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assessments import queries, services
from assessments.models import Assessment, IdempotencyKey, RuleAnswer, Status, Version
from assessments.services import SaveOutcome, SentAnswer
from tests import people as make
from tests.people import People, a_child, a_referral, make_people
from tests.services.at_once import at_once
from tests.snapshot import everything, unchanged

KEY = uuid.UUID("11111111-1111-4111-8111-111111111111")
Act = Callable[[Assessment, uuid.UUID], Assessment]


def of(service: Callable[..., Assessment], **values: Any) -> Act:
    """The service called for an assessment as it was seen, with a key."""
    return lambda seen, key: service(
        assessment=seen, by=seen.worker, version=seen.version, key=key, **values
    )


def saves(**sent: Any) -> Act:
    """Saving what a page sends, which has to be recorded."""

    def act(seen: Assessment, key: uuid.UUID) -> Assessment:
        result = make.save(seen, key=key, **sent)
        if result.outcome is SaveOutcome.CONFLICT:
            raise services.EditConflict(result.assessment)
        assert (result.outcome, result.refused) == (SaveOutcome.SAVED, {})
        return result.assessment

    return act


def answers(rule: str, kind: str, text: str = "") -> Act:
    return saves(answers=(SentAnswer(rule, kind, text, pressed=True),))


SAVES = {
    "record": saves(codes=("1A", "20"), other_description="Debts"),
    "reason": answers("gangs-with-criminal-exploitation", "reason", "So"),
    "considered": answers("young-carer", "considered"),
    "complied": answers("young-carer", "complied"),
    "outcome": saves(outcome="early_help"),
}
ACTS: dict[str, Act] = {
    **SAVES,
    "submit": of(services.submit),
    "withdraw": of(services.withdraw_submission),
    "cancel": of(services.cancel, reason="Wrong child"),
    "start": lambda seen, key: services.start_assessment(
        by=seen.worker,
        team=seen.team,
        start_date=seen.start_date,
        key=key,
        child=a_child("EX2", given_name="Wren", family_name="Invented"),
        episode=a_referral(seen.episode.referral_date),
    ),
}
OTHERWISE: dict[str, Act] = {
    "record": saves(codes=("1B",)),
    "reason": answers("gangs-with-criminal-exploitation", "reason", "No"),
    "considered": answers("young-carer", "considered", "Note"),
    "outcome": saves(outcome="no_further_action"),
}
"""The same form with something else entered."""


def ready_for(act: str, people: People) -> Assessment:
    draft = make.set_outcome(make.record(make.start(people.ada), "6B", "13A"))
    if act in {"submit", "withdraw"}:
        draft = make.answer_all(draft)
    if act == "withdraw":
        draft = ACTS["submit"](draft, uuid.uuid4())
    return draft


@pytest.mark.parametrize("act", ACTS)
def test_a_repeated_submission_is_carried_out_once(people: People, act: str):
    seen = ready_for(act, people)
    first = ACTS[act](seen, KEY)
    with unchanged():
        again = ACTS[act](seen, KEY)
    assert (again.pk, again.version) == (first.pk, first.version)


@pytest.mark.parametrize("act", SAVES)
def test_a_save_repeated_after_others_changed_the_record_writes_nothing_again(
    people: People, act: str
):
    """Not even what others have taken back since: it was carried out, and they saw it."""
    seen = ready_for(act, people)
    first = SAVES[act](seen, KEY)
    now = make.saved(first, codes=("4B",), outcome="no_further_action")
    with unchanged():
        again = SAVES[act](seen, KEY)
    assert (again.version, again.codes, again.outcome) == (
        now.version,
        ["4B"],
        "no_further_action",
    )


def test_a_repeated_save_has_the_result_of_its_first_try_that_was_merged(people: People):
    seen = make.record(make.start(people.ada), "1A", "16A")
    theirs = make.record(seen, "1A", "3B")
    assert theirs.version == seen.version + 1
    first = make.save(seen, key=KEY, codes=("1A", "16A", "4B"))
    with unchanged():
        again = make.save(seen, key=KEY, codes=("1A", "16A", "4B"))
    assert first.assessment.codes == again.assessment.codes == ["1A", "3B", "4B"]
    assert first.version == again.version == seen.version + 2
    for result in (first, again):
        assert result.outcome is SaveOutcome.SAVED
        made = result.merge
        assert made.state.codes - made.mine.codes == {"3B"}
        assert made.mine.codes - made.state.codes == {"16A"}


def test_a_repeated_save_is_answered_from_the_version_that_it_made(people: People):
    """What others took out since is told as theirs, though what was sent is not there any more."""
    seen = make.record(make.start(people.ada), "1A")
    gangs = SentAnswer("gangs-with-criminal-exploitation", "complied", pressed=True)
    sent = {"codes": ("1A", "13A"), "answers": (gangs,)}
    first = make.save(seen, key=KEY, **sent)
    assert first.assessment.codes == ["1A", "13A", "24A"]
    [key] = IdempotencyKey.objects.filter(act="save", version=first.version)
    assert key.assessment_id == seen.pk
    make.record(first.assessment, "1A", "3B")
    with unchanged():
        again = make.save(seen, key=KEY, **sent)
    assert again.outcome is SaveOutcome.SAVED
    assert again.merge.mine.codes == {"1A", "13A", "24A"}
    assert again.merge.state.codes == {"1A", "3B"}


def test_a_save_repeated_after_the_record_was_submitted_is_closed(people: People):
    seen = ready_for("submit", people)
    first = SAVES["outcome"](seen, KEY)
    make.submit(first, "4B")
    with unchanged():
        assert make.save(seen, key=KEY, outcome="early_help").outcome is SaveOutcome.CLOSED


def test_a_save_repeated_after_the_record_was_given_to_another_is_not_permitted(people: People):
    seen = ready_for("record", people)
    made = SAVES["record"](seen, KEY)
    Assessment.objects.filter(pk=made.pk).update(version=made.version + 1, worker=people.ben)
    with unchanged(), pytest.raises(services.NotPermitted):
        SAVES["record"](seen, KEY)


def test_a_repeated_save_says_again_what_was_refused(people: People):
    seen = make.start(people.ada)
    sent = {
        "codes": ("13A", "20"),
        "other_description": "x" * 501,
        "answers": (SentAnswer("gangs-with-criminal-exploitation", "complied", pressed=True),),
        "outcome": "closed",
    }
    first = make.save(seen, key=KEY, **sent)
    with unchanged():
        again = make.save(seen, key=KEY, **sent)
    assert first.refused.keys() == {"other_description", "outcome"}
    assert (again.outcome, again.refused) == (first.outcome, first.refused)
    assert again.assessment.codes == ["13A", "20", "24A"]


@pytest.mark.parametrize("act", [act for act in ACTS if act not in SAVES])
def test_a_submission_repeated_long_after_returns_the_row_as_it_is_now(people: People, act: str):
    seen = ready_for(act, people)
    first = ACTS[act](seen, KEY)
    others = {"worker": people.ben} if first.status in queries.OPEN else {}
    Assessment.objects.filter(pk=first.pk).update(version=first.version + 1, **others)
    with unchanged():
        assert ACTS[act](seen, KEY).version == first.version + 1


@pytest.mark.parametrize("act", OTHERWISE)
def test_the_same_key_with_other_content_is_another_submission(people: People, act: str):
    seen = ready_for(act, people)
    first = ACTS[act](seen, KEY)
    assert OTHERWISE[act](first, KEY).version == first.version + 1


def test_the_same_key_of_another_person_is_another_submission(people: People):
    made = [
        services.start_assessment(
            by=person,
            team=people.north,
            start_date=a_referral().referral_date,
            key=KEY,
            child=a_child(f"EX{number}", given_name=name, family_name=name),
            episode=a_referral(),
        )
        for number, (person, name) in enumerate([(people.ada, "Wren"), (people.ben, "Otter")])
    ]
    assert made[0].pk != made[1].pk
    seen = made[0]
    ACTS["record"](seen, KEY)
    with unchanged(), pytest.raises(services.NotPermitted):
        make.save(seen, codes=("1A", "20"), other_description="Debts", by=people.ben, key=KEY)


def test_the_same_key_on_another_assessment_is_another_submission(people: People):
    first, second = make.start(people.ada), make.start(people.ada, "EX2")
    for assessment in (first, second):
        ACTS["record"](assessment, KEY)
    second.refresh_from_db()
    assert second.codes == ["1A", "20"]


def test_a_submission_stores_its_key_and_what_it_wrote(people: People):
    seen = make.start(people.ada)
    before = set(IdempotencyKey.objects.values_list("pk", flat=True))
    ACTS["record"](seen, KEY)
    stored = IdempotencyKey.objects.exclude(pk__in=before).get()
    assert (stored.person, stored.act, stored.assessment) == (people.ada, "save", seen)


def test_a_refused_submission_stores_no_key_and_may_be_repeated(people: People):
    seen = make.set_outcome(make.start(people.ada))
    with unchanged(), pytest.raises(services.SubmissionRefused):
        ACTS["submit"](seen, KEY)
    seen = make.record(seen, "4B")
    assert ACTS["submit"](seen, KEY).status == Status.SUBMITTED


class Crash(Exception):
    """The process is gone between one statement and the next."""


class CrashesAt:
    """Lets so many statements through and crashes at the one after, as an execute wrapper."""

    def __init__(self, statements: int) -> None:
        self.left = statements

    def __call__(self, execute, sql, *others):
        if not re.match("SAVEPOINT|RELEASE|ROLLBACK", sql):
            self.left -= 1
            if self.left < 0:
                raise Crash
        return execute(sql, *others)


@pytest.mark.parametrize("act", ACTS)
def test_what_crashed_anywhere_before_the_commit_is_carried_out_when_repeated(
    people: People, act: str
):
    seen = ready_for(act, people)
    before, crashed = everything(), 0
    while True:
        try:
            with transaction.atomic(), connection.execute_wrapper(CrashesAt(crashed)):
                ACTS[act](seen, KEY)
            break
        except Crash:
            crashed += 1
            assert everything() == before
    assert crashed >= 3
    assert everything() != before


# At once


@pytest.fixture
def committed_people(transactional_db) -> People:
    return make_people()


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Assessment, Version, RuleAnswer, IdempotencyKey)
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_the_same_submission_several_times_at_once_is_carried_out_once(
    committed_people: People, act: str
):
    seen = ready_for(act, committed_people)
    before = counts()
    results = at_once(*[lambda: ACTS[act](seen, KEY)] * 3)
    assert len({(each.pk, each.version) for each in results}) == 1
    made = results[0]
    made.refresh_from_db()
    assert made.version == (1 if act == "start" else seen.version + 1)
    more = [after - earlier for after, earlier in zip(counts(), before, strict=True)]
    assert more == [
        1 if act == "start" else 0,
        1 if act == "submit" else 0,
        1 if act in {"reason", "considered", "complied"} else 0,
        1,
    ]


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_child_at_once_make_one_child(committed_people: People):
    people = committed_people
    begin = [
        lambda person=person: make.start(person, "EX7") for person in (people.ada, people.cleo)
    ]
    results = at_once(*begin)
    made = [each for each in results if isinstance(each, Assessment)]
    [error] = [each for each in results if not isinstance(each, Assessment)]
    assert len(made) == 1
    assert isinstance(error, services.FactsRefused)
    assert set(error.messages) == {"la_child_id"}
    assert counts() == (1, 0, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_start_in_the_same_episode_at_once_make_one_assessment(committed_people: People):
    people = committed_people
    first = make.start(people.ada)
    make.cancel(first)

    def begin(person):
        return lambda: services.start_assessment(
            by=person,
            team=people.north,
            start_date=first.start_date,
            key=uuid.uuid4(),
            child=first.episode.child,
            episode=first.episode,
        )

    results = at_once(begin(people.ada), begin(people.ben))
    assert sorted(type(each).__name__ for each in results) == ["Assessment", "FactsRefused"]
    assert Assessment.objects.filter(status=Status.DRAFT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_none_of_400_saves_of_two_at_once_is_lost(committed_people: People):
    """Each counts on in its own half of the description, on the version it has read."""
    draft = make.record(make.start(committed_people.ada), "20", description="0 0")
    conflicts = [0, 0]

    def save_200_times(mine: int) -> None:
        seen = Assessment.objects.select_related("worker").get(pk=draft.pk)
        saved = 0
        while saved < 200:
            counts = [int(count) for count in seen.other_description.split()]
            counts[mine] += 1
            result = make.save(seen, codes=("20",), other_description=" ".join(map(str, counts)))
            seen = result.assessment
            if result.outcome is SaveOutcome.SAVED:
                saved += 1
            else:
                conflicts[mine] += 1

    assert at_once(lambda: save_200_times(0), lambda: save_200_times(1)) == [None, None]
    draft.refresh_from_db()
    assert (draft.other_description, draft.version) == ("200 200", 402)
    assert sum(conflicts) > 0


# Locks


@pytest.mark.parametrize("act", ["save", "reply"])
def test_the_record_is_locked_before_the_key_is_stored(people: People, act: str):
    """In one order: a page that is left repeats posts of both kinds that are still on the way."""
    returned = make.return_it(make.submit(make.start(people.ada), "4B"), people.mo)
    with CaptureQueriesContext(connection) as captured:
        make.record(returned, "9A") if act == "save" else make.reply(returned, {"": "Looked again"})
    [lock, *_] = [n for n, each in enumerate(captured) if "FOR UPDATE" in each["sql"]]
    [key, *_] = [n for n, each in enumerate(captured) if "idempotencykey" in each["sql"]]
    assert lock < key
