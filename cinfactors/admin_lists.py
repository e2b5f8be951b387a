"""Lists of the admin that answer whatever their address asks."""

from __future__ import annotations

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import DataError, transaction
from django.http import HttpRequest


class AnsweringList(ChangeList):
    """A list that goes back to its start from a filter which only the database can refuse.

    Django looks at what an address filters by before it asks the database, which may refuse it
    still: a NUL, a year that there is not, half a pattern.
    """

    def get_results(self, request: HttpRequest) -> None:
        try:
            with transaction.atomic():
                super().get_results(request)
        except (DataError, IndexError, OverflowError, ValueError) as refused:
            raise IncorrectLookupParameters(refused) from refused
