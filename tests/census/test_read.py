"""What can be read and how; what is refused, with its line, and never by halves."""

from __future__ import annotations

import io
import re
import tracemalloc
from collections.abc import Iterator
from datetime import date

import pytest

from assessments.census.errors import Refused
from assessments.census.message import (
    Assessment,
    Child,
    Episode,
    Fault,
    FaultKind,
    Header,
    Other,
)
from assessments.census.read import read
from tests.census.cases import ENQUIRY, NFA, START, WRAPPER, module
from tests.census.returns import CHILD, Edit, children, return_of, tag


def children_of(text: str | bytes) -> list[Child]:
    content = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(content)).children)


def refusal_of(text: str | bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        children_of(text)
    return refused.value


DISABILITIES = ("COMM", "LD", "AUT", "MOB", "HEAR", "VIS", "BEH", "CON")
EXPECTED = Child(
    child_id="CHILD1",
    upn="T330201500001",
    former_upn=None,
    upn_unknown=None,
    birth_date=date(2010, 6, 9),
    expected_birth_date=None,
    sex="F",
    gender=None,
    death_date=None,
    ethnicity="WBRI",
    disabilities=DISABILITIES,
    episodes=(
        Episode(
            referral_date=date(2025, 5, 12),
            referral_source="6",
            primary_need="N1",
            closure_date=None,
            reason_for_closure=None,
            initial_conference_date=None,
            no_further_action=False,
            assessments=(
                Assessment(
                    start_date=date(2025, 5, 12),
                    internal_review_date=date(2025, 5, 27),
                    authorisation_date=date(2025, 7, 14),
                    factors=("3B", "5A"),
                ),
            ),
        ),
    ),
)


def test_a_return_is_read_whole():
    message = read(io.BytesIO(return_of().encode()))
    assert message.header == Header(
        collection="CIN",
        year="2026",
        reference_date=date(2026, 3, 31),
        source_level="L",
        authority="330",
        software_code="Invented",
        release="1.0",
        serial_number="001",
        made_at="2026-05-01T09:00:00",
    )
    assert list(message.children) == [EXPECTED]


def test_the_years_of_gender_current_are_read():
    [child] = children_of(return_of("2023-24"))
    assert (child.sex, child.gender) == (None, "2")


@pytest.mark.parametrize("wrapper", ["<FactorsIdentifiedAtAssessment/>", ""])
def test_an_empty_wrapper_has_no_factors(wrapper: str):
    [child] = children_of(return_of(edits=[(WRAPPER, wrapper)]))
    assert child.episodes[0].assessments[0].factors == ()
    assert child.episodes[0].assessments[0].faults == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Message>", '<Message xmlns="https://example.org/cin">'),
        ("<Message>", '<Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:a="b">'),
        ("<Children>", "<!-- a comment --><Children><?instruction?>"),
        ("<AssessmentFactors>3B<", "<AssessmentFactors>3<!-- between -->B<"),
        ("<AssessmentFactors>3B<", "<AssessmentFactors><![CDATA[3B]]><"),
        ("<AssessmentFactors>3B<", "<AssessmentFactors>&#51;B<"),
        ("<AssessmentFactors>3B<", '<AssessmentFactors note="x > y">3B<'),
    ],
)
def test_other_ways_to_write_the_same_are_read(old: str, new: str):
    assert children_of(return_of(edits=[(old, new)])) == [EXPECTED]


def test_a_prefix_of_a_namespace_is_read():
    text = re.sub(r"<(/?)(?=[A-Z])", r"<\1cin:", return_of())
    text = text.replace("<cin:Message>", '<cin:Message xmlns:cin="https://example.org/cin">')
    assert children_of(text) == [EXPECTED]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "us-ascii"]
)
def test_other_encodings_are_read(encoding: str):
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    text = return_of().replace('encoding="UTF-8"', f'encoding="{name}"')
    if encoding not in {"us-ascii"}:
        text = text.replace("CHILD1", "CHILDÉ")
    [child] = children_of(text.encode(encoding))
    assert child.child_id == ("CHILD1" if encoding == "us-ascii" else "CHILDÉ")


def test_a_part_of_the_record_that_no_field_holds_is_kept_as_it_came():
    talks = '<Talk date="2026-01-02"><With>family &amp; friends</With></Talk>'
    [child] = children_of(
        return_of(
            edits=[
                module("PreProceedingsandFGDM", talks),
                module("Section47", ENQUIRY),
                (START, START + "<Team>North</Team>"),
            ]
        )
    )
    [episode] = child.episodes
    kept = {each.name: each for each in episode.modules}
    assert kept.keys() == {"Section47", "PreProceedingsandFGDM"}
    assert kept["PreProceedingsandFGDM"].xml == tag("PreProceedingsandFGDM", talks)
    assert kept["Section47"].values["S47ActualStartDate"] == "2025-05-20"
    [assessment] = episode.assessments
    assert assessment.faults == (Fault(FaultKind.UNKNOWN_ELEMENT, "Team"),)
    assert assessment.others == (
        Other("Assessments", "AssessmentActualStartDate", "<Team>North</Team>"),
    )


# What is refused

BOMB = (
    '<!DOCTYPE Message [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
FILE_ENTITY = '<!DOCTYPE Message [<!ENTITY f SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Message>",
        '<!DOCTYPE Message SYSTEM "https://example.org/cin.dtd">',
        BOMB,
        FILE_ENTITY,
        '<!DOCTYPE Message [<!ENTITY % p SYSTEM "https://example.org/p">%p;]>',
        "<!DOCTYPE Message [<!ATTLIST Child x CDATA 'y'>]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_doctype_is_refused(doctype: str, encoding: str):
    text = return_of().replace("<Message>", f"{doctype}\n<Message>")
    text = text.replace("CHILD1", "&d;" if doctype == BOMB else "CHILD1")
    text = text.replace("UTF-8", encoding)
    refused = refusal_of(text.encode(encoding))
    assert "DOCTYPE" in refused.reason
    assert refused.line == 2


def test_a_doctype_behind_a_long_prologue_is_refused():
    text = return_of().replace("<Message>", f"<!--{' ' * 100_000}-->{BOMB}<Message>")
    assert "DOCTYPE" in refusal_of(text).reason


NESTED = "<a>" * 200 + "</a>" * 200


@pytest.mark.parametrize(
    "edit",
    [
        (NFA, NFA + NESTED),
        (NFA, tag("Section47", NESTED)),
        (NFA, tag("ReferralNFA", "false" + NESTED)),
        ("<AssessmentFactors>3B", f"<AssessmentFactors>3B{NESTED}"),
        ("<AssessmentFactors>3B", f"{NESTED}<AssessmentFactors>3B"),
        ("<Disability>LD", f"<Disability>{NESTED}LD"),
        ("<Sex>F", f"<Sex>F{NESTED}"),
        (START, START + NESTED),
        ("<CINdetails>", f"{NESTED}<CINdetails>"),
        ("<SourceLevel>", f"{NESTED}<SourceLevel>"),
        ("<Ethnicity>WBRI", f"<Ethnicity>WBRI{NESTED}"),
        ("    <Child>", f"{NESTED}<Child>"),
        ("  <Children>", f"{NESTED}<Children>"),
    ],
)
def test_two_hundred_levels_are_refused(edit: Edit):
    assert refusal_of(return_of(edits=[edit])).line is not None


def test_ten_thousand_levels_are_refused():
    nested = "<a>" * 10_000 + "</a>" * 10_000
    assert refusal_of(return_of(edits=[(NFA, NFA + nested)])).line is not None


@pytest.mark.parametrize(
    "edit",
    [
        ("CHILD1", "A" * 1_000_001),
        (NFA, NFA + "<Note>" + "<n/>" * 260_000 + "</Note>"),
        ("<Child>", f"<!--{'x' * 1_000_001}--><Child>"),
        ("<Child>", f"<Child>{' ' * 1_000_001}"),
        ("<Child>", f'<Child a="{"x" * 1_000_001}">'),
    ],
)
def test_more_than_a_megabyte_in_one_element_is_refused(edit: Edit):
    assert "1 MB" in refusal_of(return_of(edits=[edit])).reason


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("<Message>", 1),
        ("{}", 1),
        (return_of()[:-30], None),
        (return_of().replace("</LAchildID>", "</LAchildid>"), 21),
        (return_of().replace("CHILD1", "&nbsp;"), 21),
        (return_of().replace("CHILD1", "a & b"), 21),
        (return_of() + "<Message/>", 57),
        (return_of().replace("UTF-8", "no-such"), 1),
        (return_of().encode().replace(b"CHILD1", b"\xff\xfe"), 21),
        (return_of().replace("CHILD1", "\x00"), 21),
    ],
)
def test_what_is_no_xml_is_refused_with_its_line(text: str | bytes, line: int | None):
    refused = refusal_of(text)
    assert refused.line is not None
    assert line is None or refused.line == line, refused


@pytest.mark.parametrize(
    "edits",
    [
        [("<Message>", "<Return>"), ("</Message>", "</Return>")],
        [("<Children>", "<Kids>"), ("</Children>", "</Kids>")],
        [("<Child>", "<Childd>"), ("</Child>", "</Childd>")],
        [(CHILD, CHILD + CHILD.replace("Child>", "Childd>"))],
        [(CHILD, CHILD.replace("Child>", "Childd>") + CHILD)],
        [(CHILD, CHILD + "<Stranger/>" + CHILD)],
        [("</Children>", "</Children><Children/>")],
        [("</Children>", "</Children><Stranger/>")],
        [("  </Children>", f"  </Children><Children>{CHILD}</Children>")],
        [(CHILD, "")],
        [("  <Children>", "  <Header/><Children>")],
        [("</Children>", "</Children><Header/>")],
        [(NFA, NFA + "<Child/>")],
        [(NFA, NFA + "<Header/>")],
    ],
)
def test_what_is_no_return_or_would_lose_a_child_is_refused(edits: list[Edit]):
    refusal_of(return_of(edits=edits))


def test_a_million_bytes_of_many_children_are_no_record_of_a_megabyte():
    assert len(children_of(children(1000))) == 1000


class Endless:
    """A return of many children as a file, without ever being one."""

    def __init__(self, number: int) -> None:
        before, after = return_of().split("<Child>")[0], "</Children></Message>"
        record = return_of()[len(before) : return_of().index("</Children>")]
        self._parts = self._all(before, record, number, after)
        self._rest = b""

    def _all(self, before: str, record: str, number: int, after: str) -> Iterator[str]:
        yield before
        for position in range(number):
            yield record.replace("CHILD1", f"C{position}")
        yield after

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, "")):
            self._rest += part.encode()
        chunk, self._rest = self._rest[:size], self._rest[size:]
        return chunk


def test_memory_stays_the_same_whatever_the_size():
    peaks = []
    for number in (500, 5000):
        tracemalloc.start()
        assert sum(1 for _ in read(Endless(number)).children) == number
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_a_broken_end_is_refused_after_the_children_before_it():
    """Whoever keeps them has half a file: the error is raised, never an end."""
    whole = children(100)
    cut = read(io.BytesIO(whole[: len(whole) - 40].encode())).children
    assert next(cut) is not None
    with pytest.raises(Refused):
        list(cut)
