"""Queries whose statement is made once, for the pages that people wait for.

Django compiles a query anew each time it is asked, which takes longer than the database takes to
answer one about a single record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Model, QuerySet


class Compiled:
    """A query about stand-ins, asked with the real values in their places.

    `make` gives the query; it is compiled when it is first asked, and never again. Each stand-in
    is a value that nothing else in the query is equal to.
    """

    def __init__(self, make: Callable[[], QuerySet[Any, Any]], *stand_ins: Any) -> None:
        self._make = make
        self._stand_ins = stand_ins
        self._compiled: tuple[str, tuple[Any, ...]] | None = None

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """What is found, with each stand-in's value, in their order, in its place."""
        statement, parameters = self._compiled = self._compiled or self._statement()
        asked = dict(zip(self._stand_ins, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(statement, [asked.get(each, each) for each in parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        statement, parameters = self._make().query.sql_with_params()
        if not set(self._stand_ins) <= set(parameters):
            raise ImproperlyConfigured(f"{parameters} lack one of {self._stand_ins}")
        return statement, tuple(parameters)


def instances(row: Sequence[Any], *models: type[Model]) -> Iterator[Any]:
    """The models of which a row has all the columns, one model after the other."""
    columns = iter(row)
    for model in models:
        names = [field.attname for field in model._meta.concrete_fields]
        yield model.from_db(connection.alias, names, [next(columns) for _ in names])
