"""What a post asks to be recorded: the checkboxes, the description, the answers to rules.

Pure: whether the result may be recorded is decided by the services.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from assessments.catalogue.types import Edition, Severity, code_order
from assessments.components.picker.typed_codes import NO_TYPED_CODES, TypedCodes, parse_typed
from assessments.rules import AnswerKind
from assessments.services import NOTE, Sent, SentAnswer
from cinfactors.web.clean_text import normalise_newlines


@dataclass(frozen=True, slots=True)
class PostedSelection:
    """The codes to record, those that have to wait for a choice, and what was typed beside them."""

    posted_codes: tuple[str, ...] = ()
    """The checkboxes as posted; unknown and doubled codes stay, for the rules to refuse."""
    codes: tuple[str, ...] = ()
    """What is to be recorded."""
    waiting: tuple[str, ...] = ()
    """What would push others out: it is not recorded until the person chooses it."""
    replaced: tuple[str, ...] = ()
    """What a choice has pushed out, which can be undone."""
    typed: TypedCodes = NO_TYPED_CODES
    description: str = ""
    answers: tuple[SentAnswer, ...] = ()
    """What was typed beside the codes, and answered with a button or a checkbox."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What was typed beside the codes, by rule."""

    @property
    def pressed_answers(self) -> tuple[SentAnswer, ...]:
        """The answer whose button submitted the form, if one did: one at most."""
        return tuple(answer for answer in self.answers if answer.pressed)

    def to_record(self, answers: tuple[SentAnswer, ...]) -> Sent:
        """Return the selection with some of the answers, as the service takes it."""
        return Sent(
            codes=self.codes,
            other_description=self.description,
            answers=answers,
            unreadable={"typed": self.typed.message} if self.typed.unlisted else {},
        )

    def without_conflicting(self, edition: Edition, recorded: Collection[str]) -> PostedSelection:
        """Return the same without a pair that cannot be recorded together.

        A code that stands alone, ticked beside others, waits for a choice; and so do others that
        are ticked beside it while it is recorded. Nothing is cleared meanwhile.
        """
        solitary = edition.solitary_codes
        if solitary.isdisjoint(self.codes) or len(set(self.codes)) == 1:
            return self
        stays = solitary if solitary.intersection(recorded) else edition.codes.keys() - solitary
        waits = edition.codes.keys() - stays
        return replace(
            self,
            codes=tuple(code for code in self.codes if code not in waits),
            waiting=tuple(code for code in self.codes if code in waits),
        )


EMPTY_POST = PostedSelection()

_BUTTONS_THAT_IGNORE_TYPED_CODES = frozenset(
    {
        "remove",
        "complied",
        "answer",
        "reply",
        "density",
        "shortcuts",
        "shortcuts_list",
        "code_words",
        "undo_merge",
        "hide_merge",
    }
)
"""Names of the buttons that do something else than select what was typed."""


def parse_post(edition: Edition, data: QueryDict) -> PostedSelection:
    """Return what a page asks for, after the button that submitted it has had its effect."""
    posted = tuple(data.getlist("codes"))
    ignores_typed = not _BUTTONS_THAT_IGNORE_TYPED_CODES.isdisjoint(data)
    typed = parse_typed(edition, data.get("typed", ""))
    if ignores_typed and not typed.words:
        typed = NO_TYPED_CODES
    parsed = PostedSelection(
        posted_codes=posted,
        description=normalise_newlines(data.get("other_description", "")),
        answers=tuple(_answers(edition, data)),
        texts={
            rule.id: normalise_newlines(data.get(f"text-{rule.id}", ""))
            for rule in edition.rules
            if f"text-{rule.id}" in data
        },
    )
    undone, chosen = (_codes_of_button(edition, data.get(name, "")) for name in ("undo", "instead"))
    if undone or chosen:
        codes = _replace_conflicting(edition, posted, undone or chosen)
        replaced = tuple(code for code in posted if code not in codes)
        # An undo pushes out the one code that had pushed others out, which is no news; what was
        # ticked since and goes with it is.
        is_news = chosen or len(replaced) > 1
        return replace(parsed, codes=codes, replaced=replaced if is_news else ())
    if (complied := complied_in(data)) and complied.removes:
        # The service removes them, if the rule asks for it; then it can be undone.
        known = tuple(code for code in complied.removes if code in edition.codes)
        parsed = replace(parsed, replaced=known)
    removed = data.get("remove")
    kept = tuple(code for code in posted if code != removed)
    added = (*typed.codes, *data.get("offered", "").split())
    return replace(parsed, codes=_add_missing(kept, added), typed=typed)


def complied_in(data: QueryDict) -> SentAnswer | None:
    """Return what the button of a step that complies with a rule stands for, if one was pressed.

    Its value is the rule, and each code after "+" where it is added or "-" where it is removed.
    """
    rule, *signed = data.get("complied", "").split() or [""]
    if "complied" not in data:
        return None
    return SentAnswer(
        rule,
        AnswerKind.COMPLIED,
        pressed=True,
        adds=tuple(each[1:] for each in signed if each.startswith("+")),
        removes=tuple(each[1:] for each in signed if each.startswith("-")),
    )


def _answers(edition: Edition, data: QueryDict) -> Iterator[SentAnswer]:
    """Yield the answer that a post gives to each rule; complying comes before what was typed."""
    complied, answered = complied_in(data), data.get("answer")
    for rule in edition.rules:
        text = data.get(f"text-{rule.id}")
        if complied and rule.id == complied.rule:
            yield complied
            continue
        pressed = rule.id == answered and complied is None
        is_considered = pressed or f"considered-{rule.id}" in data
        if rule.severity is Severity.EXPLAIN and (text or pressed):
            yield SentAnswer(rule.id, AnswerKind.REASON, text or "", pressed)
        elif rule.severity is Severity.CONSIDER and (text or is_considered):
            kind = AnswerKind.CONSIDERED if is_considered else NOTE
            yield SentAnswer(rule.id, kind, text or "", pressed)


def _replace_conflicting(
    edition: Edition, posted: tuple[str, ...], chosen: tuple[str, ...]
) -> tuple[str, ...]:
    """Put the chosen codes in place of all that cannot stand with them."""
    solitary = edition.solitary_codes
    if solitary.intersection(chosen):
        return chosen
    return _add_missing(tuple(code for code in posted if code not in solitary), chosen)


def _add_missing(codes: tuple[str, ...], more: Collection[str]) -> tuple[str, ...]:
    return (*codes, *(code for code in more if code not in codes))


def _codes_of_button(edition: Edition, value: str) -> tuple[str, ...]:
    """Return the edition's codes in the value of a button."""
    return tuple(sorted(edition.codes.keys() & set(value.split()), key=code_order))
