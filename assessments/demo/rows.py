"""The rows to load, a tuple for each, in batches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db.models import Model

from assessments.models import (
    Assessment,
    Child,
    Episode,
    NamedPerson,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Version,
)

COLUMNS: Mapping[type[Model], Sequence[str]] = {
    Child: (
        "id",
        "reference",
        "la_child_id",
        "given_name",
        "family_name",
        "birth_date",
        "expected_birth_date",
        "sex",
        "disabled",
        "restricted",
    ),
    NamedPerson: (
        "id",
        "child_id",
        "person_id",
        "named_by_id",
        "named_at",
    ),
    Episode: (
        "id",
        "reference",
        "child_id",
        "referral_date",
        "referral_source",
        "primary_need",
        "closure_date",
        "reason_for_closure",
        "no_further_action",
        "family_reference",
    ),
    Assessment: (
        "id",
        "reference",
        "episode_id",
        "team_id",
        "worker_id",
        "start_date",
        "internal_review_date",
        "end_date",
        "edition",
        "codes",
        "other_description",
        "outcome",
        "status",
        "cancellation_reason",
        "version",
        "started_at",
        "saved_at",
        "submitted_at",
    ),
    RuleAnswer: (
        "id",
        "assessment_id",
        "rule",
        "kind",
        "codes",
        "text",
        "answered_by_id",
        "answered_at",
    ),
    Version: (
        "id",
        "assessment_id",
        "number",
        "codes",
        "other_description",
        "outcome",
        "start_date",
        "internal_review_date",
        "end_date",
        "edition",
        "answers",
        "submitted_by_id",
        "submitted_at",
        "corrected_by_id",
        "authorised_by_id",
        "authorised_at",
    ),
    Review: (
        "id",
        "assessment_id",
        "version_id",
        "decision",
        "reason",
        "comment",
        "decided_by_id",
        "decided_at",
    ),
    PinnedComment: (
        "id",
        "review_id",
        "code",
        "text",
    ),
    Reply: (
        "id",
        "review_id",
        "code",
        "text",
        "replied_by_id",
        "replied_at",
    ),
}
"""Each table's columns, the tables in an order in which rows can refer to earlier ones."""


@dataclass(slots=True)
class Rows:
    """Rows added and not yet taken in a batch; ids continue from the rows already taken."""

    first_ids: Mapping[type[Model], int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 1))
    waiting: dict[type[Model], list[tuple[Any, ...]]] = field(
        default_factory=lambda: {model: [] for model in COLUMNS}
    )
    taken: dict[type[Model], int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))

    def add(self, model: type[Model], *values: Any) -> int:
        """Add a row of these values, in the order of its columns after the id; return its id."""
        waiting = self.waiting[model]
        id = self.first_ids[model] + self.taken[model] + len(waiting)
        waiting.append((id, *values))
        return id

    def take(self) -> dict[type[Model], list[tuple[Any, ...]]]:
        """Return all rows that wait, and forget them."""
        batch = self.waiting
        for model, rows in batch.items():
            self.taken[model] += len(rows)
        self.waiting = {model: [] for model in COLUMNS}
        return batch

    def made(self, model: type[Model]) -> int:
        """Return how many rows were made for a table, taken or waiting."""
        return self.taken[model] + len(self.waiting[model])


def reference(random: Random) -> uuid.UUID:
    """Return a random UUID as `uuid4` makes them, from the seed."""
    return uuid.UUID(int=random.getrandbits(128), version=4)
