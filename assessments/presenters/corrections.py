"""What a page says of a correction of facts: what is asked now, and what others changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.forms import BaseForm
from django.utils.formats import date_format

from assessments import queries
from assessments.models import Assessment
from assessments.services import FactsCorrected
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact as it is recorded now, and as it was typed."""

    name: str
    label: str
    now: str
    typed: str


def typed_by_the_person(form: BaseForm, row_seen: Mapping[str, Any] | None) -> set[str]:
    """Return the fields of a valid form that differ from the row that its page showed.

    All of them where the history has no such row.
    """
    if row_seen is None:
        return {*form.cleaned_data}
    return {
        name
        for name, typed in form.cleaned_data.items()
        if name not in row_seen or row_seen[name] != _as_kept(typed)
    }


def _as_kept(value: Any) -> Any:
    """Return a value as the history keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def differences(
    theirs: Model, form: BaseForm, row_seen: Mapping[str, Any] | None
) -> list[Difference]:
    """Return where others have changed the row and the valid form would change it otherwise."""
    found = []
    for name in form.fields:
        if name not in typed_by_the_person(form, row_seen) or not hasattr(theirs, name):
            continue
        recorded = getattr(theirs, name)
        if row_seen is not None and row_seen.get(name) == _as_kept(recorded):
            continue
        now = _in_words(theirs, name, recorded)
        typed = _in_words(theirs, name, form.cleaned_data[name])
        if now != typed:
            found.append(Difference(name, str(form[name].label), now, typed))
    return found


def _in_words(row: Model, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return date_format(value, "j F Y")
    choices: dict[Any, Any] = dict(getattr(row._meta.get_field(name), "flatchoices", ()))
    return str(choices.get(value, value) or "None")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an assessment asks since a correction, and what the person can do about it."""

    messages: tuple[str, ...]
    page: str
    """The name of the page where it is answered, or the answer is made possible; else empty."""
    way: str
    others: tuple[Assessment, ...]
    """The child's other open assessments that ask more, too, as far as the person sees them."""


def what_is_asked(done: FactsCorrected, assessment: Assessment, person: User) -> Asked:
    """Return what is asked since the correction and was not before."""
    page, way = _where_to_answer(assessment, person)
    more = [
        each.assessment.pk
        for each in done.evaluations
        if each.assessment.pk != assessment.pk and done.asked_of(each.assessment)
    ]
    return Asked(
        tuple(finding.message for finding in done.asked_of(assessment)),
        page,
        way,
        tuple(queries.assessments_visible_to(person).filter(pk__in=more)),
    )


def _where_to_answer(assessment: Assessment, person: User) -> tuple[str, str]:
    if queries.may_record(person, assessment):
        return "check", "Answer it in Check answers"
    if queries.may_withdraw(person, assessment):
        return "withdraw", "Withdraw the submission to answer it"
    if queries.may_review(person, assessment):
        return "", "It cannot be authorised before that: return it, or correct the codes"
    return "", "The social worker is asked for it"
