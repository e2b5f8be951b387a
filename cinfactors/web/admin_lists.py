"""Lists of the admin that answer whatever their address asks."""

from __future__ import annotations

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import DataError, transaction
from django.http import HttpRequest
from django.utils.functional import cached_property


class AnsweringList(ChangeList):
    """A list that filters by what it offers alone, and else goes back to its start.

    Django takes from an address any field of the model and any row that is tied to it: comparing
    with `sessions__gt` would tell an administrator the key of somebody's session, letter by
    letter. And it looks at what an address filters by before it asks the database, which may
    refuse it still: a NUL, a year that there is not, half a pattern.
    """

    def get_filters(self, request: HttpRequest):
        found = super().get_filters(request)
        if found[2]:  # what no filter of the list has taken
            raise IncorrectLookupParameters
        return found

    def get_results(self, request: HttpRequest) -> None:
        try:
            with transaction.atomic():
                super().get_results(request)
        except (DataError, IndexError, OverflowError, ValueError) as refused:
            raise IncorrectLookupParameters(refused) from refused


class ShortCount(Paginator):
    """Pages of a list that is counted no further than a person would turn its pages.

    Counting everything that a manager may see takes as long as reading it; what stands beyond
    `most` is found by narrowing the list.
    """

    most = 1000

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by().values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.most)

    @property
    def is_short(self) -> bool:
        """Whether there is more than was counted."""
        return self._counted > self.most
