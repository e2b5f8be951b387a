"""The rules quote the guide word for word, from the page they name."""

import re
from pathlib import Path

import pytest

from assessments.catalogue import loader
from tests.catalogue.guide import FIRST_PAGE_OF_THE_TABLE, HEADING_ROW, plain

GUIDE = Path(__file__).resolve().parents[2].parent / "shared/guide/cin-factors-guide-april-2021.txt"
APRIL_2021 = loader.edition("2021-04")
QUOTATIONS = [
    pytest.param(quotation, id=f"{rule.id} {number}")
    for rule in APRIL_2021.rules
    for number, quotation in enumerate(rule.quotations, start=1)
]
SECTIONS = {section.title: section for section in APRIL_2021.sections}


@pytest.fixture(scope="module")
def table_pages():
    """The words of each page of the guide's table, by page number.

    What stands before the table is not divided into pages there.
    """
    if not GUIDE.exists():
        pytest.skip("the department's guide is not beside this repository")
    _, *pages = GUIDE.read_text(encoding="utf-8").split(HEADING_ROW)
    return {
        number: plain(page.replace("\t", " "))
        for number, page in enumerate(pages, start=FIRST_PAGE_OF_THE_TABLE)
    }


@pytest.mark.parametrize("rule", APRIL_2021.rules, ids=lambda rule: rule.id)
def test_a_rule_quotes_the_guide_or_says_why_it_is_ours(rule):
    assert bool(rule.quotations) != bool(rule.ours)


@pytest.mark.parametrize("quotation", QUOTATIONS)
def test_where_names_a_row_of_the_guide_or_a_section_and_its_page(quotation):
    place, pages = re.fullmatch(r"(.+), pages? ([0-9]+(?: and [0-9]+)?)", quotation.where).groups()
    rows = {
        f"{listed(factor.codes)} {factor.name}": factor.page for factor in APRIL_2021.factors
    } | {title: section.page for title, section in SECTIONS.items()}
    assert rows[place] <= int(pages.split(" and ")[0])


def listed(codes):
    *first, last = [code.code for code in codes]
    return f"{', '.join(first)} and {last}" if first else last


@pytest.mark.parametrize(
    "quotation", [p for p in QUOTATIONS if p.values[0].where.split(", page")[0] not in SECTIONS]
)
def test_the_words_stand_on_the_pages_named(quotation, table_pages):
    pages = [int(page) for page in re.findall(r"[0-9]+", quotation.where.split(", page")[1])]
    text = " ".join(table_pages[page] for page in pages)
    assert [part for part in quotation.words.split(" … ") if part not in text] == []
    assert all(quotation.words not in table_pages[page] for page in pages[1:])


@pytest.mark.parametrize(
    "quotation", [p for p in QUOTATIONS if p.values[0].where.split(", page")[0] in SECTIONS]
)
def test_the_words_stand_in_the_section_named(quotation):
    assert quotation.words in SECTIONS[quotation.where.split(", page")[0]].text
