"""Why a decision was not carried out, and lengths of time, in words."""

from __future__ import annotations

from datetime import date

from django.template.loader import render_to_string
from django.utils import timezone

from assessments import services
from assessments.catalogue.working_days import working_days_after
from assessments.models import Assessment, Review
from assessments.presenters.history.words import DecisionWords


def days_ago(day: date, today: date) -> str:
    """How long ago in working days: "3 working days ago"."""
    days = max(working_days_after(day, today), 0)
    if days == 0:
        return "Today" if day == today else "Less than a working day ago"
    return f"{days} working day{'' if days == 1 else 's'} ago"


def refusal_in_words(refusal: services.Refused) -> str:
    """Why a decision was not carried out."""
    return render_to_string("review/refusal.html", {"reasons": refusals_in_words(refusal)})


def refusals_in_words(refusal: services.Refused) -> list[str]:
    """Each of the reasons why it was not; TypeError for a refusal that is not listed here."""
    match refusal:
        case services.AlreadyDecided():
            return [_decision_in_words(refusal.review)]
        case services.EditConflict():
            status = refusal.theirs.get_status_display().lower()
            return [f"It was changed after you opened the page: it is now {status}"]
        case services.NeedsReading():
            return list(refusal.why)
        case services.SelectionRefused():
            lines = [finding.message.rstrip(".") for finding in refusal.findings]
            if getattr(refusal, "outcome_missing", False):
                lines.append("The outcome of the assessment is missing")
            return lines
        case services.FactsRefused():
            return list(refusal.messages.values())
        case services.NeedsConfirming():
            return list(refusal.messages.values())
        case services.Locked():
            return ["It is not in a status in which this can be decided"]
        case services.NotPermitted():
            return ["It is not yours to decide on"]
    raise TypeError(f"{type(refusal).__name__} has no words")


def _decision_in_words(review: Review, then: str = "") -> str:
    """Who decided what, and when; `then` is how the sentence goes on."""
    action = DecisionWords.of_review(review).action("it")
    context = {"review": review, "action": action, "then": then}
    return render_to_string("review/decision.html", context)


def conflict_in_words(refusal: services.Refused, assessment: Assessment) -> str:
    """Why somebody else's change stands in the way; `assessment` as it is now."""
    match refusal:
        case services.AlreadyDecided():
            return _decision_in_words(refusal.review, then=", after you opened the page.")
        case services.EditConflict():
            at = timezone.localtime(assessment.saved_at)
            return (
                f"It was changed at {at:%H:%M}, after you opened the page. It stands below as it "
                "is now; what you wrote is still in its boxes."
            )
    return f"{refusals_in_words(refusal)[0]}: it is {assessment.get_status_display().lower()}."
