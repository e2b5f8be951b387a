"""What is written: from messages alone, and into a return that exists, byte for byte."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue import loader
from assessments.census.errors import Refused
from assessments.census.message import Assessment, Child, Episode, Header, Message, Other
from assessments.census.read import read
from assessments.census.rewrite import rewrite
from assessments.census.write import write
from tests.census.cases import CASES, ENQUIRY, NFA, PLAN, START, WRAPPER, module
from tests.census.layout import EXAMPLE, assert_of_the_layout, needs_schema
from tests.census.returns import Edit, children, findings_of, return_of, tag


def read_bytes(content: bytes) -> Message:
    return read(io.BytesIO(content))


def written(message: Message) -> bytes:
    file = io.BytesIO()
    write(message, file)
    return file.getvalue()


def rewritten(content: bytes | str, change: Callable[[int, Child], Child]) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    target = io.BytesIO()
    rewrite(io.BytesIO(content), target, change)
    return target.getvalue()


def the_same(position: int, child: Child) -> Child:
    return child


def with_factors(*codes: str) -> Callable[[int, Child], Child]:
    return with_assessment(factors=codes)


def with_assessment(**values) -> Callable[[int, Child], Child]:
    def change(position: int, child: Child) -> Child:
        [episode, *others] = child.episodes
        [assessment, *more] = episode.assessments
        changed = episode._replace(assessments=(assessment._replace(**values), *more))
        return child._replace(episodes=(changed, *others))

    return change


# From messages


@pytest.mark.parametrize("year", ["2023-24", "2025-26"])
def test_what_is_read_and_written_is_read_the_same(year: str):
    content = return_of(year).encode()
    message = read_bytes(content)
    before = Message(message.header, iter([*message.children]))
    kept = [*read_bytes(content).children]
    after = read_bytes(written(before))
    assert after.header == message.header
    assert [*after.children] == kept


def test_modules_and_elements_that_no_field_holds_are_written_where_they_stood():
    edits: list[Edit] = [
        module("ChildProtectionPlans", tag("CPPstartDate", "{Y}-06-01")),
        module("PreProceedingsandFGDM", "<Talk>with &amp; without</Talk>"),
        module("Section47", ENQUIRY),
        (START, f"<First/>{START}<Team>North</Team><Team>South</Team>"),
    ]
    content = return_of(edits=edits).encode()
    [child] = read_bytes(content).children
    text = written(Message(Header(), iter([child]))).decode()
    [again] = read_bytes(text.encode()).children
    assert {each.name for each in again.episodes[0].modules} == {
        "Section47",
        "ChildProtectionPlans",
        "PreProceedingsandFGDM",
    }
    for part in (
        "<Talk>with &amp; without</Talk>",
        "<S47ActualStartDate>2025-05-20</S47ActualStartDate>",
    ):
        assert part in text
    names = re.findall(r"<(First|AssessmentActualStartDate|Team)\b", text)
    assert names == ["First", "AssessmentActualStartDate", "Team", "Team"]
    assert text.index("<Section47>") < text.index("<ReferralNFA>")
    assert text.index("<ReferralNFA>") < text.index("<ChildProtectionPlans>")
    assert text.index("<ChildProtectionPlans>") < text.index("<PreProceedingsandFGDM>")


def test_optional_elements_are_left_out_and_never_empty():
    nobody = Child(*[None] * 10, disabilities=(), episodes=())
    text = written(Message(Header(), iter([nobody]))).decode()
    assert re.findall(r"<(\w+)", text) == [
        "Message",
        "Header",
        "CollectionDetails",
        "Source",
        "Children",
        "Child",
        "ChildIdentifiers",
        "ChildCharacteristics",
    ]


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.rule in {"not-a-date", "stands-twice"}], ids=str
)
def test_a_record_with_faults_is_not_written_as_if_it_had_none(case):
    message = read_bytes(return_of(edits=case.broken).encode())
    with pytest.raises(ValueError, match="could not be read"):
        written(message)


def test_a_note_stands_before_the_return_and_is_no_part_of_it():
    file = io.BytesIO()
    write(Message(HEADER, iter([])), file, note=" For people ")
    text = file.getvalue().decode()
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!-- For people -->\n<Message>')
    with pytest.raises(ValueError, match="comment"):
        write(Message(HEADER, iter([])), file, note="over --> and out")


@pytest.mark.parametrize("plain", [True, False])
def test_texts_of_any_kind_are_written_as_xml_holds_them(plain: bool):
    others = () if plain else (Other("Child", "", "<Note>as it was</Note>"),)
    odd = Child("a<b>&\r\nc", *[None] * 9, disabilities=("é–",), episodes=(), others=others)
    content = written(Message(HEADER, iter([odd])))
    [found] = read_bytes(content).children
    assert (found.child_id, found.disabilities) == ("a<b>&\r\nc", ("é–",))
    with pytest.raises(ValueError):  # noqa: PT011  lxml and we say it each in our own words
        written(Message(HEADER, iter([odd._replace(child_id="\x00")])))


CODES = sorted(loader.edition("2021-04").codes)
day = st.dates(date(2025, 4, 1), date(2026, 3, 31))
NOTHING = st.just(())
assessment = st.builds(
    Assessment,
    day,
    st.none() | day,
    st.none() | day,
    st.lists(st.sampled_from(CODES), unique=True).map(tuple),
    faults=NOTHING,
    others=NOTHING,
)
episode = st.builds(
    Episode,
    day,
    st.sampled_from(["1A", "5D", "10"]),
    st.none() | st.sampled_from(["N0", "N9"]),
    st.none() | day,
    st.none() | st.sampled_from(["RC1", "RC9"]),
    st.none() | day,
    st.booleans(),
    st.lists(assessment, max_size=3).map(tuple),
    modules=NOTHING,
    faults=NOTHING,
    others=NOTHING,
)
child = st.builds(
    Child,
    st.text("ABC019", min_size=1, max_size=20),
    st.none() | st.just("T330201500001"),
    st.none() | st.just("T33020150000A"),
    st.none() | st.sampled_from(["UN1", "UN7"]),
    st.none() | day,
    st.none() | day,
    st.sampled_from("FMU"),
    st.none(),
    st.none() | day,
    st.sampled_from(["WBRI", "NOBT"]),
    st.lists(st.sampled_from(["LD", "MOB", "NONE"]), unique=True).map(tuple),
    st.lists(episode, min_size=1, max_size=3).map(tuple),
    faults=NOTHING,
    others=NOTHING,
)
HEADER = Header(
    "CIN", "2026", date(2026, 3, 31), "L", "330", "Own", "1", "001", "2026-05-01T09:00:00"
)


@needs_schema
@settings(max_examples=60)
@given(st.lists(child, min_size=1, max_size=3))
def test_what_is_written_is_of_the_layout_by_two_libraries(everybody: list[Child]):
    content = written(Message(HEADER, iter(everybody)))
    assert_of_the_layout(content)
    message = read_bytes(content)
    assert message.header == HEADER
    assert [*message.children] == everybody


@needs_schema
def test_the_example_agrees_with_the_reader_the_rules_and_the_writer():
    content = EXAMPLE.read_bytes()
    assert findings_of(content) == []
    again = written(read_bytes(content))
    assert_of_the_layout(again)
    assert [*read_bytes(again).children] == [*read_bytes(content).children]
    bare = re.compile(rb"<!--.*?-->|\s+", re.DOTALL)
    assert bare.sub(b"", again).partition(b"?>")[2] == bare.sub(b"", content).partition(b"?>")[2]


# Into a return that exists

ODD = (
    return_of(
        edits=[
            ("<Children>", "<!-- CHILD --><Children ><?keep this?>\r\n"),
            ("<Ethnicity>", "<Ethnicity\n note='a > b'>"),
            ("<AssessmentFactors>3B<", "<AssessmentFactors><![CDATA[3B]]><"),
            ("<Release>", "<Release>&#65;&amp;"),
            module("PreProceedingsandFGDM", "<Talk  a = '1'/>"),
            module("CINPlanDates", PLAN),
        ]
    )
    .replace("    <Child>", "\t<Child  >")
    .replace("<Year>", "<Year >")
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("text", [return_of(), ODD, children(50)], ids=["plain", "odd", "many"])
def test_a_return_in_which_nothing_is_changed_is_the_same_bytes(text: str, encoding: str):
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    content = text.replace('encoding="UTF-8"', f'encoding="{name}"').encode(encoding)
    assert rewritten(content, the_same) == content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("text", [return_of(), ODD, children(50)], ids=["plain", "odd", "many"])
def test_what_did_not_change_is_the_same_bytes(text: str, encoding: str):
    text = text.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    new = rewritten(text.encode(encoding), with_factors("4B", "24A")).decode(encoding)
    old_factors = re.compile(
        r"<FactorsIdentifiedAtAssessment>.*?</FactorsIdentified\w+>", re.DOTALL
    )
    factors = (
        "<FactorsIdentifiedAtAssessment>\n"
        "            <AssessmentFactors>4B</AssessmentFactors>\n"
        "            <AssessmentFactors>24A</AssessmentFactors>\n"
        "          </FactorsIdentifiedAtAssessment>"
    )
    assert new == old_factors.sub(factors, text)


def test_only_the_child_that_changed_is_written_anew():
    text = children(1000)
    change = with_factors("1A")
    new = rewritten(text, lambda number, child: change(number, child) if number == 500 else child)
    before, after = text.splitlines(), new.decode().splitlines()
    changed = [line for line in after if line not in before]
    assert changed == ["            <AssessmentFactors>1A</AssessmentFactors>"]
    assert len(after) == len(before) - 1


@pytest.mark.parametrize(
    ("values", "gone", "added"),
    [
        ({"factors": ()}, [WRAPPER.rstrip("\n")], []),
        (
            {"authorisation_date": None},
            ["\n          " + tag("AssessmentAuthorisationDate", "2025-07-14")],
            [],
        ),
        (
            {"start_date": date(2025, 5, 13)},
            [tag("AssessmentActualStartDate", "2025-05-12")],
            [tag("AssessmentActualStartDate", "2025-05-13")],
        ),
    ],
)
def test_a_value_is_taken_out_or_changed_alone(values: dict, gone: list[str], added: list[str]):
    text = return_of()
    new = rewritten(text, with_assessment(**values))
    expected = text
    for old, put in zip(gone, added or [""], strict=True):
        assert old in expected
        expected = expected.replace(old, put, 1)
    assert new.decode().split() == expected.split()
    [child] = read_bytes(new).children
    for name, value in values.items():
        assert getattr(child.episodes[0].assessments[0], name) == value


def test_a_value_that_was_not_there_is_put_where_the_layout_has_it():
    text = return_of(
        edits=[(tag("AssessmentAuthorisationDate", "{Y}-07-14"), ""), (WRAPPER, "")]
    ).replace("          \n", "")
    change = with_assessment(authorisation_date=date(2025, 7, 14), factors=("3B", "5A"))
    assert rewritten(text, change).decode() == return_of()


def test_facts_of_the_child_and_the_episode_can_be_changed_too():
    def change(position: int, child: Child) -> Child:
        [episode] = child.episodes
        closed = episode._replace(
            closure_date=date(2025, 9, 19), reason_for_closure="RC7", primary_need="N2"
        )
        return child._replace(ethnicity="AIND", death_date=date(2025, 9, 1), episodes=(closed,))

    new = rewritten(return_of(), change)
    [child] = read_bytes(new).children
    assert child == change(1, next(read_bytes(return_of().encode()).children))
    added = set(new.decode().splitlines()) - set(return_of().splitlines())
    assert added == {
        "        <Ethnicity>AIND</Ethnicity>",
        "        <PersonDeathDate>2025-09-01</PersonDeathDate>",
        "        <PrimaryNeedCode>N2</PrimaryNeedCode>",
        "        <CINclosureDate>2025-09-19</CINclosureDate>",
        "        <ReasonForClosure>RC7</ReasonForClosure>",
    }


@pytest.mark.parametrize(
    ("empty", "filled"),
    [
        ("<Assessments/>", "<Assessments>{}</Assessments>"),
        ("<Assessments  a='1' />", "<Assessments  a='1' >{}</Assessments>"),
        ("<Assessments></Assessments>", "<Assessments>{}</Assessments>"),
        ("<Assessments>\n  </Assessments >", "<Assessments>\n  {}</Assessments >"),
        ("<Assessments><!-- </a> --></Assessments>", "<Assessments><!-- </a> -->{}</Assessments>"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_part_that_was_empty_is_filled_in_the_order_of_the_layout(empty, filled, encoding):
    text = re.sub(r"<Assessments>.*</Assessments>", lambda found: empty, return_of(), flags=re.S)
    text = text.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    change = with_assessment(authorisation_date=date(2025, 7, 14), factors=("3B",))
    content = tag("AssessmentAuthorisationDate", "2025-07-14") + tag(
        "FactorsIdentifiedAtAssessment", tag("AssessmentFactors", "3B")
    )
    new = rewritten(text.encode(encoding), change).decode(encoding)
    assert new == text.replace(empty, filled.format(content))


def test_prefixes_are_kept():
    text = re.sub(r"<(/?)(?=[A-Z])", r"<\1cin:", return_of())
    text = text.replace("<cin:Message>", '<cin:Message xmlns:cin="https://example.org/cin">')
    new = rewritten(text, with_factors("1A")).decode()
    assert "<cin:AssessmentFactors>1A</cin:AssessmentFactors>" in new
    [child] = read_bytes(new.encode()).children
    assert child.episodes[0].assessments[0].factors == ("1A",)


def test_a_text_is_escaped_and_what_no_xml_can_hold_is_refused():
    def named(text: str) -> Callable[[int, Child], Child]:
        return lambda position, child: child._replace(child_id=text)

    assert "<LAchildID>&lt;A&amp;B&gt;é</LAchildID>" in (
        rewritten(return_of(), named("<A&B>é")).decode()
    )
    latin = return_of().replace("UTF-8", "iso-8859-1")
    assert b"<LAchildID>\xe9&#8211;</LAchildID>" in rewritten(latin, named("é–"))
    with pytest.raises(ValueError, match="no XML"):
        rewritten(return_of(), named("\x00"))


def test_what_cannot_be_changed_is_refused():
    def without_assessments(position: int, child: Child) -> Child:
        [episode] = child.episodes
        return child._replace(episodes=(episode._replace(assessments=()),))

    with pytest.raises(ValueError, match="added or taken away"):
        rewritten(return_of(), without_assessments)
    with pytest.raises(ValueError, match="added or taken away"):
        rewritten(return_of(), lambda position, child: child._replace(episodes=()))
    twice = return_of(edits=[(NFA, NFA * 2)])
    nfa = lambda position, child: child._replace(  # noqa: E731
        episodes=(child.episodes[0]._replace(no_further_action=True),)
    )
    with pytest.raises(ValueError, match="could not be read"):
        rewritten(twice, nfa)


@pytest.mark.parametrize("content", ["", "<Message>", return_of()[:-20], "<!DOCTYPE a><Message/>"])
def test_a_file_that_is_refused_when_read_is_refused_here(content: str):
    with pytest.raises(Refused):
        rewritten(content, the_same)


@settings(max_examples=100)
@given(st.data())
def test_any_change_of_factors_is_read_again_as_it_was_meant(data: st.DataObject):
    text = data.draw(st.sampled_from([return_of(), ODD]))
    codes = tuple(data.draw(st.lists(st.sampled_from(CODES), max_size=6)))
    started = data.draw(st.none() | day)
    change = with_assessment(factors=codes, internal_review_date=started)
    new = rewritten(text, change)
    [expected] = [change(1, child) for child in read_bytes(text.encode()).children]
    assert [*read_bytes(new).children] == [expected]
