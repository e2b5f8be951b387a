"""Write a return from messages, in the order of the layout, as a stream.

Optional elements are left out, never empty. To change some of a file that exists, see `rewrite`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
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


def write(message: Message, file: BinaryIO) -> None:
    """Write a return in UTF-8. Raise ValueError for a record that was read with faults.

    What such a fault held is not kept in a message, so that it would be lost.
    """
    with etree.xmlfile(file, encoding="utf-8") as out:
        out.write_declaration()
        with out.element("Message"):
            header = etree.Element("Header")
            _fill(
                etree.SubElement(header, "CollectionDetails"), message.header, COLLECTION_ELEMENTS
            )
            _fill(etree.SubElement(header, "Source"), message.header, SOURCE_ELEMENTS)
            out.write(header, pretty_print=True)
            with out.element("Children"):
                for child in message.children:
                    out.write(record_of(child), pretty_print=True)


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
