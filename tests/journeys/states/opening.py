"""What a state is, and the shortest: a page that a signed-in social worker opens."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.visitor import Visitor
from tests.people import People

SitDown = Callable[..., Visitor]
State = Callable[[People, SitDown], Visitor]


def opened(path: str) -> Callable[[People, SitDown], Visitor]:
    def show(people: People, open_browser: SitDown) -> Visitor:
        visitor = open_browser(people.ada)
        visitor.opens(path)
        return visitor

    return show


def ready_for_axe(visitor: Visitor) -> Visitor:
    """What the page itself did wrong is kept; axe reads the admin's stylesheets in its own way."""
    visitor.forgiven += ["Applying inline style", "Couldn't load preload assets"]
    return visitor
