"""Refusals, decisions and lengths of time in plain words."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format

from assessments import services
from assessments.catalogue.working_days import working_days_after
from assessments.models import Review


def days_ago(day: date, today: date) -> str:
    """How long ago in working days: "3 working days ago"."""
    days = max(working_days_after(day, today), 0)
    if days == 0:
        return "Today" if day == today else "Less than a working day ago"
    return f"{days} working day{'' if days == 1 else 's'} ago"


def decision_in_words(review: Review) -> str:
    """Who decided what, and when."""
    at = timezone.localtime(review.decided_at)
    when = f"{date_format(at, 'j F Y')} at {date_format(at, 'H:i')}"
    return f"{review.decided_by.name} {review.get_decision_display().lower()} it on {when}"


def refusal_in_words(refusal: services.Refused) -> str:
    """Why a decision was not carried out."""
    return ". ".join(refusals_in_words(refusal)) + "."


def refusals_in_words(refusal: services.Refused) -> list[str]:
    match refusal:
        case services.AlreadyDecided():
            return [decision_in_words(refusal.review)]
        case services.EditConflict():
            status = refusal.theirs.get_status_display().lower()
            return [f"It was changed after you opened the page: it is now {status}"]
        case services.NeedsReading():
            return list(refusal.why)
        case services.SelectionRefused():
            said = [finding.message.rstrip(".") for finding in refusal.findings]
            if getattr(refusal, "outcome_missing", False):
                said.append("The outcome of the assessment is missing")
            return said
        case services.Locked():
            return ["It is not in a status in which this can be decided"]
        case services.NotPermitted():
            return ["It is not yours to decide on"]
    raise TypeError(f"{type(refusal).__name__} has no words")
