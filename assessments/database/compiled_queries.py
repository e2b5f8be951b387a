"""Querysets that are compiled to SQL once, for the pages where speed matters.

Django compiles a queryset each time it is evaluated, which takes longer than the database takes to
find a single record. Measured with the same database, CPU of a whole request: the factor page
12.0 ms with Django's own, 5.5 ms with these; a save 13.0 ms and 5.6 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Model, QuerySet


class CompiledQuery:
    """A queryset that is compiled on first use, then run with other values in its parameters.

    `make` returns the queryset, filtered by the values `stand_ins`. Each of them has to differ
    from every other parameter of the queryset, since it is found by being equal.
    """

    def __init__(self, make: Callable[[], QuerySet[Any, Any]], *stand_ins: Any) -> None:
        self._make = make
        self._stand_ins = stand_ins
        self._compiled: tuple[str, tuple[Any, ...]] | None = None

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows for these values, which replace the stand-ins in their order."""
        statement, parameters = self._compiled = self._compiled or self._statement()
        replaced = dict(zip(self._stand_ins, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(statement, [replaced.get(each, each) for each in parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        statement, parameters = self._make().query.sql_with_params()
        if not set(self._stand_ins) <= set(parameters):
            raise ImproperlyConfigured(f"{parameters} lack one of {self._stand_ins}")
        return statement, tuple(parameters)


def instances(row: Sequence[Any], *models: type[Model]) -> Iterator[Any]:
    """Yield an instance of each model from a row that has all columns of one after the other."""
    columns = iter(row)
    for model in models:
        names = [field.attname for field in model._meta.concrete_fields]
        yield model.from_db(connection.alias, names, [next(columns) for _ in names])
