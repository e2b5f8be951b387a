"""Write a return from messages, in the order of the layout, as a stream.

Optional elements are left out, never empty. To change some of a file that exists, see `rewrite`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from operator import attrgetter
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


def write(message: Message, file: BinaryIO, *, note: str = "") -> None:
    """Write a return in UTF-8, with a note for people before it, which is no part of it.

    Raise ValueError for a record that was read with faults: what such a fault held is not kept in
    a message, so that it would be lost.
    """
    if "--" in note or NOT_XML.search(note):
        raise ValueError("a note cannot stand in a comment")
    lines = [f"<!--{note}-->\n"] if note else []
    lines += ["<Message>\n  <Header>\n    <CollectionDetails>\n"]
    _add_values(lines, _COLLECTION, message.header)
    lines += ["    </CollectionDetails>\n    <Source>\n"]
    _add_values(lines, _SOURCE, message.header)
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


class _Values:
    """The elements of a part that hold one value each, with what is written around it."""

    def __init__(self, known: Mapping[str, str], *fields: str, depth: int) -> None:
        self.of = attrgetter(*fields)
        names = {field: name for name, field in known.items()}
        self.around = tuple((f"{' ' * depth}<{names[f]}>", f"</{names[f]}>\n") for f in fields)


_COLLECTION = _Values(COLLECTION_ELEMENTS, *COLLECTION_ELEMENTS.values(), depth=6)
_SOURCE = _Values(SOURCE_ELEMENTS, *SOURCE_ELEMENTS.values(), depth=6)
_IDENTIFIERS = _Values(IDENTIFIER_ELEMENTS, *IDENTIFIER_ELEMENTS.values(), depth=8)
_OF_EPISODE = [each for each in EPISODE_ELEMENTS.values() if each != "modules"]
_PLACE = _OF_EPISODE.index("assessments")
_BEFORE_ASSESSMENTS = _Values(EPISODE_ELEMENTS, *_OF_EPISODE[:_PLACE], depth=8)
_DAYS = _Values(
    ASSESSMENT_ELEMENTS, "start_date", "internal_review_date", "authorisation_date", depth=10
)


def _is_plain(child: Child) -> bool:
    """Return whether all that the child has are values of the layout; refuse faults."""
    _refuse_faults(child)
    plain = not child.others
    for episode in child.episodes:
        _refuse_faults(episode)
        plain = plain and not (episode.others or episode.modules)
        for assessment in episode.assessments:
            _refuse_faults(assessment)
            plain = plain and not assessment.others
    return plain


def _add_child(lines: list[str], child: Child) -> None:
    lines.append("    <Child>\n      <ChildIdentifiers>\n")
    _add_values(lines, _IDENTIFIERS, child)
    lines.append("      </ChildIdentifiers>\n      <ChildCharacteristics>\n")
    if child.ethnicity is not None:
        lines.append(f"        <Ethnicity>{escaped(child.ethnicity)}</Ethnicity>\n")
    _add_wrapped(lines, "Disabilities", child.disabilities, 8)
    lines.append("      </ChildCharacteristics>\n")
    for episode in child.episodes:
        lines.append("      <CINdetails>\n")
        _add_values(lines, _BEFORE_ASSESSMENTS, episode)
        for assessment in episode.assessments:
            lines.append("        <Assessments>\n")
            _add_values(lines, _DAYS, assessment)
            _add_wrapped(lines, "FactorsIdentifiedAtAssessment", assessment.factors, 10)
            lines.append("        </Assessments>\n")
        if episode.no_further_action is not None:
            lines.append(
                f"        <ReferralNFA>{text_of(episode.no_further_action)}</ReferralNFA>\n"
            )
        lines.append("      </CINdetails>\n")
    lines.append("    </Child>\n")


def _add_values(lines: list[str], values: _Values, part: Part) -> None:
    for value, (opening, closing) in zip(values.of(part), values.around, strict=True):
        if value.__class__ is date:  # most of them, and nothing in it to escape
            lines.append(f"{opening}{value.isoformat()}{closing}")
        elif value is not None:
            text = value if value.__class__ is str else text_of(value)
            lines.append(f"{opening}{escaped(text)}{closing}")


def _add_wrapped(lines: list[str], name: str, values: tuple[str, ...], depth: int) -> None:
    if values:
        space, item = " " * depth, WRAPPED[name]
        items = f"</{item}>\n{space}  <{item}>".join(map(escaped, values))
        lines.append(f"{space}<{name}>\n{space}  <{item}>{items}</{item}>\n{space}</{name}>\n")


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
