"""A return of the case system beside what is recorded here: each way in which they differ."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.census.differences import Difference, Kind
from assessments.services.returns import OtherAuthority, RestrictedRecords, reconcile_return
from cinfactors.audit.models import Reading
from tests import people as make
from tests.services.test_merging_returns import (
    _may,
    assessment,
    child,
    completed,
    theirs,
    wrapper,
)

__all__ = ["_may"]


def compared(content: bytes, by=None) -> list[tuple[Kind, str]]:
    found: list[Difference] = []
    done = reconcile_return(io.BytesIO(content), by=by, report=found.append)
    assert done.kinds.total() == len(found) + done.restricted
    return [(each.kind, each.child_id) for each in found]


def test_a_return_that_says_what_is_recorded_here_has_no_difference(people):
    completed(people, "3B", "10A")
    assert compared(theirs(child(assessment(wrapper("10A", "3B"))))) == []


def test_what_stands_on_one_side_alone(people):
    completed(people, "3B")
    assert compared(theirs(child(assessment(wrapper("4B")), id="THEIRS1"))) == [
        (Kind.THERE_NOT_HERE, "THEIRS1"),
        (Kind.HERE_NOT_THERE, "EX1001"),
    ]


@pytest.mark.parametrize(("there", "kind"), [(wrapper("4B"), Kind.FACTORS), ("", Kind.BLANK_THERE)])
def test_factors_that_differ_and_blanks_that_are_recorded_here(people, there, kind):
    completed(people, "3B")
    assert compared(theirs(child(assessment(there)))) == [(kind, "EX1001")]


@pytest.mark.parametrize(
    "days", [{"start": date(2025, 6, 3)}, {"authorised": date(2025, 7, 15)}, {"authorised": None}]
)
def test_dates_that_differ(people, days):
    completed(people, "3B")
    assert compared(theirs(child(assessment(wrapper("3B"), **days)))) == [(Kind.DATES, "EX1001")]


def test_no_factors_identified_there_and_nothing_here(people):
    make.start(people.ada, "EX1001", referred=date(2025, 6, 2))
    none = assessment(wrapper("21"))
    assert compared(theirs(child(none), child(none, id="THEIRS1"))) == [
        (Kind.DATES, "EX1001"),
        (Kind.NO_FACTORS_THERE, "EX1001"),
        (Kind.NO_FACTORS_THERE, "THEIRS1"),
    ]


def test_restricted_records_need_the_permission_and_are_counted_alone(people):
    make.restrict(completed(people, "3B"), people.mo)
    with pytest.raises(RestrictedRecords):
        compared(theirs(child()), people.dee)
    people.dee.exports_restricted = True
    people.dee.save()
    found: list[Difference] = []
    done = reconcile_return(io.BytesIO(theirs(child())), by=people.dee, report=found.append)
    assert (found, done.restricted) == ([], 1)
    assert [each.page for each in Reading.objects.all()] == ["reconcile"]
    # Nor what matches nothing there: it would say that the child is recorded here.
    unmatched = theirs(child(assessment(wrapper("21"), start=date(2025, 6, 9), authorised=None)))
    done = reconcile_return(io.BytesIO(unmatched), by=people.dee, report=found.append)
    assert (found, done.restricted, done.kinds.total()) == ([], 2, 2)


# The command


OF_ANOTHER = theirs(child()).replace(b"<LEA>330</LEA>", b"<LEA>331</LEA>")


def test_a_return_of_another_authority_is_refused_before_anything_is_compared(people, settings):
    completed(people, "3B")
    with pytest.raises(OtherAuthority, match=r"of authority 331, and this service is of .* 330"):
        compared(OF_ANOTHER, people.dee)
    settings.LEA = ""
    assert compared(OF_ANOTHER) == [(Kind.BLANK_THERE, "EX1001")]


def run(there: Path, output: Path) -> str:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("census_reconcile", f"--return={there}", f"--output={output}", stdout=out)
    assert ended.value.code == 1
    return out.getvalue()


def test_the_command_writes_a_table_in_which_no_cell_is_a_formula(people, tmp_path):
    completed(people, "3B")
    there, output = tmp_path / "theirs.xml", tmp_path / "differences.csv"
    there.write_bytes(
        theirs(
            child(),
            child(assessment(wrapper("=1+1", "4B")), id="＝cmd|'/C calc'!A0"),
            child(id="0012"),
        )
    )
    said = run(there, output)
    assert "1 in the return" not in said
    assert "       1  Blank there, recorded here" in said
    rows = [*csv.DictReader(io.StringIO(output.read_text(), newline=""))]
    assert rows[0] == {
        "difference": "Blank there, recorded here",
        "child_id": "EX1001",
        "referral_date": "2025-06-02",
        "start_there": "2025-06-02",
        "start_here": "2025-06-02",
        "authorised_there": "2025-07-14",
        "authorised_here": "2025-07-14",
        "factors_there": "",
        "factors_here": "3B",
        "why": "",
    }
    assert (rows[1]["child_id"], rows[1]["factors_there"]) == (
        "'＝cmd|'/C calc'!A0",
        "'=1+1 4B",
    )
    assert rows[2]["child_id"] == "'0012"
    assert rows[1]["why"] == "No child with this id is recorded here"


def test_the_command_ends_with_0_without_differences_and_writes_nothing_of_half_a_file(
    people, tmp_path
):
    completed(people, "3B")
    there, output = tmp_path / "theirs.xml", tmp_path / "differences.csv"
    content = theirs(child(assessment(wrapper("3B"))))
    there.write_bytes(content)
    call_command(
        "census_reconcile", f"--return={there}", f"--output={output}", stdout=io.StringIO()
    )
    assert len(output.read_text().splitlines()) == 1
    output.unlink()
    there.write_bytes(content[:-30])
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("census_reconcile", f"--return={there}", f"--output={output}")
    assert [*tmp_path.iterdir()] == [there]


def test_the_command_refuses_a_return_of_another_authority_in_words(people, tmp_path):
    there, output = tmp_path / "theirs.xml", tmp_path / "differences.csv"
    there.write_bytes(OF_ANOTHER)
    with pytest.raises(CommandError, match=r"of authority 331.*Nothing was written"):
        call_command("census_reconcile", f"--return={there}", f"--output={output}")
    assert [*tmp_path.iterdir()] == [there]
