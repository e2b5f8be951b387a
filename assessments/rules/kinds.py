"""The kinds of rule: when a rule of each kind speaks, and which codes its finding is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assessments.catalogue.types import NEEDS_DESCRIPTION, STANDS_ALONE, Edition, Rule
from assessments.rules.selection import Selection

# The conditions of the kinds. Each is one expression that is true when a rule of its kind speaks,
# and names no code.


def only_listed(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """A code that the edition lacks, or one sent twice."""
    return len(selection.sent) != len(selection.codes) or not (
        edition.codes.keys() >= selection.codes
    )


def stands_alone(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, together with any other."""
    return len(selection.codes) > 1 and not selection.codes.isdisjoint(rule.codes)


def some_selected(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """Nothing selected."""
    return not selection.codes


def needs_outcome(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, with an outcome other than the rule's, or none yet."""
    return selection.outcome not in rule.outcomes and not selection.codes.isdisjoint(rule.codes)


def with_outcome(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, with one of the rule's outcomes."""
    return selection.outcome in rule.outcomes and not selection.codes.isdisjoint(rule.codes)


def needs_description(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, without a description."""
    return not selection.codes.isdisjoint(rule.codes) and not selection.other_description.strip()


def any_of(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes."""
    return not selection.codes.isdisjoint(rule.codes)


def with_without(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, without any of those that should come with it."""
    return not selection.codes.isdisjoint(rule.codes) and selection.codes.isdisjoint(rule.without)


def together(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """One of the codes, together with one that contradicts it."""
    return not (
        selection.codes.isdisjoint(rule.codes) or selection.codes.isdisjoint(rule.with_codes)
    )


def pairs_together(rule: Rule, selection: Selection, edition: Edition) -> bool:
    """Every code of one of the pairs."""
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
    """Return the age from which the rule speaks; infinity for a rule without one."""
    age = rule.age_if_disabled if disabled and rule.age_if_disabled is not None else rule.age
    return float("inf") if age is None else age


# The codes that a finding is about.


def _selected(rule: Rule, selection: Selection) -> frozenset[str]:
    return selection.codes & rule.codes


def _both_sides(rule: Rule, selection: Selection) -> frozenset[str]:
    return selection.codes & (rule.codes | rule.with_codes)


def _whole_pairs(rule: Rule, selection: Selection) -> frozenset[str]:
    return frozenset().union(*(pair for pair in rule.pairs if pair <= selection.codes))


def _everything(rule: Rule, selection: Selection) -> frozenset[str]:
    return selection.codes


def _repeated(rule: Rule, selection: Selection) -> frozenset[str]:
    return frozenset(code for code, times in Counter(selection.sent).items() if times > 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: when it speaks, which codes it is then about, and which fields it reads."""

    speaks: Callable[[Rule, Selection, Edition], bool]
    needs: tuple[str, ...] = ()
    """Fields of `Rule` that a rule of this kind must fill."""
    allows: tuple[str, ...] = ()
    """Fields that it may fill; those of every kind (`unborn`, `adds`…) are not repeated."""
    about: Callable[[Rule, Selection], frozenset[str]] = _selected
    refuses_codes: bool = False
    """Whether it refuses codes themselves, unknown or repeated, each with a sentence of its own."""
    keeps_one: bool = False
    """Whether a person complies with a rule that asks by keeping one of its codes alone."""


KINDS: Mapping[str, Kind] = {
    "only_listed": Kind(only_listed, ("message_doubled",), about=_repeated, refuses_codes=True),
    STANDS_ALONE: Kind(stands_alone, ("codes",), about=_everything),
    "some_selected": Kind(some_selected),
    "needs_outcome": Kind(needs_outcome, ("codes", "outcomes")),
    "with_outcome": Kind(with_outcome, ("codes", "outcomes")),
    NEEDS_DESCRIPTION: Kind(needs_description, ("codes",)),
    "any_of": Kind(any_of, ("codes",)),
    "with_without": Kind(with_without, ("codes", "without")),
    "together": Kind(together, ("codes", "with_codes"), about=_both_sides),
    "pairs_together": Kind(pairs_together, ("pairs",), about=_whole_pairs),
    "two_or_more": Kind(two_or_more, ("codes",), keeps_one=True),
    "only_code": Kind(only_code, ("codes",)),
    "at_or_over_age": Kind(at_or_over_age, ("codes", "age"), ("age_if_disabled",)),
    "sex_recorded": Kind(sex_recorded, ("codes", "sex")),
    "disabled_without": Kind(disabled_without, ("without",)),
}

_FIELDS = frozenset(name for kind in KINDS.values() for name in (*kind.needs, *kind.allows))


def field_errors(rule: Rule) -> tuple[str, ...]:
    """Return what is wrong with the rule's fields for its kind, a sentence each.

    `manage.py check` reports them.
    """
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
        *_unfillable("question", rule.question, _PLACES),
        *_unfillable("message_doubled", rule.message_doubled, ("codes",)),
    )


_PLACES = ("codes", "with_codes", "without", "adds")
"""The placeholders of a message or a question; one that refuses codes has others."""


def _unfillable(field_name: str, message: str, places: tuple[str, ...]) -> list[str]:
    try:
        message.format(**dict.fromkeys(places, ""))
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        return [f"Its {field_name} cannot be filled in: {error!r}."]
    return []
