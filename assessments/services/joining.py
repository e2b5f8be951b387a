"""Joining two records of one child."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessments import queries
from assessments.models import Child, FactsCorrection
from assessments.services.correcting import FactsCorrected, judged_anew
from assessments.services.facts import in_words, referral_is_too_early, save_facts
from assessments.services.facts_of_episodes import overlap_refused
from assessments.services.refusals import FactsRefused, NotPermitted, StaleFacts, field_errors
from assessments.services.writing import is_first_time
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def join_records(
    *,
    kept: Child,
    other: Child,
    versions: tuple[int, int],
    reason: str,
    by: User,
    key: uuid.UUID,
) -> FactsCorrected:
    """Join two records of one child: the episodes of `other` move to `kept`, whose facts hold.

    Both ids find the child from then on. By a manager who sees assessments of both; `versions`
    are those of the two that the page showed. Raises NotPermitted, StaleFacts, and FactsRefused:
    by "reason" where none is given, by "kept" where the episodes cannot be one child's (census
    rules 8815 and 8820) or different people may see the two.
    """
    reason_text = clean_text(reason)
    derived_key = uuid.uuid5(key, repr((by.pk, "join", kept.pk, other.pk, versions, reason_text)))
    with transaction.atomic():
        # In one order for everybody: else two managers could each wait for the other's row.
        rows = Child.objects.select_for_update(of=("self",)).order_by("pk")
        locked = {row.pk: row for row in rows.filter(pk__in=[kept.pk, other.pk])}
        if is_first_time(derived_key, by=by, act="join"):
            if kept.pk == other.pk or queries.children_to_join(by).filter(
                pk__in=locked
            ).count() != len({kept.pk, other.pk}):
                raise NotPermitted
            for row, version in zip((kept, other), versions, strict=True):
                if locked[row.pk].version != version:
                    raise StaleFacts(locked[row.pk])
            _join(locked[kept.pk], locked[other.pk], reason_text, by)
        now = locked[kept.pk]
        return FactsCorrected(now, judged_anew(now))


def _join(kept: Child, other: Child, reason: str, by: User) -> None:
    row = FactsCorrection(
        act=FactsCorrection.Act.JOINED,
        child=kept,
        joined=other,
        reason=reason,
        corrected_by=by,
        corrected_at=timezone.now(),
    )
    refused = field_errors(row, "reason")
    if not reason:
        refused["reason"] = "Enter how you know that it is the same child"
    if against := _against_joining(kept, other):
        refused["kept"] = against
    if refused:
        raise FactsRefused(refused)
    other.joined_to = kept
    for each in (kept, other):
        each.version += 1
        save_facts(each)
    other.joined.update(joined_to=kept, version=F("version") + 1)
    other.episodes.update(child=kept, version=F("version") + 1)
    row.save(force_insert=True)


def _against_joining(kept: Child, other: Child) -> str:
    """Return why the two cannot be joined as they are; empty if they can."""
    named = [set(queries.people_named_for(child)) for child in (kept, other)]
    if kept.restricted != other.restricted or (kept.restricted and named[0] != named[1]):
        return "Restrict both records to the same people first, or neither"
    mine, theirs = list(kept.episodes.all()), list(other.episodes.all())
    if sum(episode.is_open for episode in (*mine, *theirs)) > 1:
        return "Both have an open referral. Close one of the two first (census rule 8815)"
    for episode in theirs:
        if referral_is_too_early(episode.referral_date, kept.birth_date, kept.expected_birth_date):
            return (
                f"The referral of {in_words(episode.referral_date)} is more than 40 weeks before "
                "the birth that is kept. Correct one of the two first (census rule 8606)"
            )
        if not episode.no_further_action:
            overlap = overlap_refused(episode.referral_date, episode.closure_date, mine)
            if overlap:
                return f"{overlap}. Correct one of the two first"
    return ""
