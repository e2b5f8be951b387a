"""The selection that a post asks for: the checkboxes, and the button that submitted them.

Pure: whether the result may be recorded is decided by the services.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from assessments.catalogue.types import Edition, code_order
from assessments.components.picker.typed_codes import NO_TYPED_CODES, TypedCodes, parse_typed_codes


@dataclass(frozen=True, slots=True)
class PostedSelection:
    """The codes to record, and those that were posted but have to wait for a choice."""

    posted_codes: tuple[str, ...]
    """The checkboxes as posted; unknown and doubled codes stay, for the rules to refuse."""
    codes: tuple[str, ...]
    """What is to be recorded."""
    waiting: tuple[str, ...] = ()
    """What would push others out: it is not recorded until the person chooses it."""
    replaced: tuple[str, ...] = ()
    """What a choice has pushed out, which can be undone."""
    typed: TypedCodes = NO_TYPED_CODES


EMPTY_POST = PostedSelection((), ())

_BUTTONS_THAT_IGNORE_TYPED_CODES = frozenset(
    {"remove", "complied", "answer", "density", "shortcuts"}
)
"""Names of the buttons that do something else than select what was typed."""


def parse_post(edition: Edition, data: QueryDict) -> PostedSelection:
    """Return the selection after the button that submitted the form has had its effect."""
    posted = tuple(data.getlist("codes"))
    ignores_typed = not _BUTTONS_THAT_IGNORE_TYPED_CODES.isdisjoint(data)
    typed = parse_typed_codes(edition, "" if ignores_typed else data.get("typed", ""))
    undone, chosen = (_codes_of_button(edition, data.get(name, "")) for name in ("undo", "instead"))
    if undone or chosen:
        codes = _replace_conflicting(edition, posted, undone or chosen)
        replaced = tuple(code for code in posted if code not in codes)
        # An undo pushes out the one code that had pushed others out, which is no news; what was
        # ticked since and goes with it is.
        return PostedSelection(
            posted, codes, replaced=replaced if chosen or len(replaced) > 1 else ()
        )
    removed = data.get("remove")
    kept = tuple(code for code in posted if code != removed)
    return PostedSelection(posted, _add_missing(kept, typed.codes), typed=typed)


def parse_autosave(edition: Edition, recorded: Collection[str], data: QueryDict) -> PostedSelection:
    """Return the same for the page that saves each change, which never records a forbidden pair.

    A code that stands alone, ticked beside others, waits for a choice; and so do others that are
    ticked beside it while it is recorded. Nothing is cleared meanwhile.
    """
    posted = parse_post(edition, data)
    solitary = edition.solitary_codes
    if solitary.isdisjoint(posted.codes) or len(set(posted.codes)) == 1:
        return posted
    stays = solitary if solitary.intersection(recorded) else edition.codes.keys() - solitary
    return PostedSelection(
        posted.posted_codes,
        tuple(code for code in posted.codes if code in stays or code not in edition.codes),
        waiting=tuple(code for code in posted.codes if code not in stays and code in edition.codes),
        replaced=posted.replaced,
        typed=posted.typed,
    )


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
