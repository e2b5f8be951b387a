"""The text of the edition is the guide's: no more, no less, in its order and its shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import BulletList, Edition, Emphasis, Factor, Paragraph, Section
from tests.catalogue.guide import Guide, Passage

NUMBERS = [factor.number for factor in loader.edition("2021-04").factors]
SLUGS = [section.slug for section in loader.edition("2021-04").sections]


def paragraphs(passage: Section | Factor) -> Iterator[tuple[str, Paragraph]]:
    for block in passage.blocks:
        if isinstance(block, BulletList):
            yield from (("item", item) for item in block.items)
        else:
            yield "paragraph", block


def sentences(texts: list[str]) -> Counter[str]:
    return Counter(s for text in texts for s in re.split(r"(?<=[.?!:])\s+(?=[A-Z])", text))


def set_in(passage: Section | Factor, emphasis: Emphasis) -> list[str]:
    return [
        run.text.strip()
        for _, paragraph in paragraphs(passage)
        for run in paragraph.runs
        if run.emphasis is emphasis
    ]


@pytest.fixture(
    params=[("section", slug) for slug in SLUGS] + [("factor", number) for number in NUMBERS],
    ids=" ".join,
)
def both(request, guide: Guide, april_2021: Edition) -> tuple[Passage, Section | Factor]:
    """A passage of the guide and what the edition has for it, by their place."""
    kind, name = request.param
    if kind == "section":
        return guide.sections[SLUGS.index(name)], april_2021.sections[SLUGS.index(name)]
    return guide.factors[NUMBERS.index(name)], april_2021.factors_by_number[name]


def test_every_word_of_the_guide_is_in_the_edition_in_order(guide, april_2021):
    said = []
    for section in guide.sections:
        said += [section.title, *(piece.text for piece in section.pieces), *section.footnotes]
    said.append(guide.factors_title)
    for row in guide.factors:
        said += [row.title, *(piece.text for piece in row.pieces)]

    held = []
    for section in april_2021.sections:
        held += [section.title, section.text]
        held += [note.paragraph.text for note in section.footnotes]
    held.append(april_2021.factors_title)
    for factor in april_2021.factors:
        held += [factor.name, factor.remark, factor.text]

    assert " ".join(held).split() == " ".join(said).split()


def test_every_sentence_of_the_guide_is_in_the_edition(both):
    guides, ours = both
    held = sentences([paragraph.text for _, paragraph in paragraphs(ours)])
    assert sentences([piece.text for piece in guides.pieces]) - held == Counter()


def test_every_sentence_of_the_edition_is_in_the_guide(both):
    guides, ours = both
    said = sentences([piece.text for piece in guides.pieces])
    assert sentences([paragraph.text for _, paragraph in paragraphs(ours)]) - said == Counter()


def test_paragraphs_and_items_of_lists_are_the_guides(both):
    guides, ours = both
    assert [(kind, paragraph.text) for kind, paragraph in paragraphs(ours)] == [
        (piece.kind, piece.text) for piece in guides.pieces
    ]


def test_what_is_bold_in_the_guide_is_bold(both):
    guides, ours = both
    assert set_in(ours, Emphasis.BOLD) == [bold for piece in guides.pieces for bold in piece.bold]


def test_what_the_guide_links_to_is_named_as_a_source(both):
    guides, ours = both
    assert set_in(ours, Emphasis.SOURCE) == [
        source for piece in guides.pieces for source in piece.sources
    ]


def test_titles_and_pages_are_the_guides(both):
    guides, ours = both
    title = ours.title if isinstance(ours, Section) else f"{ours.name} {ours.remark}".strip()
    assert (title, ours.page) == (guides.title, guides.page)


def test_the_codes_of_each_factor_are_those_of_its_row(guide, april_2021):
    assert [[code.code for code in factor.codes] for factor in april_2021.factors] == [
        row.codes for row in guide.factors
    ]


def test_the_guide_has_no_passage_that_the_edition_lacks(guide, april_2021):
    assert len(guide.sections) == len(april_2021.sections) == 2
    assert len(guide.factors) == len(april_2021.factors) == 24


def test_the_footnote_is_on_its_words(guide, april_2021):
    process = april_2021.sections[1]
    assert [note.paragraph.text for note in process.footnotes] == guide.sections[1].footnotes
    [on] = [note.on for note in process.footnotes]
    marked = [piece.marked for piece in guide.sections[1].pieces if "<sup>" in piece.marked]
    assert [text.split("<sup>")[0] for text in marked] == [on]


def test_the_domains_are_named_in_the_words_of_the_guide(guide, april_2021):
    items = [piece.text for piece in guide.sections[1].pieces if piece.kind == "item"]
    assert [domain.name for domain in april_2021.domains] == [
        item[0].upper() + item[1:] for item in items
    ]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_factor_opens_with_its_definition(april_2021, number):
    factor = april_2021.factors_by_number[number]
    defined = (
        factor.definition.endswith((".", "(FGM).")) and "factor should be" in factor.definition
    )
    # 20 and 21 are one sentence each, about their code.
    assert defined is (number not in {"20", "21"})
