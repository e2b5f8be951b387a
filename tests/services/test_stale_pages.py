"""Saving from a page of an earlier version: merged with what others saved, or asked about."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import services
from assessments.models import Assessment, Outcome, Status
from assessments.services import Chosen, SaveOutcome, SaveResult, Sent, SentAnswer, Side
from cinfactors.audit.models import Change
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

EXPLAIN, CONSIDER, FOSTERING = (
    "gangs-with-criminal-exploitation",
    "young-carer",
    "private-fostering-one-kind",
)


@pytest.fixture
def draft(people: People) -> Assessment:
    return make.record(make.start(people.ada), "1A", "16A")


def save(page: Assessment, *codes: str, chosen: Chosen | None = None, **values: Any) -> SaveResult:
    """Save the codes from a page, which is the assessment as it was when the page was rendered."""
    return services.save_record(
        assessment=page,
        sent=Sent(codes=codes, **values),
        by=page.worker,
        version=page.version,
        key=uuid.uuid4(),
        chosen=chosen,
    )


def answer(rule: str, text: str, kind: str = "reason", *, pressed: bool = True) -> SentAnswer:
    return SentAnswer(rule, kind, text, pressed)


def chosen(seen: int, **sides: Side) -> Chosen:
    return Chosen(seen, sides)


# Merged


def test_additions_of_both_are_kept_and_removals_of_both(draft: Assessment):
    make.record(draft, "1A", "3B")
    result = save(draft, "16A", "4B")
    assert (result.outcome, result.assessment.codes) == (SaveOutcome.SAVED, ["3B", "4B"])
    assert result.version == result.assessment.version == draft.version + 2


def test_the_result_says_what_came_from_others(draft: Assessment):
    make.record(draft, "1A", "3B")
    made = save(draft, "1A", "16A", "4B").merge
    assert made.state.codes - made.mine.codes == {"3B"}
    assert made.mine.codes - made.state.codes == {"16A"}


def test_what_is_merged_is_one_more_version(draft: Assessment):
    theirs = make.record(draft, "1A", "16A", "3B")
    merged = save(draft, "1A", "16A", "4B").assessment
    table = Assessment._meta.db_table
    rows = Change.objects.filter(table_name=table, row_key=draft.pk).order_by("pk")
    assert [(row.new["version"], row.new["codes"]) for row in rows][2:] == [
        (theirs.version, ["1A", "3B", "16A"]),
        (merged.version, ["1A", "3B", "4B", "16A"]),
    ]


def test_a_page_that_changed_nothing_writes_nothing_and_has_what_is_saved(draft: Assessment):
    theirs = make.record(draft, "3B")
    with unchanged():
        result = save(draft, "1A", "16A")
    assert (result.outcome, result.assessment.codes) == (SaveOutcome.SAVED, ["3B"])
    assert result.version == theirs.version


@pytest.mark.parametrize("behind", [1, 2, 5])
def test_a_page_of_any_earlier_version_is_merged_from_that_one(draft: Assessment, behind: int):
    page, now = draft, draft
    for number in range(behind):
        now = make.record(now, "1A", "3B" if number % 2 else "3A")
    result = save(page, "1A", "16A", "4B")
    assert result.assessment.codes == [*now.codes, "4B"]


def test_a_page_of_no_version_that_was_ever_saved_loses_nothing_that_either_has(draft: Assessment):
    make.record(draft, "1A", "3B")
    draft.version = 99
    result = save(draft, "16A")
    assert (result.outcome, result.assessment.codes) == (SaveOutcome.SAVED, ["1A", "3B", "16A"])


def test_the_page_is_merged_from_the_history_of_its_own_assessment(people: People):
    """Whose versions have the same numbers as those of another."""
    make.record(make.record(make.start(people.ada, "EX2"), "9A"), "8B")
    page = make.record(make.start(people.ada, "EX3"), "1A", "16A")
    make.record(page, "1A")
    assert save(page, "1A", "16A", "4B").assessment.codes == ["1A", "4B"]


def test_a_description_that_only_one_side_changed_is_taken_from_it(people: People):
    page = make.record(make.start(people.ada), "20", description="Debts")
    make.record(page, "20", description="Hoarding")
    result = save(page, "20", "1A", other_description=" Debts\n")
    saved = result.assessment
    assert (saved.codes, saved.other_description) == (["1A", "20"], "Hoarding")


def test_what_is_refused_on_its_own_is_refused_before_it_is_merged(draft: Assessment):
    """Put right, it is still of its version, and merged then."""
    make.record(draft, "1A", "3B")
    for refused in (
        {"codes": ("21", "4B")},
        {"codes": ("99Z",)},
        {"codes": ("1A", "1A")},
        {"codes": ("20",), "other_description": "x" * 501},
    ):
        with unchanged():
            result = make.save(draft, **refused)
        assert (result.outcome, result.version) == (SaveOutcome.REFUSED, draft.version)
        assert result.findings or result.refused
    assert save(draft, "1A", "16A", "4B").assessment.codes == ["1A", "3B", "4B"]


def test_codes_added_for_a_rule_are_added_to_the_selection_of_both(people: People):
    page = make.record(make.start(people.ada), "13A")
    make.record(page, "13A", "4B")
    saved = save(page, "13A", answers=(answer(EXPLAIN, "", "complied"),)).assessment
    assert saved.codes == ["4B", "13A", "24A"]
    assert [each.kind for each in saved.answers.all()] == ["complied"]


def test_a_reason_is_kept_with_the_codes_about_which_it_was_given(people: People):
    """Others have added one that the person did not know of: it is asked about again."""
    page = make.record(make.start(people.ada), "8B", "8C")
    make.record(page, "8B", "8C", "8D")
    result = save(page, "8B", "8C", answers=(answer(FOSTERING, "B and C alone"),))
    given = result.assessment.answers.get()
    assert (given.codes, given.text) == (["8B", "8C"], "B and C alone")
    assert [each.rule.id for each in result.evaluation.open] == [FOSTERING]


def test_an_answer_that_others_gave_meanwhile_is_not_overwritten_by_one_left_on_the_page(
    people: People,
):
    page = make.record(make.start(people.ada), "13A")
    page = make.answer(page, EXPLAIN, "reason", "First")
    make.answer(page, EXPLAIN, "reason", "Second")
    left = answer(EXPLAIN, "First", pressed=False)
    result = save(page, "13A", "4B", answers=(left,))
    assert (result.outcome, result.assessment.codes) == (SaveOutcome.SAVED, ["4B", "13A"])
    assert [each.text for each in page.answers.order_by("pk")] == ["First", "Second"]
    assert result.merge.others_answers == {EXPLAIN}


def test_the_outcome_is_kept_where_only_one_side_changed_it(draft: Assessment):
    make.set_outcome(draft, Outcome.EARLY_HELP)
    merged = save(draft, "4B")
    assert (merged.assessment.codes, merged.assessment.outcome) == (["4B"], "early_help")
    page = merged.assessment
    make.record(page, "4B", "3B")
    saved = make.saved(page, outcome="no_further_action")
    assert (saved.codes, saved.outcome) == (["3B", "4B"], "no_further_action")


def test_what_a_manager_corrected_is_kept_when_the_record_is_back(people: People):
    page = make.record(make.start(people.ada), "4B")
    sent = make.submit(page, "4B")
    make.correct(sent, people.mo, "4C")
    sent.refresh_from_db()
    make.return_it(sent, people.mo)
    saved = save(page, "4B", "16A").assessment
    assert (saved.codes, saved.status) == (["4C", "16A"], Status.RETURNED)


def test_the_history_is_read_only_where_a_page_is_behind(draft: Assessment):
    def reads_of_the_history(page: Assessment, *codes: str) -> int:
        with CaptureQueriesContext(connection) as made:
            save(page, *codes)
        return sum('FROM "history"' in each["sql"] for each in made)

    assert reads_of_the_history(draft, "1A", "16A", "4B") == 0
    assert reads_of_the_history(draft, "1A", "16A", "9A") == 1


# Asked about


def clash(result: SaveResult) -> tuple[str, ...]:
    assert result.outcome is SaveOutcome.CONFLICT
    return result.merge.open


def test_no_factors_identified_against_anything_else_is_asked_and_stores_nothing(
    draft: Assessment,
):
    theirs = make.record(draft, "1A", "3B")
    with unchanged():
        result = save(draft, "21")
    assert clash(result) == ("selection",)
    assert (result.assessment, result.version) == (theirs, draft.version)
    with unchanged():
        assert clash(save(draft, "21", chosen=chosen(theirs.version))) == ("selection",)
    kept = save(draft, "21", chosen=chosen(theirs.version, selection=Side.THEIRS))
    assert (kept.outcome, kept.assessment.codes) == (SaveOutcome.SAVED, ["1A", "3B"])
    mine = save(draft, "21", chosen=chosen(theirs.version, selection=Side.MINE))
    assert (mine.outcome, mine.assessment.codes) == (SaveOutcome.SAVED, ["21"])


@pytest.mark.parametrize(("side", "text"), [(Side.MINE, "Arson"), (Side.THEIRS, "Hoarding")])
def test_of_two_descriptions_the_chosen_one_is_stored_and_all_else_of_both(
    people: People, side: Side, text: str
):
    page = make.record(make.start(people.ada), "20", description="Debts")
    theirs = make.record(page, "20", "3B", description="Hoarding")
    sent = {"other_description": "Arson"}
    with unchanged():
        result = save(page, "20", "4B", **sent)
    assert clash(result) == ("description",)
    result = save(page, "20", "4B", **sent, chosen=chosen(theirs.version, description=side))
    assert (result.outcome, result.version) == (SaveOutcome.SAVED, theirs.version + 1)
    saved = result.assessment
    assert (saved.codes, saved.other_description) == (["3B", "4B", "20"], text)


def test_a_description_whose_code_the_other_removed_is_asked_about(people: People):
    page = make.record(make.start(people.ada), "20", "1A", description="Debts")
    theirs = make.record(page, "20", "1A", description="Hoarding")
    with unchanged():
        assert clash(save(page, "1A", "4B")) == ("description",)
    kept = save(page, "1A", "4B", chosen=chosen(theirs.version, description=Side.THEIRS))
    assert (kept.assessment.codes, kept.assessment.other_description) == (
        ["1A", "4B", "20"],
        "Hoarding",
    )


@pytest.mark.parametrize("side", Side)
def test_of_two_outcomes_or_answers_one_is_chosen(people: People, side: Side):
    page = make.record(make.start(people.ada), "13A")
    make.answer(make.set_outcome(page, Outcome.EARLY_HELP), EXPLAIN, "reason", "Theirs")
    sent = {"outcome": "no_further_action", "answers": (answer(EXPLAIN, "Mine"),)}
    with unchanged():
        result = make.save(page, **sent)
    assert clash(result) == ("outcome", EXPLAIN)
    sides = {"outcome": side, EXPLAIN: side}
    with unchanged():
        half = make.save(page, **sent, chosen=Chosen(result.assessment.version, {EXPLAIN: side}))
    assert clash(half) == ("outcome",)
    assert half.merge.choices == {EXPLAIN: side}
    saved = make.save(page, **sent, chosen=Chosen(result.assessment.version, sides))
    texts = [each.text for each in page.answers.order_by("pk")]
    if side is Side.MINE:
        assert (saved.assessment.outcome, texts) == ("no_further_action", ["Theirs", "Mine"])
    else:
        assert (saved.assessment.outcome, texts) == ("early_help", ["Theirs"])


def test_what_was_saved_after_the_person_chose_is_merged_with_their_choice(people: People):
    page = make.record(make.start(people.ada), "20", description="Debts")
    theirs = make.record(page, "20", description="Hoarding")
    choice = chosen(theirs.version, description=Side.MINE)
    make.record(theirs, "20", "9A", description="Hoarding")
    saved = save(page, "20", "4B", other_description="Arson", chosen=choice).assessment
    assert (saved.codes, saved.other_description) == (["4B", "9A", "20"], "Arson")


def test_a_text_that_was_changed_after_the_person_chose_is_asked_about_again(people: People):
    page = make.record(make.start(people.ada), "20", description="Debts")
    theirs = make.record(page, "20", description="Hoarding")
    make.record(theirs, "20", description="Fire")
    with unchanged():
        result = save(
            page,
            "20",
            other_description="Arson",
            chosen=chosen(theirs.version, description=Side.MINE),
        )
    assert clash(result) == ("description",)
    assert result.merge.theirs.description == "Fire"


@pytest.mark.parametrize("seen", [1, 2, 99])
def test_a_choice_that_was_made_of_something_else_counts_for_nothing(people: People, seen: int):
    page = make.record(make.start(people.ada), "20", description="Debts")
    make.record(page, "20", description="Hoarding")
    choice = Chosen(seen, {"description": Side.MINE, "outcome": Side.MINE, "x": Side.THEIRS})
    with unchanged():
        assert clash(save(page, "20", other_description="Arson", chosen=choice)) == ("description",)


# Two pages that go on at random


codes = st.sampled_from(["1A", "3A", "3B", "16A", "20", "21"])
steps = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from(["toggle", "text", "read"]), codes),
    min_size=1,
    max_size=25,
)


class WalkingPage:
    """A page in one tab: what it shows, and the version of which it was told."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment, self.version = assessment, assessment.version
        self.codes, self.text = set(assessment.codes), assessment.other_description

    def toggles(self, code: str) -> None:
        """As the page does it: what cannot stand together waits for a choice, and is made."""
        if code == "21" and code not in self.codes:
            self.codes = {"21"}
        else:
            self.codes = (self.codes - {"21"}) ^ {code}

    def saves(self) -> tuple[set[str], set[str]]:
        """Save; choose the page's own where it is asked; return what it lost and what it got."""
        sent = Sent(codes=tuple(self.codes), other_description=self.text)
        fields = {"assessment": self.assessment, "sent": sent, "by": self.assessment.worker}
        fields |= {"version": self.version}
        result = services.save_record(**fields, key=uuid.uuid4())
        if result.outcome is SaveOutcome.CONFLICT:
            sides = dict.fromkeys(result.merge.open, Side.MINE)
            asked = Chosen(result.assessment.version, sides)
            result = services.save_record(**fields, key=uuid.uuid4(), chosen=asked)
            assert result.outcome is SaveOutcome.SAVED
        before, now = self.codes, set(result.assessment.codes)
        self.codes, self.version = now, result.version
        if "20" in now:
            self.text = result.assessment.other_description
        return before - now, now - before


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
)
@given(walk=steps)
def test_two_pages_that_go_on_at_random_lose_nothing_unasked(people: People, walk: Iterable):
    """A code is gone only if somebody took it away, on either page, or chose against it."""
    with transaction.atomic():
        draft = make.start(people.ada)
        pages = [WalkingPage(draft), WalkingPage(draft)]
        wanted: set[str] = set()
        for who, what, code in walk:
            page = pages[who]
            before = {*page.codes}
            if what == "toggle":
                page.toggles(code)
            elif what == "text":
                page.text = f"Text {who} {code}"
            added, removed = page.codes - before, before - page.codes
            lost, _ = page.saves()
            stored = set(make.codes_of(draft))
            # What this page has just done stands, and what it shows is what is stored.
            assert added <= stored
            assert not removed & stored
            assert page.codes == stored
            # All else that was wanted is there still, unless 21 was chosen against it.
            wanted = (wanted | added) - removed
            if "21" in stored or "21" in wanted:
                wanted = {*stored}
            assert wanted == stored
            assert not lost & added
        transaction.set_rollback(True)
