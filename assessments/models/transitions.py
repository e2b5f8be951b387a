"""Which status may follow which, and by which act: the one table of it.

The services ask it before they act. The database refuses every other change of status:
`guard_assessment` in `assessments/database/guards` is filled from this table, and
`tests/database/test_guards.py` proves that the database has it so.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from assessments.models.assessments import Status


class Act(StrEnum):
    """What is done to an assessment in some statuses and not in others."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    RETURN = "return"
    AUTHORISE = "authorise"
    REOPEN = "reopen"
    CORRECT = "correct"
    CORRECT_DATES = "correct the dates"
    VOID = "void"


class Transition(NamedTuple):
    act: Act
    before: Status
    after: Status


TRANSITIONS = (
    # By the worker.
    Transition(Act.SUBMIT, Status.DRAFT, Status.SUBMITTED),
    Transition(Act.SUBMIT, Status.RETURNED, Status.SUBMITTED),
    Transition(Act.SUBMIT, Status.REOPENED, Status.SUBMITTED),
    # A record that was ever authorised is not cancelled: a reopened one never, and a returned one
    # only if it was not, which the service and the database check besides.
    Transition(Act.CANCEL, Status.DRAFT, Status.CANCELLED),
    Transition(Act.CANCEL, Status.RETURNED, Status.CANCELLED),
    # A withdrawn submission goes back to the status before it, which the last decision tells.
    Transition(Act.WITHDRAW, Status.SUBMITTED, Status.DRAFT),
    Transition(Act.WITHDRAW, Status.SUBMITTED, Status.RETURNED),
    Transition(Act.WITHDRAW, Status.SUBMITTED, Status.REOPENED),
    # By a manager.
    Transition(Act.RETURN, Status.SUBMITTED, Status.RETURNED),
    Transition(Act.AUTHORISE, Status.SUBMITTED, Status.AUTHORISED),
    Transition(Act.REOPEN, Status.AUTHORISED, Status.REOPENED),
    # A record of another child, authorised and perhaps being amended, is voided for good.
    Transition(Act.VOID, Status.AUTHORISED, Status.VOIDED),
    Transition(Act.VOID, Status.REOPENED, Status.VOIDED),
    Transition(Act.VOID, Status.RETURNED, Status.VOIDED),
    Transition(Act.VOID, Status.SUBMITTED, Status.VOIDED),
    # A correction changes the codes and leaves the assessment submitted.
    Transition(Act.CORRECT, Status.SUBMITTED, Status.SUBMITTED),
    # A correction of the dates is authorised as it is made.
    Transition(Act.CORRECT_DATES, Status.AUTHORISED, Status.AUTHORISED),
)


def statuses_before(act: Act) -> frozenset[Status]:
    """Return the statuses in which the act may be done."""
    return frozenset(each.before for each in TRANSITIONS if each.act == act)


def status_after(act: Act) -> Status:
    """Return the status to which the act leads; ValueError for one that leads to several."""
    [after] = {each.after for each in TRANSITIONS if each.act == act}
    return after


def allowed_pairs() -> list[tuple[Status, Status]]:
    """Return each change of status that some act makes, once, in the order of the table."""
    pairs = [(each.before, each.after) for each in TRANSITIONS if each.before != each.after]
    return list(dict.fromkeys(pairs))
