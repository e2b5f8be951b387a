"""Files that were changed at random: refused or judged whole, and never an error of ours.

1,500 of them in each run of the tests; with MUTATED_FILES=10000 that many.
"""

from __future__ import annotations

import io
import json
import os
from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from assessments.census.check import check
from assessments.census.errors import Refused
from assessments.census.read import read
from assessments.census.report import as_json, as_row
from assessments.census.rewrite import rewrite
from assessments.census.rules.loader import Severity
from tests.census.cases import (
    PLAN,
    START,
    another_assessment,
    another_child,
    another_episode,
    module,
)
from tests.census.returns import return_of, tag

NUMBER = int(os.environ.get("MUTATED_FILES", "1500"))
mutated = settings(
    max_examples=NUMBER // 2,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

RETURN = return_of(
    edits=[
        another_child("CHILD2", tag("UPNunknown", "UN5")),
        another_episode("{Y}-09-19", None),
        another_assessment("{Y}-08-20", None),
        module("CINPlanDates", PLAN),
        module("PreProceedingsandFGDM", "<Talk>with family</Talk>"),
        (START, f"{START}<Team>North</Team>"),
    ]
)
CONTENTS = [
    RETURN.encode(),
    return_of("2021-22").replace("UTF-8", "UTF-16").encode("utf-16"),
    RETURN.replace("<Message>", '<Message xmlns="https://example.org/cin">').encode(),
]
PIECES = [
    *(
        each.encode()
        for each in [
            "<",
            ">",
            "</",
            "/>",
            "&",
            ";",
            '"',
            "\x00",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?",
            "?>",
            "-",
            "{",
            "}",
            "%s",
        ]
    ),
    *(
        each.encode()
        for each in [
            "&b;",
            "&#0;",
            "&#x10FFFF;",
            "0000-00-00",
            "9999-12-31",
            "0001-01-01",
            "21",
            "18A",
        ]
    ),
    *(
        each.encode()
        for each in ["<Child>", "</Child>", "<Children/>", "<Header/>", "<CINdetails>"]
    ),
    *(
        each.encode()
        for each in ("<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "xmlns=''", " ")
    ),
    *(b"\xff\xfe", b"\xc3\x28", b"\xe2\x80\xae", b"<a>" * 300),
]


def judged(content: bytes) -> None:
    """Judge a file, and show that it is refused or judged whole, and copied as it is."""
    refused = None
    try:
        findings = list(check(io.BytesIO(content)))
    except Refused as error:
        refused = error
    if refused is not None:
        assert refused.reason
        assert refused.line is None or refused.line >= 1
        return
    children = list(read(io.BytesIO(content)).children)
    for each in findings:
        assert each.severity in Severity
        assert each.child is None or 1 <= each.child <= len(children)
        if each.episode is not None:
            episode = children[each.child - 1].episodes[each.episode - 1]
            assert each.assessment is None or 1 <= each.assessment <= len(episode.assessments)
        else:
            assert each.assessment is None
        assert each.message
        assert each.mend
        assert json.loads(as_json(each))["rule"] == each.rule
        assert as_row(each).count("\n") == 1
    assert list(check(io.BytesIO(content))) == findings
    copied = io.BytesIO()
    assert rewrite(io.BytesIO(content), copied, lambda position, child: child) == 0
    assert copied.getvalue() == content


@mutated
@given(st.data())
def test_changed_bytes_are_refused_or_judged_whole(data: st.DataObject):
    content = data.draw(st.sampled_from(CONTENTS))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.sampled_from([0, 1, 1, 2, 10, 100, 1000])))
        kind = data.draw(st.sampled_from(["cut", "put", "put", "bytes", "twice", "end"]))
        if kind == "cut":
            content = content[:start] + content[end:]
        elif kind == "put":
            content = content[:start] + data.draw(st.sampled_from(PIECES)) + content[end:]
        elif kind == "bytes":
            content = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
        elif kind == "twice":
            content = content[:end] + content[start:]
        else:
            content = content[:end]
    judged(content)


WORDS = """
21 3B 1A 2025-07-14 2026-03-31 2026-04-01 0001-01-01 9999-12-31 2025-02-29 true false 0 1 N1 RC8
RC9 RC2 UN7 U F NONE T330201500001 T33020150000A 2026 2017 99999999999999999999 ٢٠٢٦ ²
"""
TEXTS = st.sampled_from(["", " ", "é" * 40, *WORDS.split()]) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20
)
NAMES = [*sorted({each.tag for each in etree.fromstring(RETURN.encode()).iter()}), "Stranger"]


@mutated
@given(st.data())
def test_changed_elements_are_refused_or_judged_whole(data: st.DataObject):
    root = etree.fromstring(RETURN.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        elements = list(root.iter(etree.Element))
        one = data.draw(st.sampled_from(elements))
        kind = data.draw(st.sampled_from(["text", "text", "cut", "name", "move", "twice", "into"]))
        if kind == "text":
            try:
                one.text = data.draw(TEXTS)
            except ValueError:  # what no XML can hold
                continue
        elif kind == "name":
            one.tag = data.draw(st.sampled_from(NAMES))
        elif one is not root:
            parent = one.getparent()
            other = data.draw(st.sampled_from(elements))
            if kind == "cut":
                parent.remove(one)
            elif kind == "twice":
                parent.insert(data.draw(st.integers(0, len(parent))), deepcopy(one))
            elif kind == "into":
                other.append(deepcopy(one))
            elif one not in other.iterancestors() and one is not other:
                other.insert(0, one)
    judged(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def test_the_returns_that_are_changed_are_judged_before_that():
    """Otherwise the tests above could show refusals alone."""
    for content in CONTENTS:
        judged(content)
        list(check(io.BytesIO(content)))
