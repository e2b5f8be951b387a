"""Change some of a return and copy the rest of it, byte for byte, as a stream.

The return is read as ever. Beside it expat says where each element begins and ends in the file,
so that what did not change, in whatever encoding and layout, is never written anew.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from assessments.census.errors import Refused
from assessments.census.message import (
    ASSESSMENT_ELEMENTS,
    CHARACTERISTIC_ELEMENTS,
    EPISODE_ELEMENTS,
    IDENTIFIER_ELEMENTS,
    WRAPPED,
    Assessment,
    Child,
    Episode,
)
from assessments.census.read import Readable, read
from assessments.census.write import escaped, text_of

Change = Callable[[int, Child], Child]
Edit = tuple[int, int, str]
"""Bytes from and to, and the text in their place."""

PARTS = frozenset({"assessments", "modules", "episodes"})


def rewrite(source: Readable, target: BinaryIO, change: Change) -> int:
    """Copy a return with what `change` makes of each child, and return how many were changed.

    `change` gets a child's position, from 1, and the child; it returns the same child, or one
    with other values of the fields that it has, in episodes and assessments too. Raise ValueError
    where it added or took away one of these, or changed what could not be read; and Refused as
    `read` does. `target` is not whole then.
    """
    copy = _Copy(source, target)
    changed = 0
    for position, child in enumerate(read(copy).children, start=1):
        record = copy.records.popleft()
        new = change(position, child)
        edits: list[Edit] = []
        if new != child:
            edits = _edits_of_child(copy, record, child, new)
            changed += 1
        copy.write(edits, upto=record.end)
    copy.finish()
    return changed


@dataclass(slots=True)
class _Node:
    """Where an element stands in the file, in bytes; `end` is where its end tag begins or, once
    the next thing has begun, where it ended."""

    name: str
    start: int
    content: int = -1
    end: int = -1
    children: list[_Node] = field(default_factory=list)

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        return self.name[: -len(self.local)]


class _Copy:
    """The source as `read` reads it, which notes where records stand and keeps their bytes."""

    def __init__(self, source: Readable, target: BinaryIO) -> None:
        self.records: deque[_Node] = deque()
        self._source, self._target = source, target
        self._buffer, self._begins = bytearray(), 0
        self._encoding: str | None = None
        self._stack: list[_Node] = []
        self._opened: _Node | None = None
        self._closed: _Node | None = None
        parser = self._parser = expat.ParserCreate()
        # Otherwise expat may wait for more of a file than lxml does.
        if defer := getattr(parser, "SetReparseDeferralEnabled", None):
            defer(False)
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = parser.CommentHandler = self._other
        parser.ProcessingInstructionHandler = self._other
        parser.StartCdataSectionHandler = parser.EndCdataSectionHandler = self._other

    def read(self, size: int, /) -> bytes:
        chunk = self._source.read(size)
        if chunk:
            if not self._buffer and not self._begins:
                self._encoding = _by_its_beginning(chunk)
            self._buffer += chunk
            # What is wrong lxml finds too, and says where.
            with suppress(expat.ExpatError):
                self._parser.Parse(chunk, False)
        return chunk

    def encode(self, text: str) -> bytes:
        return text.encode(self._encoding or "utf-8", "xmlcharrefreplace")

    def text(self, start: int, end: int) -> str:
        data = bytes(self._buffer[start - self._begins : end - self._begins])
        return data.decode(self._encoding or "utf-8")

    def write(self, edits: list[Edit], *, upto: int) -> None:
        # Of those at one place the earlier in the layout comes first, as they were made.
        for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
            self._flush(start)
            self._target.write(self.encode(text))
            self._drop(end)
        self._flush(upto)

    def finish(self) -> None:
        self._target.write(self._buffer)

    def _flush(self, upto: int) -> None:
        self._target.write(self._buffer[: upto - self._begins])
        self._drop(upto)

    def _drop(self, upto: int) -> None:
        del self._buffer[: upto - self._begins]
        self._begins = upto

    # What expat calls

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if self._encoding is None and encoding:
            self._encoding = codecs.lookup(encoding).name

    def _refuse(self, *declared: object) -> None:
        raise Refused("it has a DOCTYPE, which no return has and which may do harm")

    def _other(self, *content: object) -> None:
        here = self._parser.CurrentByteIndex
        if self._opened is not None:
            self._opened.content, self._opened = here, None
        if self._closed is not None:
            self._closed.end, self._closed = here, None

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._other()
        node = self._opened = _Node(name, self._parser.CurrentByteIndex)
        if self._stack or node.local == "Child":
            if self._stack:
                self._stack[-1].children.append(node)
            self._stack.append(node)

    def _end(self, name: str) -> None:
        self._other()
        if self._stack:
            node = self._stack.pop()
            node.end = self._parser.CurrentByteIndex
            if self._stack:
                self._closed = node
            else:
                self.records.append(node)


def _by_its_beginning(chunk: bytes) -> str | None:
    """Return the encoding that the first bytes show; None where the declaration says it."""
    for mark, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        if chunk.startswith(mark):
            return encoding
    return None


# From a changed message to edits


def _edits_of_child(copy: _Copy, record: _Node, old: Child, new: Child) -> list[Edit]:
    _same_shape(old, new, ("faults", "others"), ("episodes",))
    edits: list[Edit] = []
    for name, known in (
        ("ChildIdentifiers", IDENTIFIER_ELEMENTS),
        ("ChildCharacteristics", CHARACTERISTIC_ELEMENTS),
    ):
        if any(getattr(old, each) != getattr(new, each) for each in known.values()):
            edits += _edits(copy, _only(record, name), known, old, new)
    nodes = [each for each in record.children if each.local == "CINdetails"]
    for node, before, after in zip(nodes, old.episodes, new.episodes, strict=True):
        if before != after:
            edits += _edits_of_episode(copy, node, before, after)
    return edits


def _edits_of_episode(copy: _Copy, node: _Node, old: Episode, new: Episode) -> list[Edit]:
    _same_shape(old, new, ("faults", "others", "modules"), ("assessments",))
    edits = list(_edits(copy, node, EPISODE_ELEMENTS, old, new))
    nodes = [each for each in node.children if each.local == "Assessments"]
    for each, before, after in zip(nodes, old.assessments, new.assessments, strict=True):
        if before != after:
            _same_shape(before, after, ("faults", "others"), ())
            edits += _edits(copy, each, ASSESSMENT_ELEMENTS, before, after)
    return edits


def _same_shape(
    old: object, new: object, same: tuple[str, ...], same_number: tuple[str, ...]
) -> None:
    for name in same:
        if getattr(old, name) != getattr(new, name):
            raise ValueError(f"{name} cannot be changed")
    for name in same_number:
        if len(getattr(old, name)) != len(getattr(new, name)):
            raise ValueError(f"{name} can be changed, and none be added or taken away")


def _only(record: _Node, name: str) -> _Node:
    found = [each for each in record.children if each.local == name]
    if len(found) != 1:
        raise ValueError(f"{name} stands there {len(found)} times, and cannot be changed")
    return found[0]


def _edits(
    copy: _Copy,
    node: _Node,
    known: Mapping[str, str],
    old: Child | Episode | Assessment,
    new: Child | Episode | Assessment,
) -> Iterator[Edit]:
    placed: list[str] = []
    for name, field_name in known.items():
        before, after = getattr(old, field_name), getattr(new, field_name)
        if field_name in PARTS or before == after:
            continue
        nodes = [each for each in node.children if each.local == name]
        if len(nodes) > 1 or any(fault.element == name for fault in old.faults):
            raise ValueError(f"{name} could not be read as the layout has it, nor can be changed")
        if after in (None, ()):
            for each in nodes:
                yield each.start - len(copy.encode(_space_before(copy, node, each))), each.end, ""
        elif nodes:
            space = _space_before(copy, node, nodes[0])
            yield nodes[0].start, nodes[0].end, _element(nodes[0].name, after, space)
        elif not node.children:
            placed.append(_element(node.prefix + name, after, ""))
        else:
            at, space = _place(copy, node, name, list(known))
            yield at, at, space + _element(node.prefix + name, after, space)
    if placed:
        yield _filled(copy, node, "".join(placed))


def _place(copy: _Copy, node: _Node, name: str, order: list[str]) -> tuple[int, str]:
    """Return where an element is put in, and the white space that goes before it.

    An element that the layout does not have stays right behind the one that it follows.
    """
    earlier = set(order[: order.index(name)])
    places = [place for place, each in enumerate(node.children, start=1) if each.local in earlier]
    place = places[-1] if places else 0
    while place < len(node.children) and node.children[place].local not in order:
        place += 1
    if place:
        at = node.children[place - 1]
        return at.end, _space_before(copy, node, at)
    return node.content, _space_before(copy, node, node.children[0])


def _filled(copy: _Copy, node: _Node, content: str) -> Edit:
    """Return the edit that puts elements into a part that has none, in either form of its tags."""
    text = copy.text(node.start, node.end)
    if text.endswith("/>"):
        start = node.end - len(copy.encode("/>"))
        return start, node.end, f">{content}</{node.name}>"
    # Behind what stands there: comments, or white space.
    at = node.start + len(copy.encode(text[: text.rindex("</")]))
    return at, at, content


def _space_before(copy: _Copy, parent: _Node, node: _Node) -> str:
    place = parent.children.index(node)
    begins = parent.children[place - 1].end if place else parent.content
    text = copy.text(begins, node.start)
    return text[len(text.rstrip(" \t\r\n")) :]


def _element(name: str, value: object, space: str) -> str:
    if isinstance(value, tuple):
        prefix, _, local = name.rpartition(":")
        item = f"{prefix}:{WRAPPED[local]}" if prefix else WRAPPED[local]
        step = "\t" if space.endswith("\t") else "  "
        inner = f"{space}{step}" if "\n" in space else ""
        content = "".join(inner + _element(item, each, "") for each in value)
        return f"<{name}>{content}{space if inner else ''}</{name}>"
    return f"<{name}>{escaped(text_of(value))}</{name}>"
