"""What each kind of census task does. Each returns how much it found or did, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

from django.utils import timezone

from assessments import queries
from assessments.census.check import check, year_of
from assessments.census.differences import Difference
from assessments.census.read import read
from assessments.census.rules.judge import Finding
from assessments.census.years import years
from assessments.models import CensusTask
from assessments.services.returns.checking import check_year
from assessments.services.returns.exporting import Export, Format, export_return
from assessments.services.returns.heard import Heard
from assessments.services.returns.merging import Merged, Outcome, merge_return
from assessments.services.returns.parts import FILE, UPLOAD, PartsFile, Rows
from assessments.services.returns.reconciling import reconcile_return
from assessments.services.returns.rows import (
    row_of_difference,
    row_of_finding,
    row_of_merged,
)

Counts = dict[str, Any]


def _check(task: CensusTask, heard: Heard) -> Counts:
    check_year(queries.return_years(timezone.localdate())[task.year], progress=heard.one_more)
    return {}


def _export(task: CensusTask, heard: Heard) -> Counts:
    year = queries.return_years(timezone.localdate())[task.year]
    wanted = Export(
        year=year,
        on=min(timezone.localdate(), year.reference_date),
        made_at=timezone.localtime(task.asked_at).replace(tzinfo=None).isoformat("T", "seconds"),
        format=Format(task.options["format"]),
        allow_errors=task.options["allow_errors"],
    )
    rows = Rows(task)
    try:
        made = export_return(
            wanted,
            by=task.asked_by,
            file=_file(task),
            report=lambda finding: _add(rows, finding),
            progress=heard.one_more,
            address=task.address,
            request_id=task.request_id,
        )
    finally:
        rows.finish()
        task.counts["listed"] = rows.numbers
    task.holds_restricted = bool(made.restricted)
    return {
        "listed": rows.numbers,
        "children": made.children,
        "assessments": made.assessments,
        "completed": made.completed,
        "hidden": made.hidden,
    }


def _reconcile(task: CensusTask, heard: Heard) -> Counts:
    rows = Rows(task)

    def report(difference: Difference) -> None:
        rows.add(difference.kind.name.lower(), row_of_difference(difference))

    done = reconcile_return(
        _upload(task, heard),
        by=task.asked_by,
        report=report,
        address=task.address,
        request_id=task.request_id,
    )
    rows.finish()
    task.year = done.year
    return {
        "listed": rows.numbers,
        "children": done.children,
        "assessments": done.assessments,
        "matched": done.matched,
        "hidden": done.restricted,
    }


def _merge(task: CensusTask, heard: Heard) -> Counts:
    rows = Rows(task)
    hidden = 0

    def report(merged: Merged) -> None:
        nonlocal hidden
        task.holds_restricted = task.holds_restricted or merged.restricted
        if merged.outcome is Outcome.SAME:
            return
        if merged.restricted:
            hidden += 1
        else:
            rows.add(merged.outcome.name.lower(), row_of_merged(merged))

    done = merge_return(
        _upload(task, heard),
        by=task.asked_by,
        file=_file(task),
        replacing=task.options["replacing"],
        report=report,
        address=task.address,
        request_id=task.request_id,
    )
    rows.finish()
    task.year = done.year
    return {
        "listed": rows.numbers,
        "children": done.children,
        "filled": done.outcomes[Outcome.FILLED],
        "replaced": done.outcomes[Outcome.REPLACED],
        "same": done.outcomes[Outcome.SAME],
        "hidden": hidden,
    }


def _judge(task: CensusTask, heard: Heard) -> Counts:
    """Judge a return by itself, whatever is recorded here: whose file it is has it anyway."""
    rows = Rows(task)
    file = _upload(task, heard)
    year = year_of(read(file).header, years())
    file.seek(0)
    as_at = timezone.localdate()
    for finding in check(file, as_at=as_at if as_at >= year.first_day else None):
        _add(rows, finding)
    rows.finish()
    task.year = year.name
    return {"listed": rows.numbers}


DO: Mapping[CensusTask.Kind, Callable[[CensusTask, Heard], Counts]] = {
    CensusTask.Kind.CHECK: _check,
    CensusTask.Kind.EXPORT: _export,
    CensusTask.Kind.RECONCILE: _reconcile,
    CensusTask.Kind.MERGE: _merge,
    CensusTask.Kind.JUDGE: _judge,
}


def _add(rows: Rows, finding: Finding) -> None:
    rows.add(queries.finding_kind(finding), row_of_finding(finding), finding.rule)


def _upload(task: CensusTask, heard: Heard) -> BinaryIO:
    return cast(BinaryIO, PartsFile(task, UPLOAD, heard.at))


def _file(task: CensusTask) -> BinaryIO:
    return cast(BinaryIO, PartsFile(task, FILE))
