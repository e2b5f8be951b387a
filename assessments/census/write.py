"""Write a return from messages, in the order of the layout, as a stream.

Optional elements are left out, never empty. To change some of a file that exists, see `rewrite`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from operator import attrgetter, getitem
from typing import BinaryIO

from lxml import etree

from assessments.census.message import (
    ASSESSMENT_ELEMENTS,
    CHARACTERISTIC_ELEMENTS,
    COLLECTION_ELEMENTS,
    EPISODE_ELEMENTS,
    IDENTIFIER_ELEMENTS,
    SOURCE_ELEMENTS,
    WRAPPED,
    Assessment,
    Child,
    Episode,
    FaultKind,
    Header,
    Message,
    Module,
    Other,
)
from assessments.census.records import Element

Part = Header | Child | Episode | Assessment

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINES_AT_ONCE = 10_000
MOST_KEPT = 10_000
"""Lines of an element: days and codes that were written before."""
LONGEST_CODE = 4


def write(message: Message, file: BinaryIO, *, note: str = "") -> None:
    """Write a return in UTF-8, with a note for people before it, which is no part of it.

    Raise ValueError for a record that was read with faults: what such a fault held is not kept in
    a message, so that it would be lost.
    """
    if "--" in note or NOT_XML.search(note):
        raise ValueError("a note cannot stand in a comment")
    lines = [f"<!--{note}-->\n"] if note else []
    lines += ["<Message>\n  <Header>\n    <CollectionDetails>\n"]
    lines += _COLLECTION.lines(message.header)
    lines += ["    </CollectionDetails>\n    <Source>\n"]
    lines += _SOURCE.lines(message.header)
    lines += ["    </Source>\n  </Header>\n  <Children>\n"]
    file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    for child in message.children:
        if _is_plain(child):
            _add_child(lines, child)
        else:
            record = etree.tostring(record_of(child), encoding="unicode", pretty_print=True)
            lines.append(record)
        if len(lines) > LINES_AT_ONCE:
            file.write("".join(lines).encode())
            lines.clear()
    lines.append("  </Children>\n</Message>\n")
    file.write("".join(lines).encode())


# As text: building elements takes four times as long


class _Lines(dict[object, str]):
    """The line of an element by its value, made once for the many that are the same."""

    def __init__(self, name: str, depth: int) -> None:
        super().__init__({None: ""})
        self._around = f"{' ' * depth}<{name}>", f"</{name}>\n"

    def __missing__(self, value: object) -> str:
        opening, closing = self._around
        text = text_of(value)
        line = f"{opening}{escaped(text)}{closing}"
        # Ids are others each time, and nobody's id need be kept.
        if (isinstance(value, date) or len(text) <= LONGEST_CODE) and len(self) < MOST_KEPT:
            self[value] = line
        return line


class _Values:
    """The elements of a part that hold one value each."""

    def __init__(self, known: Mapping[str, str], *fields: str, depth: int) -> None:
        self._of = attrgetter(*fields)
        names = {field: name for name, field in known.items()}
        self._lines = tuple(_Lines(names[field], depth) for field in fields)

    def lines(self, part: Part) -> Iterator[str]:
        return map(getitem, self._lines, self._of(part))


_COLLECTION = _Values(COLLECTION_ELEMENTS, *COLLECTION_ELEMENTS.values(), depth=6)
_SOURCE = _Values(SOURCE_ELEMENTS, *SOURCE_ELEMENTS.values(), depth=6)
_IDENTIFIERS = _Values(IDENTIFIER_ELEMENTS, *IDENTIFIER_ELEMENTS.values(), depth=8)
_ETHNICITY = _Lines("Ethnicity", 8)
_DISABILITY = _Lines(WRAPPED["Disabilities"], 10)
_OF_EPISODE = [each for each in EPISODE_ELEMENTS.values() if each != "modules"]
_PLACE = _OF_EPISODE.index("assessments")
_BEFORE_ASSESSMENTS = _Values(EPISODE_ELEMENTS, *_OF_EPISODE[:_PLACE], depth=8)
_NO_FURTHER_ACTION = _Lines("ReferralNFA", 8)
_DAYS = _Values(
    ASSESSMENT_ELEMENTS, "start_date", "internal_review_date", "authorisation_date", depth=10
)
_FACTOR = _Lines(WRAPPED["FactorsIdentifiedAtAssessment"], 12)


def _is_plain(child: Child) -> bool:
    """Return whether all that the child has are values of the layout, read without faults."""
    if child.faults or child.others:
        return False
    for episode in child.episodes:
        if episode.faults or episode.others or episode.modules:
            return False
        for assessment in episode.assessments:
            if assessment.faults or assessment.others:
                return False
    return True


def _add_child(lines: list[str], child: Child) -> None:
    lines.append("    <Child>\n      <ChildIdentifiers>\n")
    lines += _IDENTIFIERS.lines(child)
    lines.append("      </ChildIdentifiers>\n      <ChildCharacteristics>\n")
    lines.append(_ETHNICITY[child.ethnicity])
    if child.disabilities:
        lines.append("        <Disabilities>\n")
        lines += map(_DISABILITY.__getitem__, child.disabilities)
        lines.append("        </Disabilities>\n")
    lines.append("      </ChildCharacteristics>\n")
    for episode in child.episodes:
        lines.append("      <CINdetails>\n")
        lines += _BEFORE_ASSESSMENTS.lines(episode)
        for assessment in episode.assessments:
            lines.append("        <Assessments>\n")
            lines += _DAYS.lines(assessment)
            if assessment.factors:
                lines.append("          <FactorsIdentifiedAtAssessment>\n")
                lines += map(_FACTOR.__getitem__, assessment.factors)
                lines.append("          </FactorsIdentifiedAtAssessment>\n")
            lines.append("        </Assessments>\n")
        lines.append(_NO_FURTHER_ACTION[episode.no_further_action])
        lines.append("      </CINdetails>\n")
    lines.append("    </Child>\n")


def escaped(text: str) -> str:
    """Return a text as XML holds it. Raise ValueError for what no XML can hold."""
    if text.isalnum():
        return text
    if NOT_XML.search(text):
        raise ValueError("a text holds a character that no XML can hold")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def record_of(child: Child) -> Element:
    """Return the Child element of a message. Raise ValueError, as `write` does."""
    _refuse_faults(child)
    record = etree.Element("Child")
    _fill(etree.SubElement(record, "ChildIdentifiers"), child, IDENTIFIER_ELEMENTS)
    _fill(etree.SubElement(record, "ChildCharacteristics"), child, CHARACTERISTIC_ELEMENTS)
    for episode in child.episodes:
        _refuse_faults(episode)
        _fill(etree.SubElement(record, "CINdetails"), episode, EPISODE_ELEMENTS)
    _add_others(record, child.others)
    return record


def _refuse_faults(part: Child | Episode | Assessment) -> None:
    for fault in part.faults:
        if fault.kind is not FaultKind.UNKNOWN_ELEMENT:
            raise ValueError(f"{fault.element} could not be read, and cannot be written again")


def _fill(element: Element, part: Part, known: Mapping[str, str]) -> None:
    for name, field in known.items():
        for value in _values(getattr(part, field), name):
            if isinstance(value, Module):
                element.append(etree.fromstring(value.xml))
            elif isinstance(value, Assessment):
                _refuse_faults(value)
                _fill(etree.SubElement(element, name), value, ASSESSMENT_ELEMENTS)
            elif isinstance(value, tuple):
                wrapper = etree.SubElement(element, name)
                for each in value:
                    etree.SubElement(wrapper, WRAPPED[name]).text = each
            else:
                etree.SubElement(element, name).text = text_of(value)
    if not isinstance(part, Header):
        _add_others(element, part.others)


def _values(value: object, name: str) -> Iterator[object]:
    """Yield what becomes an element of that name: none, one, or each of several."""
    if isinstance(value, tuple) and name not in WRAPPED:
        yield from (each for each in value if not isinstance(each, Module) or each.name == name)
    elif value not in (None, ()):
        yield value


def _add_others(element: Element, others: tuple[Other, ...]) -> None:
    """Put what no field holds back to where it stood; next to each other in their order."""
    last: dict[str, Element] = {}
    for other in others:
        if other.within == element.tag:
            added = etree.fromstring(other.xml)
            before = last.get(other.after)
            if before is None and other.after:
                before = next(iter(reversed(element.findall(other.after))), None)
            if before is None:
                element.insert(0, added)
            else:
                before.addnext(added)
            last[other.after] = last[added.tag] = added


def text_of(value: object) -> str:
    """Return a value as the layout writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
