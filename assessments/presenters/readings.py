"""The reading of a child's record in words: on which page, and what was unusual about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cinfactors.audit.models import Page, Reading


def page_in_words(reading: Reading) -> str:
    """Return the name of the page that was read, or on which a child was looked for."""
    return str(Page(reading.page).label) if reading.page in Page.values else reading.page


def unusual_marks(
    reading: Reading, children: Collection[int], *, sees_every_team: bool
) -> Iterator[str]:
    """Yield what was unusual about a reading of one of the children, by their keys.

    `sees_every_team`: the reader belongs to no team, so nothing is out of theirs.
    """

    def is_marked(of_one: bool, of_list: list[int] | None) -> bool:
        is_of_one = reading.child_id in children and of_one
        return is_of_one or not {*children}.isdisjoint(of_list or ())

    if reading.refused and reading.page == Page.ADD:
        yield "entered this id for another child"
    elif reading.refused:
        yield "was refused"
    if is_marked(reading.restricted, reading.restricted_children):
        yield "restricted record"
    if is_marked(reading.out_of_team, reading.out_of_team_children) and not sees_every_team:
        yield "out of their team"
    if is_marked(reading.same_name, reading.same_name_children):
        yield "same family name"
