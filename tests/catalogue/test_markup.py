from __future__ import annotations

import pytest

from assessments.catalogue.markup import MarkupError, paragraph
from assessments.catalogue.types import Emphasis, Run


def test_text_without_marks_is_one_plain_run():
    assert paragraph("Code (20) Other").runs == (Run("Code (20) Other"),)


def test_bold_and_sources_are_runs_of_their_own():
    assert paragraph("**Neglect** may. See [[NICE]].").runs == (
        Run("Neglect", Emphasis.BOLD),
        Run(" may. See "),
        Run("NICE", Emphasis.SOURCE),
        Run("."),
    )


def test_a_paragraph_reads_as_its_text_without_marks():
    assert paragraph("**A** b [[C]] d").text == "A b C d"


@pytest.mark.parametrize(
    ("marked", "problem"),
    [
        ("", "is empty or has space around it: ''"),
        (" x", "is empty or has space around it: ' x'"),
        ("two  spaces", "has a line break or two spaces together: 'two  spaces'"),
        ("two\nlines", "has a line break or two spaces together: 'two\\nlines'"),
        ("a **b", "the bold is not closed: 'a **b'"),
        ("a [[b", "the source is not closed: 'a [[b'"),
        ("a]] b", "]] closes nothing: 'a]] b'"),
        ("**a [[b]]**", "[[ stands within bold: '**a [[b]]**'"),
        ("[[a **b**]]", "** stands within source: '[[a **b**]]'"),
        ("[[a [[b]]", "[[ stands within source: '[[a [[b]]'"),
        ("a ****", "****"),
        ("a [[]] b", "the source is empty: 'a [[]] b'"),
        ("a * b", "* is not a mark: 'a * b'"),
        ("a [b]", "[ is not a mark: 'a [b]'"),
        ("***a**", "*** is not a mark: '***a**'"),
    ],
)
def test_marks_that_do_not_pair_are_refused(marked, problem):
    with pytest.raises(MarkupError) as caught:
        paragraph(marked)
    assert problem in str(caught.value)
