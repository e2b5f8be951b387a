"""What became of the facts of a child and an episode, in words: what was there, and what is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model

from assessments.models import Assessment, Child, Episode, FactsCorrection
from assessments.presenters.history.words import (
    Detail,
    Part,
    Phrase,
    Renamed,
    Row,
    day_in_words,
    differing,
    field_name,
    parts_of,
    quoted,
)
from cinfactors.audit.models import Change

Act = FactsCorrection.Act

NAMES = {"given_name", "family_name"}
"""Columns whose values stand on paper only where names do."""

ACT_COLUMNS: Mapping[str, set[str]] = {
    Act.BIRTH: {"birth_date", "expected_birth_date"},
    Act.DEATH: {"death_date"},
    Act.NOT_BORN: {"not_born"},
}
"""The columns that change by the very act, which says so."""

CORRECTED: Mapping[str, type[Model]] = {
    Act.DETAILS: Child,
    Act.BIRTH: Child,
    Act.DEATH: Child,
    Act.NOT_BORN: Child,
    Act.REFERRAL: Episode,
    Act.START: Assessment,
    Act.JOINED: Child,
}
"""The table that each act changes."""


def corrections_of(changes: Sequence[Change]) -> dict[int, Row]:
    """Return the correction that each change of facts belongs to, by the key of the change.

    A correction is written after what it corrects, in the same transaction.
    """
    found: dict[int, Row] = {}
    latest: dict[tuple[int, str], Row] = {}
    for change in reversed(changes):
        if change.table_name == FactsCorrection._meta.db_table and change.new:
            table = CORRECTED[change.new["act"]]._meta.db_table
            latest[change.transaction_id, table] = change.new
        elif change.old and (change.transaction_id, change.table_name) in latest:
            found[change.pk] = latest[change.transaction_id, change.table_name]
    return found


def facts_changed(
    model: type[Model], old: Row, new: Row, correction: Row | None
) -> Iterator[Phrase]:
    """Say what changed of a child or an episode, in one sentence with the reason, if any."""
    if model is Child and old["restricted"] != new["restricted"]:
        yield ("restricted" if new["restricted"] else "opened"), "the record"
    if model is Child and new.get("joined_to_id") and not old.get("joined_to_id"):
        yield "joined", with_reason(f"the record {new['la_child_id']} with this one", correction)
    act = correction["act"] if correction else Act.DETAILS
    by_the_act = ACT_COLUMNS.get(act, set())
    but = {"restricted", "version", "joined_to_id", "child_id"} | by_the_act
    columns = differing(old, new, but=but)
    in_order = [each.column for each in model._meta.concrete_fields if each.column in columns]
    differences = [_difference(model, each, old, new) for each in in_order]
    if by_the_act:
        action, day = _act_in_words(act, new)
        yield action, _sentence([day] if day else [], differences, correction)
    elif differences:
        yield "changed", _sentence(differences, [], correction)


def with_reason(detail: Detail, correction: Row | None) -> Detail:
    """Return the rest of a sentence with the reason for the correction, if one was given."""
    if not correction or not correction["reason"]:
        return detail
    reason = quoted(correction["reason"])
    return (*parts_of(detail), ": ", reason) if detail else reason


def _act_in_words(act: str, new: Row) -> tuple[str, str]:
    if act == Act.BIRTH:
        return "recorded the birth,", day_in_words(new["birth_date"])
    if act == Act.DEATH:
        return "recorded that the child died on", day_in_words(new["death_date"])
    return "recorded that the child is not born", ""


def _sentence(first: Sequence[Detail], others: Sequence[Detail], correction: Row | None) -> Detail:
    said, changed = _listed(first), _listed(others)
    between = (", and changed ",) if said and changed else ()
    return with_reason((*said, *between, *changed), correction)


def _listed(details: Iterable[Detail]) -> tuple[Part, ...]:
    parts = [part for detail in details for part in (", ", *parts_of(detail))]
    return tuple(parts[1:])


def _difference(model: type[Model], column: str, old: Row, new: Row) -> Detail:
    """Return for example "the date of birth from 3 May 2015 to 3 May 2014"."""
    name = field_name(model, column)
    before, now = (_value(model, column, row.get(column)) for row in (old, new))
    if column in NAMES:
        return f"the {name}", Renamed(before, now)
    return f"{_LABELS.get(column, f'the {name}')} from {before} to {now}"


_LABELS = {
    "disabled": "“recorded as disabled”",
    "not_born": "“not born”",
    "no_further_action": "“referral ended in no further action”",
}


def _value(model: type[Model], column: str, value: Any) -> str:
    """Return a value of the history as a page says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    field = next(each for each in model._meta.concrete_fields if each.column == column)
    if value in (None, ""):
        return str(dict(field.flatchoices).get(None, "none")).lower()
    if field.get_internal_type() == "DateField":
        return day_in_words(value)
    return str(dict(field.flatchoices).get(value, value))
