"""A selection of which a rule speaks, found by trying: for the rules of every edition."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import Edition, Rule
from assessments.rules import Finding, Selection, evaluate

EVERY_RULE = [
    pytest.param(edition, rule, id=f"{edition.id} {rule.id}")
    for edition in loader.editions().values()
    if edition.recordable
    for rule in edition.rules
]


def finding_of(edition: Edition, rule: Rule, selection: Selection) -> Finding | None:
    """Return what the rule finds in the selection; None while it is silent."""
    found = [each for each in evaluate(edition, selection) if each.rule.id == rule.id]
    assert len(found) <= 1
    return found[0] if found else None


def selection_that_breaks(edition: Edition, rule: Rule) -> Selection:
    """Return one of the smallest selections of which the rule speaks; fail if there is none."""
    for sent, facts in product(_selections(edition, rule), _children(rule)):
        selection = Selection(sent, **facts)
        if finding_of(edition, rule, selection):
            return selection
    raise AssertionError(f"{edition.id}: {rule.id} speaks of no selection that was tried")


def _selections(edition: Edition, rule: Rule) -> Iterator[tuple[str, ...]]:
    own = [code for code in edition.codes if code in rule.codes]
    with_codes = [code for code in edition.codes if code in rule.with_codes]
    yield ()
    yield from ((code,) for code in [*own, *edition.codes, "not a code"])
    yield from product(own, with_codes or edition.codes)
    yield from (tuple(sorted(pair)) for pair in rule.pairs)


def _children(rule: Rule) -> Iterator[dict[str, object]]:
    limits = {9, rule.age, rule.age_if_disabled} - {None}
    for age, disabled, sex in product(sorted(limits), (False, True), {"F", rule.sex or "F"}):
        yield {"age": age, "disabled": disabled, "sex": sex}
    yield {"age": None, "unborn": True}
    yield from ({"age": 9, "outcome": outcome} for outcome in sorted(rule.outcomes))
