"""What a post asks of the selection: the boxes, and the button that was pressed among them.

Pure: whether the result may be recorded is for the services to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from django.http import QueryDict

from assessments import rules
from assessments.catalogue.types import Edition, code_order

LONGEST_TYPED = 200
"""Characters of typed codes that are read."""

# "3 a" is one code, and so are both of "3a3b"; anything else stands between separators, of which
# a stroke inside a word is none.
_TYPED = re.compile(
    r"\d+\s?[A-Za-z](?![A-Za-z])|\d+(?![A-Za-z\d])"
    r"|[^\s,;:.|/&+–—-]+(?:[/-][A-Za-z][^\s,;:.|/&+–—-]*)*"
)
_BETWEEN = "and"


@lru_cache(maxsize=8)
def standing_alone(edition: Edition) -> frozenset[str]:
    """The codes that are recorded with no other."""
    return frozenset[str]().union(
        *(rule.codes for rule in edition.rules if rule.kind == "stands_alone")
    )


@lru_cache(maxsize=8)
def shared_by_a_family(edition: Edition) -> frozenset[str]:
    """The codes about a parent, a carer or somebody else at home: alike for brothers and sisters.

    They are those of the factors that have a code in every domain, which ask the same of the
    child, the parents and the household; never the child's own, in the first domain.
    """
    domains = {domain.id for domain in edition.domains}
    child = edition.domains[0].id
    return frozenset(
        code.code
        for factor in edition.factors
        if domains <= {code.domain for code in factor.codes}
        for code in factor.codes
        if code.domain != child
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, in the order typed: the edition's codes, and as it was typed what is none."""

    codes: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    """What there is to say of those that are none, sentence by sentence."""

    @property
    def message(self) -> str:
        return " ".join(self.messages)


def typed_codes(edition: Edition, text: str) -> Typed:
    """Codes as people type them: "3a 3B,16a", "3a/3b & 20", "3a and 3b"."""
    codes: dict[str, None] = {}
    numbers: dict[str, None] = {}
    others: dict[str, str] = {}
    for each in _TYPED.findall(text[:LONGEST_TYPED]):
        code = re.sub(r"\s", "", each).upper()
        if code in edition.codes:
            codes[code] = None
        elif code in edition.factors_by_number:
            numbers[code] = None
        elif each.lower() != _BETWEEN:
            # The rules know by its name what was replaced; a word comes back as it was typed.
            others.setdefault(code, code if code in edition.replaced else each)
    unlisted = tuple(others.values())
    refused = rules.findings(edition, rules.Selection(sent=unlisted)) if unlisted else ()
    said = [_which_of(edition, number) for number in numbers]
    said += [finding.message for finding in refused if finding.unlisted]
    return Typed(codes=tuple(codes), unlisted=(*numbers, *unlisted), messages=tuple(said))


def _which_of(edition: Edition, number: str) -> str:
    """What to type for a factor whose number was typed alone."""
    codes = [code.code for code in edition.factors_by_number[number].codes]
    names = "; ".join(f"{code} {edition.name_of(code)}" for code in codes)
    return f"{number} has {names}. Type {' or '.join(codes)}."


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be recorded, and what of it was sent but has to wait for a choice."""

    sent: tuple[str, ...]
    """The boxes as they were sent; unknown and doubled codes stay, for the rules to refuse."""
    codes: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    """What would push others out: it is not recorded until the person says so."""
    replaced: tuple[str, ...] = ()
    """What a choice has pushed out, which can be undone."""
    typed: Typed = Typed()

    @property
    def ticked(self) -> tuple[str, ...]:
        """What the page has to tick."""
        return tuple(code for code in self.codes if code not in self.sent)

    @property
    def unticked(self) -> tuple[str, ...]:
        return tuple(code for code in self.sent if code not in self.codes)


NOTHING_ASKED = Wish((), ())

_LEAVE_TYPED_ALONE = frozenset({"remove", "complied", "answer", "density", "shortcuts"})
"""Buttons that are no wish to select the typed codes."""


def asked(edition: Edition, data: QueryDict) -> Wish:
    """The boxes after the button that was pressed."""
    sent = tuple(data.getlist("codes"))
    is_for_another = not _LEAVE_TYPED_ALONE.isdisjoint(data)
    typed = typed_codes(edition, "" if is_for_another else data.get("typed", ""))
    undone, chosen = (_listed(edition, data.get(name, "")) for name in ("undo", "instead"))
    if undone or chosen:
        codes = _instead(edition, sent, undone or chosen)
        replaced = tuple(code for code in sent if code not in codes)
        # What is undone pushes out the one code that had pushed it out, which is no news; what
        # was ticked since and goes with it is.
        return Wish(sent, codes, replaced=replaced if chosen or len(replaced) > 1 else ())
    removed = data.get("remove")
    kept = tuple(code for code in sent if code != removed)
    return Wish(sent, _with(kept, typed.codes), typed=typed)


def asked_while_working(edition: Edition, recorded: Collection[str], data: QueryDict) -> Wish:
    """The same for the page that saves each change, which never records a forbidden pair.

    What stands alone, ticked beside others, waits for a choice; and so do others that are
    ticked beside it while it is recorded. Nothing is cleared meanwhile.
    """
    wish = asked(edition, data)
    alone = standing_alone(edition)
    lonely = tuple(code for code in wish.codes if code in alone)
    if not lonely or len(set(wish.codes)) == 1:
        return wish
    stays = alone if alone.intersection(recorded) else edition.codes.keys() - alone
    return Wish(
        wish.sent,
        tuple(code for code in wish.codes if code in stays or code not in edition.codes),
        waiting=tuple(code for code in wish.codes if code not in stays and code in edition.codes),
        replaced=wish.replaced,
        typed=wish.typed,
    )


def _instead(edition: Edition, sent: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The chosen codes in place of all that cannot stand with them."""
    alone = standing_alone(edition)
    if alone.intersection(chosen):
        return chosen
    return _with(tuple(code for code in sent if code not in alone), chosen)


def _with(codes: tuple[str, ...], more: Collection[str]) -> tuple[str, ...]:
    return (*codes, *(code for code in more if code not in codes))


def _listed(edition: Edition, text: str) -> tuple[str, ...]:
    """The edition's codes in a button's value."""
    return tuple(sorted(edition.codes.keys() & set(text.split()), key=code_order))
