"""Answering rules, and the outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assessments import services
from assessments.catalogue import loader
from assessments.evaluation import current_edition, evaluate
from assessments.models import Assessment, Outcome, RuleAnswer, Status
from assessments.services import NOTE, SaveOutcome, SentAnswer
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

EXPLAIN, CONSIDER = "gangs-with-criminal-exploitation", "young-carer"


def answer(assessment: Assessment, rule: str, kind: str, text: str = "", **values: Any):
    given = SentAnswer(rule, kind, text, pressed=True)
    return make.save(assessment, answers=(given,), **values)


def answered(assessment: Assessment, rule: str, kind: str, text: str = "") -> Assessment:
    return make.answer(assessment, rule, kind, text)


@pytest.fixture
def unanswered(people: People) -> Assessment:
    """A draft with 6B and 13A, of which one rule asks to explain and one to consider."""
    draft = make.record(make.start(people.ada), "13A", "6B")
    assert open_questions(draft) == {EXPLAIN, CONSIDER}
    return draft


def open_questions(assessment: Assessment) -> set[str]:
    return {finding.rule.id for finding in evaluate(assessment).open}


def test_a_reason_answers_a_rule_to_explain(unanswered: Assessment):
    saved = answered(unanswered, EXPLAIN, "reason", "  Seen with them once\r\nonly ")
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
    saved = answered(unanswered, CONSIDER, "considered")
    assert open_questions(saved) == {EXPLAIN}
    saved = answered(saved, CONSIDER, "considered", "An aunt helps")
    assert [row.text for row in saved.answers.all()] == ["", "An aunt helps"]


@pytest.mark.parametrize(("rule", "code"), [(EXPLAIN, "24A"), (CONSIDER, "7A")])
def test_complying_adds_the_code_that_the_rule_names(unanswered: Assessment, rule: str, code: str):
    saved = answered(unanswered, rule, "complied")
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
def test_an_answer_that_its_rule_does_not_ask_for_is_left_out(
    unanswered: Assessment, rule: str, kind: str
):
    with unchanged():
        result = answer(unanswered, rule, kind, "So it is")
    assert (result.outcome, result.refused) == (SaveOutcome.SAVED, {})


def comply(assessment: Assessment, rule: str, add: str = "", remove: str = "", **values: Any):
    given = SentAnswer(
        rule, "complied", pressed=True, adds=tuple(add.split()), removes=tuple(remove.split())
    )
    return make.save(assessment, answers=(given,), **values)


@pytest.mark.parametrize(
    ("selected", "rule", "add", "remove", "left"),
    [
        ("8B 8E", "private-fostering-one-kind", "", "8E", "8B"),
        ("8B 8E", "private-fostering-one-kind", "", "8B", "8E"),
        ("8B 8C 8E 8F", "private-fostering-one-kind", "", "8B 8C 8F", "8E"),
        ("3B 4B 9A", "asylum-with-parents", "", "9A", "3B 4B"),
        ("3B 4B 9A", "asylum-with-parents", "", "3B", "4B 9A"),
        ("22A 23A", "faith-not-fgm", "", "23A", "22A"),
        ("22A", "fgm-herself", "", "22A", ""),
        ("13A", "gangs-with-criminal-exploitation", "24A", "", "13A 24A"),
    ],
)
def test_complying_adds_or_removes_what_its_button_said(
    people: People, selected: str, rule: str, add: str, remove: str, left: str
):
    draft = make.record(make.start(people.ada), *selected.split())
    assert comply(draft, rule, add, remove).outcome is SaveOutcome.SAVED
    draft.refresh_from_db()
    assert draft.codes == left.split()
    [row] = draft.answers.all()
    assert (row.rule, row.kind, row.text) == (rule, "complied", "")


@pytest.mark.parametrize("code", ["5A", "6A"])
def test_what_is_recorded_of_the_child_is_complied_with(people: People, code: str):
    draft = make.record(make.start(people.ada, disabled=True), "4B")
    assert open_questions(draft) == {"disabled-child"}
    comply(draft, "disabled-child", code)
    draft.refresh_from_db()
    assert draft.codes == [*sorted({"4B", code})]
    assert open_questions(draft) == set()


@pytest.mark.parametrize(
    ("selected", "rule", "add", "remove"),
    [
        ("8B 8E", "private-fostering-one-kind", "", "8B 8E"),  # keeps none
        ("8B 8E", "private-fostering-one-kind", "", ""),  # says not which
        ("8B 8E", "private-fostering-one-kind", "8C", ""),
        ("8B 8E 3B", "private-fostering-one-kind", "", "3B"),
        ("8B 3B", "private-fostering-one-kind", "", "8B"),  # does not speak any more
        ("13A", "gangs-with-criminal-exploitation", "", "13A"),
        ("13A", "gangs-with-criminal-exploitation", "21", ""),
        ("22A 23A", "faith-not-fgm", "", "22A"),  # what harms the child is not to be left out
        ("20 4B", "emotional-abuse-implied", "17A", ""),
        ("20", "other-alone", "", "20"),
    ],
)
def test_a_step_that_its_rule_does_not_ask_for_changes_nothing(
    people: People, selected: str, rule: str, add: str, remove: str
):
    draft = make.record(make.start(people.ada), *selected.split())
    with unchanged():
        assert comply(draft, rule, add, remove).outcome is SaveOutcome.SAVED


def test_a_code_that_somebody_else_has_selected_since_is_not_removed(people: People):
    page = make.record(make.start(people.ada), "8B", "8E")
    make.record(page, "8B", "8C", "8E")
    saved = comply(page, "private-fostering-one-kind", remove="8E").assessment
    assert saved.codes == ["8B", "8C"]
    assert open_questions(saved) == {"private-fostering-one-kind"}


def test_the_last_of_several_is_not_removed_where_the_others_are_gone(people: People):
    page = make.record(make.start(people.ada), "8B", "8E")
    make.record(page, "8E")
    assert comply(page, "private-fostering-one-kind", remove="8E").assessment.codes == ["8E"]


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t"])
def test_a_reason_is_not_empty(unanswered: Assessment, text: str):
    with unchanged():
        result = answer(unanswered, EXPLAIN, "reason", text)
    assert result.refused == {EXPLAIN: "Give a reason, or add 24A"}


@pytest.mark.parametrize(("rule", "kind"), [(EXPLAIN, "reason"), (CONSIDER, "considered")])
def test_an_answer_has_up_to_1000_characters(unanswered: Assessment, rule: str, kind: str):
    with unchanged():
        result = answer(unanswered, rule, kind, "x" * 1001)
    assert result.refused.keys() == {rule}
    assert "1000" in result.refused[rule]
    assert answered(unanswered, rule, kind, "x" * 1000).answers.get().text == "x" * 1000


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x9fb", "a\uffffb", "a\udc00b"])
def test_an_answer_that_cannot_be_kept_is_refused(unanswered: Assessment, text: str):
    with unchanged():
        result = answer(unanswered, EXPLAIN, "reason", text)
    assert result.refused.keys() == {EXPLAIN}


def test_an_answer_holds_until_the_codes_that_it_is_about_change(unanswered: Assessment):
    saved = answered(unanswered, CONSIDER, "considered")
    saved = make.record(saved, "6B", "13A", "4B")
    assert open_questions(saved) == {EXPLAIN}
    saved = make.record(saved, "13A", "4B")
    assert open_questions(saved) == {EXPLAIN}
    saved = make.record(saved, "6B", "13A")
    assert open_questions(saved) == {EXPLAIN}


def test_an_answer_about_one_pair_of_codes_does_not_answer_another(people: People):
    saved = make.record(make.start(people.ada), "8B", "8C")
    saved = answered(saved, "private-fostering-one-kind", "reason", "Two arrangements")
    assert open_questions(saved) == set()
    saved = make.record(saved, "8B", "8D")
    assert open_questions(saved) == {"private-fostering-one-kind"}


@pytest.mark.parametrize("who", ["ben", "cleo", "mo", "nia", "dee", "abe"])
def test_nobody_but_its_worker_answers_or_decides(people: People, unanswered: Assessment, who: str):
    other = getattr(people, who)
    with unchanged(), pytest.raises(services.NotPermitted):
        answer(unanswered, EXPLAIN, "reason", "So", by=other)
    with unchanged(), pytest.raises(services.NotPermitted):
        make.save(unanswered, outcome="early_help", by=other)


@pytest.mark.parametrize("status", make.LOCKED)
def test_a_locked_assessment_takes_no_answer_and_no_outcome(people: People, status: Status):
    assessment = make.in_status(status, people.ada, people.mo)
    with unchanged():
        assert answer(assessment, EXPLAIN, "reason", "So").outcome is SaveOutcome.CLOSED
        assert make.save(assessment, outcome=Outcome.EARLY_HELP).outcome is SaveOutcome.CLOSED


# The outcome


@pytest.mark.parametrize("outcome", Outcome.values)
def test_each_outcome_is_stored(people: People, outcome: str):
    draft = make.set_outcome(make.start(people.ada), outcome)
    draft.refresh_from_db()
    assert draft.outcome == outcome


@pytest.mark.parametrize("outcome", ["", "closed", "NO_FURTHER_ACTION", "x" * 1000, "\x00"])
def test_an_unknown_outcome_is_refused(people: People, outcome: str):
    draft = make.start(people.ada)
    with unchanged():
        result = make.save(draft, outcome=outcome)
    assert result.refused == {"outcome": "Select the outcome of the assessment"}


# Several in one save


def test_what_a_page_sends_is_recorded_as_one_version(people: People):
    draft = make.start(people.ada)
    saved = make.saved(
        draft,
        codes=("20", "13A", "6B"),
        other_description="Debts",
        answers=(
            SentAnswer(EXPLAIN, "reason", "Seen with them once"),
            SentAnswer(CONSIDER, "complied", pressed=True),
        ),
        outcome="early_help",
    )
    assert (saved.version, saved.codes) == (2, ["6B", "7A", "13A", "20"])
    assert (saved.other_description, saved.outcome) == ("Debts", "early_help")
    assert open_questions(saved) == set()
    assert {(each.kind, each.answered_at) for each in saved.answers.all()} == {
        ("reason", saved.saved_at),
        ("complied", saved.saved_at),
    }


def test_of_a_whole_nothing_is_recorded_if_a_part_is_refused(unanswered: Assessment):
    sent = {
        "codes": ("13A", "6B", "20"),
        "answers": (SentAnswer(EXPLAIN, "reason", "x" * 1001),),
        "outcome": "closed",
    }
    with unchanged():
        result = make.save(unanswered, **sent, whole=True)
    assert (result.outcome, result.refused.keys()) == (SaveOutcome.REFUSED, {EXPLAIN, "outcome"})
    result = make.save(unanswered, **sent)
    assert (result.outcome, result.refused.keys()) == (SaveOutcome.SAVED, {EXPLAIN, "outcome"})
    assert result.assessment.codes == ["6B", "13A", "20"]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (SentAnswer(EXPLAIN, "reason", "So"), ["So"]),  # as it was left on the page
        (SentAnswer(EXPLAIN, "reason", " So\r\n", pressed=True), ["So", "So"]),
        (SentAnswer(EXPLAIN, "reason", ""), ["So"]),
        (SentAnswer(EXPLAIN, "reason", "Otherwise"), ["So", "Otherwise"]),
    ],
)
def test_a_reason_is_stored_again_only_if_it_is_another_or_its_button_is_pressed(
    unanswered: Assessment, given: SentAnswer, stored: list[str]
):
    first = answered(unanswered, EXPLAIN, "reason", "So")
    make.saved(first, codes=("6B", "13A"), answers=(given,))
    assert [each.text for each in first.answers.order_by("pk")] == stored


def test_a_note_alone_answers_nothing_and_says_so(unanswered: Assessment):
    note = SentAnswer(CONSIDER, NOTE, "An aunt helps")
    with unchanged():
        result = make.save(unanswered, answers=(note,), whole=True)
    assert result.refused == {
        CONSIDER: "Your note is not saved. Select “Considered: not in this case” to save it, or "
        "clear it"
    }


def test_every_kind_of_answer_is_tested_here():
    assert set(RuleAnswer.Kind.values) == {"complied", "reason", "considered"}


def test_an_answer_and_the_outcome_are_recorded_beside_a_code_that_the_guide_lacks_now(
    unanswered: Assessment, monkeypatch: pytest.MonkeyPatch
):
    """What was recorded under an earlier edition is put right on the factor page."""
    edition = current_edition()
    factors = [
        replace(factor, codes=tuple(code for code in factor.codes if code.code != "6B"))
        for factor in edition.factors
    ]
    later = replace(edition, factors=tuple(factors))
    monkeypatch.setattr(loader, "edition_for", lambda day: later)
    given = SentAnswer(EXPLAIN, "reason", "Seen with them once")
    saved = make.saved(unanswered, answers=(given,), outcome="early_help")
    assert (saved.outcome, saved.answers.get().text) == ("early_help", "Seen with them once")
