"""What is recorded elsewhere, packed child by child, and taken once."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assessments.census.matching import Held, Holding

DAYS = st.dates()
HELD = st.builds(
    Held,
    DAYS,
    DAYS,
    st.none() | DAYS,
    st.lists(st.sampled_from(["1A", "3B", "20", "21"])).map(tuple),
)


@given(st.dictionaries(st.text(), st.lists(HELD)))
def test_what_is_held_comes_out_as_it_was_once(children: dict[str, list[Held]]):
    holding = Holding()
    for child_id, assessments in children.items():
        holding.add(child_id, assessments)
    assert dict(holding.items()) == children
    for child_id, assessments in children.items():
        assert child_id in holding
        assert holding.take(child_id) == assessments
        assert holding.take(child_id) is None
    assert dict(holding.items()) == dict.fromkeys(children)


def test_the_first_day_of_the_calendar_is_a_day():
    holding = Holding()
    first = Held(date.min, date.max, date.min, ())
    holding.add("A", [first])
    assert holding.take("A") == [first]
