"""From the elements of one record to its values.

Children are many, so that what is usual takes the shortest way: what is in an element is listed at
once (`[:]`), which lxml does in three quarters of the time of one after the other. An element that
the layout does not have, or has once, is a fault of its part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lxml import etree

from assessments.census.errors import Refused
from assessments.census.message import (
    ASSESSMENT_ELEMENTS,
    CHARACTERISTIC_ELEMENTS,
    COLLECTION_ELEMENTS,
    EPISODE_ELEMENTS,
    IDENTIFIER_ELEMENTS,
    MODULES,
    SOURCE_ELEMENTS,
    Assessment,
    Child,
    Episode,
    Fault,
    FaultKind,
    Header,
    Module,
    Other,
)

DEEPEST = 50
"""Elements within one another, from a part of a record on; the layout has five."""

TRUE, FALSE = frozenset({"true", "True", "TRUE", "1"}), frozenset({"false", "False", "FALSE", "0"})
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SPACE = " \t\r\n"

FACTORS, FACTOR = "FactorsIdentifiedAtAssessment", "AssessmentFactors"
DISABILITIES, DISABILITY = "Disabilities", "Disability"
EPISODE_LEAVES = frozenset(EPISODE_ELEMENTS) - MODULES - {"Assessments"}
ASSESSMENT_LEAVES = frozenset(ASSESSMENT_ELEMENTS) - {FACTORS}
CHILD_PARTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ChildIdentifiers": frozenset(IDENTIFIER_ELEMENTS),
        "ChildCharacteristics": frozenset(CHARACTERISTIC_ELEMENTS),
    }
)
DATE_ELEMENTS = frozenset(
    each
    for part in (IDENTIFIER_ELEMENTS, EPISODE_ELEMENTS, ASSESSMENT_ELEMENTS)
    for each, field in part.items()
    if field.endswith("_date")
)

Element = Any
"""lxml has no types of its own."""


def child_of(record: Element, keep_modules: bool = True) -> Child:
    """Return the values of a Child element; raise Refused for what is nested too deeply.

    Modules have their XML only where it is asked for: who judges alone has no use for it.
    """
    values: dict[str, str | None] = {}
    disabilities: tuple[str, ...] | None = None
    episodes: list[Episode] = []
    faults: list[Fault] = []
    others: list[Other] = []
    seen = set()
    for part in record[:]:
        tag = part.tag
        if tag == "CINdetails":
            episodes.append(_episode(part, keep_modules))
        elif tag in CHILD_PARTS and tag not in seen:
            seen.add(tag)
            known = CHILD_PARTS[tag]
            for each in part[:]:
                name = each.tag
                if name in known and name not in values and not len(each):
                    values[name] = each.text
                elif name == DISABILITIES and name in known and disabilities is None:
                    disabilities = _wrapped(each, DISABILITY, faults)
                else:
                    twice = name in values or name == DISABILITIES
                    _strange(each, faults, others, twice=twice)
        else:
            _strange(part, faults, others, twice=tag in seen)
    get = values.get
    while True:
        try:
            return Child(
                get("LAchildID") or None,
                get("UPN") or None,
                get("FormerUPN") or None,
                get("UPNunknown") or None,
                _day(get("PersonBirthDate")),
                _day(get("ExpectedPersonBirthDate")),
                get("Sex") or None,
                get("GenderCurrent") or None,
                _day(get("PersonDeathDate")),
                get("Ethnicity") or None,
                disabilities or (),
                tuple(episodes),
                tuple(faults),
                tuple(others),
            )
        except ValueError:
            _leave_out_what_is_no_date(values, faults)


def _episode(part: Element, keep_modules: bool) -> Episode:
    values: dict[str, str | None] = {}
    assessments: list[Assessment] = []
    modules: list[Module] = []
    faults: list[Fault] = []
    others: list[Other] = []
    for each in part[:]:
        tag = each.tag
        if tag in EPISODE_LEAVES and tag not in values and not len(each):
            values[tag] = each.text
        elif tag == "Assessments":
            assessments.append(_assessment(each))
        elif tag in MODULES:
            modules.append(_module(each, keep_modules))
        else:
            _strange(each, faults, others, twice=tag in values)
    get = values.get
    answer = (get("ReferralNFA") or "").strip(SPACE)
    decided = False if answer in FALSE else True if answer in TRUE else None
    if decided is None and answer:
        faults.append(Fault(FaultKind.NOT_TRUE_OR_FALSE, "ReferralNFA"))
    while True:
        try:
            return Episode(
                _day(get("CINreferralDate")),
                get("ReferralSource") or None,
                get("PrimaryNeedCode") or None,
                _day(get("CINclosureDate")),
                get("ReasonForClosure") or None,
                _day(get("DateOfInitialCPC")),
                decided,
                tuple(assessments),
                tuple(modules),
                tuple(faults),
                tuple(others),
            )
        except ValueError:
            _leave_out_what_is_no_date(values, faults)


def _assessment(part: Element) -> Assessment:
    values: dict[str, str | None] = {}
    factors: tuple[str, ...] | None = None
    faults: list[Fault] = []
    others: list[Other] = []
    for each in part[:]:
        tag = each.tag
        if tag in ASSESSMENT_LEAVES and tag not in values and not len(each):
            values[tag] = each.text
        elif tag == FACTORS:
            if factors is not None:
                faults.append(Fault(FaultKind.STANDS_TWICE, tag))
            factors = (factors or ()) + _wrapped(each, FACTOR, faults)
        else:
            _strange(each, faults, others, twice=tag in values)
    get = values.get
    while True:
        try:
            return Assessment(
                _day(get("AssessmentActualStartDate")),
                _day(get("AssessmentInternalReviewDate")),
                _day(get("AssessmentAuthorisationDate")),
                factors or (),
                tuple(faults),
                tuple(others),
            )
        except ValueError:
            _leave_out_what_is_no_date(values, faults)


def _wrapped(wrapper: Element, name: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return the texts in a wrapper; an empty one has none."""
    texts = []
    for each in wrapper[:]:
        if each.tag == name and not len(each):
            texts.append(each.text or "")
        else:
            _check_depth(each)
            faults.append(Fault(FaultKind.NOT_PLAIN_TEXT, wrapper.tag))
    if not texts and wrapper.text and wrapper.text.strip(SPACE):
        faults.append(Fault(FaultKind.NOT_PLAIN_TEXT, wrapper.tag))
    return tuple(texts)


def _module(part: Element, keep: bool) -> Module:
    values: dict[str, str] = {}
    for each in part[:]:
        if len(each):
            _check_depth(each)
        elif text := each.text:
            values[each.tag] = text
    return Module(part.tag, values, _xml(part) if keep else "")


def _strange(part: Element, faults: list[Fault], others: list[Other], *, twice: bool) -> None:
    """Take in an element that no field holds, as a fault, and whole where nothing is lost."""
    _check_depth(part)
    known = part.tag in EPISODE_LEAVES or part.tag in ASSESSMENT_LEAVES
    if twice:
        faults.append(Fault(FaultKind.STANDS_TWICE, part.tag))
    elif known or part.tag in IDENTIFIER_ELEMENTS or part.tag in CHARACTERISTIC_ELEMENTS:
        faults.append(Fault(FaultKind.NOT_PLAIN_TEXT, part.tag))
    else:
        faults.append(Fault(FaultKind.UNKNOWN_ELEMENT, part.tag))
        before = part.getprevious()
        others.append(Other(part.getparent().tag, "" if before is None else before.tag, _xml(part)))


def _check_depth(part: Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(part, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise Refused(f"more than {DEEPEST} elements within one another", element.sourceline)


def _xml(part: Element) -> str:
    text: str = etree.tostring(part, encoding="unicode", with_tail=False)
    return text


def _leave_out_what_is_no_date(values: dict[str, str | None], faults: list[Fault]) -> None:
    for element in DATE_ELEMENTS & values.keys():
        try:
            _day(values[element])
        except ValueError:
            faults.append(Fault(FaultKind.NOT_A_DATE, element))
            values[element] = None


@lru_cache(maxsize=1 << 16)
def _day(text: str | None) -> date | None:
    """Return the date of the layout, YYYY-MM-DD; None for no text; else raise ValueError."""
    text = (text or "").strip(SPACE)
    if not text:
        return None
    if not DATE.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def header_of(element: Element) -> Header:
    """Return the values of the Header element."""
    _check_depth(element)
    values: dict[str, Any] = {}
    for name, known in (("CollectionDetails", COLLECTION_ELEMENTS), ("Source", SOURCE_ELEMENTS)):
        part = element.find(name)
        for each in part if part is not None else ():
            if each.tag in known and each.text:
                values[known[each.tag]] = each.text.strip(SPACE)
    text = values.pop("reference_date", None)
    try:
        reference_date = _day(text) if text else None
    except ValueError:
        reference_date = None
    return Header(reference_date=reference_date, **values)
