"""No cell of a table is a formula, in whatever program somebody opens it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.census.spreadsheets import safe, table


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n", *"＝＋－＠"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000 "])
def test_what_a_spreadsheet_would_run_has_an_apostrophe_before_it(sign: str, before: str):
    assert safe(f"{before}{sign}cmd|' /C calc'!A0") == f"'{before}{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["", "3B", "20", "EX1001", "2025-07-14", "1E5", "a=b", "O’Brien"])
def test_everything_else_stays_as_it_is(text: str):
    assert safe(text) == text


@given(st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=2), max_size=4))
def test_cells_are_texts_in_quotes_and_read_as_they_were(rows):
    file = io.BytesIO()
    try:
        with table(file, ["a", "b"]) as write_rows:
            write_rows(rows)
    except UnicodeEncodeError:  # half a surrogate pair, which is no text
        return
    text = file.getvalue().decode()
    assert text.startswith('"a","b"\r\n')
    assert [*csv.reader(io.StringIO(text, newline=""))] == [["a", "b"], *rows]
