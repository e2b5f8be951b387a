"""Reads the department's guide as text, apart from the loader, to compare the edition with it.

What is not the guide's text is left out by these rules and no others: the title page and the
contents, the imprint at the end, the table's heading row (repeated on each page), the rule above
the footnote, bullets, tags, and the raised 1 of the footnote. A page end cuts a cell of the
table; what begins in lower case at the top of the next page goes on where the last one stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEADING_ROW = "Code\tCode descriptor\tAdditional Information"
FIRST_PAGE_OF_THE_TABLE = 5
ITEMS_WITHOUT_BULLET = {"being unresponsive to a child's basic emotional needs."}
"""Set as paragraphs of their own, though each ends the list before it."""


@dataclass
class Piece:
    """A paragraph, or an item of a list, with its tags."""

    kind: str
    marked: str

    @property
    def text(self) -> str:
        return plain(self.marked)

    @property
    def bold(self) -> list[str]:
        joined = re.sub(r"</b>(\s*)<b>", r"\1", self.marked)
        return [plain(part) for part in re.findall(r"<b>(.*?)</b>", joined)]

    @property
    def sources(self) -> list[str]:
        return [plain(part) for part in re.findall(r'<a href="#">(.*?)</a>', self.marked)]


@dataclass
class Passage:
    """A section, or a row of the table."""

    title: str
    page: int
    pieces: list[Piece] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)


@dataclass
class Guide:
    sections: list[Passage]
    factors_title: str
    factors: list[Passage]


def plain(marked: str) -> str:
    text = re.sub(r"<sup>1</sup>|</?(?:p|b|u|li|ul|a)\b[^>]*>", "", marked)
    return " ".join(text.replace("•", " ").split())


def read(text: str) -> Guide:
    lines = text.split("\n")
    pages = dict(re.findall(r"^([A-Z].+)\t(\d+)$", text, flags=re.MULTILINE))
    first = next(number for number, line in enumerate(lines) if line.startswith("### "))
    heading = lines.index(HEADING_ROW)
    imprint = next(n for n, line in enumerate(lines) if n > heading and line == "Department  ")
    *sections, table = _sections(lines[first:heading], pages)
    return Guide(sections, table.title, _factors(lines[heading:imprint]))


def _sections(lines: list[str], pages: dict[str, str]) -> list[Passage]:
    found: list[Passage] = []
    after_rule = False
    for line in filter(None, map(str.strip, lines)):
        marked = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", line)
        marked = re.sub(r"\[(.+?)\]\(#\)", r'<a href="#">\1</a>', marked)
        if line.startswith("#"):
            title = plain(marked.lstrip("# "))
            found.append(Passage(title, int(pages[title])))
        elif line == "---":
            after_rule = True
        elif after_rule and line.startswith("<sup>1</sup>"):
            found[-1].footnotes.append(plain(marked))
        elif line.startswith("- "):
            found[-1].pieces.append(Piece("item", marked.removeprefix("- ")))
        else:
            _go_on(found[-1].pieces, [Piece("paragraph", marked)])
    return found


def _factors(lines: list[str]) -> list[Passage]:
    found: list[Passage] = []
    page = FIRST_PAGE_OF_THE_TABLE - 1
    for line in filter(str.strip, lines):
        if line == HEADING_ROW:
            page += 1
            continue
        codes, name, cell = line.split("\t")
        if plain(codes):
            listed = re.findall(r"[0-9]+[A-Z]?", plain(codes))
            found.append(Passage(plain(name), page, codes=listed))
        _go_on(found[-1].pieces, _pieces(cell))
    return found


def _pieces(cell: str) -> list[Piece]:
    tagged = re.findall(r"<(p|li)>(.*?)</\1>", cell)
    found = [Piece("item" if tag == "li" else "paragraph", marked) for tag, marked in tagged]
    for piece in found:
        if piece.text in ITEMS_WITHOUT_BULLET:
            piece.kind = "item"
    return found or [Piece("paragraph", cell)]


def _go_on(before: list[Piece], after: list[Piece]) -> None:
    if before and after[0].text[0].islower():
        before[-1].marked += " " + after.pop(0).marked
    before += after
