"""What became of a row, in words: that it was written, changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Model

from assessments.catalogue import loader
from assessments.catalogue.code_names import in_a_sentence
from assessments.models import (
    Assessment,
    Child,
    Episode,
    NamedPerson,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Version,
)
from assessments.presenters.history.assessment_rows import assessment_changed
from assessments.presenters.history.fact_rows import facts_changed, with_reason
from assessments.presenters.history.words import (
    DecisionWords,
    Name,
    Names,
    Phrase,
    Row,
    SubmissionWords,
    day_in_words,
    phrase,
    quoted,
    selection_in_words,
)


def created(
    model: type[Model], row: Row, names: Names, version_numbers: Mapping[int, int]
) -> Iterator[Phrase]:
    if model is Assessment:
        yield "started the assessment", ("in ", Name(names.team(row["team_id"])))
        if row["codes"]:
            yield "recorded:", selection_in_words(row["edition"], row["codes"])
    elif model is Version:
        submission = SubmissionWords.of_row(row)
        yield f"{submission.action}:", submission.selection
    elif model is RuleAnswer:
        action = _ANSWERED[RuleAnswer.Kind(row["kind"])].format(about=_asked_about(row))
        yield phrase(action, quoted(row["text"]))
    elif model is Review:
        decision = DecisionWords.of_row(row)
        number = version_numbers.get(row["version_id"])
        version = f"version {number}" if number else "the submission"
        yield phrase(decision.action(version), decision.explanation)
    elif model is PinnedComment:
        yield f"wrote beside {row['code']}:", quoted(row["text"])
    elif model is Reply:
        about = f"the comment on {row['code']}" if row["code"] else "the manager’s comment"
        yield f"replied to {about}:", quoted(row["text"])
    elif model is NamedPerson:
        person = Name(names.person(row["person_id"]))
        yield "named", (person, " as one who may see the restricted record")
    elif model is Episode:
        yield "recorded the referral", f"of {day_in_words(row['referral_date'])}"
    elif model is Child:
        yield "recorded the child", ""


_ANSWERED = {
    RuleAnswer.Kind.COMPLIED: "changed the selection as the guide asks about {about}",
    RuleAnswer.Kind.REASON: "gave a reason about {about}",
    RuleAnswer.Kind.CONSIDERED: (
        "considered what the guide asks about {about}, and left the selection"
    ),
}


def _asked_about(row: Row) -> str:
    """Return the codes that the answered question was about: the one that it would add, if any.

    An answer does not say under which edition it was given; the latest that has the rule names
    the codes.
    """
    editions = list(loader.editions().values())
    for edition in reversed(editions):
        for rule in edition.rules:
            if rule.id == row["rule"]:
                return in_a_sentence(edition, rule.adds or row["codes"])
    return in_a_sentence(editions[-1], row["codes"])


def deleted(model: type[Model], row: Row, names: Names) -> Iterator[Phrase]:
    if model is NamedPerson:
        person = Name(names.person(row["person_id"]))
        yield "took off", (person, ", who might see the restricted record")
    else:
        yield "deleted", f"the {model._meta.verbose_name}"


def changed(
    model: type[Model],
    old: Row,
    new: Row,
    names: Names,
    *,
    decided: bool,
    reviewed: bool,
    correction: Row | None,
) -> Iterator[Phrase]:
    """Say what became of a row.

    `decided`: the same transaction wrote a version or a review, which says what became of the
    status. `reviewed`: it wrote a review, which says that the version was authorised.
    `correction`: the row that says by which act it was corrected, and why.
    """
    if model is Assessment:
        for action, detail in assessment_changed(old, new, names, decided=decided):
            yield action, with_reason(detail, correction)
    elif model is Version:
        if new["authorised_at"] and not old["authorised_at"] and not reviewed:
            yield DecisionWords.authorised().action(f"version {new['number']}"), ""
    elif model in (Child, Episode):
        yield from facts_changed(model, old, new, correction)
