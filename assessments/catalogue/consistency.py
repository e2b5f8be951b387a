"""Faults of an edition that could be read: what a careful editor would look for.

Pure: `assessments.checks` reports them in `manage.py check`; tests call it directly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from assessments.catalogue.checksum import text_checksum
from assessments.catalogue.types import Edition, Rule, code_order

FEWEST_SYNONYMS = 5
LONGEST_SHORT_NAME = 30
"""Characters; as many as a line of the factor page's list has room for."""

_QUOTATION_MARKS = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `id` stays the same whatever the edition, so that a check can be silenced."""

    id: str
    message: str


def faults(edition: Edition, kinds: Collection[str]) -> list[Fault]:
    """Return every fault within `edition`; `kinds` are the kinds of rule that code knows."""
    return [
        *_codes_stand_once(edition),
        *_short_names_tell_codes_apart(edition),
        *_domains_are_listed(edition),
        *_replaced_codes_are_gone(edition),
        *_text_is_unchanged(edition),
        *_words_are_the_guides(edition),
        *_footnotes_have_their_place(edition),
        *_kinds_are_known(edition, kinds),
        *_rules_name_codes_of_the_edition(edition),
        *_rules_have_their_reason(edition),
        *_quotations_are_the_guides(edition),
        *(_is_fit_to_record_under(edition) if edition.recordable else ()),
    ]


def faults_between(editions: Collection[Edition]) -> list[Fault]:
    """Return where the editions, in order of their first day, overlap or leave days out."""
    found = [
        Fault("E013", f"{edition.id}: it ends on {edition.in_force_to}, before it begins")
        for edition in editions
        if edition.in_force_to is not None and edition.in_force_to < edition.in_force_from
    ]
    for earlier, later in pairwise(sorted(editions, key=lambda edition: edition.in_force_from)):
        if earlier.in_force_to is None or earlier.in_force_to >= later.in_force_from:
            found.append(
                Fault("E014", f"{earlier.id} and {later.id} are both in force on some days")
            )
        elif earlier.in_force_to + timedelta(days=1) < later.in_force_from:
            found.append(
                Fault("E015", f"no edition is in force between {earlier.id} and {later.id}")
            )
    return found


def _codes_stand_once(edition: Edition) -> Iterator[Fault]:
    places: dict[str, list[tuple[str, str]]] = {}
    for factor in edition.factors:
        for code in factor.codes:
            places.setdefault(code.code, []).append((factor.number, code.domain or "none"))
    for name, found in places.items():
        factors = sorted({factor for factor, _ in found}, key=code_order)
        domains = sorted({domain for _, domain in found})
        if len(factors) > 1:
            yield Fault("E002", f"{edition.id}: {name} stands in factors {' and '.join(factors)}")
        if len(found) > len(factors):
            yield Fault("E003", f"{edition.id}: {name} stands twice in one factor")
        if len(domains) > 1:
            yield Fault("E004", f"{edition.id}: {name} stands in domains {' and '.join(domains)}")


def _short_names_tell_codes_apart(edition: Edition) -> Iterator[Fault]:
    """Yield short names that are too long, not the code's alone, or put otherwise who it is about.

    Codes with the same `about` end alike: "Drug misuse, child" beside "Domestic abuse, child".
    """
    first_with: dict[str, str] = {}
    endings: dict[str, tuple[str, str]] = {}
    for code in edition.codes.values():
        if not code.short:
            continue
        if len(code.short) > LONGEST_SHORT_NAME:
            yield Fault(
                "E024",
                f"{edition.id}: the short name of {code.code} has {len(code.short)} characters, "
                f"and {LONGEST_SHORT_NAME} fit",
            )
        first = first_with.setdefault(code.short, code.code)
        if first != code.code:
            yield Fault("E025", f"{edition.id}: {first} and {code.code} have one short name")
        if not code.about:
            continue
        ending = code.short.rpartition(", ")[2]
        alike, expected = endings.setdefault(code.about, (code.code, ending))
        if ending != expected:
            yield Fault(
                "E026",
                f"{edition.id}: the short name of {code.code} ends in {ending!r}, and that of "
                f"{alike}, which is about the same, in {expected!r}",
            )


def _domains_are_listed(edition: Edition) -> Iterator[Fault]:
    known = {domain.id for domain in edition.domains}
    for code in edition.codes.values():
        if code.domain is not None and code.domain not in known:
            yield Fault("E005", f"{edition.id}: {code.code} stands in no domain {code.domain}")


def _replaced_codes_are_gone(edition: Edition) -> Iterator[Fault]:
    for code in edition.replaced:
        if code in edition.codes:
            yield Fault("E006", f"{edition.id}: {code} is said to be replaced, but is a code")


def _text_is_unchanged(edition: Edition) -> Iterator[Fault]:
    found = text_checksum(edition)
    if found != edition.checksum:
        yield Fault(
            "E007",
            f"{edition.id}: the guide's text has changed: its checksum is {found}, "
            f"and edition.toml says {edition.checksum}",
        )


def _words_are_the_guides(edition: Edition) -> Iterator[Fault]:
    for factor in edition.factors:
        for code in factor.codes:
            if code.words not in factor.text:
                yield Fault(
                    "E008",
                    f"{edition.id}: the words of {code.code} do not stand in factor "
                    f"{factor.number}: {code.words!r}",
                )


def _footnotes_have_their_place(edition: Edition) -> Iterator[Fault]:
    for section in edition.sections:
        for note in section.footnotes:
            if note.on not in section.text:
                yield Fault(
                    "E009",
                    f"{edition.id}: section {section.slug} has a footnote on words that it lacks: "
                    f"{note.on!r}",
                )


def _kinds_are_known(edition: Edition, kinds: Collection[str]) -> Iterator[Fault]:
    for rule in edition.rules:
        if rule.kind not in kinds:
            yield Fault("E010", f"{edition.id}: rule {rule.id} is of no known kind: {rule.kind}")


def _codes_named(rule: Rule) -> frozenset[str]:
    return rule.codes.union(rule.without, rule.with_codes, *rule.pairs, rule.adds, rule.removes)


def _rules_name_codes_of_the_edition(edition: Edition) -> Iterator[Fault]:
    for rule in edition.rules:
        for code in sorted(_codes_named(rule) - edition.codes.keys()):
            yield Fault(
                "E011", f"{edition.id}: rule {rule.id} names {code}, which the edition lacks"
            )


def _rules_have_their_reason(edition: Edition) -> Iterator[Fault]:
    for rule in edition.rules:
        if not rule.quotations and not rule.ours:
            yield Fault(
                "E012", f"{edition.id}: rule {rule.id} neither quotes the guide nor says `ours`"
            )


def _quotations_are_the_guides(edition: Edition) -> Iterator[Fault]:
    passages = [_plain(text) for text in _passages(edition)]
    for rule in edition.rules:
        for quotation in rule.quotations:
            if not any(_is_quoted_from(quotation.words, passage) for passage in passages):
                yield Fault(
                    "E016",
                    f"{edition.id}: rule {rule.id} quotes what the guide does not say: "
                    f"{quotation.words!r}",
                )


def _passages(edition: Edition) -> Iterator[str]:
    """Yield the sections and the factors: a quotation is taken from one of them."""
    for section in edition.sections:
        yield section.text
    for factor in edition.factors:
        yield factor.text


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_QUOTATION_MARKS)).strip()


def _is_quoted_from(words: str, passage: str) -> bool:
    """Return whether `words`, or its parts between omissions (…), are there in that order."""
    parts = [part for part in map(str.strip, _plain(words).split("…")) if part]
    start = 0
    for part in parts:
        start = passage.find(part, start)
        if start < 0:
            return False
        start += len(part)
    return bool(parts)


def _is_fit_to_record_under(edition: Edition) -> Iterator[Fault]:
    """Yield what an edition in use may not lack, and one of codes and names alone may."""
    for missing, there in (
        ("sections", edition.sections),
        ("domains", edition.domains),
        ("rules", edition.rules),
    ):
        if not there:
            yield Fault("E017", f"{edition.id}: it has no {missing}, yet is recordable")
    for domain in edition.domains:
        if not domain.about:
            yield Fault("E027", f"{edition.id}: nothing says what stands in domain {domain.id}")
        if not domain.shortest_name:
            yield Fault("E027", f"{edition.id}: domain {domain.id} has no name of one word")
    for factor in edition.factors:
        if not factor.blocks:
            yield Fault("E018", f"{edition.id}: factor {factor.number} has no guidance")
        for code in factor.codes:
            if not code.words:
                yield Fault("E019", f"{edition.id}: {code.code} has no words of the guide")
            if not code.short:
                yield Fault("E023", f"{edition.id}: {code.code} has no short name")
        if len(factor.synonyms) < FEWEST_SYNONYMS:
            yield Fault(
                "E020",
                f"{edition.id}: factor {factor.number} has {len(factor.synonyms)} synonyms, "
                f"and needs {FEWEST_SYNONYMS}",
            )
