"""Which assessments a request lists: whose, searched for what, narrowed to what, of which tab."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import Http404

from assessments import queries
from assessments.models import Assessment
from assessments.pages.worklist.filters import FilterForm
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest

TABS = {
    "to-do": "To do",
    "returned": "Returned",
    "with-manager": "With manager",
    "authorised": "Authorised",
}
MOST_ELSEWHERE = 5
"""How many that are in another status than the one chosen are named below a search."""

SEARCH = "search"
"""The key in the session under which the words are kept, and the parameter of the address that
says that the list is searched: the address without it ends the search."""


@dataclass(slots=True)
class RequestedList:
    """The list that a request asks for."""

    person: User
    scope: str
    words: str
    filters: FilterForm | None
    """Of who sees everybody's assessments."""

    assessments: QuerySet[Assessment] = field(init=False)
    """Narrowed, before the search."""

    few: list[int] | None = field(init=False, default=None)
    """The keys of the tab's rows that are shown, where they are known before they are read."""

    def __post_init__(self) -> None:
        visible = queries.assessments_visible_to(self.person)
        self.assessments = visible.filter(worker=self.person) if self.scope == "mine" else visible
        if self.filters is not None:
            self.assessments = queries.narrowed(self.assessments, self.filters.narrowing())

    @property
    def of_everybody(self) -> bool:
        return self.filters is not None

    @property
    def tabs(self) -> dict[str, str]:
        if self.of_everybody:
            return {queries.EVERY_STATUS: "All", **TABS}
        return TABS | {"with-manager": "With my manager"} if self.scope == "mine" else TABS

    @property
    def narrowed_to(self) -> queries.Narrowing:
        return self.filters.narrowing() if self.filters else queries.Narrowing()

    def searched(self) -> tuple[QuerySet[Assessment], bool]:
        """Return what the search leaves, and whether it found more children than are listed."""
        if not self.words:
            return self.assessments, False
        if self.of_everybody:
            return queries.search_everybody(self.assessments, self.words)
        return queries.searched(self.assessments, "episode__child", self.words), False

    def found_in_another_status(self) -> list[Assessment]:
        """Return some of what the search finds that is not of the status chosen."""
        status = self.narrowed_to.status
        if not (self.words and status):
            return []
        others = queries.assessments_visible_to(self.person).exclude(status=status)
        found, _ = queries.search_everybody(others, self.words)
        return list(queries.with_child_team_and_worker(found).order_by("-pk")[:MOST_ELSEWHERE])

    def found(self, assessments: QuerySet[Assessment], named: str | None) -> dict[str, int]:
        """Return how many each tab has, as far as that takes no longer than the list itself.

        Of everybody's, filtered, only how many the tab has that is named.
        """
        if not self.of_everybody:
            return queries.group_counts(assessments)
        if self.words:
            return queries.group_counts_of_few(assessments)
        if self.narrowed_to:
            tab = self.tab(named, {})
            rows = self.in_tab(assessments, tab)
            keys = queries.keys_of_few(rows)
            if len(keys) <= queries.COUNTED_TO:
                self.few = keys
            elif self.narrowed_to.reopened:
                # Each that was reopened is looked up: its key alone is put in order, not the row.
                self.few = [*rows.values_list("pk", flat=True)[: queries.COUNTED_TO]]
            return {tab: len(keys)}
        return queries.group_counts(assessments, of_everybody=True)

    def counts(self, found: dict[str, int]) -> dict[str, int]:
        """Return the numbers on the tabs, which a worker's search does not change."""
        if self.words and not self.of_everybody:
            return queries.group_counts(self.assessments)
        return found

    def tab(self, named: str | None, found: dict[str, int]) -> str:
        """Return the tab that the request names, else the one of what waits for the person.

        In a search, the first tab with a match. Raise Http404 for one that there is not.
        """
        if named is None:
            named = self._waiting
            if self.words and not found[named]:
                named = next((tab for tab, count in found.items() if count), named)
        if named not in self.tabs:
            raise Http404
        return named

    @property
    def _waiting(self) -> str:
        if self.of_everybody:
            return queries.EVERY_STATUS
        return "with-manager" if self.person.is_team_manager else "to-do"

    def in_tab(self, assessments: QuerySet[Assessment], tab: str) -> QuerySet[Assessment]:
        """Return those of a tab, in its order."""
        if tab == "authorised" and (year := self.narrowed_to.year):
            assessments = queries.ended_in_census_year(assessments, year)
        return queries.in_group(assessments, tab, of_everybody=self.of_everybody)

    def rows(self, assessments: QuerySet[Assessment], tab: str) -> QuerySet[Assessment]:
        """Return those of a tab in its order, as they are shown."""
        if self.few is not None:
            assessments = queries.assessments_visible_to(self.person).filter(pk__in=self.few)
        return queries.with_child_team_and_worker(self.in_tab(assessments, tab))


def requested_list(request: SignedInRequest, words: str | None = None) -> RequestedList:
    """Return the list that the address asks for; searched for the words given, if any are.

    Otherwise for those in the session, if the address says that the list is searched.
    """
    person = request.user
    filters = None
    if person.is_data_officer:
        filters = FilterForm(request.GET)
        filters.full_clean()
    if words is None:
        words = _searched_words(request)
    return RequestedList(person, _scope(request), words, filters)


def _searched_words(request: SignedInRequest) -> str:
    """Return the words of the search, if the list is searched; otherwise forget them."""
    if SEARCH in request.GET:
        words: str = request.session.get(SEARCH, "")
        return words
    request.session.pop(SEARCH, None)
    return ""


def _scope(request: SignedInRequest) -> str:
    """Return whose assessments are listed: "mine", "team" or "all".

    Social workers see their own unless they choose the team's; others see all of theirs.
    """
    if not request.user.is_social_worker:
        return "all"
    return "team" if request.GET.get("whose") == "team" else "mine"
