"""The checksum of an edition's text, so that no wording changes by accident.

`python -m assessments.catalogue.checksum 2021-04` prints what `edition.toml` has to declare.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence

from assessments.catalogue import loader
from assessments.catalogue.types import Block, BulletList, Edition, Paragraph


def text_checksum(edition: Edition) -> str:
    """Return the SHA-256 of all the guide's text, in its order, as 64 hexadecimal digits.

    What is ours (rules, labels, domains, synonyms, messages) and how TOML spells the marks do not
    change it; a word, an emphasis, a list's shape or the order of the text does.
    """
    content = [
        edition.factors_title,
        [
            [
                section.title,
                _blocks(section.blocks),
                [[note.on, _paragraph(note.paragraph)] for note in section.footnotes],
            ]
            for section in edition.sections
        ],
        [
            [
                factor.number,
                factor.name,
                factor.remark,
                _blocks(factor.blocks),
                [[code.code, code.words] for code in factor.codes],
            ]
            for factor in edition.factors
        ],
    ]
    canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _paragraph(paragraph: Paragraph) -> list[list[str]]:
    return [[run.emphasis.value, run.text] for run in paragraph.runs]


def _blocks(blocks: Iterable[Block]) -> list[object]:
    return [
        ["list", [_paragraph(item) for item in block.items]]
        if isinstance(block, BulletList)
        else ["paragraph", _paragraph(block)]
        for block in blocks
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m assessments.catalogue.checksum")
    parser.add_argument("edition", choices=list(loader.editions()))
    chosen = loader.edition(parser.parse_args(arguments).edition)
    sys.stdout.write(f"{text_checksum(chosen)}\n")


if __name__ == "__main__":
    main()
