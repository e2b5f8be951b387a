"""What is said of the file as a whole, from a hundred children on, and beside the last return."""

from __future__ import annotations

import pytest

from tests.census.cases import DISABILITIES, FACTORS, SEX, WRAPPER
from tests.census.returns import children, findings_of, return_of, tag

FIVE = tag("AssessmentFactors", "5A")
USED = "".join(
    tag("AssessmentFactors", code) for code in ("1B", "2B", "3A", "4A", "4B", "16A", "17A", "18C")
)
"""Most of the codes that England's shares would give to five of a hundred assessments or more."""


def of_the_file(text: str, **options) -> dict[str, str]:
    found = findings_of(text, **options)
    assert {each.child for each in found if each.rule not in {"8897", "8873"}} <= {None}
    return {each.rule: each.message for each in found if each.child is None}


def many(number: int, part: int, old: str, new: str) -> str:
    """Return a return of that many children, with an edit in the first `part` of them."""
    text = children(number)
    assert text.count(old) >= part
    return text.replace(old, new, part)


def test_below_a_hundred_children_our_own_queries_say_nothing():
    assert of_the_file(many(99, 99, FACTORS, tag("AssessmentFactors", "20"))) == {}


def test_the_share_of_other_is_queried_above_what_authorities_have():
    assert "share-other" not in of_the_file(many(100, 39, FACTORS, tag("AssessmentFactors", "20")))
    found = of_the_file(many(100, 40, FACTORS, tag("AssessmentFactors", "20")))
    assert found["share-other"] == (
        "40% of the assessments with factors have code 20 (other), more than 39%."
    )


def test_the_share_of_no_factors_is_queried():
    only = tag("AssessmentFactors", "21")
    pair = FACTORS + "\n            " + FIVE
    assert "share-no-factors" not in of_the_file(many(100, 25, pair, only))
    assert "share-no-factors" in of_the_file(many(100, 26, pair, only))


def test_the_share_of_assessments_without_factors_is_queried():
    assert "share-without-factors" not in of_the_file(many(100, 14, WRAPPER, ""))
    assert "share-without-factors" in of_the_file(many(100, 15, WRAPPER, ""))


def test_codes_that_nobody_used_are_named_in_the_guides_order():
    assert of_the_file(children(100))["codes-never-used"] == (
        "Never used, though by England’s shares they would be:"
        " 1B, 2B, 3A, 4A, 4B, 6B, 14A, 16A, 17A, 18C, 20."
    )
    used = many(100, 1, FACTORS, FACTORS + USED)
    assert of_the_file(used)["codes-never-used"].endswith("would be: 6B, 14A, 20.")


@pytest.mark.parametrize(("unknown", "raised"), [(2, False), (3, True)])
def test_2886_counts_the_children_who_are_born(unknown: int, raised: bool):
    text = many(100, unknown, SEX, "<Sex>U</Sex>")
    assert ("2886" in of_the_file(text)) == raised


def test_2887_and_2888_look_at_disabled_children_alone():
    text = return_of(edits=[(DISABILITIES, "")])
    assert set(of_the_file(text)) == {"2887"}


# Beside the last return


def test_the_same_return_as_the_last_has_not_changed():
    text = children(100)
    assert of_the_file(text, last_return=text) == of_the_file(text)


def test_half_as_many_children_and_assessments_are_queried():
    found = of_the_file(children(100), last_return=children(200))
    assert found["changed-children"] == "The file has 100 children, the last return 200."
    assert found["changed-assessments"] == (
        "The file has 100 completed assessments, the last return 200."
    )
    assert "changed-children" not in of_the_file(children(101), last_return=children(200))


def test_a_code_that_doubled_is_queried_by_its_share():
    last = many(200, 40, FACTORS, tag("AssessmentFactors", "22A"))
    now = many(200, 80, FACTORS, tag("AssessmentFactors", "22A"))
    assert of_the_file(now, last_return=last)["changed-code"] == (
        "Code 22A stands in 40% of the assessments with factors, in the last return in 20%."
    )
    slightly = many(200, 59, FACTORS, tag("AssessmentFactors", "22A"))
    assert "changed-code" not in of_the_file(slightly, last_return=last)


def test_a_code_that_is_new_is_queried_and_one_of_few_assessments_is_not():
    for number, raised in ((19, False), (20, True)):
        now = many(200, number, FACTORS, FACTORS + tag("AssessmentFactors", "22A"))
        assert ("changed-code" in of_the_file(now, last_return=children(200))) == raised


def test_assessments_without_factors_are_compared():
    found = of_the_file(many(200, 25, WRAPPER, ""), last_return=many(200, 10, WRAPPER, ""))
    assert found["changed-without-factors"] == (
        "12.5% of the assessments authorised in the year have no factors, in the last return 5%."
    )


def test_the_last_return_is_judged_in_its_own_year():
    last = children(100, year="2024-25")
    assert "changed-assessments" not in of_the_file(children(100), last_return=last)


def test_every_child_with_the_id_of_an_earlier_one_is_named():
    text = children(40).replace("CHILD31<", "CHILD7<").replace("CHILD9<", "CHILD7<")
    repeated = [each for each in findings_of(text) if each.rule == "8510"]
    assert [(each.child, each.child_id) for each in repeated] == [(9, "CHILD7"), (31, "CHILD7")]
