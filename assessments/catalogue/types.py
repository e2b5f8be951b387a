"""What an edition of the department's guide consists of.

Plain, frozen values: no Django, no clock, no files. `loader` builds them from the folders
under `editions/`; everything else reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property


def code_order(code: str) -> tuple[int, str]:
    """Return the sort key of the guide's order: by number, then by letter, so that 2A precedes 10A.

    Anything that does not look like a code goes last, in its own alphabetical order.
    """
    number = re.match(r"[0-9]{1,9}", code)
    return (int(number[0]), code[number.end() :]) if number else (10**9, code)


class Severity(StrEnum):
    """What a finding requires of the person; see the catalogue's README."""

    ERROR_ON_SAVE = "error_on_save"
    ERROR_ON_SUBMISSION = "error_on_submission"
    EXPLAIN = "explain"
    CONSIDER = "consider"
    NOTE = "note"


class Emphasis(StrEnum):
    """How the guide prints a part of its text."""

    PLAIN = "plain"
    BOLD = "bold"
    SOURCE = "source"
    """The name of a publication that the guide links to, without an address."""


@dataclass(frozen=True, slots=True)
class Run:
    """A part of the guide's text printed in one way."""

    text: str
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the guide, word for word."""

    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class BulletList:
    """One list of the guide, an item to each bullet."""

    items: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        return "\n".join(item.text for item in self.items)


Block = Paragraph | BulletList


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote of the guide, whose raised number is left out of the text where it stands."""

    on: str
    """The words of the section that the footnote is attached to."""
    paragraph: Paragraph


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the guide outside its table of factors."""

    slug: str
    title: str
    page: int
    blocks: tuple[Block, ...]
    footnotes: tuple[Footnote, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Domain:
    """One of the three domains of the assessment framework, in the guide's words.

    The guide assigns no code to a domain. Which code belongs to which is ours: it groups the page
    and is never exported.
    """

    id: str
    name: str
    short_name: str
    shortest_name: str = ""
    """One word for it, where many stand side by side: "Parents"."""
    about: str = ""
    """What stands in it, in a sentence of ours."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the census, for example 3A."""

    code: str
    factor: str
    """The number of its factor, for example "3"."""
    about: str
    """The short label, who or what it is about: "The child". Empty where a factor has one code."""
    words: str
    """The guide's own words for this code alone; a verbatim part of the factor's guidance.

    Empty in an edition that has only codes and names.
    """
    domain: str | None
    """The id of its domain; None for codes listed after the three domains."""
    synonyms: tuple[str, ...] = ()
    """Everyday words by which people look for this code and none of its factor's others."""
    label: str = ""
    """The whole label of its checkbox, where neither `about` nor the factor's name is enough."""
    short: str = ""
    """Its name where a line has room for thirty characters, who it is about last. Ours."""

    @property
    def about_in_a_sentence(self) -> str:
        """`about` after other words: "the child", but "UK child"."""
        is_a_name = self.about[1:2].isupper()
        return self.about if is_a_name else self.about[:1].lower() + self.about[1:]


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of the guide's table: a factor, its guidance in full and its codes."""

    number: str
    name: str
    """As the guide writes it: "Alcohol Misuse"."""
    blocks: tuple[Block, ...]
    codes: tuple[Code, ...]
    page: int | None = None
    """The guide's page on which the row begins."""
    remark: str = ""
    """What the guide prints under the name: "NEW for 2021 to 2022 onwards"."""
    synonyms: tuple[str, ...] = ()
    """Everyday words by which people look for it."""

    @property
    def definition(self) -> str:
        """The guide's bold opening, "" where it gives none."""
        first = self.blocks[0] if self.blocks else None
        if not isinstance(first, Paragraph):
            return ""
        return "".join(run.text for run in first.runs if run.emphasis is Emphasis.BOLD).strip()

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of the guide that a rule is based on, and where they are."""

    words: str
    where: str
    """For a reader: "6A, 6B and 6C Physical disability or illness, page 6"."""


STANDS_ALONE, NEEDS_DESCRIPTION = "stands_alone", "needs_description"
"""The kinds of rule that an edition itself looks for: they tell something about its codes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of selection: data. Code knows only its kind.

    `assessments.rules.kinds` says which of the optional fields a kind reads.
    """

    id: str
    kind: str
    severity: Severity
    message: str
    """Its message to the person, in plain words; `assessments.rules` fills its placeholders."""
    message_doubled: str = ""
    """The message about codes that were sent more than once, of a rule against unlisted codes."""
    codes: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    """Codes of which none may be selected for the rule to speak."""
    with_codes: frozenset[str] = frozenset()
    """Codes of which at least one must be selected too."""
    pairs: tuple[frozenset[str], ...] = ()
    """Groups of codes; the rule speaks when every code of a group is selected."""
    unborn: bool | None = None
    """Speaks only of an unborn child (True), only of a born one (False), or of both (None)."""
    age: int | None = None
    """In whole years, on the day the assessment started."""
    age_if_disabled: int | None = None
    sex: str | None = None
    outcomes: frozenset[str] = frozenset()
    """Outcomes of an assessment, by their stored values."""
    adds: tuple[str, ...] = ()
    """The codes that a person may add to comply, any one of them: for example 24A."""
    removes: frozenset[str] = frozenset()
    """The codes that a person may remove to comply, each by itself."""
    quotations: tuple[Quotation, ...] = ()
    question: str = ""
    """What it asks, for a reader who sees its codes beside it; takes the places of `message`."""
    considered: str = ""
    """What a person says who has considered it and leaves the selection, if that is not the usual
    "not in this case"."""
    subject: str = ""
    """What it is about, where that is no code but a fact of the child."""
    ours: str = ""
    """Why we have the rule where the guide is silent."""
    census_rules: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether the guide is silent on it."""
        return not self.quotations

    @property
    def asks(self) -> bool:
        """Whether it needs an answer: a reason, or that it was considered."""
        return self.severity in (Severity.EXPLAIN, Severity.CONSIDER)


class Kind(StrEnum):
    """How a search reads those who are named in it."""

    CHILD = "child"
    """The child themselves."""
    PARTNER = "partner"
    """Somebody's partner: whose is said beside it, if it matters."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class People:
    """Words for people who stand to the child in the same way: "mum", "stepdad"."""

    name: str
    kind: Kind
    words: tuple[str, ...]
    about: frozenset[str]
    """The labels of the codes that are about them, or that say what they did."""
    signs: tuple[str, ...] = ()
    """Words that show that it is about them where nobody is named: "school run"."""
    never: frozenset[str] = frozenset()
    """The numbers of the factors that are never about them: a baby does not drink."""
    grown_up: str = ""
    """The name of the people to whom those of them belong who are told to be of age: a
    "son aged 22" is no child."""


@dataclass(frozen=True, slots=True)
class Undescribed:
    """Something that no code describes, and what is said to those who look for it. Ours."""

    sentence: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the text comes from."""

    title: str
    publisher: str
    published: str
    licence: str
    licence_url: str
    attribution: str


@dataclass(frozen=True, eq=False)
class Edition:
    """One edition of the guide, whole: its codes, its text and its rules.

    It is equal to itself alone, so that results can be cached by edition cheaply.
    """

    id: str
    """The name of its folder, for example "2021-04"."""
    title: str
    """For a reader: "April 2021"."""
    in_force_from: date
    in_force_to: date | None
    """The last day, included; None while it is in force."""
    recordable: bool
    """Whether factors can be recorded under it, or only read."""
    source: Source
    sections: tuple[Section, ...]
    domains: tuple[Domain, ...]
    factors: tuple[Factor, ...]
    rules: tuple[Rule, ...]
    replaced: Mapping[str, str]
    """The message about codes that the edition no longer has, by code."""
    checksum: str
    """SHA-256 of the guide's text as the edition declares it; `checksum` computes it anew."""
    factors_title: str = ""
    """The guide's heading above its table of factors."""
    people: tuple[People, ...] = ()
    reporters: tuple[str, ...] = ()
    """Words for those who report what they saw of a child, such as a school."""
    done_by: frozenset[str] = frozenset()
    """The numbers of the factors whose codes say by whom something was done."""
    usually: frozenset[str] = frozenset()
    """The labels of the codes that come first where a text does not say by whom or to whom."""
    done_to: frozenset[str] = frozenset()
    """The numbers of the factors whose codes say who was harmed by somebody."""
    blows: frozenset[str] = frozenset()
    """The numbers of those of `done_by` whose words speak for `done_to` where an adult of the
    family was harmed."""
    undescribed: tuple[Undescribed, ...] = ()

    @cached_property
    def codes(self) -> Mapping[str, Code]:
        """Every code of the edition, in the order of the guide."""
        return {
            code.code: code
            for code in sorted(
                (code for factor in self.factors for code in factor.codes),
                key=lambda code: code_order(code.code),
            )
        }

    @cached_property
    def factors_by_number(self) -> Mapping[str, Factor]:
        return {factor.number: factor for factor in self.factors}

    @cached_property
    def rules_by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def solitary_codes(self) -> frozenset[str]:
        """The codes that can be recorded with no other."""
        return self._codes_of_kind(STANDS_ALONE)

    @cached_property
    def described_codes(self) -> frozenset[str]:
        """The codes that are recorded with a description of what they stand for."""
        return self._codes_of_kind(NEEDS_DESCRIPTION)

    def _codes_of_kind(self, kind: str) -> frozenset[str]:
        codes = (rule.codes for rule in self.rules if rule.kind == kind)
        return frozenset[str]().union(*codes)

    def factor_of(self, code: str) -> Factor:
        """Return the factor that `code` belongs to; raise KeyError for a code the edition lacks."""
        return self.factors_by_number[self.codes[code].factor]

    def name_of(self, code: str) -> str:
        """Return the code's name: "Domestic Abuse, the child".

        Raise KeyError for a code that the edition lacks.
        """
        entry = self.codes[code]
        factor = self.factors_by_number[entry.factor]
        if not entry.about:
            return factor.name
        return f"{factor.name}, {entry.about_in_a_sentence}"

    def short_name_of(self, code: str) -> str:
        """Return the code's short name: "Domestic abuse, child"; the whole one where it has none.

        Raise KeyError for a code that the edition lacks.
        """
        return self.codes[code].short or self.name_of(code)

    def factors_in(self, domain: str | None) -> tuple[tuple[Factor, tuple[Code, ...]], ...]:
        """Return the factors with a code in `domain`, each with only its codes of that domain."""
        found = []
        for factor in self.factors:
            codes = tuple(code for code in factor.codes if code.domain == domain)
            if codes:
                found.append((factor, codes))
        return tuple(found)
