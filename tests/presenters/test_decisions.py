"""A correction in words, as the worker reads it on the list and on the record."""

from __future__ import annotations

import pytest

from assessments.catalogue import loader
from assessments.presenters.decisions import correction_in_words

CHILD = "3A Domestic Abuse, the child"
MENTAL_HEALTH = "4B Mental health disorder, a parent or carer"
NEGLECT = "16A Neglect"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (["3A"], ["16A"], f"corrected {CHILD} to {NEGLECT}"),
        (["3A", "4B"], ["16A"], f"corrected {CHILD} and {MENTAL_HEALTH} to {NEGLECT}"),
        ([], ["16A", "3A", "4B"], f"added {CHILD}; {MENTAL_HEALTH}; and {NEGLECT}"),
        (["3A", "16A"], ["16A"], f"removed {CHILD}"),
        (["3A"], ["3A"], "corrected the description of the other factor"),
    ],
)
def test_a_correction_names_each_code(before: list[str], after: list[str], words: str):
    assert correction_in_words(loader.edition("2021-04"), before, after) == words
