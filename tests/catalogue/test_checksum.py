from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.catalogue import loader
from assessments.catalogue.checksum import main, text_checksum
from assessments.catalogue.types import BulletList, Edition, Emphasis, Factor, Paragraph, Run


def with_factor(edition: Edition, number: str, **fields: object) -> Edition:
    def change(factor: Factor) -> Factor:
        return replace(factor, **fields) if factor.number == number else factor

    return replace(edition, factors=tuple(map(change, edition.factors)))


@pytest.mark.parametrize("id", loader.editions())
def test_each_edition_declares_the_checksum_of_its_text(id):
    assert loader.edition(id).checksum == text_checksum(loader.edition(id))


@pytest.mark.parametrize("id", loader.editions())
def test_the_command_prints_the_checksum(capsys, id):
    main([id])
    assert capsys.readouterr().out == f"{loader.edition(id).checksum}\n"


def test_the_command_names_the_editions_it_knows(capsys):
    with pytest.raises(SystemExit):
        main(["2099-04"])
    error = capsys.readouterr().err
    assert all(id in error for id in loader.editions())


def test_what_is_ours_does_not_change_the_checksum(april_2021):
    code = replace(april_2021.codes["20"], about="Something else", domain="family")
    ours = with_factor(april_2021, "20", codes=(code,), synonyms=("more",))
    ours = replace(ours, rules=(), domains=(), replaced={}, title="Another")
    assert text_checksum(ours) == text_checksum(april_2021)


CHANGES = {
    "a name": {"name": "other"},
    "a remark": {"remark": "NEW"},
    "a letter's case": {"blocks": (Paragraph((Run("code (20) Other"),)),)},
    "a space": {"blocks": (Paragraph((Run("Code (20)  Other"),)),)},
    "an emphasis": {"blocks": (Paragraph((Run("Code (20) Other", Emphasis.BOLD),)),)},
    "a paragraph made a list": {"blocks": (BulletList((Paragraph((Run("Code (20) Other"),)),)),)},
    "a paragraph cut in two": {
        "blocks": (Paragraph((Run("Code (20)"),)), Paragraph((Run("Other"),)))
    },
}


@pytest.mark.parametrize("fields", CHANGES.values(), ids=CHANGES)
def test_whatever_the_guide_says_or_how_it_sets_it_changes_the_checksum(april_2021, fields):
    assert text_checksum(with_factor(april_2021, "20", **fields)) != april_2021.checksum


def test_the_order_of_the_sections_changes_the_checksum(april_2021):
    turned = replace(april_2021, sections=april_2021.sections[::-1])
    assert text_checksum(turned) != april_2021.checksum


def test_the_words_of_a_code_change_the_checksum(april_2021):
    code = replace(april_2021.codes["20"], words="Code (20) Other")
    assert text_checksum(with_factor(april_2021, "20", codes=(code,))) != april_2021.checksum


def test_a_footnote_changes_the_checksum(april_2021):
    sections = tuple(replace(section, footnotes=()) for section in april_2021.sections)
    assert text_checksum(replace(april_2021, sections=sections)) != april_2021.checksum
