"""What a post asks of the selection: the boxes, and the button that was pressed among them.

Pure: whether the result may be recorded is for the services to say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import QueryDict

from assessments.catalogue.types import Edition, code_order
from assessments.components.picker.typed_codes import NOTHING_TYPED, Typed, typed_codes


@dataclass(frozen=True, slots=True)
class PostedSelection:
    """What is to be recorded, and what of it was sent but has to wait for a choice."""

    sent: tuple[str, ...]
    """The boxes as they were sent; unknown and doubled codes stay, for the rules to refuse."""
    codes: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    """What would push others out: it is not recorded until the person says so."""
    replaced: tuple[str, ...] = ()
    """What a choice has pushed out, which can be undone."""
    typed: Typed = NOTHING_TYPED


EMPTY_POST = PostedSelection((), ())

_LEAVE_TYPED_ALONE = frozenset({"remove", "complied", "answer", "density", "shortcuts"})
"""Buttons that are no posted to select the typed codes."""


def parse_post(edition: Edition, data: QueryDict) -> PostedSelection:
    """The boxes after the button that was pressed."""
    sent = tuple(data.getlist("codes"))
    is_for_another = not _LEAVE_TYPED_ALONE.isdisjoint(data)
    typed = typed_codes(edition, "" if is_for_another else data.get("typed", ""))
    undone, chosen = (_listed(edition, data.get(name, "")) for name in ("undo", "instead"))
    if undone or chosen:
        codes = _instead(edition, sent, undone or chosen)
        replaced = tuple(code for code in sent if code not in codes)
        # What is undone pushes out the one code that had pushed it out, which is no news; what
        # was ticked since and goes with it is.
        return PostedSelection(
            sent, codes, replaced=replaced if chosen or len(replaced) > 1 else ()
        )
    removed = data.get("remove")
    kept = tuple(code for code in sent if code != removed)
    return PostedSelection(sent, _with(kept, typed.codes), typed=typed)


def parse_autosave(edition: Edition, recorded: Collection[str], data: QueryDict) -> PostedSelection:
    """The same for the page that saves each change, which never records a forbidden pair.

    What stands alone, ticked beside others, waits for a choice; and so do others that are
    ticked beside it while it is recorded. Nothing is cleared meanwhile.
    """
    posted = parse_post(edition, data)
    alone = edition.solitary_codes
    lonely = tuple(code for code in posted.codes if code in alone)
    if not lonely or len(set(posted.codes)) == 1:
        return posted
    stays = alone if alone.intersection(recorded) else edition.codes.keys() - alone
    return PostedSelection(
        posted.sent,
        tuple(code for code in posted.codes if code in stays or code not in edition.codes),
        waiting=tuple(code for code in posted.codes if code not in stays and code in edition.codes),
        replaced=posted.replaced,
        typed=posted.typed,
    )


def _instead(edition: Edition, sent: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The chosen codes in place of all that cannot stand with them."""
    alone = edition.solitary_codes
    if alone.intersection(chosen):
        return chosen
    return _with(tuple(code for code in sent if code not in alone), chosen)


def _with(codes: tuple[str, ...], more: Collection[str]) -> tuple[str, ...]:
    return (*codes, *(code for code in more if code not in codes))


def _listed(edition: Edition, text: str) -> tuple[str, ...]:
    """The edition's codes in a button's value."""
    return tuple(sorted(edition.codes.keys() & set(text.split()), key=code_order))
