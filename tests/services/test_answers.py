"""Answering rules, and the outcome."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from assessments import services
from assessments.models import Assessment, Outcome, RuleAnswer, Status
from assessments.presenters.questions import questions_of
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

EXPLAIN, CONSIDER = "gangs-with-criminal-exploitation", "young-carer"


def answer(assessment: Assessment, rule: str, kind: str, text: str = "", **values: Any):
    return services.answer_rule(
        **{
            "assessment": assessment,
            "rule": rule,
            "kind": kind,
            "text": text,
            "by": assessment.worker,
            "version": assessment.version,
            "key": uuid.uuid4(),
        }
        | values
    )


@pytest.fixture
def unanswered(people: People) -> Assessment:
    """A draft with 6B and 13A, of which one rule asks to explain and one to consider."""
    draft = make.record(make.start(people.ada), "13A", "6B")
    assert open_questions(draft) == {EXPLAIN, CONSIDER}
    return draft


def open_questions(assessment: Assessment) -> set[str]:
    return {each.finding.rule.id for each in questions_of(assessment) if not each.answered}


def test_a_reason_answers_a_rule_to_explain(unanswered: Assessment):
    saved = answer(unanswered, EXPLAIN, "reason", "  Seen with them once\r\nonly ")
    assert open_questions(saved) == {CONSIDER}
    row = saved.answers.get()
    assert (row.rule, row.kind, row.codes, row.text) == (
        EXPLAIN,
        "reason",
        ["13A"],
        "Seen with them once\nonly",
    )
    assert row.answered_by == unanswered.worker
    assert (saved.version, saved.codes) == (3, ["6B", "13A"])


def test_considered_answers_a_rule_to_consider_with_or_without_a_note(unanswered: Assessment):
    saved = answer(unanswered, CONSIDER, "considered")
    assert open_questions(saved) == {EXPLAIN}
    saved = answer(saved, CONSIDER, "considered", "An aunt helps")
    assert [row.text for row in saved.answers.all()] == ["", "An aunt helps"]


@pytest.mark.parametrize(("rule", "code"), [(EXPLAIN, "24A"), (CONSIDER, "7A")])
def test_complying_adds_the_code_that_the_rule_names(unanswered: Assessment, rule: str, code: str):
    saved = answer(unanswered, rule, "complied")
    saved.refresh_from_db()
    assert saved.codes == [c for c in ("6B", "7A", "13A", "24A") if c in {"6B", "13A", code}]
    assert rule not in open_questions(saved)
    assert saved.answers.get().kind == "complied"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        (EXPLAIN, "considered"),
        (CONSIDER, "reason"),
        (EXPLAIN, "ignored"),
        (EXPLAIN, ""),
        ("young-carer-age", "reason"),  # does not speak: no 7A
        ("emotional-abuse-implied", "considered"),  # a note
        ("some-factor", "reason"),  # an error
        ("listed-codes", "reason"),
        ("no-such-rule", "reason"),
        ("", "reason"),
        ("x" * 10_000, "reason"),
    ],
)
def test_a_rule_that_does_not_take_that_answer_refuses_it(
    unanswered: Assessment, rule: str, kind: str
):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        answer(unanswered, rule, kind, "So it is")
    assert refused.value.messages == {rule: "This no longer needs an answer"}


def test_a_rule_that_names_no_code_is_not_complied_with(people: People):
    draft = make.record(make.start(people.ada), "8B", "8C")
    assert open_questions(draft) == {"private-fostering-one-kind"}
    with unchanged(), pytest.raises(services.FactsRefused):
        answer(draft, "private-fostering-one-kind", "complied")


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t"])
def test_a_reason_is_not_empty(unanswered: Assessment, text: str):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        answer(unanswered, EXPLAIN, "reason", text)
    assert refused.value.messages == {EXPLAIN: "Enter the reason, or change the selection"}


@pytest.mark.parametrize(("rule", "kind"), [(EXPLAIN, "reason"), (CONSIDER, "considered")])
def test_an_answer_has_up_to_1000_characters(unanswered: Assessment, rule: str, kind: str):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        answer(unanswered, rule, kind, "x" * 1001)
    assert refused.value.messages.keys() == {rule}
    assert "1000" in refused.value.messages[rule]
    assert answer(unanswered, rule, kind, "x" * 1000).answers.get().text == "x" * 1000


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x9fb", "a\uffffb", "a\udc00b"])
def test_an_answer_that_cannot_be_kept_is_refused(unanswered: Assessment, text: str):
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        answer(unanswered, EXPLAIN, "reason", text)
    assert refused.value.messages.keys() == {EXPLAIN}


def test_an_answer_holds_until_the_codes_that_it_is_about_change(unanswered: Assessment):
    saved = answer(unanswered, CONSIDER, "considered")
    saved = make.record(saved, "6B", "13A", "4B")
    assert open_questions(saved) == {EXPLAIN}
    saved = make.record(saved, "13A", "4B")
    assert open_questions(saved) == {EXPLAIN}
    saved = make.record(saved, "6B", "13A")
    assert open_questions(saved) == {EXPLAIN}


def test_an_answer_about_one_pair_of_codes_does_not_answer_another(people: People):
    saved = make.record(make.start(people.ada), "8B", "8C")
    saved = answer(saved, "private-fostering-one-kind", "reason", "Two arrangements")
    assert open_questions(saved) == set()
    saved = make.record(saved, "8B", "8D")
    assert open_questions(saved) == {"private-fostering-one-kind"}


@pytest.mark.parametrize("who", ["ben", "cleo", "mo", "nia", "dee", "abe"])
def test_nobody_but_its_worker_answers_or_decides(people: People, unanswered: Assessment, who: str):
    other = getattr(people, who)
    with unchanged(), pytest.raises(services.NotPermitted):
        answer(unanswered, EXPLAIN, "reason", "So", by=other)
    with unchanged(), pytest.raises(services.NotPermitted):
        services.set_outcome(
            assessment=unanswered,
            outcome="early_help",
            by=other,
            version=unanswered.version,
            key=uuid.uuid4(),
        )


def test_an_answer_on_a_stale_page_is_a_conflict(unanswered: Assessment):
    make.record(unanswered, "13A")
    with unchanged(), pytest.raises(services.EditConflict) as conflict:
        answer(unanswered, EXPLAIN, "reason", "So", version=2)
    assert conflict.value.theirs.codes == ["13A"]


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AUTHORISED, Status.CANCELLED])
def test_a_locked_assessment_takes_no_answer_and_no_outcome(people: People, status: Status):
    assessment = make.in_status(status, people.ada, people.mo)
    with unchanged(), pytest.raises(services.Locked):
        answer(assessment, EXPLAIN, "reason", "So")
    with unchanged(), pytest.raises(services.Locked):
        make.set_outcome(assessment, Outcome.EARLY_HELP)


# The outcome


@pytest.mark.parametrize("outcome", Outcome.values)
def test_each_outcome_is_stored(people: People, outcome: str):
    draft = make.set_outcome(make.start(people.ada), outcome)
    draft.refresh_from_db()
    assert draft.outcome == outcome


@pytest.mark.parametrize("outcome", ["", "closed", "NO_FURTHER_ACTION", "x" * 1000, "\x00"])
def test_an_unknown_outcome_is_refused(people: People, outcome: str):
    draft = make.start(people.ada)
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        make.set_outcome(draft, outcome)
    assert refused.value.messages == {"outcome": "Select the outcome of the assessment"}


def test_a_stale_page_sets_no_outcome_even_if_it_is_the_same(people: People):
    draft = make.start(people.ada)
    make.set_outcome(draft, Outcome.EARLY_HELP)
    with unchanged(), pytest.raises(services.EditConflict):
        services.set_outcome(
            assessment=draft,
            outcome=Outcome.EARLY_HELP,
            by=people.ada,
            version=1,
            key=uuid.uuid4(),
        )


def test_every_kind_of_answer_is_tested_here():
    assert set(RuleAnswer.Kind.values) == {"complied", "reason", "considered"}
