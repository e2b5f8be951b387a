"""The return of a year as a file: judged, of the layout, never without restricted records."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from assessments.census.read import read
from assessments.census.rules.judge import Finding
from assessments.census.years import years
from assessments.models import Assessment, Outcome
from assessments.services import NotPermitted
from assessments.services.returns import (
    EmptyReturn,
    ErrorsStand,
    Export,
    Exported,
    Format,
    NoAuthorityNumber,
    RestrictedRecords,
    export_return,
)
from cinfactors.accounts.models import User
from cinfactors.audit.models import Reading
from tests import people as make
from tests.census.layout import assert_of_the_layout, needs_schema
from tests.people import People

YEAR = years()["2025-26"]
REFERRED, ENDED = date(2025, 6, 2), date(2025, 7, 14)
MADE_AT = "2026-05-20T12:00:00"


@pytest.fixture(autouse=True)
def _may():
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def dee(people: People) -> User:
    """The data officer, who may export restricted records."""
    people.dee.exports_restricted = True
    people.dee.save()
    return people.dee


def completed(
    people: People,
    la_child_id: str = "EX1001",
    *codes: str,
    outcome: str = Outcome.CHILD_IN_NEED_PLAN,
) -> Assessment:
    draft = make.start(people.ada, la_child_id, referred=REFERRED)
    episode = draft.episode
    episode.primary_need = "N1"
    episode.save()
    return make.authorise(make.submit(draft, *codes, outcome=outcome), people.mo, ENDED)


def broken(people: People) -> Assessment:
    """Completed with a reason for closure and no primary need, which 8610 refuses."""
    assessment = completed(people)
    assessment.episode.primary_need = ""
    assessment.episode.save()
    return assessment


def exported(
    by: User | None = None, findings: list[Finding] | None = None, **values
) -> tuple[Exported, bytes]:
    file = io.BytesIO()
    wanted = Export(**{"year": YEAR, "on": YEAR.reference_date, "made_at": MADE_AT} | values)
    report = (lambda finding: None) if findings is None else findings.append
    return export_return(wanted, by=by, file=file, report=report), file.getvalue()


def lines_of(content: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(content.decode(), newline=""))]


@needs_schema
def test_an_export_is_of_the_layout_and_says_what_it_is(people):
    completed(people, "EX1001", "3B", "4A")
    make.start(people.ada, "EX1002", referred=REFERRED)
    made, content = exported(allow_errors=True)
    assert_of_the_layout(content)
    assert (made.children, made.assessments, made.completed) == (2, 2, 1)
    text = content.decode()
    assert "Not a complete return: the assessment part" in text
    header = read(io.BytesIO(content)).header
    assert (header.collection, header.year, header.reference_date, header.authority) == (
        "CIN",
        "2026",
        date(2026, 3, 31),
        "330",
    )
    assert (header.serial_number, header.made_at) == ("001", MADE_AT)


def test_the_same_records_give_the_same_bytes(people):
    for number in range(5):
        completed(people, f"EX100{number}", "3B", "4A")
    assert exported() == exported()
    assert exported(serial_number="002")[1] != exported()[1]


@needs_schema
def test_any_records_are_exported_and_read_back_the_same(people):
    day = st.dates(date(2025, 1, 1), date(2026, 5, 20))
    codes = st.lists(st.sampled_from(["3A", "4B", "10A", "20"]), min_size=1, unique=True)
    records = st.lists(st.tuples(day, day | st.none(), codes), min_size=1, max_size=3)

    @examples(max_examples=15, suppress_health_check=[*HealthCheck], deadline=None)
    @given(records)
    def every(drawn):
        expected = set()
        with transaction.atomic():
            for number, (referred, ended, codes) in enumerate(drawn):
                child_id = f"EX{number}"
                draft = make.start(people.ada, child_id, referred=referred)
                if referred > YEAR.reference_date:
                    continue
                not_completed = (child_id, referred, referred, None, ())
                if ended is None or ended < referred:
                    expected.add(not_completed)
                    continue
                make.authorise(make.submit(draft, *codes, description="A gap"), people.mo, ended)
                if ended > YEAR.reference_date:
                    expected.add(not_completed)
                elif ended < YEAR.first_day:
                    expected.add((child_id, referred))
                else:
                    in_order = tuple(sorted(codes, key=lambda code: (int(code.strip("AB")), code)))
                    expected.add((child_id, referred, referred, ended, in_order))
            if expected:
                _, content = exported(allow_errors=True)
                assert_of_the_layout(content)
                assert {*_facts(content)} == expected
            transaction.set_rollback(True)

    every()


def _facts(content: bytes):
    for child in read(io.BytesIO(content)).children:
        for episode in child.episodes:
            if not episode.assessments:
                yield child.child_id, episode.referral_date
            for each in episode.assessments:
                yield (
                    child.child_id,
                    episode.referral_date,
                    each.start_date,
                    each.authorisation_date,
                    each.factors,
                )


# Refused


@pytest.mark.parametrize("format", Format)
def test_errors_are_reported_and_refused_unless_allowed(people, format):
    broken(people)
    found: list[Finding] = []
    with pytest.raises(ErrorsStand) as refused:
        exported(findings=found, format=format)
    assert refused.value.errors == 1
    assert [(each.rule, each.child_id) for each in found] == [("8610", "EX1001")]
    made, content = exported(format=format, allow_errors=True)
    assert (made.errors, made.queries) == (1, 0)
    assert content


def test_queries_are_reported_and_refuse_nothing(people):
    completed(people, "EX1001", "21", outcome=Outcome.NO_FURTHER_ACTION)
    found: list[Finding] = []
    made, _ = exported(findings=found)
    assert [each.rule for each in found] == ["8873"]
    assert (made.errors, made.queries) == (0, 1)


def test_nothing_is_said_of_what_is_not_recorded_here(people):
    completed(people)
    found: list[Finding] = []
    exported(findings=found)
    assert found == []


def test_during_the_year_it_is_judged_as_at_the_day(people):
    make.start(people.ada, referred=date(2026, 4, 7))
    found: list[Finding] = []
    exported(findings=found, allow_errors=True, year=years()["2026-27"], on=date(2026, 5, 20))
    assert "Would be refused if still open on 31 March" in found[-1].message


def test_what_would_be_refused_only_if_still_open_refuses_no_file_before(people):
    # Begun in March and open in May: 8736, if it is still open on the next 31 March.
    draft = make.start(people.ada, referred=date(2026, 3, 30))
    draft.episode.primary_need = "N1"
    draft.episode.save()
    found: list[Finding] = []
    made, _ = exported(findings=found, year=years()["2026-27"], on=date(2026, 5, 20))
    assert [each.rule for each in found] == ["8736", "8670"]
    assert (made.errors, made.queries, made.if_still_open) == (0, 0, 2)


def test_a_year_without_anything_recorded_gives_no_file(people):
    with pytest.raises(EmptyReturn):
        exported()


def test_the_authoritys_number_has_to_be_set(people, settings):
    completed(people)
    settings.LEA = ""
    with pytest.raises(NoAuthorityNumber):
        exported()


# Restricted records


@pytest.mark.parametrize("format", Format)
def test_without_the_permission_a_return_with_restricted_records_is_not_made(people, format):
    make.restrict(completed(people), people.mo)
    completed(people, "EX1002")
    for by in (None, people.dee):
        with pytest.raises(RestrictedRecords):
            exported(by, format=format)
    assert not Reading.objects.exists()


@pytest.mark.parametrize("format", Format)
def test_with_the_permission_each_restricted_child_counts_as_read(people, dee, format):
    restricted = make.restrict(completed(people), people.mo)
    other = completed(people, "EX1002")
    made, content = exported(dee, format=format)
    assert made.children == 2
    if format is Format.JSON_ROWS:
        assert str(restricted.reference) in content.decode()
    else:
        assert b"EX1001" in content
    [reading] = Reading.objects.all()
    assert (reading.person_id, reading.child_id, reading.page, reading.restricted) == (
        dee.pk,
        restricted.episode.child_id,
        "export",
        True,
    )
    assert other.episode.child_id != reading.child_id


@pytest.mark.parametrize("name", ["ada", "mo", "abe"])
def test_nobody_but_a_data_officer_has_a_return_made(people, name):
    completed(people)
    with pytest.raises(NotPermitted):
        exported(getattr(people, name))


# Tables


def test_the_long_table_has_a_row_to_each_factor(people):
    completed(people, "EX1001", "3B", "10A")
    make.start(people.ada, "EX1002", referred=REFERRED)
    _, content = exported(format=Format.CSV_LONG, allow_errors=True)
    facts = ["2025-26", "EX1001", "2025-06-02", "2025-06-02", "2025-07-14"]
    assert lines_of(content) == [
        [
            "census_year",
            "child_id",
            "referral_date",
            "assessment_start_date",
            "assessment_authorisation_date",
            "factor",
        ],
        [*facts, "3B"],
        [*facts, "10A"],
        ["2025-26", "EX1002", "2025-06-02", "2025-06-02", "", ""],
    ]
    # Every cell is a text in quotes: a code such as 20 is no number.
    assert content.decode().splitlines()[1] == ",".join(f'"{each}"' for each in [*facts, "3B"])


def test_the_wide_table_has_a_column_to_each_code_of_the_year(people):
    completed(people, "EX1001", "3B", "10A")
    headings, row = lines_of(exported(format=Format.CSV_WIDE)[1])
    assert headings[5:8] == ["1A", "1B", "1C"]
    assert {*headings[5:]} == YEAR.factors
    assert [heading for heading, cell in zip(headings[5:], row[5:], strict=True) if cell] == [
        "3B",
        "10A",
    ]
    assert {*row[5:]} == {"", "1"}


def test_the_rows_for_the_sectors_sender_have_the_factors_as_a_json_list(people):
    assessment = completed(people, "EX1001", "10A", "3B")
    headings, row = lines_of(exported(format=Format.JSON_ROWS)[1])
    assert headings == ["cinf_table_id", "cinf_assessment_id", "cinf_assessment_factors_json"]
    assert row[1] == str(assessment.reference)
    assert json.loads(row[2]) == ["3B", "10A"]


# The command


def run(*arguments: str, output: Path, year: str = "2025-26") -> str:
    out = io.StringIO()
    call_command(
        "census_export",
        f"--year={year}",
        f"--output={output}",
        *arguments,
        stdout=out,
        stderr=io.StringIO(),
    )
    return out.getvalue()


def test_the_command_writes_a_file_that_only_its_owner_may_read(people, tmp_path):
    completed(people)
    output = tmp_path / "return.xml"
    said = run(f"--date-time={MADE_AT}", output=output)
    assert output.read_bytes() == exported()[1]
    assert output.stat().st_mode & 0o777 == 0o600
    assert "1 children and 1 assessments of 2025-26, 1 of them completed" in said
    assert "This is no complete return" in said
    assert [*tmp_path.iterdir()] == [output]


def test_the_command_lists_the_errors_and_leaves_the_earlier_file(people, tmp_path):
    broken(people)
    output = tmp_path / "return.xml"
    output.write_text("earlier")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 error stands that DfE would refuse"):
        call_command(
            "census_export",
            "--year=2025-26",
            f"--output={output}",
            stdout=out,
            stderr=io.StringIO(),
        )
    assert "8610" in out.getvalue()
    assert output.read_text() == "earlier"
    assert [*tmp_path.iterdir()] == [output]
    said = run("--allow-errors", output=output)
    assert "8610" in said
    assert output.read_text().startswith("<?xml")


def test_the_command_makes_restricted_records_for_a_named_data_officer_alone(people, dee, tmp_path):
    make.restrict(completed(people), people.mo)
    output = tmp_path / "return.xml"
    with pytest.raises(CommandError, match="Restricted records stand in this return"):
        run(output=output)
    with pytest.raises(CommandError, match="Nobody has the user name zoe"):
        run("--by=zoe", output=output)
    with pytest.raises(CommandError, match="mo is not a data officer"):
        run("--by=mo", output=output)
    assert not output.exists()
    assert "1 of the children have a restricted record" in run("--by=dee", output=output)
    assert Reading.objects.filter(person_id=dee.pk, restricted=True).count() == 1


def test_the_command_counts_what_is_found_in_restricted_records_alone(people, dee, tmp_path):
    make.restrict(broken(people), people.mo)
    output, out = tmp_path / "return.xml", io.StringIO()
    with pytest.raises(CommandError, match="1 error stands that DfE would refuse"):
        call_command(
            "census_export",
            "--year=2025-26",
            f"--output={output}",
            "--by=dee",
            stdout=out,
            stderr=io.StringIO(),
        )
    said = "1 finding in restricted records, not listed: ask a manager who is named."
    assert out.getvalue().splitlines() == [said]
    allowed = run("--by=dee", "--allow-errors", output=output)
    assert said in allowed
    assert "EX1001" not in allowed
    assert b"EX1001" in output.read_bytes()


@pytest.mark.parametrize("format", Format)
def test_of_other_records_everything_found_is_reported(people, dee, format):
    make.restrict(broken(people), people.mo)
    other = completed(people, "EX1002")
    other.episode.primary_need = ""
    other.episode.save()
    found: list[Finding] = []
    made, _ = exported(dee, found, format=format, allow_errors=True)
    assert [each.child_id for each in found] == ["EX1002"]
    assert (made.errors, made.hidden) == (2, 1)


@pytest.mark.parametrize(
    "wrong", ["--date-time=yesterday", "--date-time=2026-05-01", "--serial-number=1"]
)
def test_the_command_says_what_is_written_wrong(people, tmp_path, wrong):
    with pytest.raises(CommandError, match="is not"):
        run(wrong, output=tmp_path / "return.xml")


@pytest.mark.parametrize("year", ["2023-24", "2027-28", "last"])
def test_the_command_makes_no_other_years(people, tmp_path, year):
    with pytest.raises(CommandError, match="invalid choice"):
        run(output=tmp_path / "return.xml", year=year)


def test_a_place_that_cannot_be_written_is_said(people, tmp_path):
    completed(people)
    with pytest.raises(CommandError, match="cannot be written"):
        run(output=tmp_path / "nowhere" / "return.xml")
    with pytest.raises(CommandError, match="is a folder"):
        run(output=tmp_path)
    assert not [*tmp_path.iterdir()]
