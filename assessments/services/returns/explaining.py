"""Why a census query stands for a good reason: a note, kept until the facts change."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.utils import timezone

from assessments import queries
from assessments.models import CensusFinding, CensusNote
from assessments.services.refusals import FactsRefused, NotPermitted, Refused, field_errors
from assessments.services.writing import is_first_time
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


class ExplainedMeanwhile(Refused):
    """Somebody else explained the query after the page was shown, in `note`."""

    def __init__(self, note: CensusNote) -> None:
        super().__init__(f"note {note.pk}")
        self.note = note


def explain_query(
    *, finding: CensusFinding, text: str, by: User, key: uuid.UUID, seen: int | None = None
) -> None:
    """Write a note on a query that the last check found; an earlier one stays behind it.

    `seen` is the key of the note that the page showed. Raises NotPermitted for who may not see it,
    and for what is no query; FactsRefused ("text") for a text that cannot be stored;
    ExplainedMeanwhile where there is another note by now. Repeating it writes nothing.
    """
    visible = queries.census_findings(by, finding.census_check).filter(pk=finding.pk)
    if finding.kind != CensusFinding.Kind.QUERY or not visible.exists():
        raise NotPermitted
    note = CensusNote(
        finding=finding.reference,
        rule=finding.rule,
        child_id=finding.child_id,
        episode_id=finding.episode_id,
        year="" if finding.child_id else finding.census_check.year,
        text=clean_text(text),
        written_by=by,
        written_at=timezone.now(),
    )
    if problems := field_errors(note, "text"):
        raise FactsRefused(problems)
    act = "explain query"
    derived_key = uuid.uuid5(key, repr((by.pk, act, str(finding.reference), note.text)))
    with transaction.atomic():
        if not is_first_time(derived_key, by=by, act=act):
            return
        # Two at once wait for each other here, so that the second sees the note of the first. The
        # finding itself may be made anew by a check meanwhile.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('census note ' || %s, 0))",
                [str(finding.reference)],
            )
        latest = queries.notes_on([finding.reference]).get(finding.reference)
        if latest is not None and latest.pk != seen:
            raise ExplainedMeanwhile(latest)
        note.save(force_insert=True)
