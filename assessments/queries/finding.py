"""Finding children by what a person typed."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, Exists, Func, Model, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from assessments.models import Child
from assessments.models.children import CHILD_WORDS

KEPT_RECORD = Coalesce("joined_to", "pk")
"""The key of the record to which another one of the same child was joined; else its own."""


def children_found_by(words: str) -> QuerySet[Child]:
    """Return the children of whom each word typed begins a word of their names, or their id.

    The order of the words is free. `search_query` of the database reads what is typed as
    `child_words` reads the names, so that "zoe" finds Zoë and "obrien" O’Brien; an index holds
    them. A record that was joined to another finds that one. Whom the person may see is for the
    caller to say.
    """
    return Child.objects.filter(pk__in=_with_words(words).values(kept=KEPT_RECORD))


MOST_FOUND = 200
"""How many children a search among everybody's lists: who finds more has to type more."""

Rows = TypeVar("Rows", bound=Model)


def searched(rows: QuerySet[Rows], child: str, words: str) -> QuerySet[Rows]:
    """Return those of a person's own rows, or their teams', whose child is found by the words.

    `child` is the look-up from a row to its child. Where many children are found, the database
    looks at each row that the person may see, and not at each child.
    """
    if any(len(word) > 1 for word in words.split()):  # one letter finds many
        children, are_more = some_children_found_by(words, MOST_FOUND)
        if not are_more:
            return rows.filter(**{f"{child}__in": children})
    of_row = Q(pk=OuterRef(child), joined_to__isnull=True) | Q(joined_to=OuterRef(child))
    return rows.filter(Exists(_with_words(words).filter(of_row)))


def some_children_found_by(words: str, most: int) -> tuple[list[int], bool]:
    """Return the keys of at most so many that `children_found_by` finds, and whether more are.

    The database stops at the last of them, where it would otherwise read all that are found.
    """
    kept = list(_with_words(words).values_list(KEPT_RECORD, flat=True)[: most + 1])
    return [*dict.fromkeys(kept[:most])], len(kept) > most


def _with_words(words: str) -> QuerySet[Child]:
    query = Func(Value(words), function="search_query", output_field=SearchQueryField())
    return Child.objects.filter(
        CombinedExpression(CHILD_WORDS, "@@", query, output_field=BooleanField())
    )
