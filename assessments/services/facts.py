"""What the facts of a child and a referral cannot be, and what they hardly are.

What cannot be is refused, by field, as `FactsRefused`; the database refuses most of it too. What
hardly is, is asked once ("Is this right?") and then believed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import BaseConstraint, CheckConstraint, Model, Q

from assessments.models import Child, Episode
from assessments.services.refusals import FactsRefused, NeedsConfirming, field_errors

LONGEST_BEFORE_BIRTH = timedelta(weeks=40)
"""Census rule 8606: a referral is at most 280 days before the birth or the expected birth."""

ADULT_AGE = 18
"""An assessment is of a child: somebody under 18, though care may go on beyond."""

HIGHEST_AGE = 25
"""Census query 8775: somebody over 25 years old."""

EARLIEST_BIRTH = timedelta(weeks=18)
"""Before the expected date: ours, since hardly any child lives who is born before 22 weeks."""

LATEST_BIRTH = timedelta(weeks=4)
"""After the expected date. Ours."""


# What cannot be


def referral_is_too_early(referral_date: date, birth: date | None, expected: date | None) -> bool:
    """Return whether the referral is more than 40 weeks before the birth, or the expected birth.

    Census rule 8606.
    """
    born = birth or expected
    return born is not None and born - referral_date > LONGEST_BEFORE_BIRTH


def impossible_child(child: Child, *, today: date, referrals: Iterable[date]) -> dict[str, str]:
    """Return a message for each fact of the child that cannot be, by field.

    `referrals` are the dates of the child's referrals.
    """
    messages: dict[str, str] = {}
    if child.birth_date and child.birth_date > today:
        messages["birth_date"] = "Date of birth must be today or in the past"
    elif first := _too_early(child, referrals):
        field = "birth_date" if child.birth_date else "expected_birth_date"
        label = "Date of birth" if child.birth_date else "Expected date of birth"
        messages[field] = (
            f"{label} must be no more than 40 weeks after the referral, {in_words(first)} "
            "(census rule 8606)"
        )
    if child.death_date and child.death_date > today:
        messages["death_date"] = "Date of death must be today or in the past"
    return messages


def _too_early(child: Child, referrals: Iterable[date]) -> date | None:
    first = min(referrals, default=None)
    too_early = first is not None and referral_is_too_early(
        first, child.birth_date, child.expected_birth_date
    )
    return first if too_early else None


# What hardly is


def improbable_child(
    *,
    birth_date: date | None,
    expected_birth_date: date | None,
    today: date,
    starts: Iterable[date] = (),
    death_date: date | None = None,
    not_born: bool = False,
) -> dict[str, str]:
    """Return a message for each fact of a child that is hardly right, by field.

    `starts` are the start dates of the child's open assessments, or of the one about to start.
    """
    if birth_date is None:
        if expected_birth_date and expected_birth_date < today and not not_born:
            day = in_words(expected_birth_date)
            return {"expected_birth_date": f"The expected date of birth, {day}, has passed"}
        return {}
    born = Child(birth_date=birth_date, death_date=death_date)
    age = born.age_on(today)
    if age is not None and age > HIGHEST_AGE:
        return {"birth_date": f"A child born on {in_words(birth_date)} would be {age} years old"}
    for start in sorted(starts, reverse=True):
        age = born.age_on(start)
        if age is not None and age >= ADULT_AGE:
            return {
                "birth_date": f"A child born on {in_words(birth_date)} was {age} years old when "
                f"the assessment started, on {in_words(start)}"
            }
    return {}


def improbable_birth(birth_date: date, expected: date | None) -> dict[str, str]:
    """Return a message if a child was hardly born then, by the date that was expected."""
    if expected is None:
        return {}
    if birth_date < expected - EARLIEST_BIRTH:
        than = "more than 18 weeks before"
    elif birth_date > expected + LATEST_BIRTH:
        than = "more than 4 weeks after"
    else:
        return {}
    day = in_words(birth_date)
    return {"birth_date": f"{day} is {than} the birth was expected, {in_words(expected)}"}


def improbable_death(death_date: date, referrals: Iterable[date]) -> dict[str, str]:
    """Return a message if the child was referred after the death (census query 8555)."""
    last = max(referrals, default=None)
    if last is None or last <= death_date:
        return {}
    return {
        "death_date": f"{in_words(death_date)} is before the referral, {in_words(last)}",
    }


def ask_whether_right(hardly: Mapping[str, str], confirmed: Collection[str]) -> None:
    """Raise NeedsConfirming, with all of it, unless each message is among the confirmed."""
    if not {*hardly.values()} <= {*confirmed}:
        raise NeedsConfirming(hardly)


def in_words(day: date) -> str:
    """Return for example "3 May 2026"."""
    return f"{day.day} {day:%B %Y}"


# What cannot be stored

FIELD_OF_CONSTRAINT = {
    "child_ids_are_unique": "la_child_id",
    "child_id_is_letters_and_digits": "la_child_id",
    "exactly_one_of_birth_date_and_expected_birth_date": "birth_date",
    "an_unborn_childs_sex_is_not_known": "sex",
    "died_on_or_after_the_birth": "death_date",
    "a_child_who_is_not_born_has_no_date_of_birth": "not_born",
    "one_open_episode_for_each_child": "referral_date",
    "family_reference_is_letters_and_digits": "family_reference",
}
"""The field of the form that shows the message of a constraint."""

MESSAGE_OF_CONSTRAINT = {
    # The same for every id that is in use, whether the child can be found or is restricted to
    # others, and nothing of a child.
    "child_ids_are_unique": (
        "This id cannot be used here. Look for the child by the id; if that finds nobody, ask "
        "your team manager or a data officer"
    ),
}
"""Messages that replace the constraint's own."""


def refused_facts(row: Model, fields: Collection[str] = ()) -> dict[str, str]:
    """Return the messages of what the row breaks, by field: of these, or of all its fields."""
    fields = fields or {each.name for each in row._meta.fields} - {"reference"}
    messages = field_errors(row, *fields)
    constraints = [
        each
        for each in row._meta.constraints
        if FIELD_OF_CONSTRAINT.get(each.name) in {*fields} - messages.keys()
    ]
    checks = [each for each in constraints if isinstance(each, CheckConstraint)]
    # All in one query first: each by itself, which names what is broken, takes three of its own.
    every = CheckConstraint(name="every", condition=Q(*(Q(each.condition) for each in checks)))
    if checks and not _refusal(every, row):
        constraints = [each for each in constraints if each not in checks]
    for constraint in constraints:
        field = FIELD_OF_CONSTRAINT[constraint.name]
        if field not in messages and (refused := _refusal(constraint, row)):
            messages[field] = MESSAGE_OF_CONSTRAINT.get(constraint.name, refused)
    return messages


def _refusal(constraint: BaseConstraint, row: Model) -> str:
    """Return what the constraint says of the row, and nothing if it holds."""
    try:
        constraint.validate(type(row), row)
    except ValidationError as refused:
        return ". ".join(refused.messages)
    return ""


def save_facts(row: Child | Episode) -> None:
    """Save a row whose facts were checked; raise FactsRefused if somebody saved the same since."""
    new = row.pk is None
    try:
        with transaction.atomic():
            row.save(force_insert=new, force_update=not new)
    except IntegrityError as refused:
        name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "")
        for constraint in row._meta.constraints:
            if constraint.name == name and name in FIELD_OF_CONSTRAINT:
                message = MESSAGE_OF_CONSTRAINT.get(name, str(constraint.violation_error_message))
                raise FactsRefused({FIELD_OF_CONSTRAINT[name]: message}) from refused
        raise
