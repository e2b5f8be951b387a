"""Our factors in the return that the case system made: only where they belong, byte for byte."""

from __future__ import annotations

import fcntl
import io
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from assessments.census.errors import Refused
from assessments.census.read import read
from assessments.models import Assessment
from assessments.services import NotPermitted
from assessments.services.returns import (
    Merged,
    OtherAuthority,
    Outcome,
    RestrictedRecords,
    merge_return,
)
from cinfactors.audit.models import Reading
from tests import people as make
from tests.people import People

REFERRED, ENDED = date(2025, 6, 2), date(2025, 7, 14)

# By hand, in another system's habits: Windows line ends, tabs, a prefix on nothing, attributes in
# either quotes, comments, empty wrappers in three forms, children in no order.
THEIRS = """\
<?xml version='1.0' encoding='utf-8' standalone='yes'?>
<!-- Return of the case system -->
<Message xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' b="2" a='1'>
\t<Header>
\t\t<CollectionDetails><Collection>CIN</Collection><Year>2026</Year>\
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails>
\t\t<Source><SourceLevel>L</SourceLevel><LEA>330</LEA><SerialNo>001</SerialNo></Source>
\t</Header>
\t<Children>
{children}\t</Children>
</Message>
"""
CHILD = """\
\t\t<Child >
\t\t\t<ChildIdentifiers><LAchildID>{id}</LAchildID><PersonBirthDate>2015-06-09</PersonBirthDate>\
<Sex>F</Sex></ChildIdentifiers>
\t\t\t<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
\t\t\t<CINdetails>
\t\t\t\t<CINreferralDate>{referred}</CINreferralDate><ReferralSource>6</ReferralSource>
\t\t\t\t<PrimaryNeedCode>N1</PrimaryNeedCode>
{assessments}\
\t\t\t\t<PreProceedingsandFGDM><Talk  a = '1'>&amp; more</Talk></PreProceedingsandFGDM>
\t\t\t\t<ReferralNFA>0</ReferralNFA>
\t\t\t</CINdetails>
\t\t</Child>
"""
ASSESSMENT = """\
\t\t\t\t<Assessments><!-- by hand -->
\t\t\t\t\t<AssessmentActualStartDate>{start}</AssessmentActualStartDate>
{authorised}{factors}\
\t\t\t\t</Assessments>
"""
BLANKS = [
    "",
    "\t\t\t\t\t<FactorsIdentifiedAtAssessment/>\n",
    "\t\t\t\t\t<FactorsIdentifiedAtAssessment />\n",
    "\t\t\t\t\t<FactorsIdentifiedAtAssessment></FactorsIdentifiedAtAssessment>\n",
    "\t\t\t\t\t<FactorsIdentifiedAtAssessment>\n\t\t\t\t\t</FactorsIdentifiedAtAssessment>\n",
    "\t\t\t\t\t<FactorsIdentifiedAtAssessment>"
    "<AssessmentFactors/></FactorsIdentifiedAtAssessment>\n",
]


def wrapper(*codes: str) -> str:
    inner = "".join(
        f"\t\t\t\t\t\t<AssessmentFactors>{each}</AssessmentFactors>\n" for each in codes
    )
    return (
        f"\t\t\t\t\t<FactorsIdentifiedAtAssessment>\n{inner}"
        "\t\t\t\t\t</FactorsIdentifiedAtAssessment>\n"
    )


def assessment(factors: str = "", start: date = REFERRED, authorised: date | None = ENDED) -> str:
    line = "\t\t\t\t\t<AssessmentAuthorisationDate>{}</AssessmentAuthorisationDate>\n"
    return ASSESSMENT.format(
        start=start, authorised=line.format(authorised) if authorised else "", factors=factors
    )


def child(*assessments: str, id: str = "EX1001", referred: date = REFERRED) -> str:
    inner = "".join(assessments or [assessment()])
    return CHILD.format(id=id, referred=referred, assessments=inner)


def theirs(*children: str) -> bytes:
    return THEIRS.format(children="".join(children)).replace("\n", "\r\n").encode()


@pytest.fixture(autouse=True)
def _may():
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC)):
        yield


def completed(
    people: People, *codes: str, la_child_id: str = "EX1001", ended: date = ENDED
) -> Assessment:
    draft = make.start(people.ada, la_child_id, referred=REFERRED)
    return make.authorise(make.submit(draft, *codes), people.mo, ended)


def merged(content: bytes, by=None, **options) -> tuple[bytes, list[Merged]]:
    file, said = io.BytesIO(), []
    done = merge_return(io.BytesIO(content), by=by, file=file, report=said.append, **options)
    assert sum(done.outcomes.values()) == len(said)
    return file.getvalue(), said


def outcomes(said: list[Merged]) -> list[tuple[str, Outcome, str]]:
    return [(each.child_id, each.outcome, each.why) for each in said]


# What is filled


@pytest.mark.parametrize("blank", BLANKS, ids=range(len(BLANKS)))
def test_a_blank_is_filled_and_nothing_else_is_touched(people, blank):
    completed(people, "3B", "10A")
    other = child(assessment(wrapper("4B")), id="THEIRS1")
    content, said = merged(theirs(other, child(assessment(blank)), other.replace("S1", "S2")))
    assert content == theirs(
        other, child(assessment(wrapper("3B", "10A"))), other.replace("S1", "S2")
    )
    assert outcomes(said)[1] == ("EX1001", Outcome.FILLED, "It had none, and now has 3B, 10A.")


@pytest.mark.parametrize(
    "theirs_alone", ["\t\t\t\t\t<Team>North</Team>\n", "\t\t\t\t\t<A/>\n\t\t\t\t\t<B>1</B>\n"]
)
def test_a_blank_is_filled_beside_elements_that_only_the_case_system_has(people, theirs_alone):
    completed(people, "3B", "10A")
    content, [said] = merged(theirs(child(assessment(theirs_alone))))
    assert content == theirs(child(assessment(theirs_alone + wrapper("3B", "10A"))))
    assert said.outcome is Outcome.FILLED


def test_what_differs_is_replaced_only_when_told_to(people):
    completed(people, "3B", "10A")
    content = theirs(child(assessment(wrapper("4B", "3B"))))
    same, said = merged(content)
    assert same == content
    assert outcomes(said) == [
        (
            "EX1001",
            Outcome.LEFT,
            "It has 4B, 3B there and 3B, 10A here, and was not to be replaced.",
        )
    ]
    new, said = merged(content, replacing=True)
    assert new == theirs(child(assessment(wrapper("3B", "10A"))))
    assert outcomes(said) == [("EX1001", Outcome.REPLACED, "It had 4B, 3B, and now has 3B, 10A.")]


@pytest.mark.parametrize("there", [("3B", "10A"), ("10A", "3B")])
def test_the_same_factors_in_any_order_are_left_as_they_are(people, there):
    completed(people, "3B", "10A")
    content = theirs(child(assessment(wrapper(*there))))
    same, [said] = merged(content, replacing=True)
    assert (same, said.outcome) == (content, Outcome.SAME)


def test_a_factor_that_stands_twice_there_differs(people):
    completed(people, "3B")
    content, [said] = merged(theirs(child(assessment(wrapper("3B", "3B")))), replacing=True)
    assert content == theirs(child(assessment(wrapper("3B"))))
    assert said.outcome is Outcome.REPLACED


def test_what_is_not_authorised_there_is_never_filled(people):
    completed(people, "3B")
    for there in ("", wrapper("4B")):
        content = theirs(child(assessment(there, authorised=None)))
        same, [said] = merged(content, replacing=True)
        assert same == content
        assert said.outcome is Outcome.LEFT
        assert "8614" in said.why


def test_what_is_not_completed_here_fills_nothing(people):
    make.submit(make.start(people.ada, referred=REFERRED), "3B")
    content = theirs(child(assessment(wrapper("4B"))))
    same, [said] = merged(content, replacing=True)
    assert (same, said.outcome, said.why) == (
        content,
        Outcome.LEFT,
        "It has 4B, and is not completed here.",
    )
    _, [said] = merged(theirs(child(assessment())))
    assert said.outcome is Outcome.SAME


def test_what_was_authorised_in_april_fills_nothing(people):
    completed(people, "3B", ended=date(2026, 4, 1))
    content = theirs(child(assessment(authorised=date(2026, 3, 31))))
    same, [said] = merged(content)
    assert (same, said.outcome) == (content, Outcome.SAME)


def test_factors_that_cannot_be_read_as_the_layout_has_them_are_left(people):
    completed(people, "3B")
    content = theirs(child(assessment(wrapper("4B") + wrapper("5A"))))
    same, [said] = merged(content, replacing=True)
    assert (same, said.outcome) == (content, Outcome.LEFT)
    odd = wrapper("4B").replace("<AssessmentFactors>", "<Odd>1</Odd><AssessmentFactors>")
    content = theirs(child(assessment(odd)))
    same, [said] = merged(content, replacing=True)
    assert (same, said.outcome) == (content, Outcome.LEFT)


# What is matched


def test_the_day_of_authorisation_is_a_second_key(people):
    completed(people, "3B")
    other_start = assessment(start=date(2025, 6, 3))
    content, [said] = merged(theirs(child(other_start)))
    assert b"<AssessmentFactors>3B<" in content
    assert said.why == ("It had none, and now has 3B. Here it ran from 2025-06-02 to 2025-07-14.")


@pytest.mark.parametrize("id", ["EX1001", "ex1001"])
def test_ids_are_matched_whatever_their_capitals(people, id):
    completed(people, "3B")
    _, [said] = merged(theirs(child(id=id)))
    assert said.outcome is Outcome.FILLED


def test_what_cannot_be_matched_is_said_with_the_reason(people):
    completed(people, "3B")
    content = theirs(
        child(id="THEIRS1"),
        child(assessment(start=date(2025, 6, 9), authorised=date(2025, 7, 21))),
    )
    same, said = merged(content)
    assert same == content
    assert [(each.child_id, each.position, each.why) for each in said] == [
        ("THEIRS1", 1, "No child with this id is recorded here."),
        ("EX1001", 2, "None with these dates is recorded here."),
        ("EX1001", None, "The child is in the return without it."),
    ]
    assert {each.outcome for each in said} == {Outcome.NOT_MATCHED}


def test_another_referral_and_a_child_who_is_missing_are_told_apart(people):
    completed(people, "3B")
    completed(people, "3B", la_child_id="EX1002")
    _, said = merged(theirs(child(referred=date(2025, 6, 1))))
    assert [(each.child_id, each.why) for each in said] == [
        ("EX1001", "One that starts on this day is recorded here under another referral."),
        ("EX1001", "The child is in the return without it."),
        ("EX1002", "The child is not in the return."),
    ]


def test_of_several_with_the_same_dates_none_is_filled(people):
    completed(people, "3B")
    content = theirs(child(assessment(), assessment()))
    same, said = merged(content)
    assert same == content
    assert [each.why for each in said[:2]] == ["Several assessments have these dates."] * 2


def test_an_id_that_stands_twice_is_matched_once(people):
    completed(people, "3B")
    content, said = merged(theirs(child(), child()))
    assert content == theirs(child(assessment(wrapper("3B"))), child())
    assert said[1].why == "The child id stands twice in the return."


# Restricted records


def test_a_merge_is_not_run_without_the_permission_for_restricted_records(people):
    make.restrict(completed(people, "3B"), people.mo)
    for by in (None, people.dee):
        with pytest.raises(RestrictedRecords):
            merged(theirs(child()), by)
    with pytest.raises(NotPermitted):
        merged(theirs(child()), people.mo)
    assert not Reading.objects.exists()
    people.dee.exports_restricted = True
    people.dee.save()
    content, [said] = merged(theirs(child()), people.dee)
    assert content == theirs(child(assessment(wrapper("3B"))))
    assert said.restricted
    [reading] = Reading.objects.all()
    assert (reading.person_id, reading.page, reading.restricted) == (people.dee.pk, "merge", True)


def test_a_return_of_another_authority_is_refused_with_both_numbers(people, settings):
    completed(people, "3B")
    other = theirs(child()).replace(b"<LEA>330</LEA>", b"<LEA>331</LEA>")
    with pytest.raises(OtherAuthority, match=r"of authority 331, and this service is of .* 330"):
        merged(other)
    settings.LEA = ""
    assert merged(other)[1][0].outcome is Outcome.FILLED


# The command


def run(their_file: Path, output: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command(
        "census_merge", f"--return={their_file}", f"--output={output}", *arguments, stdout=out
    )
    return out.getvalue()


def test_the_command_writes_the_merged_return_and_says_what_it_did(people, tmp_path):
    completed(people, "3B", "10A")
    there, ours = tmp_path / "theirs.xml", tmp_path / "ours.xml"
    content = theirs(child(), child(id="THEIRS1"))
    there.write_bytes(content)
    said = run(there, ours)
    assert ours.read_bytes() == theirs(child(assessment(wrapper("3B", "10A"))), child(id="THEIRS1"))
    assert there.read_bytes() == content
    assert ours.stat().st_mode & 0o777 == 0o600
    assert said.splitlines() == [
        " Child  Child id              Referral    Start       Outcome      Why",
        "     1  EX1001                2025-06-02  2025-06-02  filled       "
        "It had none, and now has 3B, 10A.",
        "     2  THEIRS1               2025-06-02  2025-06-02  not matched  "
        "No child with this id is recorded here.",
        f"Wrote {ours}, 2 children of 2025-26: 1 filled, 0 replaced, 0 the same, 0 left, "
        "1 not matched.",
    ]
    [filled, _] = read(io.BytesIO(ours.read_bytes())).children
    assert filled.episodes[0].assessments[0].factors == ("3B", "10A")


def test_the_command_lists_no_restricted_record(people, tmp_path):
    make.restrict(completed(people, "3B"), people.mo)
    people.dee.exports_restricted = True
    people.dee.save()
    there, ours = tmp_path / "theirs.xml", tmp_path / "ours.xml"
    there.write_bytes(theirs(child()))
    with pytest.raises(CommandError, match="Restricted records stand in this return"):
        run(there, ours)
    assert not ours.exists()
    said = run(there, ours, "--by=dee")
    assert "EX1001" not in said
    assert "1 is in restricted records, not listed: ask a manager who is named." in said


@pytest.mark.parametrize(
    ("there", "number"),
    [
        # Matched nowhere, and so in the return alone and here alone.
        (child(assessment(start=date(2025, 6, 9), authorised=None)), "2 are"),
        (child(referred=date(2025, 6, 1)), "2 are"),
        (child() + child(), "2 are"),
        (child(id="THEIRS1"), "1 is"),
    ],
    ids=["other dates", "another referral", "twice", "another child"],
)
def test_nothing_of_a_restricted_child_is_listed_whether_it_is_matched_or_not(
    people, tmp_path, there, number
):
    make.restrict(completed(people, "3B"), people.mo)
    people.dee.exports_restricted = True
    people.dee.save()
    (file := tmp_path / "theirs.xml").write_bytes(theirs(there))
    said = run(file, tmp_path / "ours.xml", "--by=dee")
    assert "EX1001" not in said
    assert f"{number} in restricted records, not listed" in said


@pytest.mark.parametrize("content", [b"", b"<Message/>", b"<!DOCTYPE a><Message/>", theirs()])
def test_what_is_no_return_is_refused_and_nothing_written(people, tmp_path, content):
    completed(people, "3B")
    there, ours = tmp_path / "theirs.xml", tmp_path / "ours.xml"
    there.write_bytes(content)
    with pytest.raises(CommandError, match="Nothing was written"):
        run(there, ours)
    assert [*tmp_path.iterdir()] == [there]
    with pytest.raises(Refused):
        merged(content)


def test_a_return_of_another_authority_is_refused_in_words(people, tmp_path):
    there, ours = tmp_path / "theirs.xml", tmp_path / "ours.xml"
    there.write_bytes(theirs(child()).replace(b"<LEA>330</LEA>", b"<LEA>331</LEA>"))
    with pytest.raises(CommandError, match="of authority 331"):
        run(there, ours)
    assert [*tmp_path.iterdir()] == [there]


def test_what_a_run_that_was_killed_left_is_removed_and_what_another_writes_is_not(
    people, tmp_path, capsys
):
    completed(people, "3B")
    there, ours = tmp_path / "theirs.xml", tmp_path / "ours.xml"
    there.write_bytes(theirs(child()))
    left, written = tmp_path / ".ours.xml.a1.part", tmp_path / ".ours.xml.b2.part"
    left.write_text("half a file")
    with written.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        run(there, ours)
    assert {*tmp_path.iterdir()} == {there, ours, written}
    assert f"Removed {left}, which a run that was stopped had left." in capsys.readouterr().err


def test_what_cannot_be_read_twice_is_refused(people, tmp_path):
    reading, writing = os.pipe()
    os.close(writing)
    with pytest.raises(CommandError, match="cannot be read twice"):
        run(Path(f"/dev/fd/{reading}"), tmp_path / "ours.xml")
    os.close(reading)
    assert not [*tmp_path.iterdir()]


def test_a_return_is_never_written_over_itself(people, tmp_path):
    there = tmp_path / "theirs.xml"
    there.write_bytes(theirs(child()))
    with pytest.raises(CommandError, match="would be lost"):
        run(there, there)
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nowhere.xml", tmp_path / "ours.xml")
