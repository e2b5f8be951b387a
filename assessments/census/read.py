"""Read a return as a stream: any size, in memory that stays the same.

What could do harm is refused: any DOCTYPE (with it entities, external references and bombs),
elements nested deeply, a record of about 1 MB or more. So is what is broken or no return, with
its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Protocol
from xml.parsers import expat

from lxml import etree

from assessments.census.errors import Refused
from assessments.census.message import Header, Message
from assessments.census.records import Element, child_of, header_of

CHUNK = 32 * 1024
MOST_BYTES_OF_A_RECORD = 900_000
"""Below 1 MB by more than two chunks, since whole chunks are counted."""


class Readable(Protocol):
    """A file opened for reading bytes, or anything that gives them as such a one does."""

    def read(self, size: int, /) -> bytes: ...


def read(file: Readable, *, keep_modules: bool = True) -> Message:
    """Return the header, which stands first, and the children, read as they are asked for.

    Modules have their XML only if they are to be kept, which takes time.
    Raise Refused, here or from `children`; whoever keeps what came before it has half a file.
    """
    elements = _elements(file)
    first = next(elements, None)
    header = Header()
    if first is not None and first.tag == "Header":
        header, first = header_of(first), next(elements, None)
    if first is None:
        raise Refused("it holds no Child")
    records = chain([first], elements)
    return Message(header, map(child_of, records, repeat(keep_modules)))


def _elements(file: Readable) -> Iterator[Element]:
    """Yield the Header and each Child of the message, whole, and forget it when the next comes."""
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}Header", "{*}Child"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
    )
    prologue = _Prologue()
    last = children = root = None
    line, silent = 1, 0
    try:
        while chunk := file.read(CHUNK):
            prologue.feed(chunk)
            parser.feed(chunk)
            silent += len(chunk)
            for _, element in parser.read_events():
                silent = 0
                if element.tag[0] == "{":
                    _remove_namespaces(element)
                if children is None or element.getparent() is not children:
                    root, children = _before_the_children(element, root, children)
                    if children is None:
                        yield element
                        continue
                stranger = element.getprevious()
                if stranger is not last:
                    name, at = _local(stranger.tag), stranger.sourceline
                    raise Refused(f"{name} stands where a Child should", at)
                if last is not None:
                    children.remove(last)
                last = element
                yield element
            if silent > MOST_BYTES_OF_A_RECORD:
                raise Refused("more than about 1 MB without the end of a Child", line)
            line += chunk.count(b"\n")
        if line == 1 and not prologue.begun:
            raise Refused("it is empty", 1)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(parser, error, line) from None
    if root is not None:
        _nothing_else(root, children, last)


def _not_well_formed(parser: Element, error: etree.XMLSyntaxError, line: int) -> Refused:
    logged = parser.feed_error_log
    if len(logged):
        return Refused(f"it is not well-formed XML: {logged[0].message.strip()}", logged[0].line)
    return Refused(f"it is not well-formed XML: {error.msg}", error.lineno or line)


class _Prologue:
    """Refuses a DOCTYPE before lxml sees anything of it: lxml would drop entities in silence."""

    def __init__(self) -> None:
        self.begun = self._done = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._end

    def feed(self, chunk: bytes) -> None:
        self.begun = True
        if not self._done:
            try:
                self._parser.Parse(chunk, False)
            except expat.ExpatError as error:
                # After the first start tag the rest of the chunk is lxml's to judge.
                if not self._done:
                    reason = expat.ErrorString(error.code)
                    raise Refused(
                        f"it is not XML that can be read: {reason}", error.lineno
                    ) from None
            except (LookupError, ValueError) as error:
                # An encoding that Python does not know, or of several bytes to a character.
                if not self._done:
                    raise Refused(f"its encoding cannot be read: {error}", 1) from None

    def _refuse(self, *declared: object) -> None:
        line = self._parser.CurrentLineNumber
        raise Refused("it has a DOCTYPE, which no return has and which may do harm", line)

    def _end(self, *element: object) -> None:
        self._done = True


def _before_the_children(
    element: Element, root: Element | None, children: Element | None
) -> tuple[Element, Element | None]:
    """Return the Message and, from the first Child on, Children, for what is not within it yet.

    Raise Refused for a Header or Child that stands where none belongs.
    """
    if children is not None or (element.tag == "Header" and root is not None):
        raise Refused(f"a {element.tag} where none belongs", element.sourceline)
    root = _root(element) if root is None else root
    if element.tag != "Header":
        return root, _children_of(root, element)
    if element.getparent() is not root:
        raise Refused("a Header where none belongs", element.sourceline)
    return root, None


def _root(element: Element) -> Element:
    tree = element.getroottree()
    root = tree.getroot()
    if tree.docinfo.internalDTD is not None:
        raise Refused("it has a DOCTYPE, which no return has and which may do harm", 1)
    if (name := _local(root.tag)) != "Message":
        raise Refused(f"it is no return: its outermost element is {name}, not Message", 1)
    return root


def _children_of(root: Element, element: Element) -> Element:
    parent = element.getparent()
    if parent is None or _local(parent.tag) != "Children" or parent.getparent() is not root:
        raise Refused("a Child that does not stand in Message and Children", element.sourceline)
    return parent


def _nothing_else(root: Element, children: Element | None, last: Element | None) -> None:
    """Refuse what stands beside the records: a misspelt Child would be lost in silence."""
    strangers = [each for each in root if each is not children and _local(each.tag) != "Header"]
    strangers += [each for each in (children if children is not None else ()) if each is not last]
    for stranger in strangers:
        name = _local(stranger.tag)
        if name != "Children":
            raise Refused(f"{name} stands where no such element belongs", stranger.sourceline)
        if children is not None or len(stranger):
            raise Refused("Children stands twice, or holds no Child", stranger.sourceline)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _remove_namespaces(element: Element) -> None:
    for each in element.iter():
        each.tag = _local(each.tag)
    etree.cleanup_namespaces(element)
