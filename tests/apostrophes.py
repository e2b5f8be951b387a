"""One apostrophe, ’, in what people read; in the guide's own words it stays as it came."""

from __future__ import annotations

import re
from functools import cache

from assessments.catalogue import loader
from assessments.catalogue.types import BulletList, Edition

STRAIGHT = re.compile(r"[^\s']*'\S*(?: \S+)?")


def straight_apostrophes(text: str) -> list[str]:
    """Return each word with a straight apostrophe and the next, if the guide does not have both.

    One that stands alone is the sign itself, as in a list of signs.
    """
    found = [words for words in STRAIGHT.findall(" ".join(text.split())) if words.split()[0] != "'"]
    return [words for words in found if words not in _guide() and not _ends_a_paragraph(words)]


def _ends_a_paragraph(words: str) -> bool:
    """Whether it ends one, or is quoted: a key point ends there, where the guide goes on."""
    word = words.partition(" ")[0]
    return f"{word}\n" in _guide() or (word.count("'") == 2 and word in _guide())


@cache
def _guide() -> str:
    return "".join(
        " ".join(text.split()) + "\n"
        for edition in loader.editions().values()
        for text in _texts(edition)
        if "'" in text
    )


def _texts(edition: Edition):
    yield from (domain.name for domain in edition.domains)
    for rule in edition.rules:
        yield from (quotation.words for quotation in rule.quotations)
    for passage in (*edition.sections, *edition.factors):
        for block in passage.blocks:
            paragraphs = block.items if isinstance(block, BulletList) else (block,)
            yield from ("".join(run.text for run in each.runs) for each in paragraphs)
