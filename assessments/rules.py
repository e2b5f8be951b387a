"""What a selection breaks: the kinds of rule, and the findings of an edition's rules.

Pure: values in, values out; no clock, no query, no framework. Which codes a rule is about, how
severe it is and what it says are data (`catalogue/editions/*/rules.toml`); this module knows
only the kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from assessments.catalogue.types import Edition, Rule, Severity, code_order


@dataclass(frozen=True)
class Selection:
    """The codes selected for one assessment, as they were sent, and what rules ask of the child."""

    sent: tuple[str, ...] = ()
    """As they came: in any order, doubled and unknown ones included."""
    other_description: str = ""
    outcome: str | None = None
    """The outcome's stored value, for example "no_further_action"; None or "" while open."""
    age: int | None = None
    """In whole years on the day the assessment started; None if unborn or not known."""
    unborn: bool = False
    sex: str | None = None
    """M, F or U."""
    disabled: bool = False
    codes: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(self.sent))


# The kinds. Each is one expression that says when a rule of its kind speaks, and names no code.
# A kind that reads `codes` or `pairs` is silent unless one of those codes is selected: `findings`
# relies on it to ask few rules.


def only_listed(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """A code that the edition lacks, or one sent twice."""
    return len(selection.sent) != len(selection.codes) or not (
        edition.codes.keys() >= selection.codes
    )


def stands_alone(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, and anything else."""
    return len(selection.codes) > 1 and not selection.codes.isdisjoint(rule.codes)


def some_selected(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """Nothing selected."""
    return not selection.codes


def needs_outcome(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, and another outcome than the rule's, or none yet."""
    return selection.outcome != rule.outcome and not selection.codes.isdisjoint(rule.codes)


def needs_description(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, and no description."""
    return not selection.codes.isdisjoint(rule.codes) and not selection.other_description.strip()


def any_of(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes."""
    return not selection.codes.isdisjoint(rule.codes)


def with_without(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, and none of those it should come with."""
    return not selection.codes.isdisjoint(rule.codes) and selection.codes.isdisjoint(rule.without)


def together(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, and one of those it may not agree with."""
    return not (
        selection.codes.isdisjoint(rule.codes) or selection.codes.isdisjoint(rule.with_codes)
    )


def pairs_together(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """The whole of one of the pairs."""
    return any(pair <= selection.codes for pair in rule.pairs)


def two_or_more(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """More than one of the codes."""
    return len(selection.codes & rule.codes) > 1


def only_code(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, and nothing else."""
    return len(selection.codes) == 1 and selection.codes <= rule.codes


def at_or_over_age(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, for a child of the rule's age or older; silent where age is not known."""
    return (
        selection.age is not None
        and not selection.unborn
        and selection.age >= _limit(rule, disabled=selection.disabled)
        and not selection.codes.isdisjoint(rule.codes)
    )


def sex_recorded(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, for a child whose sex is recorded as the rule's."""
    return selection.sex == rule.sex and not selection.codes.isdisjoint(rule.codes)


def disabled_without(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """A child recorded as disabled, and none of the codes that say how."""
    return selection.disabled and selection.codes.isdisjoint(rule.without)


def _limit(rule: Rule, *, disabled: bool) -> float:
    """The age from which the rule speaks; never, for a rule that names none."""
    age = rule.age_if_disabled if disabled and rule.age_if_disabled is not None else rule.age
    return float("inf") if age is None else age


# What a rule is about, once it speaks.


def _selected(rule: Rule, selection: Selection) -> frozenset[str]:
    return selection.codes & rule.codes


def _both_sides(rule: Rule, selection: Selection) -> frozenset[str]:
    return selection.codes & (rule.codes | rule.with_codes)


def _whole_pairs(rule: Rule, selection: Selection) -> frozenset[str]:
    return frozenset().union(*(pair for pair in rule.pairs if pair <= selection.codes))


def _everything(rule: Rule, selection: Selection) -> frozenset[str]:
    return selection.codes


def _doubled(rule: Rule, selection: Selection) -> frozenset[str]:
    return frozenset(code for code, times in Counter(selection.sent).items() if times > 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: when it speaks, which codes it is then about, which fields it reads."""

    speaks: Callable[[Rule, Selection, Edition], bool]
    needs: tuple[str, ...] = ()
    """Fields of `Rule` that a rule of this kind must fill."""
    allows: tuple[str, ...] = ()
    """Fields that it may fill; those of every kind (`unborn`, `adds`…) are not repeated."""
    about: Callable[[Rule, Selection], frozenset[str]] = _selected
    refuses_codes: bool = False
    """Whether it speaks of what is no code of the edition, each in its own words."""


KINDS: Mapping[str, Kind] = {
    "only_listed": Kind(only_listed, ("message_doubled",), about=_doubled, refuses_codes=True),
    "stands_alone": Kind(stands_alone, ("codes",), about=_everything),
    "some_selected": Kind(some_selected),
    "needs_outcome": Kind(needs_outcome, ("codes", "outcome")),
    "needs_description": Kind(needs_description, ("codes",)),
    "any_of": Kind(any_of, ("codes",)),
    "with_without": Kind(with_without, ("codes", "without")),
    "together": Kind(together, ("codes", "with_codes"), about=_both_sides),
    "pairs_together": Kind(pairs_together, ("pairs",), about=_whole_pairs),
    "two_or_more": Kind(two_or_more, ("codes",)),
    "only_code": Kind(only_code, ("codes",)),
    "at_or_over_age": Kind(at_or_over_age, ("codes", "age"), ("age_if_disabled",)),
    "sex_recorded": Kind(sex_recorded, ("codes", "sex")),
    "disabled_without": Kind(disabled_without, ("without",)),
}

_FIELDS = frozenset(name for kind in KINDS.values() for name in (*kind.needs, *kind.allows))


def misfits(rule: Rule) -> tuple[str, ...]:
    """How the rule's fields fail its kind, a sentence each: for checking an edition."""
    kind = KINDS.get(rule.kind)
    if kind is None:
        return (f"There is no kind {rule.kind!r}.",)
    filled = {name for name in _FIELDS if getattr(rule, name) not in ("", None, frozenset(), ())}
    missing = [name for name in kind.needs if name not in filled]
    unread = sorted(filled.difference(kind.needs, kind.allows))
    places = ("unlisted", "edition") if kind.refuses_codes else _PLACES
    return (
        *(f"The kind {rule.kind} needs {name}." for name in missing),
        *(f"The kind {rule.kind} does not read {name}." for name in unread),
        *_unfillable("message", rule.message, places),
        *_unfillable("message_doubled", rule.message_doubled, ("codes",)),
    )


_PLACES = ("codes", "with_codes", "without", "adds")
"""What a message can name in braces; one that refuses codes has places of its own."""


def _unfillable(field_name: str, message: str, places: tuple[str, ...]) -> list[str]:
    try:
        message.format(**dict.fromkeys(places, ""))
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        return [f"Its {field_name} cannot be filled in: {error!r}."]
    return []


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that speaks of a selection."""

    rule: Rule
    codes: tuple[str, ...]
    """The selected codes that it is about: whole codes of the edition, in the guide's order."""
    beside: tuple[str, ...]
    """The codes to show it beside, which need not be selected; empty: the whole selection."""
    message: str
    """The rule's message with the codes and their names in it."""
    unlisted: tuple[str, ...] = ()
    """What was sent and is no code of the edition, each once, in the order sent."""

    @property
    def is_error_on_save(self) -> bool:
        """Whether the selection cannot be stored at all, not even as a draft."""
        return self.rule.severity is Severity.ERROR_ON_SAVE

    @property
    def is_error(self) -> bool:
        """Whether no answer settles it before submission."""
        return self.rule.severity in (Severity.ERROR_ON_SAVE, Severity.ERROR_ON_SUBMISSION)

    def takes(self, kind: str) -> bool:
        """Whether it can be answered so: by a reason, as considered, or by the code it adds."""
        if kind == AnswerKind.COMPLIED:
            return bool(self.rule.adds) and self.rule.severity in _MEETS.values()
        return _MEETS.get(kind) is self.rule.severity


def findings(edition: Edition, selection: Selection) -> tuple[Finding, ...]:
    """What the edition's rules say of the selection: by severity, then in the edition's order.

    Never raises, whatever strings were sent. KeyError for a rule of an unknown kind or a code
    that the edition lacks, which `manage.py check` refuses beforehand.
    """
    book = _rulebook(edition, selection.unborn)
    selected = selection.codes
    all_listed = selected <= book.listed
    awake = book.always
    for code in selected:
        awake |= book.wakes.get(code, 0)
    found = []
    while awake:
        lowest = awake & -awake
        awake ^= lowest
        rule, kind, finding = book.entries[lowest]
        if kind.speaks(rule, selection, edition):
            about = kind.about(rule, selection)
            if not all_listed:
                about &= book.listed
            found.append(
                _finding(edition, rule, about, _unlisted(edition, selection))
                if kind.refuses_codes
                else finding(about)
            )
    return tuple(found)


def replace_codes(selection: Selection, codes: Iterable[str], other_description: str) -> Selection:
    """The same child and outcome with another selection."""
    return replace(selection, sent=tuple(codes), other_description=other_description)


def codes_at_stake(rule: Rule, selection: Selection) -> frozenset[str]:
    """The selected codes on which an answer to the rule rests: those of its finding."""
    return KINDS[rule.kind].about(rule, selection)


class AnswerKind(StrEnum):
    """How a person met a rule that asks to explain or consider."""

    COMPLIED = "complied"
    """The selection was changed as the rule asks; it says nothing of a rule that still speaks."""
    REASON = "reason"
    CONSIDERED = "considered"


_MEETS: Mapping[str, Severity] = {
    AnswerKind.REASON: Severity.EXPLAIN,
    AnswerKind.CONSIDERED: Severity.CONSIDER,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered to a rule, and the codes that the rule was then about."""

    rule: str
    """The rule's id."""
    kind: str
    """One of AnswerKind."""
    codes: frozenset[str]


def unanswered(found: Iterable[Finding], answers: Iterable[Answer]) -> tuple[Finding, ...]:
    """The findings to explain or consider that no answer meets.

    An answer holds while the codes that its rule is about are those it was given for.
    """
    met = {(answer.rule, answer.codes, _MEETS.get(answer.kind)) for answer in answers}
    return tuple(
        finding
        for finding in found
        if finding.rule.severity in _MEETS.values()
        and (finding.rule.id, frozenset(finding.codes), finding.rule.severity) not in met
    )


class _Entry(NamedTuple):
    rule: Rule
    kind: Kind
    finding: Callable[[frozenset[str]], Finding]


@dataclass(frozen=True, slots=True)
class _Rulebook:
    """An edition's rules made ready to ask of born or of unborn children.

    Each rule is a bit, the lower the sooner it is told.
    """

    entries: Mapping[int, _Entry]
    listed: frozenset[str]
    wakes: Mapping[str, int]
    """The rules that a code can make speak."""
    always: int
    """The rules that speak of what is not selected."""


@lru_cache(maxsize=32)
def _rulebook(edition: Edition, unborn: bool) -> _Rulebook:
    by_severity = list(Severity)
    rules = [rule for rule in edition.rules if rule.unborn in (None, unborn)]
    entries: dict[int, _Entry] = {}
    wakes: dict[str, int] = {}
    always = 0
    for rule in sorted(rules, key=lambda rule: by_severity.index(rule.severity)):
        bit = 1 << len(entries)
        entries[bit] = _entry(edition, rule)
        wakers = rule.codes.union(*rule.pairs)
        for code in wakers:
            wakes[code] = wakes.get(code, 0) | bit
        if not wakers:
            always |= bit
    return _Rulebook(entries, frozenset(edition.codes), wakes, always)


def _entry(edition: Edition, rule: Rule) -> _Entry:
    # Findings are alike for the same codes, and a message takes longer to write than all the
    # rules take to ask.
    @lru_cache(maxsize=256)
    def finding(codes: frozenset[str]) -> Finding:
        return _finding(edition, rule, codes)

    return _Entry(rule, KINDS[rule.kind], finding)


def _finding(
    edition: Edition, rule: Rule, about: frozenset[str], unlisted: tuple[str, ...] = ()
) -> Finding:
    codes = tuple(sorted(about, key=code_order))
    own = tuple(code for code in codes if code in rule.codes) or codes
    return Finding(
        rule=rule,
        codes=codes,
        beside=own or tuple(sorted(rule.codes | rule.without, key=code_order)),
        message=_refusal(edition, rule, codes, unlisted)
        if KINDS[rule.kind].refuses_codes
        else rule.message.format(
            codes=_named(edition, own),
            with_codes=_named(edition, about & rule.with_codes),
            without=_named(edition, rule.without),
            adds=_named(edition, (rule.adds,) if rule.adds else ()),
        ),
        unlisted=unlisted,
    )


def _unlisted(edition: Edition, selection: Selection) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in selection.sent if code not in edition.codes))


def _refusal(
    edition: Edition, rule: Rule, doubled: tuple[str, ...], unlisted: tuple[str, ...]
) -> str:
    """A sentence for each replaced code, one for all unknown ones, one for all doubled ones."""
    sentences = [edition.replaced[code] for code in unlisted if code in edition.replaced]
    unknown = [code for code in unlisted if code not in edition.replaced]
    if unknown:
        sentences.append(rule.message.format(unlisted=_quoted(unknown), edition=edition.title))
    if doubled:
        sentences.append(rule.message_doubled.format(codes=_named(edition, doubled)))
    return " ".join(f"{sentence.removesuffix('.')}." for sentence in sentences)


def _named(edition: Edition, codes: Iterable[str]) -> str:
    """Codes with their names for a sentence: "13A Gangs and 24A Child criminal exploitation"."""
    names = [f"{code} {edition.name_of(code)}" for code in sorted(codes, key=code_order)]
    if len(names) > 2:
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return " and ".join(names)


def _quoted(unknown: list[str]) -> str:
    """What was sent, fit to be shown: the first few, cut short, nothing that cannot be printed."""
    shown = [
        "".join(
            letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:20]
        )
        + "…" * (len(text) > 20)
        for text in unknown[:5]
    ]
    return ", ".join(f"“{text}”" for text in shown) + ", …" * (len(unknown) > 5)
