"""Change lists of the admin that answer any query string, and count no further than they must."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin.filters import ListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import DataError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property


class StrictChangeList(ChangeList):
    """A list that filters only by the filters it offers; anything else leads back to its start.

    Django accepts any field of the model in a query string, and any related row: comparing
    with `sessions__gt` would reveal to an administrator the key of somebody's session, letter by
    letter. And it checks what a query string filters by before it queries the database, which
    may still refuse it: a NUL, a year that there is not, half a pattern.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django's own title says how to use the list.
        self.title = str(self.opts.verbose_name_plural).capitalize()

    def get_filters(
        self, request: HttpRequest
    ) -> tuple[list[ListFilter], bool, dict[str, bool | str], bool, bool]:
        found = super().get_filters(request)
        remaining_lookups = found[2]
        if remaining_lookups:
            raise IncorrectLookupParameters
        return found

    def get_results(self, request: HttpRequest) -> None:
        try:
            with transaction.atomic():
                self._stay_within_pages(request)
                super().get_results(request)
        except (DataError, IndexError, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error

    def _stay_within_pages(self, request: HttpRequest) -> None:
        """Show the last page in place of one after it: a list from which things go gets shorter."""
        if self.page_num > 1:
            rows = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
            self.page_num = min(self.page_num, rows.num_pages)


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Pages of a list that is counted no further than a person would turn its pages.

    Counting everything that a manager may see takes as long as reading it; what is beyond
    `cap` is found by narrowing the list.
    """

    cap = 1000

    @cached_property
    def _counted(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by().values("pk")[: self.cap + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.cap)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than the count."""
        return self._counted > self.cap
