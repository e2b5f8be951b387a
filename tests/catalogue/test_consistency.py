"""Each fault of an edition, shown broken in one place of the real one, and the real one whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assessments import rules
from assessments.catalogue import consistency, loader
from assessments.catalogue.checksum import text_checksum
from assessments.catalogue.consistency import Fault, faults, faults_between
from assessments.catalogue.types import (
    STANDS_ALONE,
    Code,
    Edition,
    Factor,
    Footnote,
    Quotation,
    Rule,
    Severity,
)

EDITIONS = loader.editions()
APRIL_2021 = EDITIONS["2021-04"]

Change = Callable[[Edition], Edition]


def with_factor(number: str, change: Callable[[Factor], Factor]) -> Change:
    """The edition with one factor changed, its checksum that of the text it then has."""

    def apply(edition: Edition) -> Edition:
        factors = tuple(change(f) if f.number == number else f for f in edition.factors)
        changed = replace(edition, factors=factors)
        return replace(changed, checksum=text_checksum(changed))

    return apply


def with_code(code: str, change: Callable[[Code], tuple[Code, ...]]) -> Change:
    def apply(factor: Factor) -> Factor:
        codes = [
            new for old in factor.codes for new in (change(old) if old.code == code else [old])
        ]
        return replace(factor, codes=tuple(codes))

    return with_factor(APRIL_2021.codes[code].factor, apply)


def with_domain(id: str, **fields: str) -> Change:
    def apply(edition: Edition) -> Edition:
        domains = tuple(replace(it, **fields) if it.id == id else it for it in edition.domains)
        return replace(edition, domains=domains)

    return apply


def with_rule(**fields: object) -> Change:
    """The edition with one more rule, sound but for `fields`."""
    sound = {
        "id": "one-more",
        "kind": STANDS_ALONE,
        "severity": Severity.NOTE,
        "message": "{codes}",
        "codes": frozenset({"21"}),
        "ours": "for this test",
    }
    rule = Rule(**(sound | fields))
    return lambda edition: replace(edition, rules=(*edition.rules, rule))


def quoting(words: str) -> Change:
    return with_rule(quotations=(Quotation(words=words, where="page 5"),), ours="")


def with_footnote(on: str) -> Change:
    def apply(edition: Edition) -> Edition:
        first, *others = edition.sections
        note = Footnote(on=on, paragraph=first.blocks[0])
        changed = replace(edition, sections=(replace(first, footnotes=(note,)), *others))
        return replace(changed, checksum=text_checksum(changed))

    return apply


def with_text(**fields: object) -> Change:
    def apply(edition: Edition) -> Edition:
        changed = replace(edition, **fields)
        return replace(changed, checksum=text_checksum(changed))

    return apply


BROKEN: list[tuple[str, Change, list[Fault]]] = [
    (
        "a code in two factors",
        with_factor("2", lambda it: replace(it, codes=(
            *it.codes, replace(APRIL_2021.codes["14A"], words="", factor="2"),
        ))),
        [
            Fault("E002", "2021-04: 14A stands in factors 2 and 14"),
            Fault("E019", "2021-04: 14A has no words of the guide"),
        ],
    ),
    (
        "a code twice in one factor",
        with_code("13A", lambda it: (it, it)),
        [Fault("E003", "2021-04: 13A stands twice in one factor")],
    ),
    (
        "a code in two domains",
        with_code("13A", lambda it: (it, replace(it, domain="child"))),
        [
            Fault("E003", "2021-04: 13A stands twice in one factor"),
            Fault("E004", "2021-04: 13A stands in domains child and family"),
        ],
    ),
    (
        "a code in a domain and in none",
        with_code("13A", lambda it: (it, replace(it, domain=None))),
        [
            Fault("E003", "2021-04: 13A stands twice in one factor"),
            Fault("E004", "2021-04: 13A stands in domains family and none"),
        ],
    ),
    (
        "an unknown domain",
        with_code("13A", lambda it: (replace(it, domain="street"),)),
        [Fault("E005", "2021-04: 13A stands in no domain street")],
    ),
    (
        "a replaced code that is a code",
        lambda it: replace(it, replaced={"18B": "18B was replaced"}),
        [Fault("E006", "2021-04: 18B is said to be replaced, but is a code")],
    ),
    (
        "words that are not in the guidance",
        with_code("3A", lambda it: (replace(it, words="where the child is the victim"),)),
        [
            Fault(
                "E008",
                "2021-04: the words of 3A do not stand in factor 3: "
                "'where the child is the victim'",
            )
        ],
    ),
    (
        "words of another factor",
        with_code("3A", lambda it: (replace(it, words=APRIL_2021.codes["4A"].words),)),
        [
            Fault(
                "E008",
                "2021-04: the words of 3A do not stand in factor 3: "
                "'for concerns about the child’s mental health'",
            )
        ],
    ),
    (
        "words with another quotation mark",
        with_code("4A", lambda it: (replace(it, words=it.words.replace("’", "'")),)),
        [
            Fault(
                "E008",
                "2021-04: the words of 4A do not stand in factor 4: "
                "\"for concerns about the child's mental health\"",
            )
        ],
    ),
    (
        "a footnote on words that are not there",
        with_footnote("The frame"),
        [
            Fault(
                "E009",
                "2021-04: section purpose has a footnote on words that it lacks: 'The frame'",
            )
        ],
    ),
    (
        "an unknown kind",
        with_rule(kind="stands_apart"),
        [Fault("E010", "2021-04: rule one-more is of no known kind: stands_apart")],
    ),
    *(
        (
            f"a rule whose {name} names a code of the edition before",
            with_rule(**{name: value}),
            [Fault("E011", "2021-04: rule one-more names 18A, which the edition lacks")],
        )
        for name, value in {
            "codes": frozenset({"18A", "18B"}),
            "without": frozenset({"18A"}),
            "with_codes": frozenset({"18A"}),
            "pairs": (frozenset({"1A", "2A"}), frozenset({"1A", "18A"})),
            "adds": ("18A",),
            "removes": frozenset({"18A"}),
        }.items()
    ),
    (
        "a rule that names part of a code",
        with_rule(codes=frozenset({"1", "A"})),
        [
            Fault("E011", "2021-04: rule one-more names 1, which the edition lacks"),
            Fault("E011", "2021-04: rule one-more names A, which the edition lacks"),
        ],
    ),
    (
        "a rule without a reason",
        with_rule(ours=""),
        [Fault("E012", "2021-04: rule one-more neither quotes the guide nor says `ours`")],
    ),
    *(
        (
            f"a quotation that {name}",
            quoting(words),
            [
                Fault(
                    "E016",
                    f"2021-04: rule one-more quotes what the guide does not say: {words!r}",
                )
            ],
        )
        for name, words in {
            "changes a word": "The mental health factor must be recorded",
            "turns the order round": "impact on a child … The mental health factor",
            "joins two factors": "The mental health factor … The learning disability factor",
            "is nothing but an omission": "…",
            "leaves words out unmarked": "The mental health factor should be recorded impact",
            "changes the case": "the mental health factor",
        }.items()
    ),
    (
        "no sections",
        with_text(sections=()),
        [
            Fault("E017", "2021-04: it has no sections, yet is recordable"),
            Fault(
                "E016",
                "2021-04: rule no-factors-no-further-action quotes what the guide does not say: "
                "'We would only expect this category to be used in cases which were closed "
                "following assessment where it was determined the child was not in need.'",
            ),
        ],
    ),
    (
        "no rules",
        lambda it: replace(it, rules=()),
        [Fault("E017", "2021-04: it has no rules, yet is recordable")],
    ),
    (
        "a factor without guidance",
        with_factor("20", lambda it: replace(it, blocks=())),
        [
            Fault("E008", "2021-04: the words of 20 do not stand in factor 20: 'Other'"),
            Fault("E018", "2021-04: factor 20 has no guidance"),
        ],
    ),
    (
        "a code without words",
        with_code("20", lambda it: (replace(it, words=""),)),
        [Fault("E019", "2021-04: 20 has no words of the guide")],
    ),
    (
        "a code without a short name",
        with_code("13A", lambda it: (replace(it, short=""),)),
        [Fault("E023", "2021-04: 13A has no short name")],
    ),
    (
        "a short name of one character too many",
        with_code("13A", lambda it: (replace(it, short="x" * 31),)),
        [Fault("E024", "2021-04: the short name of 13A has 31 characters, and 30 fit")],
    ),
    (
        "one short name for two codes",
        with_code("16A", lambda it: (replace(it, short="Gangs"),)),
        [Fault("E025", "2021-04: 13A and 16A have one short name")],
    ),
    (
        "another word for the same people",
        with_code("4B", lambda it: (replace(it, short="Mental health, mother"),)),
        [
            Fault(
                "E026",
                "2021-04: the short name of 4B ends in 'mother', and that of 1B, which is about "
                "the same, in 'parent'",
            )
        ],
    ),
    (
        "a domain of which nothing is said",
        with_domain("family", about=""),
        [Fault("E027", "2021-04: nothing says what stands in domain family")],
    ),
    (
        "a domain without a name of one word",
        with_domain("family", shortest_name=""),
        [Fault("E027", "2021-04: domain family has no name of one word")],
    ),
    (
        "four synonyms",
        with_factor("20", lambda it: replace(it, synonyms=it.synonyms[:4])),
        [Fault("E020", "2021-04: factor 20 has 4 synonyms, and needs 5")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)
def test_every_edition_is_without_fault(edition):
    assert faults(edition, rules.KINDS) == []


@pytest.mark.parametrize(
    ("change", "expected"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_fault_is_found_and_no_other_with_it(change, expected):
    found = faults(change(APRIL_2021), rules.KINDS)
    assert sorted(found, key=repr) == sorted(expected, key=repr)


def test_changed_text_is_found_by_its_checksum():
    definition = APRIL_2021.factors_by_number["4"].blocks[0]
    [run] = definition.runs
    changed = replace(definition, runs=(replace(run, text=run.text.replace("impact", "bear")),))
    factors = tuple(
        replace(f, blocks=(changed, *f.blocks[1:])) if f.number == "4" else f
        for f in APRIL_2021.factors
    )
    edition = replace(APRIL_2021, factors=factors)
    [fault] = faults(edition, rules.KINDS)
    assert fault == Fault(
        "E007",
        f"2021-04: the guide's text has changed: its checksum is {text_checksum(edition)}, "
        f"and edition.toml says {APRIL_2021.checksum}",
    )


def test_an_edition_without_domains_places_no_code_in_one():
    found = faults(replace(APRIL_2021, domains=()), rules.KINDS)
    assert {fault.id for fault in found} == {"E005", "E017"}
    assert len(found) == 40 + 1


@pytest.mark.parametrize(
    "words",
    [
        "The mental health factor should be recorded",
        "The mental health factor … on a child.",
        "… health impact on a child …",
        "concerns about the child's mental health",
        "concerns about   the\nchild’s mental health",
        'Trafficking is defined as "the recruitment',
        "The Mental Health Act 2007 … This assessment factor",
    ],
)
def test_a_quotation_may_omit_words_and_write_its_marks_otherwise(words):
    assert faults(quoting(words)(APRIL_2021), rules.KINDS) == []


def test_an_added_sound_rule_has_no_fault():
    assert faults(with_rule()(APRIL_2021), rules.KINDS) == []


def test_five_synonyms_are_enough():
    edition = with_factor("20", lambda it: replace(it, synonyms=it.synonyms[:5]))(APRIL_2021)
    assert faults(edition, rules.KINDS) == []


def test_a_footnote_on_words_of_its_section_is_without_fault():
    edition = with_footnote("The effective assessment")(APRIL_2021)
    assert faults(edition, rules.KINDS) == []


def test_an_edition_that_is_only_read_needs_no_guidance():
    edition = with_text(
        recordable=False,
        sections=(),
        rules=(),
        factors=tuple(
            replace(
                factor,
                blocks=(),
                synonyms=(),
                codes=tuple(replace(code, words="") for code in factor.codes),
            )
            for factor in APRIL_2021.factors
        ),
    )(APRIL_2021)
    assert faults(edition, rules.KINDS) == []


def in_force(id: str, first: date, last: date | None) -> Edition:
    return replace(APRIL_2021, id=id, in_force_from=first, in_force_to=last)


def test_the_editions_follow_each_other_day_by_day():
    assert faults_between(EDITIONS.values()) == []


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (date(2021, 3, 31), []),
        (date(2021, 4, 1), [Fault("E014", "old and new are both in force on some days")]),
        (None, [Fault("E014", "old and new are both in force on some days")]),
        (date(2021, 3, 30), [Fault("E015", "no edition is in force between old and new")]),
    ],
)
def test_editions_that_overlap_or_leave_days_out_are_found(last, expected):
    old = in_force("old", date(2020, 4, 1), last)
    new = in_force("new", date(2021, 4, 1), None)
    assert faults_between([new, old]) == expected


def test_an_edition_that_ends_before_it_begins_is_found():
    edition = in_force("odd", date(2021, 4, 1), date(2021, 3, 31))
    assert faults_between([edition]) == [
        Fault("E013", "odd: it ends on 2021-03-31, before it begins")
    ]


def test_an_edition_of_one_day_is_without_fault():
    day = date(2021, 4, 1)
    assert faults_between([in_force("one", day, day)]) == []


def test_every_fault_is_shown_here():
    def ids(path: str) -> set[str]:
        return set(re.findall(r'Fault\(\s*"(E\d{3})"', Path(path).read_text(encoding="utf-8")))

    assert ids(consistency.__file__) == ids(__file__)
