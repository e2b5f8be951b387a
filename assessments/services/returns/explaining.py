"""Why a census query stands for a good reason: a note, kept until the facts change."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import CensusFinding, CensusNote
from assessments.services.refusals import FactsRefused, NotPermitted, field_errors
from assessments.services.writing import is_first_time
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def explain_query(*, finding: CensusFinding, text: str, by: User, key: uuid.UUID) -> None:
    """Write a note on a query that the last check found; an earlier one stays behind it.

    Raises NotPermitted for who may not see it, and for what is no query about a child; FactsRefused
    ("text") for a text that cannot be stored. Repeating it writes nothing.
    """
    seen = queries.census_findings(by, finding.census_check).filter(pk=finding.pk)
    if finding.kind != CensusFinding.Kind.QUERY or finding.child_id is None or not seen.exists():
        raise NotPermitted
    note = CensusNote(
        finding=finding.reference,
        rule=finding.rule,
        child_id=finding.child_id,
        episode_id=finding.episode_id,
        text=clean_text(text),
        written_by=by,
        written_at=timezone.now(),
    )
    if problems := field_errors(note, "text"):
        raise FactsRefused(problems)
    act = "explain query"
    derived_key = uuid.uuid5(key, repr((by.pk, act, str(finding.reference), note.text)))
    with transaction.atomic():
        if is_first_time(derived_key, by=by, act=act):
            note.save(force_insert=True)
