"""Reads the editions of the guide from their folders.

An edition is a whole folder: `edition.toml` and `factors.toml`, and, where factors are recorded
under it, `sections.toml`, `rules.toml` and the words of its search: `synonyms.toml`,
`people.toml`, `undescribed.toml`. This module reads strictly, and
raises CatalogueError for what it cannot understand; whether what it read is consistent is for
`consistency` to find.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assessments.catalogue import markup
from assessments.catalogue.errors import CatalogueError, NoEditionInForce
from assessments.catalogue.tables import Table, read, unique
from assessments.catalogue.types import (
    Block,
    BulletList,
    Code,
    Domain,
    Edition,
    Factor,
    Footnote,
    Kind,
    Paragraph,
    People,
    Quotation,
    Rule,
    Section,
    Severity,
    Source,
    Undescribed,
)

__all__ = ["CatalogueError", "NoEditionInForce", "edition", "edition_for", "editions"]

EDITIONS_FOLDER = Path(__file__).parent / "editions"


def editions(folder: Path | None = None) -> Mapping[str, Edition]:
    """Return every edition by its id, the earliest first; each folder is read once.

    `folder` is EDITIONS_FOLDER unless given. Raise CatalogueError.
    """
    return _editions(EDITIONS_FOLDER if folder is None else folder)


def edition(id: str) -> Edition:
    """Return the edition with that id; raise KeyError where there is none."""
    return editions()[id]


def edition_for(day: date) -> Edition:
    """Return the edition in force on `day`, recordable or not.

    Raise NoEditionInForce for a day before the first edition or between two.
    """
    for candidate in reversed(list(editions().values())):
        if candidate.in_force_from <= day:
            if candidate.in_force_to is None or day <= candidate.in_force_to:
                return candidate
            break
    raise NoEditionInForce(day)


@cache
def _editions(folder: Path) -> Mapping[str, Edition]:
    if not folder.is_dir():
        raise CatalogueError(folder.name, "", "there is no such folder of editions")
    found = [_edition(path) for path in sorted(folder.iterdir()) if _holds_an_edition(path)]
    if not found:
        raise CatalogueError(folder.name, "", "holds no edition")
    found.sort(key=lambda edition: edition.in_force_from)
    return MappingProxyType({edition.id: edition for edition in found})


def _holds_an_edition(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "_"))


def _edition(folder: Path) -> Edition:
    synonyms = _synonyms(folder / "synonyms.toml")
    factors = _factors(folder / "factors.toml", synonyms)
    with read(folder / "edition.toml") as table:
        id = table.filled("id")
        if id != folder.name:
            table.refuse(f"id is {id}, but the folder is called {folder.name}")
        return Edition(
            id=id,
            title=table.filled("title"),
            in_force_from=table.day("in_force_from"),
            in_force_to=table.optional_day("in_force_to"),
            recordable=table.boolean("recordable"),
            source=_source(table.table("source")),
            sections=_sections(folder / "sections.toml"),
            domains=tuple(
                unique(table.tables("domain"), _domain, lambda domain: domain.id).values()
            ),
            factors=factors,
            rules=_rules(folder / "rules.toml"),
            replaced=_replaced(table.table("replaced")),
            checksum=table.filled("checksum"),
            factors_title=table.text("factors_title"),
            **_people(folder / "people.toml", factors),
            undescribed=_undescribed(folder / "undescribed.toml"),
        )


def _source(table: Table) -> Source:
    with table:
        return Source(
            title=table.filled("title"),
            publisher=table.filled("publisher"),
            published=table.filled("published"),
            licence=table.filled("licence"),
            licence_url=table.filled("licence_url"),
            attribution=table.filled("attribution"),
        )


def _domain(table: Table) -> Domain:
    id = table.filled("id")
    table.named(f"domain {id}")
    return Domain(
        id=id,
        name=table.filled("name"),
        short_name=table.filled("short_name"),
        shortest_name=table.text("shortest_name", ""),
        about=table.text("about", ""),
    )


def _replaced(table: Table) -> Mapping[str, str]:
    with table:
        return MappingProxyType({code: table.filled(code) for code in table.content})


def _sections(path: Path) -> tuple[Section, ...]:
    if not path.exists():
        return ()
    with read(path) as table:
        return tuple(unique(table.tables("section"), _section, lambda it: it.slug).values())


def _section(table: Table) -> Section:
    slug = table.filled("slug")
    table.named(f"section {slug}")
    return Section(
        slug=slug,
        title=table.filled("title"),
        page=table.integer("page"),
        blocks=_blocks(table, table.items("blocks")),
        footnotes=tuple(_footnote(note) for note in table.tables("footnotes", optional=True)),
    )


def _footnote(table: Table) -> Footnote:
    with table:
        return Footnote(on=table.filled("on"), paragraph=_paragraph(table, table.filled("text")))


def _synonyms(path: Path) -> Mapping[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    with read(path) as table:
        return {owner: _words(table, owner) for owner in table.content}


def _words(table: Table, key: str, default: list[str] | None = None) -> tuple[str, ...]:
    words = table.texts(key, default)
    for word in words:
        if word != word.strip().lower():
            table.refuse(f"{key} holds {word!r}, which is not in plain lower case")
    return words


def _people(path: Path, factors: tuple[Factor, ...]) -> dict[str, Any]:
    """Return the edition's fields about the people whom a search may name."""
    if not path.exists():
        return {}
    labels = {code.about for factor in factors for code in factor.codes if code.about}
    numbers = {factor.number for factor in factors}

    def people(table: Table) -> People:
        name = table.filled("name")
        table.named(f"people {name}")
        about = frozenset(table.texts("about"))
        if unknown := about - labels:
            table.refuse(f"no code is about {', '.join(sorted(unknown))}")
        kind = table.text("kind", Kind.OTHER.value)
        if kind not in Kind.__members__.values():
            table.refuse(f"{kind} is no kind of people")
        never = frozenset(table.texts("never", []))
        if unknown := never - numbers:
            table.refuse(f"never names no factor {', '.join(sorted(unknown))}")
        return People(
            name=name,
            kind=Kind(kind),
            words=_words(table, "words"),
            about=about,
            signs=_words(table, "signs", []),
            never=never,
            grown_up=table.text("grown_up", ""),
        )

    with read(path) as table:
        found: dict[str, Any] = {
            "people": tuple(unique(table.tables("people"), people, lambda it: it.name).values()),
            "reporters": _words(table, "reporters"),
            "usually": frozenset(table.texts("usually")),
        }
        names = {each.name for each in found["people"]}
        if unknown := {each.grown_up for each in found["people"] if each.grown_up} - names:
            table.refuse(f"grown_up names no people {', '.join(sorted(unknown))}")
        if unknown := found["usually"] - labels:
            table.refuse(f"no code is about {', '.join(sorted(unknown))}")
        for key in ("done_by", "done_to", "blows"):
            found[key] = frozenset(table.texts(key))
            if unknown := found[key] - numbers:
                table.refuse(f"{key} names no factor {', '.join(sorted(unknown))}")
        return found


def _undescribed(path: Path) -> tuple[Undescribed, ...]:
    if not path.exists():
        return ()

    def undescribed(table: Table) -> Undescribed:
        return Undescribed(sentence=table.filled("sentence"), words=_words(table, "words"))

    with read(path) as table:
        return tuple(
            unique(table.tables("undescribed"), undescribed, lambda it: it.sentence).values()
        )


def _factors(path: Path, synonyms: Mapping[str, tuple[str, ...]]) -> tuple[Factor, ...]:
    with read(path) as table:
        found = unique(
            table.tables("factor"), lambda it: _factor(it, synonyms), lambda it: it.number
        )
    codes = {code.code for factor in found.values() for code in factor.codes}
    for owner in synonyms:
        if owner not in found and owner not in codes:
            raise CatalogueError(
                f"{path.parent.name}/synonyms.toml", "", f"there is no factor or code {owner}"
            )
    return tuple(found.values())


def _factor(table: Table, synonyms: Mapping[str, tuple[str, ...]]) -> Factor:
    number = table.filled("number")
    table.named(f"factor {number}")
    return Factor(
        number=number,
        name=table.filled("name"),
        page=table.optional_integer("page"),
        remark=table.text("remark", ""),
        blocks=_blocks(table, table.items("blocks", [])),
        codes=tuple(_code(code, number, synonyms) for code in table.tables("codes")),
        synonyms=synonyms.get(number, ()),
    )


def _code(table: Table, factor: str, synonyms: Mapping[str, tuple[str, ...]]) -> Code:
    with table:
        code = table.filled("code")
        table.named(f"factor {factor}, code {code}")
        return Code(
            code=code,
            factor=factor,
            about=table.text("about", ""),
            # A factor and its only code may have the same name.
            synonyms=synonyms.get(code, ()) if code != factor else (),
            words=table.text("words", ""),
            # Required, even if "", so that no code is left out of a domain by oversight.
            domain=table.text("domain") or None,
            label=table.text("label", ""),
            short=table.text("short", ""),
        )


def _blocks(table: Table, content: list[object]) -> tuple[Block, ...]:
    return tuple(_block(table, block) for block in content)


def _block(table: Table, content: object) -> Block:
    if not isinstance(content, list):
        return _paragraph(table, content)
    if not content:
        table.refuse("a list in blocks is empty")
    return BulletList(tuple(_paragraph(table, item) for item in content))


def _paragraph(table: Table, content: object) -> Paragraph:
    if not isinstance(content, str):
        table.refuse("blocks must hold text and lists of text")
    try:
        return markup.paragraph(content)
    except markup.MarkupError as error:
        table.refuse(str(error))


def _rules(path: Path) -> tuple[Rule, ...]:
    if not path.exists():
        return ()
    with read(path) as table:
        return tuple(unique(table.tables("rule"), _rule, lambda rule: rule.id).values())


def _rule(table: Table) -> Rule:
    id = table.filled("id")
    table.named(f"rule {id}")
    severity = table.filled("severity")
    if severity not in list(Severity):
        table.refuse(f"severity must be one of {', '.join(Severity)}")
    return Rule(
        id=id,
        kind=table.filled("kind"),
        severity=Severity(severity),
        message=table.filled("message"),
        message_doubled=table.text("message_doubled", ""),
        codes=frozenset(table.texts("codes", [])),
        without=frozenset(table.texts("without", [])),
        with_codes=frozenset(table.texts("with_codes", [])),
        pairs=tuple(frozenset(table.distinct("pairs", pair)) for pair in table.items("pairs", [])),
        unborn=table.optional_boolean("unborn"),
        age=table.optional_integer("age"),
        age_if_disabled=table.optional_integer("age_if_disabled"),
        sex=table.optional_text("sex"),
        outcomes=frozenset(table.texts("outcomes", [])),
        adds=table.texts("adds", []),
        removes=frozenset(table.texts("removes", [])),
        quotations=tuple(
            _quotation(quotation) for quotation in table.tables("quotation", optional=True)
        ),
        question=table.text("question", ""),
        considered=table.text("considered", ""),
        subject=table.text("subject", ""),
        ours=table.text("ours", ""),
        census_rules=table.texts("census_rules", []),
    )


def _quotation(table: Table) -> Quotation:
    with table:
        return Quotation(words=table.filled("words"), where=table.filled("where"))
