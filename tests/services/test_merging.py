"""The three-way merge: nothing that either side added or removed is lost, but where it is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.services.merging import DESCRIPTION, OUTCOME, SELECTION, Merge, Side, State, merge

ALONE, DESCRIBED = "21", "20"


def may_stand(codes: frozenset[str]) -> bool:
    return ALONE not in codes or len(codes) == 1


def merged(base: State, mine: State, theirs: State, **choices: Side) -> Merge:
    return merge(base, mine, theirs, described={DESCRIBED}, may_stand=may_stand, choices=choices)


def state(codes: str = "", description: str = "", outcome: str = "", **answers: str) -> State:
    return State(frozenset(codes.split()), description, outcome, answers)


texts = st.sampled_from(["", "Debts", "Hoarding"])
codes = st.frozensets(st.sampled_from(["1A", "3A", "3B", DESCRIBED])) | st.just(frozenset({ALONE}))


@st.composite
def states(draw) -> State:
    """A state that may be saved: none describes what is not selected."""
    selected = draw(codes)
    return State(
        selected,
        draw(texts) if DESCRIBED in selected else "",
        draw(st.sampled_from(["", "early_help", "no_further_action"])),
        draw(st.dictionaries(st.sampled_from(["gangs", "carer"]), texts, max_size=2)),
    )


def with_no_answer_taken_back(earlier: State, later: State) -> State:
    """An answer stays on the record once it is given."""
    return replace(later, answers={**earlier.answers, **later.answers})


three_states = st.builds(
    lambda base, mine, theirs: (
        base,
        with_no_answer_taken_back(base, mine),
        with_no_answer_taken_back(base, theirs),
    ),
    states(),
    states(),
    states(),
)
sides = st.dictionaries(
    st.sampled_from([SELECTION, DESCRIPTION, OUTCOME, "gangs", "carer"]), st.sampled_from(Side)
)


@given(three_states)
def test_nothing_that_either_added_is_lost_and_nothing_that_either_removed_comes_back(three):
    base, mine, theirs = three
    made = merged(*three)
    if SELECTION in made.clashes:
        return
    asked = {DESCRIBED} if DESCRIPTION in made.clashes else set()
    added = (mine.codes | theirs.codes) - base.codes
    removed = base.codes - (mine.codes & theirs.codes)
    assert added <= made.state.codes
    assert removed & made.state.codes <= asked
    assert base.codes & mine.codes & theirs.codes <= made.state.codes
    assert made.state.codes <= base.codes | mine.codes | theirs.codes


@given(three_states)
def test_the_selection_clashes_only_where_both_cannot_be_recorded_together(three):
    _, mine, theirs = three
    made = merged(*three)
    if SELECTION in made.clashes:
        # Each side alone may be recorded; it is both that may not.
        assert ALONE in mine.codes ^ theirs.codes
    else:
        assert may_stand(made.state.codes)


@given(three_states, sides)
def test_what_is_chosen_may_be_recorded(three, chosen):
    made = merged(*three, **chosen)
    assert may_stand(made.state.codes)
    assert DESCRIBED in made.state.codes or not made.state.description
    assert set(made.open) == set(made.clashes) - chosen.keys()


@given(three_states)
def test_the_sides_may_be_exchanged(three):
    base, mine, theirs = three
    one, other = merged(base, mine, theirs), merged(base, theirs, mine)
    assert one.clashes == other.clashes
    if not one.clashes:
        assert one.state == other.state
    for part in one.clashes:
        chosen = merged(base, mine, theirs, **{part: Side.MINE})
        reversed_ = merged(base, theirs, mine, **{part: Side.THEIRS})
        match part:
            case "selection":
                assert chosen.state.codes == reversed_.state.codes == mine.codes
            case "description":
                assert chosen.state.description == reversed_.state.description
            case "outcome":
                assert chosen.state.outcome == reversed_.state.outcome == mine.outcome
            case rule:
                assert chosen.state.answers[rule] == mine.answers[rule]


@given(states(), states())
def test_one_side_that_changed_nothing_gives_the_other(base, changed):
    changed = with_no_answer_taken_back(base, changed)
    for three in ((base, changed, base), (base, base, changed), (base, changed, changed)):
        made = merged(*three)
        assert (made.state, made.clashes) == (changed, ())


@given(three_states, sides)
def test_a_merge_that_is_repeated_gives_the_same(three, chosen):
    base, mine, _ = three
    made = merged(*three, **chosen)
    if not made.open:
        again = merged(base, mine, made.state, **chosen)
        assert again.state == made.state or set(again.clashes) <= set(made.clashes)
        if not made.clashes:
            assert (again.state, again.clashes) == (made.state, ())


@given(three_states)
def test_a_text_that_either_changed_stands_or_is_asked_about(three):
    base, mine, theirs = three
    made = merged(*three)
    for side in (mine, theirs):
        changed = side.description != base.description and DESCRIBED in side.codes & base.codes
        if changed and not {SELECTION, DESCRIPTION} & {*made.clashes}:
            assert made.state.description == side.description
        if side.outcome != base.outcome and OUTCOME not in made.clashes:
            assert made.state.outcome == side.outcome
        for rule, text in side.answers.items():
            if text and text != base.answers.get(rule) and rule not in made.clashes:
                assert made.state.answers[rule] == text


# By example: (base, mine, theirs), what is made of it.


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "codes"),
    [
        ("", "1A", "3B", "1A 3B"),
        ("1A", "1A 3A", "", "3A"),
        ("1A 3A", "3A", "1A", ""),
        ("1A", "1A 3A", "1A 3A", "1A 3A"),
        # No factors identified, taken back by one or by both.
        ("21", "21", "1A", "1A"),
        ("21", "1A", "3B", "1A 3B"),
        ("21", "1A", "", "1A"),
        # One removed all others, and the other nothing but some of them.
        ("1A 3A", "21", "1A", "21"),
        ("1A", "21", "21", "21"),
    ],
)
def test_selections_that_are_merged_unasked(base, mine, theirs, codes):
    made = merged(state(base), state(mine), state(theirs))
    assert (made.state.codes, made.clashes) == (frozenset(codes.split()), ())


@pytest.mark.parametrize(
    ("base", "mine", "theirs"), [("1A", "21", "1A 3A"), ("", "21", "1A"), ("1A", "3A", "21")]
)
def test_no_factors_identified_is_chosen_against_anything_else(base, mine, theirs):
    three = state(base), state(mine), state(theirs)
    assert merged(*three).open == (SELECTION,)
    assert merged(*three, selection=Side.MINE).state.codes == frozenset(mine.split())
    assert merged(*three, selection=Side.THEIRS).state.codes == frozenset(theirs.split())


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "description"),
    [
        (("20", "Debts"), ("20", "Debts"), ("20", "Hoarding"), "Hoarding"),
        (("20", "Debts"), ("20", "Hoarding"), ("20", "Debts"), "Hoarding"),
        (("20", "Debts"), ("20", ""), ("20", "Debts"), ""),
        (("20", "Debts"), ("", ""), ("20", "Debts"), ""),
        # Both selected it, and one has described nothing yet.
        (("", ""), ("20", ""), ("20", "Hoarding"), "Hoarding"),
        (("", ""), ("20", "Hoarding"), ("20", ""), "Hoarding"),
    ],
)
def test_descriptions_that_are_merged_unasked(base, mine, theirs, description):
    made = merged(state(*base), state(*mine), state(*theirs))
    assert (made.state.description, made.clashes) == (description, ())


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        (("20", "Debts"), ("20", "Arson"), ("20", "Hoarding")),
        (("20", "Debts"), ("20", ""), ("20", "Hoarding")),
        (("", ""), ("20", "Arson"), ("20", "Hoarding")),
    ],
)
def test_of_two_descriptions_one_is_chosen(base, mine, theirs):
    three = state(*base), state(*mine), state(*theirs)
    assert merged(*three).open == (DESCRIPTION,)
    assert merged(*three, description=Side.MINE).state.description == mine[1]
    assert merged(*three, description=Side.THEIRS).state.description == theirs[1]


def test_a_description_whose_code_the_other_removed_is_chosen_with_its_code():
    three = state("20 1A", "Debts"), state("1A 3A"), state("20 1A 3B", "Hoarding")
    assert merged(*three).open == (DESCRIPTION,)
    removed = merged(*three, description=Side.MINE).state
    assert (removed.codes, removed.description) == (frozenset({"1A", "3A", "3B"}), "")
    kept = merged(*three, description=Side.THEIRS).state
    assert (kept.codes, kept.description) == (frozenset({"1A", "3A", "3B", "20"}), "Hoarding")


def test_a_new_description_against_no_factors_identified_is_a_choice_between_selections():
    three = state("20", "Debts"), state("21"), state("20", "Hoarding")
    assert merged(*three).open == (SELECTION,)
    kept = merged(*three, selection=Side.THEIRS).state
    assert (kept.codes, kept.description) == (frozenset({"20"}), "Hoarding")


def test_two_outcomes_or_two_answers_are_chosen():
    three = (
        state(),
        state(outcome="early_help", gangs="So", carer="Seen"),
        state(outcome="no_further_action", gangs="No", carer="Seen"),
    )
    made = merged(*three)
    assert made.open == (OUTCOME, "gangs")
    chosen = merged(*three, outcome=Side.MINE, gangs=Side.THEIRS).state
    assert (chosen.outcome, chosen.answers) == ("early_help", {"gangs": "No", "carer": "Seen"})
