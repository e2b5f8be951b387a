"""The working days that assessments may take, in queries: what is overdue, what is due first."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from assessments.catalogue.timeframes import MOST_WORKING_DAYS, timeframes
from assessments.catalogue.working_days import (
    overdue_referrals,
    working_day_after,
    working_days_between,
)
from assessments.models import NOT_COMPLETED, Assessment, Child

REFERRAL_DATE = "episode__referral_date"


def overdue(assessments: QuerySet[Assessment], on: date, late: bool) -> QuerySet[Assessment]:
    """Return those past their working days from referral on a day; if not `late`, the others.

    Those of a child who is not born are among the others: nobody is reminded of them.
    """
    past = is_overdue(on)
    return assessments.filter(past) if late else assessments.exclude(past)


def is_overdue(on: date) -> Q:
    """Return the condition on assessments that they are past their working days on a day."""
    referred = Q(pk__in=())
    for first, last in overdue_referrals(on):
        span = Q(episode__referral_date__lte=last)
        if first > date.min:
            span &= Q(episode__referral_date__gte=first)
        referred |= span
    not_born = Child.objects.filter(not_born=True, episodes=OuterRef("episode_id"))
    return referred & NOT_COMPLETED & Q(~Exists(not_born))


SOON = 5
"""How many working days before the last one an assessment is said to be due soon."""


def is_due_soon(on: date) -> Q:
    """Return the condition on assessments that their last working day is one of the next few.

    The day itself among them; what is overdue on it is not.
    """
    day_after = working_day_after(on, SOON) + timedelta(days=1)
    return is_overdue(day_after) & ~is_overdue(on)


def due_order(on: date) -> Combinable:
    """Return what to order assessments by that were referred by `on`: the first due first.

    What is completed, amended or not, or cancelled is not due any more, and comes last. Order by
    the referral date next.
    """
    return Case(When(NOT_COMPLETED, then=_due_order(on)))


def _due_order(on: date) -> Combinable:
    """Return the order of what is due.

    It is the referral date, as long as no timeframe up to then is shorter than one before it: a
    later referral is never due earlier. Otherwise it is the due date itself, worked out by the
    database from the working days since a year before the second timeframe began. All that was
    referred before that year is due before everything else, and gets one date.
    """
    known = [each for each in timeframes() if each.first_referral <= on]
    allowed = [each.working_days for each in known]
    if allowed == sorted(allowed):
        return F(REFERRAL_DATE)
    dates = ArrayField(DateField())
    calendar = Value(
        working_days_between(
            known[1].first_referral - timedelta(days=366),
            on + timedelta(days=2 * MOST_WORKING_DAYS),
        ),
        output_field=dates,
    )
    working_days = Case(
        *(
            When(episode__referral_date__lte=each.last_referral, then=each.working_days)
            for each in known[:-1]
        ),
        default=allowed[-1],
    )
    # How many of the working days are not after the referral; those allowed come next.
    days_before = Func(
        F(REFERRAL_DATE), calendar, function="width_bucket", output_field=IntegerField()
    )
    return Func(
        calendar,
        days_before + working_days,
        template="((%(expressions)s])",
        arg_joiner=")[",
        output_field=DateField(),
    )
